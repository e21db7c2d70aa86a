using System.Globalization;
using System.Text.RegularExpressions;

namespace ForensicKit.EndpointServer;

/// <summary>A token of the model that is served: a word with the space before it.</summary>
/// <param name="Text">Its text.</param>
/// <param name="LogProb">Its log-probability.</param>
/// <param name="Rank">How many are more probable: 0, 1 or 5.</param>
public sealed record Word(string Text, double LogProb, int Rank)
{
    /// <summary>Its id.</summary>
    public int Id { get; } = (int)(WordModel.Hash(Text) % 50_000);

    /// <summary>Log-probabilities of the two most probable tokens at its place.</summary>
    public double[] Top => Rank switch { 0 => [LogProb, LogProb - 0.5], 1 => [LogProb + 0.25, LogProb], _ => [LogProb + 0.75, LogProb + 0.5] };
}

/// <summary>A language model that is a function of its input, so that tests know every answer.</summary>
public static partial class WordModel
{
    /// <summary>The tokens of a text.</summary>
    public static IReadOnlyList<Word> Tokens(string text)
    {
        var words = new List<Word>();
        ulong before = 7;
        foreach (var match in Pieces().EnumerateMatches(text))
        {
            var word = text.Substring(match.Index, match.Length);
            before = (before * 31) + Hash(word);
            words.Add(new(word, -1 - (before % 1000 / 250.0), (int)(before / 1000 % 3) switch { 0 => 0, 1 => 1, _ => 5 }));
        }

        return words;
    }

    /// <summary>What it says after a prompt: at most so many words; with END in the prompt it ends after three.</summary>
    public static (IReadOnlyList<Word> Words, string Reason) Answer(string prompt, int maxTokens)
    {
        var start = Hash(prompt) % 1000;
        var length = prompt.Contains("END", StringComparison.Ordinal) ? 3 : int.MaxValue;
        var words = Enumerable.Range(0, Math.Min(maxTokens, length)).Select(i => new Word(
            string.Create(CultureInfo.InvariantCulture, $" w{((int)start + i) % 1000}"), -0.5 - (i % 7 * 0.125), 0)).ToList();
        return (words, length <= maxTokens ? "stop" : "length");
    }

    /// <summary>FNV-1a.</summary>
    public static ulong Hash(string text) => text.Aggregate(14695981039346656037UL, (hash, c) => (hash ^ c) * 1099511628211UL);

    [GeneratedRegex(" ?[^ \n]+|[ \n]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pieces();
}
