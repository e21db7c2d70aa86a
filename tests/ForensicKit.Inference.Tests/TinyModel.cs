using System.Text;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Tests.Tokenizers;
using ForensicKit.TestSupport;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests;

/// <summary>A random model with a byte-level tokenizer, on disk.</summary>
internal static class TinyModel
{
    public static DecoderConfig Config { get; } = new(261, 32, 64, 2, 4, 2, 8, 64) { TiedEmbeddings = true, EndTokens = [0] };

    public static void Write(string folder, DecoderConfig? config = null, double scale = 0.35)
    {
        ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
        config ??= Config;
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        Checkpoint.Write(folder, config, TransformerDecoder.WeightShapes(config).ToDictionary(
            w => w.Name, w => w.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? ones(w.Shape) : randn(w.Shape, generator: generator) * scale, StringComparer.Ordinal));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerTests.Small(), new UTF8Encoding(false));
    }

    public static TorchLanguageModel Load(TemporaryFolder folder)
    {
        Write(folder.Path);
        return TorchLanguageModel.Load(folder.Path, new("cpu"));
    }
}
