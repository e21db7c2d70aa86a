using System.Text.RegularExpressions;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Evaluation;

/// <summary>Ways of reading a GSM8K answer out of generated text.</summary>
/// <remarks>
/// The reference answer stands after the last <c>#### </c> of the item. Every rule looks at the first sample only; what is averaged or voted
/// over is a matter of the protocol, not of the rule.
/// </remarks>
internal static partial class Gsm8kRules
{
    private const string HarnessSource = "Source: lm-evaluation-harness 4e7e0d47, tasks/gsm8k/gsm8k.yaml (version 3), filters/extraction.py, exact_match in api/metrics.py.";
    private const int MatchMilliseconds = 1000;

    // What makes another number of the one that is written.
    private static readonly string[] Computed = ["/", "frac", "\\sqrt", "\\div"];

    /// <summary>Every rule.</summary>
    public static IReadOnlyList<IScoringRule> All { get; } =
    [
        new TextRule(
            "gsm8k/strict-match", "Strict match",
            "The first '#### number' of the text; equal to the reference after removing commas, dollar signs, everything up to the last '#### ' and a final point, in lower case. " + HarnessSource,
            StrictMatch, HarnessEqual),
        new TextRule(
            "gsm8k/flexible-extract", "Flexible extract",
            "The last run of at least two of the characters $ 0-9 . , (with a minus sign before it) or of digits; compared as in strict match. " + HarnessSource,
            FlexibleExtract, HarnessEqual),
        new TextRule(
            "gsm8k/cot-strict-match", "Chain-of-thought strict match",
            "The number after the first 'The answer is ' that a further character follows; compared as in strict match. Source: lm-evaluation-harness 4e7e0d47, tasks/gsm8k/gsm8k-cot.yaml (version 3).",
            CotStrictMatch, HarnessEqual),
        new TextRule(
            "gsm8k/last-number", "Last number",
            "The last decimal number of the text, commas removed; equal to the reference as a decimal. Source: the fall-back of qtli/GSM-Plus 3474129e, scripts/utils/extract_ans.py, without fractions.",
            PlainNumber.Last, NumberEqual),
        new TextRule(
            "gsm8k/answer-is", "After \"the answer is\"",
            "The first decimal number after the last 'the answer is' (in any case); equal to the reference as a decimal. Source: the closing line that MetaMath models are trained to write (Yu et al. 2024).",
            AfterAnswerIs, NumberEqual),
        new TextRule(
            "gsm8k/boxed", "Boxed",
            "What stands inside the last \\boxed{…}, braces balanced: its number where it holds exactly one decimal number and neither fraction nor root, else the whole, which equals no reference; equal to the reference as a decimal. Source: the closing form of ToRA (Gou et al. 2024).",
            Boxed, NumberEqual),
        new RecordedAnswerRule(),
        new RecordedFlagRule(),
    ];

    /// <summary>The reference: what stands after the last <c>#### </c>.</summary>
    internal static string Reference(BenchmarkItem item)
    {
        var mark = item.Gold.LastIndexOf("#### ", StringComparison.Ordinal);
        return mark < 0 ? item.Gold : item.Gold[(mark + 5)..];
    }

    /// <summary>The reading of lm-eval's strict-match filter; null where it would give <c>[invalid]</c>.</summary>
    internal static string? StrictMatch(string text) => Strict().Match(text) is { Success: true } match ? match.Groups["answer"].Value : null;

    /// <summary>The reading of the strict-match filter of lm-eval's gsm8k_cot; null where it would give <c>[invalid]</c>.</summary>
    internal static string? CotStrictMatch(string text) => CotStrict().Match(text) is { Success: true } match ? match.Groups["answer"].Value : null;

    /// <summary>The reading of lm-eval's flexible-extract filter; null where it would give <c>[invalid]</c>.</summary>
    internal static string? FlexibleExtract(string text)
    {
        string? last = null;
        foreach (var match in Flexible().EnumerateMatches(text))
            last = text.Substring(match.Index, match.Length);
        return last;
    }

    /// <summary>lm-eval's exact_match with the task's regexes_to_ignore, in their order.</summary>
    internal static string HarnessNormal(string text)
    {
        var bare = text.Replace(",", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal);
        var mark = bare.LastIndexOf("#### ", StringComparison.Ordinal);
        if (mark >= 0)
            bare = bare[(mark + 5)..];

        // Python's \.$ also matches before a final line feed.
        if (bare.EndsWith(".\n", StringComparison.Ordinal))
            bare = bare[..^2] + "\n";
        else if (bare.EndsWith('.'))
            bare = bare[..^1];
        return bare.ToLowerInvariant();
    }

    private static bool HarnessEqual(string extracted, BenchmarkItem item) => HarnessNormal(extracted) == HarnessNormal(item.Gold);

    private static bool NumberEqual(string extracted, BenchmarkItem item) => PlainNumber.AreEqual(extracted, Reference(item));

    private static string? AfterAnswerIs(string text)
    {
        const string Words = "the answer is";
        var start = text.LastIndexOf(Words, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? null : PlainNumber.First(text[(start + Words.Length)..]);
    }

    private static string? Boxed(string text)
    {
        const string Open = "\\boxed{";
        var start = text.LastIndexOf(Open, StringComparison.Ordinal);
        if (start < 0)
            return null;
        var depth = 1;
        for (var i = start + Open.Length; i < text.Length; i++)
        {
            depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth > 0)
                continue;
            // {,} is LaTeX's comma without a space behind it.
            var content = text[(start + Open.Length)..i].Replace("{,}", ",", StringComparison.Ordinal).Trim();
            return Computed.Any(sign => content.Contains(sign, StringComparison.Ordinal)) ? content : PlainNumber.Only(content) ?? content;
        }

        return null;
    }

    [GeneratedRegex(@"#### (?<answer>-?[0-9.,]+)", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex Strict();

    [GeneratedRegex(@"The answer is (?<answer>-?[0-9.,]+).", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex CotStrict();

    [GeneratedRegex(@"-?[$0-9.,]{2,}|-?[0-9]+", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex Flexible();

    private sealed class TextRule(string id, string title, string description, Func<string, string?> extract, Func<string, BenchmarkItem, bool> isRight) : IScoringRule
    {
        public string Id => id;

        public string Title => title;

        public string Description => description;

        public bool AppliesTo(IReadOnlyList<Response> responses) => responses.Any(response => response is { ChoiceIndex: null, Text: not null });

        public ItemScore Score(BenchmarkItem item, IReadOnlyList<Response> responses)
        {
            var first = FirstSample(responses);
            if (first.Text is not { } text)
                return ItemScores.Of(first, Id, item, null, null);
            var answer = extract(text);
            return ItemScores.Of(first, Id, item, answer, answer is not null && isRight(answer, item));
        }
    }

    private sealed class RecordedAnswerRule : IScoringRule
    {
        public string Id => "gsm8k/recorded-answer";

        public string Title => "Recorded answer, compared again";

        public string Description =>
            "The answer that the recording's author extracted, equal to the reference as a decimal (currency signs, separators of thousands and needless zeros aside). Where their flag says otherwise, their comparison is at fault or their reference is another.";

        public bool AppliesTo(IReadOnlyList<Response> responses) => responses.Any(response => response.RecordedAnswer is not null);

        public ItemScore Score(BenchmarkItem item, IReadOnlyList<Response> responses)
        {
            var first = FirstSample(responses);

            // A scored response without an answer is one from which the author could extract nothing.
            return first.RecordedAnswer is { } answer
                ? ItemScores.Of(first, Id, item, answer, NumberEqual(answer, item))
                : ItemScores.Of(first, Id, item, null, first.RecordedCorrect is null ? null : false);
        }
    }

    private sealed class RecordedFlagRule : IScoringRule
    {
        public string Id => "gsm8k/recorded";

        public bool IsOwnVerdict => true;

        public string Title => "The recording's own flag";

        public string Description => "Whether the recording's author counted the answer correct. It is their scoring, taken over unchecked: evidence of how they scored, not a score of the kit.";

        public bool AppliesTo(IReadOnlyList<Response> responses) => responses.Any(response => response.RecordedCorrect is not null);

        public ItemScore Score(BenchmarkItem item, IReadOnlyList<Response> responses)
        {
            var first = FirstSample(responses);
            return ItemScores.Of(first, Id, item, first.RecordedAnswer, first.RecordedCorrect);
        }
    }

    private static Response FirstSample(IReadOnlyList<Response> responses) => responses.Count == 0
        ? throw new ArgumentException("An item without responses has no score.", nameof(responses))
        : responses.MinBy(response => response.SampleIndex)!;
}
