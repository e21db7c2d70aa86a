using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ForensicKit.Contamination.Membership;
using ForensicKit.Models;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Contamination.Membership;

/// <summary>
/// A model whose tokens are words and whose log-probabilities are a hash of seed, word and the word before: it knows nothing, except texts it is told to
/// know by heart, of which it gives a word that follows three others.
/// </summary>
internal sealed partial class WordModel(int seed, params IReadOnlyList<string> known) : ILanguageModel
{
    private static readonly string[] s_vocabulary = [.. Enumerable.Range(0, 300).Select(Word)];
    private readonly HashSet<(string, string, string, string)> _known = [.. known.SelectMany(k => Fours(Split(k)))];
    private readonly Dictionary<(string, string, string), string> _next = known.SelectMany(k => Fours(Split(k))).GroupBy(f => (f.A, f.B, f.C)).ToDictionary(g => g.Key, g => g.First().D);

    public bool GivesDetails { get; init; } = true;

    public bool ScoresTexts { get; init; } = true;

    public string? Letter { get; init; }

    public int Context { get; init; } = 100_000;

    public ModelDescription Description => new("words", null, null, "cpu", "float64", "one by one", 1, new Dictionary<string, string>(StringComparer.Ordinal), Context);

    /// <summary>Items of twelve to sixteen words with four choices of three words.</summary>
    public static IReadOnlyList<MembershipItem> Items(PythonRandom random, int count, string name, bool hasSubjects = false)
    {
        string Some(int words) => string.Join(' ', Enumerable.Range(0, words).Select(_ => random.Choice(s_vocabulary)));
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var question = Some((int)random.Integer(12, 16));
            string[] choices = [Some(3), Some(3), Some(3), Some(3)];
            var gold = (int)random.Below(4);
            return MembershipItem.Of(string.Create(CultureInfo.InvariantCulture, $"{name}/{i}"), $"Question: {question}\nAnswer:", question, choices[gold]) with
            {
                Choices = choices,
                Gold = gold,
                Subject = hasSubjects ? random.Choice(["a", "b"]) : "",
            };
        })];
    }

    public async IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var request in requests.Reverse())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.CompletedTask;
            if (request.Context.EndsWith("of the provided options.\nAnswer:", StringComparison.Ordinal))
            {
                yield return new(request.Id, [1], [request.Continuation.Trim() == Picked(request.Context) ? -0.1 : -3], false);
                continue;
            }

            var before = Split(request.Context);
            var all = Scores([.. before, .. Split(request.Continuation)]);
            yield return new(request.Id, [.. all.Skip(before.Length).Select(a => a.Id)], [.. all.Skip(before.Length).Select(a => a.LogProb)], false);
        }
    }

    public async IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!ScoresTexts)
            throw new KitException("The endpoint gives no log-probabilities of a prompt.");
        foreach (var request in requests.Reverse())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.CompletedTask;
            var scores = Scores(Split(request.Text));
            yield return new(request.Id, [.. scores.Select(s => s.Id)], [.. scores.Select(s => s.LogProb)])
            {
                Details = GivesDetails ? [.. scores.Select(s => new TokenDetail(s.IsKnown || s.LogProb > -8.5 ? 0 : 3, 0, request.Moments ? -3 : double.NaN, request.Moments ? 1 + s.Spread : double.NaN))] : [],
            };
        }
    }

    public async IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var request in requests.Reverse())
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.CompletedTask;
            var prompt = request.Prompt;
            // An instruction brings back what is known only where it names the benchmark.
            if (SecondPiece().Match(prompt) is { Success: true } piece)
                prompt = prompt.Contains("dataset", StringComparison.Ordinal) ? piece.Groups["first"].Value : "nothing";
            List<string> words = [.. Split(prompt)];
            var start = words.Count;
            // Half of its samples are its greedy answer.
            var draw = request.Sampling.Temperature > 0 && Hash(request.Prompt, "sampled", request.Seed) < 0.5 ? request.Seed : 0;
            while (words.Count - start < request.MaxTokens)
            {
                var next = words.Count >= 3 ? _next.GetValueOrDefault((words[^3], words[^2], words[^1])) : null;
                next ??= s_vocabulary[(int)(Hash(words[^1], words.Count.ToString(CultureInfo.InvariantCulture), draw) * s_vocabulary.Length)];
                if (request.Stop.Contains("\n", StringComparer.Ordinal) && next is ['A' or 'B' or 'C' or 'D', '.'])
                    break;
                words.Add(next);
            }

            yield return new(request.Id, string.Join(' ', words.Skip(start)), [.. words.Skip(start).Select(Id)], [.. words.Skip(start).Select(_ => -1.0)], "length");
        }
    }

    public IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private static string Word(int i) => string.Concat((char)('a' + (i % 20)), "aeiou"[i % 5], (char)('b' + (i / 15)), "aeiou"[i / 60]);

    private static string[] Split(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<(string A, string B, string C, string D)> Fours(string[] words) => Enumerable.Range(3, Math.Max(0, words.Length - 3)).Select(i => (words[i - 3], words[i - 2], words[i - 1], words[i]));

    private static int Id(string word) => (int)(Hash(0, word) * 1_000_000);

    private static double Hash(long seed, params ReadOnlySpan<string> parts)
    {
        var hash = 14695981039346656037ul ^ (ulong)seed;
        foreach (var part in parts)
        {
            foreach (var c in part)
                hash = (hash ^ c) * 1099511628211ul;
            hash = (hash ^ 0xff) * 1099511628211ul;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdul;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53ul;
        return (hash ^ (hash >> 33)) / 18446744073709551616.0;
    }

    private double Hash(string a, string b, long more) => Hash((seed * 7919L) + more, a, b);

    private List<(int Id, double LogProb, bool IsKnown, double Spread)> Scores(string[] words) =>
    [
        .. words.Select((w, i) => i >= 3 && _known.Contains((words[i - 3], words[i - 2], words[i - 1], w))
            ? (Id(w), -0.05, true, 0.5)
            : (Id(w), -1 - (11 * Hash(i > 0 ? words[i - 1] : "", w, 0)), false, Hash(w, "spread", 1))),
    ];

    // The option it knows by heart, or any.
    private string Picked(string context)
    {
        if (Letter is { } always)
            return always;
        foreach (Match option in Option().Matches(context))
        {
            var words = Split(option.Groups["text"].Value);
            if (Fours(words).Any() && Fours(words).All(_known.Contains))
                return option.Groups["letter"].Value;
        }

        return ((char)('A' + (int)(Hash(context, "pick", 2) * 5))).ToString();
    }

    [GeneratedRegex(@"First Piece: (?<first>.*)\n\nSecond Piece:", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SecondPiece();

    [GeneratedRegex(@"^(?<letter>[A-D])\) (?<text>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Option();
}
