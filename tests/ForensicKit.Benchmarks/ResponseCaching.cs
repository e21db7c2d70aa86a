using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using ForensicKit.Models;
using ForensicKit.Models.Caching;

namespace ForensicKit.Benchmarks;

/// <summary>What keeping answers costs: continuations of ten tokens a second through the cache, cold and warm, against a model that answers at once.</summary>
internal static class ResponseCaching
{
    private const int Requests = 100_000;
    private const int AtOnce = 1024;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("forensickit-benchmark-").FullName;
        try
        {
            var requests = Enumerable.Range(0, Requests).Select(i => new ContinuationRequest(
                i % AtOnce, "Question: " + string.Join(' ', Enumerable.Repeat("a word", 60)) + i.ToString(CultureInfo.InvariantCulture), " an answer of some words")).Chunk(AtOnce).ToList();
            using var model = new ImmediateModel();
            var bare = await AskAsync(model, requests);
            Report("without", bare);
            foreach (var name in (string[])["cold, written", "warm, read", "warm again"])
            {
                var started = Stopwatch.GetTimestamp();
                using var cached = new ResponseCache(folder, 1L << 30).Before(model, "files")!;
                var opened = Stopwatch.GetElapsedTime(started);
                var elapsed = await AskAsync(cached, requests);
                Report(name, elapsed);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  opened in {opened.TotalMilliseconds:0.0} ms, {cached.Hits:N0} from the cache, {(elapsed - bare).TotalMicroseconds / Requests:0.00} µs more for each"));
            }

            var bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)Requests:0} bytes for each answer"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<TimeSpan> AskAsync(ILanguageModel model, IReadOnlyList<ContinuationRequest[]> requests)
    {
        var started = Stopwatch.GetTimestamp();
        var sum = 0.0;
        foreach (var chunk in requests)
        {
            await foreach (var answer in model.ScoreAsync(chunk, CancellationToken.None))
                sum += answer.LogProbs[0];
        }

        return sum < 0 ? Stopwatch.GetElapsedTime(started) : throw new InvalidOperationException("No answers.");
    }

    private static void Report(string what, TimeSpan elapsed) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-14} {Requests / elapsed.TotalSeconds,12:N0} responses/s"));

    private sealed class ImmediateModel : ILanguageModel
    {
        private static readonly int[] s_ids = [.. Enumerable.Range(0, 10)];
        private static readonly double[] s_logProbs = [.. Enumerable.Range(0, 10).Select(i => -0.1 - i)];
        private static readonly TokenDetail[] s_details = [.. Enumerable.Range(0, 10).Select(i => new TokenDetail(i, 0.5, double.NaN, double.NaN))];

        public ModelDescription Description { get; } = new("immediate", "w", "t", "cpu", "float32", "at once", 1, new Dictionary<string, string>(StringComparer.Ordinal), 100);

        public async IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            foreach (var request in requests)
                yield return new(request.Id, s_ids, s_logProbs, false) { Details = s_details };
        }

        public IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
