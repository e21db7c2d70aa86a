using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Evaluation;

/// <summary>Self-consistency (Wang et al. 2023, arXiv:2203.11171): the answer that most samples give.</summary>
/// <remarks>Ties go to the answer that comes up first, as in lm-evaluation-harness 4e7e0d47, filters/selection.py, majority_vote (Counter.most_common). A sample without an answer has no vote.</remarks>
internal static class VotingRules
{
    /// <summary>Every rule.</summary>
    public static IReadOnlyList<IScoringRule> All { get; } =
    [
        new VotingRule("gsm8k/majority-strict", "Majority vote, strict", "The strict-match answer that most samples give.", Gsm8kRules.StrictMatch),
        new VotingRule("gsm8k/majority-flexible", "Majority vote, flexible", "The flexible-extract answer that most samples give.", Gsm8kRules.FlexibleExtract),
    ];

    private sealed class VotingRule(string id, string title, string description, Func<string, string?> extract) : IScoringRule
    {
        public string Id => id;

        public string Title => title;

        public string Description => description + " The first on ties; samples without an answer have no vote. Source: Wang et al. 2023, arXiv:2203.11171; lm-evaluation-harness 4e7e0d47, filters/selection.py.";

        public bool AppliesTo(IReadOnlyList<Response> responses) => responses.Any(r => r is { ChoiceIndex: null, Text: not null, SampleIndex: > 0 });

        public ItemScore Score(BenchmarkItem item, IReadOnlyList<Response> responses)
        {
            var votes = responses.OrderBy(r => r.SampleIndex).Select(r => r.Text is { } text ? extract(text) : null).OfType<string>().Select(Gsm8kRules.HarnessNormal);
            var winner = votes.GroupBy(v => v, StringComparer.Ordinal).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key;
            return ItemScores.Of(responses[0], Id, item, winner, winner is not null && winner == Gsm8kRules.HarnessNormal(item.Gold));
        }
    }
}
