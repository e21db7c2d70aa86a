using System.Diagnostics;
using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Inference;
using ForensicKit.Inference.Torch;
using ForensicKit.Models;
using static TorchSharp.torch;

namespace ForensicKit.Benchmarks;

/// <summary>
/// HellaSwag (200 items) and MMLU with five worked examples (2 items of each subject), from the model's file to the scores, against what
/// lm-evaluation-harness takes for the same items on a machine with another product rate (golden/lm-eval/README.md).
/// </summary>
internal static class HarnessSpeed
{
    // lm-evaluation-harness 0.4.13 on SmolLM2-135M-Instruct, two threads: seconds an item at 175 GF/s.
    private const double HellaSwagSeconds = 0.45;
    private const double MmluSeconds = 1.8;
    private const double TheirRate = 175;

    /// <summary>Measures and prints.</summary>
    /// <param name="path">The model.</param>
    public static async Task RunAsync(string path)
    {
        TorchRuntime.EnsureLoaded();
        var kit = KitFolder.Locate();
        var before = ProductRate();
        var watch = Stopwatch.StartNew();
        using var model = TorchLanguageModel.Load(path, new("cpu"));
        var loaded = watch.Elapsed;
        var hellaswag = await ScoreAsync(model, Asked(kit, "hellaswag", "hellaswag", items => items.Take(200)));
        var first = watch.Elapsed;
        var mmlu = await ScoreAsync(model, Asked(kit, "mmlu", "mmlu", items => items.GroupBy(i => i.Subject, StringComparer.Ordinal).SelectMany(g => g.Take(2))));
        var all = watch.Elapsed;
        var rate = (before + ProductRate()) / 2;
        using var process = Process.GetCurrentProcess();
        var theirs = ((200 * HellaSwagSeconds) + (114 * MmluSeconds)) * TheirRate / rate;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| model loaded | {loaded.TotalSeconds:F1} s |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| HellaSwag, 200 items | {(first - loaded).TotalSeconds:F1} s | acc {hellaswag:F3} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| MMLU, 114 items with five worked examples | {(all - first).TotalSeconds:F1} s | acc {mmlu:F3} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all | {all.TotalSeconds:F1} s | GEMM {rate:F0} GF/s | lm-evaluation-harness scaled to it {theirs:F0} s | {theirs / all.TotalSeconds:F2} times as fast | peak {process.PeakWorkingSet64 >> 20} MiB |"));
    }

    private static List<AskedItem> Asked(KitFolder kit, string benchmark, string task, Func<IEnumerable<BenchmarkItem>, IEnumerable<BenchmarkItem>> choose)
    {
        var manifest = kit.Benchmark(benchmark);
        var store = ArtifactStore.For(manifest.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable));
        var recipe = manifest.Tasks.First(t => t.Id == task).Prompt;
        var prompts = new ItemPrompts(recipe, recipe.Shots?.Pool is { } pool ? BenchmarkFormats.ReadPool(manifest, pool, store, CancellationToken.None) : []);
        return [.. choose(BenchmarkFormats.Read(manifest, store, CancellationToken.None)).Select(prompts.Next)];
    }

    private static async Task<double> ScoreAsync(TorchLanguageModel model, List<AskedItem> items)
    {
        var asked = items.SelectMany((item, i) => item.Answers.Select((answer, choice) => (Item: i, Choice: choice, Context: item.Prompt.Text!, Continuation: item.Prompt.BeforeAnswer + answer))).ToList();
        var sums = new double[asked.Count];
        await foreach (var scored in model.ScoreAsync([.. asked.Select((a, i) => new ContinuationRequest(i, a.Context, a.Continuation))], CancellationToken.None))
            sums[scored.Id] = scored.LogProbs.Sum();
        return asked.Zip(sums).GroupBy(a => a.First.Item).Average(g => g.MaxBy(a => a.Second).First.Choice == items[g.Key].Item.GoldChoice ? 1.0 : 0);
    }

    // Median of square products in float32.
    private static double ProductRate()
    {
        const int Size = 2048;
        using var none = no_grad();
        using var scope = NewDisposeScope();
        var (a, b) = (rand(Size, Size), rand(Size, Size));
        var rates = new List<double>();
        for (var i = 0; i < 25; i++)
        {
            using var inner = NewDisposeScope();
            var watch = Stopwatch.StartNew();
            a.matmul(b);
            rates.Add(2.0 * Size * Size * Size / watch.Elapsed.TotalSeconds / 1e9);
        }

        return rates.Order().ElementAt(rates.Count / 2);
    }
}
