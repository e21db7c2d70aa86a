using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Decoders;
using ForensicKit.Inference.Engine;
using static TorchSharp.torch;

namespace ForensicKit.Benchmarks;

/// <summary>What coarser matrices do to scores: a real model's log-probabilities against those with its weights as they are.</summary>
internal static class PrecisionEffect
{
    /// <summary>Measures and prints a table.</summary>
    /// <param name="folder">A folder as golden/smollm2-135m: a model, and expected/token-scores.jsonl.gz with token ids.</param>
    public static void Run(string folder)
    {
        Inference.Torch.TorchRuntime.EnsureLoaded();
        using var none = no_grad();
        var texts = Read(Path.Combine(folder, "expected", "token-scores.jsonl.gz"));
        List<ScoreSheet>? exact = null;
        Console.WriteLine("| matrices | tokens | mean log p, nats | mean change | mean size of change | 99th percentile | most | most probable token changes |");
        foreach (var precision in Enum.GetValues<WeightPrecision>())
        {
            using var checkpoint = Checkpoint.Open(Directory.GetFiles(folder, "*.gguf").Single());
            using var decoder = TransformerDecoder.TakeOver(checkpoint.Config, checkpoint.ReadWeights(CPU), precision);
            var sheets = texts.Select(ids => new ScoreSheet(ids[1..], Moments: false)).ToList();
            foreach (var _ in new ContinuationScorer(decoder, get_num_threads(), 2048).Score([.. texts.Select(ids => new TokenPair([ids[0]], ids[1..]))], sheets, CancellationToken.None))
            {
            }

            exact ??= sheets;
            var changes = sheets.SelectMany((sheet, i) => sheet.LogProbs.Zip(exact[i].LogProbs, (a, b) => a - b)).ToList();
            var sizes = changes.Select(Math.Abs).Order().ToList();
            var best = sheets.SelectMany((sheet, i) => sheet.Details.Zip(exact[i].Details, (a, b) => (a.Rank == 0) != (b.Rank == 0))).Count(c => c);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {precision} | {changes.Count} | {sheets.SelectMany(s => s.LogProbs).Average():F4} | {changes.Average():+0.0000;-0.0000;0} | {sizes.Average():F4} | {sizes[(int)(0.99 * (sizes.Count - 1))]:F3} | {sizes[^1]:F2} | {100.0 * best / changes.Count:F2} % |"));
        }
    }

    private static List<int[]> Read(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var texts = new List<int[]>();
        while (reader.ReadLine() is { } line)
        {
            using var text = JsonDocument.Parse(line);
            texts.Add([.. text.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())]);
        }

        return texts;
    }
}
