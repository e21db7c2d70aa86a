using System.Diagnostics;
using System.Globalization;
using ForensicKit.Inference;
using ForensicKit.Models;

namespace ForensicKit.Benchmarks;

/// <summary>How long a new process takes to its first token, and how much memory it takes to score: to be run as a process of its own.</summary>
internal static class ColdStart
{
    /// <summary>Measures and prints.</summary>
    /// <param name="path">A model.</param>
    public static async Task RunAsync(string path)
    {
        using var process = Process.GetCurrentProcess();
        using var model = TorchLanguageModel.Load(path, new("cpu"));
        await foreach (var _ in model.StreamAsync(new(0, "The capital of France is", 1, [], Sampling.Greedy), CancellationToken.None))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first token {(DateTime.Now - process.StartTime).TotalSeconds:F2} s after the process began"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak {Peak(process) >> 20} MiB with the model loaded"));
        // Texts of about 512 tokens.
        var texts = Enumerable.Range(0, 32).Select(i => new TextRequest(i, string.Join(' ', Enumerable.Range(0, 177).Select(w => $"word{(w * (i + 7)) % 97}"))) { Moments = true }).ToList();
        var tokens = 0;
        await foreach (var scored in model.ScoreTextsAsync(texts, CancellationToken.None))
            tokens += scored.TokenIds.Count;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak {Peak(process) >> 20} MiB after scoring {tokens} tokens of {texts.Count} texts, moments included"));
        var requests = Enumerable.Range(0, 400).Select(i => new ContinuationRequest(i, $"A question about {i / 4} that has some words before its answers, as questions do:", $" answer {i % 4} with several words")).ToList();
        await foreach (var _ in model.ScoreAsync(requests, CancellationToken.None))
        {
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak {Peak(process) >> 20} MiB after scoring {requests.Count} continuations"));
    }

    private static long Peak(Process process)
    {
        process.Refresh();
        return process.PeakWorkingSet64;
    }
}
