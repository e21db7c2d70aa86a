using System.Globalization;
using ForensicKit.Conformance;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Engine;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Conformance;

/// <summary>
/// Reference vectors of model architectures: folders with a checkpoint, <c>cases.json</c> (prompts as token ids and their greedy continuations) and
/// <c>expected.safetensors</c> (logits and last hidden states of the prompts), made by Hugging Face transformers.
/// </summary>
/// <param name="device">Where models run: <c>cpu</c> or <c>cuda</c>.</param>
public sealed class ArchitectureVectors(string device = "cpu") : IConformanceKind
{
    /// <summary>Most that a logit or a hidden state may differ: above every rounding, below every mistake of architecture that was tried.</summary>
    public const double Tolerance = 5e-4;

    /// <inheritdoc/>
    public string Kind => "architectures";

    /// <inheritdoc/>
    public IEnumerable<VectorResult> Run(string path, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path) && Path.GetFileName(path) != "cases.json")
            throw new KitException("There is no such folder.", path, "Give a folder of architecture vectors, or one model's folder of it.");
        string[] files = File.Exists(path) ? [path] : [.. Directory.EnumerateFiles(path, "cases.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            throw new KitException("The folder holds no cases.json.", path, "Give a folder in the format of golden/architectures.");
        var place = TorchDevice.Find(device);
        return files.SelectMany(file => RunFolder(file, File.Exists(path) ? Path.GetFileName(path) : Path.GetRelativePath(path, file), place, cancellationToken));
    }

    private static List<VectorResult> RunFolder(string file, string shown, Device place, CancellationToken cancellationToken)
    {
        var cases = Cases(file);
        try
        {
            return Check(Path.GetDirectoryName(Path.GetFullPath(file))!, cases, shown, place, cancellationToken);
        }
        catch (KitException e)
        {
            // One model that cannot be run does not keep the others from being checked.
            return [.. cases.Select(c => new VectorResult(shown, c.Name, [e.What]))];
        }
    }

    private static List<VectorResult> Check(string folder, IReadOnlyList<Case> cases, string shown, Device place, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        using var checkpoint = Checkpoint.Open(folder);
        using var expected = SafetensorsFile.Open(Path.Combine(folder, "expected.safetensors"));
        using var decoder = TransformerDecoder.TakeOver(checkpoint.Config, checkpoint.ReadWeights(place, cancellationToken));
        foreach (var @case in cases)
        {
            if (@case.Prompt.Concat(@case.Greedy.Select(id => (long)id)).Any(id => id < 0 || id >= checkpoint.Config.VocabularySize))
                throw new KitException($"The case '{@case.Name}' has a token outside the vocabulary.");
        }

        // All prompts as one batch: of different lengths, as real ones are.
        var greedy = Greedy(decoder, cases, cancellationToken);
        var results = new List<VectorResult>();
        foreach (var (@case, chosen) in cases.Zip(greedy))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var hidden = decoder.Hidden(tensor(@case.Prompt, device: place).unsqueeze(0));
            var differences = new List<string>();
            Compare("hidden_last", hidden[0], expected.Read(@case.Name + ".hidden_last"), differences);
            Compare("logits", decoder.Logits(hidden)[0], expected.Read(@case.Name + ".logits"), differences);
            if (!chosen.SequenceEqual(@case.Greedy))
                differences.Add($"greedy_ids: {string.Join(' ', chosen)} instead of {string.Join(' ', @case.Greedy)}");
            results.Add(new(shown, @case.Name, differences));
        }

        return results;
    }

    private static List<IReadOnlyList<int>> Greedy(TransformerDecoder decoder, IReadOnlyList<Case> cases, CancellationToken cancellationToken)
    {
        var answers = cases.Select(c => new GreedyAnswer([.. c.Prompt.Select(id => (int)id)], c.Greedy.Count)).ToList();
        foreach (var _ in new TextGenerator(decoder, get_num_threads()).Steps(answers, 1 << 12, cancellationToken))
        {
        }

        return [.. answers.Select(a => a.Tokens)];
    }

    private static void Compare(string what, Tensor actual, Tensor expected, List<string> differences)
    {
        if (!actual.shape.SequenceEqual(expected.shape))
        {
            differences.Add($"{what}: shape [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]");
            return;
        }

        var difference = (actual.cpu() - expected).abs().max().item<float>();
        if (!(difference <= Tolerance))
            differences.Add(string.Create(CultureInfo.InvariantCulture, $"{what}: differs by up to {difference:g3}, more than {Tolerance:g3}"));
    }

    private static List<Case> Cases(string file)
    {
        try
        {
            var root = StrictJson.Object(File.ReadAllBytes(file), file);
            var cases = root.GetProperty("cases").EnumerateArray().Select(c => new Case(
                c.GetProperty("name").GetString()!,
                [.. c.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt64())],
                [.. c.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())])).ToList();
            if (cases.Count > 0 && cases.All(c => c.Name is not null && c.Prompt.Length > 0))
                return cases;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // Said below.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", file, null, ExitCode.BadInput, e);
        }

        throw new KitException("The file holds no cases with name, input_ids and greedy_ids.", file, "Give a folder in the format of golden/architectures.");
    }

    private sealed record Case(string Name, long[] Prompt, IReadOnlyList<int> Greedy);
}
