using System.Globalization;
using System.Text.RegularExpressions;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;
using ForensicKit.Statistics;

namespace ForensicKit.Evaluation;

/// <summary>Self-consistency (Wang et al. 2023, arXiv:2203.11171): the answer that most samples give.</summary>
/// <remarks>
/// Over all samples as they are stored: ties go to the answer that comes up first, as in lm-evaluation-harness 4e7e0d47, filters/selection.py,
/// majority_vote (Counter.most_common), and a sample without an answer has no vote. As maj@k: the expectation over every choice of k of the samples,
/// exact from the counts of answers; a sample without an answer votes for <c>[invalid]</c>, as there, or is dropped.
/// </remarks>
internal static partial class VotingRules
{
    private const string Source = "Source: Wang et al. 2023, arXiv:2203.11171; lm-evaluation-harness 4e7e0d47, filters/selection.py.";

    private static readonly Dictionary<string, Func<string, string?>> s_readings = new(StringComparer.Ordinal)
    {
        ["strict"] = Gsm8kRules.StrictMatch,
        ["flexible"] = Gsm8kRules.FlexibleExtract,
        ["cot-strict"] = Gsm8kRules.CotStrictMatch,
    };

    /// <summary>Every rule over all samples.</summary>
    public static IReadOnlyList<IScoringRule> All { get; } =
    [
        new VotingRule("gsm8k/majority-strict", "Majority vote, strict", "The strict-match answer that most samples give.", Gsm8kRules.StrictMatch),
        new VotingRule("gsm8k/majority-flexible", "Majority vote, flexible", "The flexible-extract answer that most samples give.", Gsm8kRules.FlexibleExtract),
        new VotingRule("gsm8k/majority-cot-strict", "Majority vote, chain of thought", "The answer of the chain-of-thought strict match that most samples give.", Gsm8kRules.CotStrictMatch),
    ];

    /// <summary>The rule <c>gsm8k/maj@K-READING</c>, with <c>-dropped</c> where samples without an answer have no vote; null where the id is another.</summary>
    public static IScoringRule? Find(string id)
    {
        if (MajorityAtK().Match(id) is not { Success: true } match)
            return null;
        var (k, reading) = (int.Parse(match.Groups["k"].Value, CultureInfo.InvariantCulture), match.Groups["reading"].Value);
        return k <= MajorityVote.MaximumSamples ? new MajorityAtKRule(id, k, reading, match.Groups["dropped"].Success ? InvalidAnswers.Dropped : InvalidAnswers.VoteWrong) : null;
    }

    [GeneratedRegex("^gsm8k/maj@(?<k>[1-9][0-9]{0,3})-(?<reading>strict|flexible|cot-strict)(?<dropped>-dropped)?$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MajorityAtK();

    private static List<string?> Answers(IReadOnlyList<Response> responses, Func<string, string?> reading) =>
        [.. responses.OrderBy(r => r.SampleIndex).Select(r => r.Text is { } text && reading(text) is { } answer ? Gsm8kRules.HarnessNormal(answer) : null)];

    private static bool HasSamples(IReadOnlyList<Response> responses) => responses.Any(r => r is { ChoiceIndex: null, Text: not null, SampleIndex: > 0 });

    private sealed class VotingRule(string id, string title, string description, Func<string, string?> reading) : IScoringRule
    {
        public string Id => id;

        public string Title => title;

        public string Description => description + " The first on ties; samples without an answer have no vote. " + Source;

        public bool AppliesTo(IReadOnlyList<Response> responses) => HasSamples(responses);

        public ItemScore Score(BenchmarkItem item, IReadOnlyList<Response> responses)
        {
            var winner = Answers(responses, reading).OfType<string>().GroupBy(v => v, StringComparer.Ordinal).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key;
            return ItemScores.Of(responses[0], Id, item, winner, winner is not null && winner == Gsm8kRules.HarnessNormal(item.Gold));
        }
    }

    private sealed class MajorityAtKRule(string id, int k, string reading, InvalidAnswers invalid) : IScoringRule
    {
        public string Id => id;

        public string Title => FormattableString.Invariant($"Majority of {k}, {reading}");

        public string Description => FormattableString.Invariant($"The chance that {k} of the stored samples, drawn without replacement, vote for the reference by their {reading} answers; ties split; ")
            + (invalid == InvalidAnswers.Dropped ? "samples without an answer have no vote. " : "samples without an answer vote together for none. ") + Source;

        public bool AppliesTo(IReadOnlyList<Response> responses) => k == 1 ? responses.Any(r => r is { ChoiceIndex: null, Text: not null }) : HasSamples(responses);

        public ItemScore Score(BenchmarkItem item, IReadOnlyList<Response> responses)
        {
            var counts = MajorityVote.Count(Answers(responses, s_readings[reading]), Gsm8kRules.HarnessNormal(item.Gold), invalid);
            return counts.Samples < k
                ? ItemScores.Of(responses[0], Id, item, null, null)
                : ItemScores.Of(responses[0], Id, item, FormattableString.Invariant($"{counts.Correct} of {counts.Samples}"), null) with { Credit = MajorityVote.Uniform(counts, k).Expected.ToDouble() };
        }
    }
}
