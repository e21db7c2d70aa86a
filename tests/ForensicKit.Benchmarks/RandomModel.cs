using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;

namespace ForensicKit.Benchmarks;

/// <summary>Models of known shapes with random weights: their speed is that of trained ones.</summary>
internal static class RandomModel
{
    /// <summary>SmolLM2-135M.</summary>
    public static DecoderConfig Small { get; } = new(49152, 576, 1536, 30, 9, 3, 64, 8192) { TiedEmbeddings = true, RopeTheta = 100000, NormEpsilon = 1e-5 };

    /// <summary>Qwen2.5-0.5B.</summary>
    public static DecoderConfig Medium { get; } = new(151936, 896, 4864, 24, 14, 2, 64, 32768) { TiedEmbeddings = true, RopeTheta = 1000000, AttentionBias = true, ModelType = "qwen2" };

    /// <summary>A decoder of such a shape.</summary>
    public static TransformerDecoder Make(DecoderConfig config, WeightPrecision precision = WeightPrecision.Float32, Device? device = null)
    {
        Inference.Torch.TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var none = no_grad();
        return TransformerDecoder.TakeOver(
            config,
            TransformerDecoder.WeightShapes(config).ToDictionary(
                w => w.Name, w => (w.Name.EndsWith("norm.weight", StringComparison.Ordinal) ? ones(w.Shape) : randn(w.Shape, generator: generator).mul_(0.02)).to(device ?? CPU).DetachFromDisposeScope(), StringComparer.Ordinal),
            precision);
    }

    /// <summary>Multiplications and additions of one token, attention left out: two for every weight that is multiplied.</summary>
    public static double OperationsPerToken(DecoderConfig config) =>
        2.0 * ((double)config.VocabularySize * config.HiddenSize
            + TransformerDecoder.WeightShapes(config).Where(w => w.Shape.Length == 2 && w.Name.StartsWith("model.layers", StringComparison.Ordinal)).Sum(w => (double)w.Shape[0] * w.Shape[1]));
}
