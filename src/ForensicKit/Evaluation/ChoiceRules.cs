using System.Globalization;
using System.Text;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Evaluation;

/// <summary>Ways of taking a choice from log-likelihoods: the first of the largest values.</summary>
internal static class ChoiceRules
{
    private const string HarnessSource = "Source: lm-evaluation-harness 4e7e0d47, api/task.py, process_results of multiple-choice tasks.";

    /// <summary>Every rule, under the name of the benchmark that is usually scored so and under a name for all.</summary>
    public static IReadOnlyList<IScoringRule> All { get; } = [.. Under("hellaswag"), .. Under("choice")];

    private static IEnumerable<IScoringRule> Under(string family) =>
    [
        new ChoiceRule(
            $"{family}/sum", "Sum of log-likelihoods",
            "The choice with the largest Σ log p, the first on ties (lm-eval: acc). " + HarnessSource,
            response => response.LogLikelihood),
        new ChoiceRule(
            $"{family}/per-token", "Mean per token",
            "The choice with the largest mean log p per token, the first on ties. The mean is taken as recorded, or else Σ log p divided by the number of recorded tokens.",
            response => response.LogLikelihoodPerToken ?? (response.TokenIds is { Count: > 0 } tokens ? response.LogLikelihood / tokens.Count : null)),
        new ChoiceRule(
            $"{family}/per-byte", "Mean per byte",
            "The choice with the largest Σ log p per UTF-8 byte, the first on ties. The mean is taken as recorded, or else Σ log p divided by the bytes of the scored text, where the response holds it, without the space before it (lm-eval: acc_bytes). " + HarnessSource,
            response => response.LogLikelihoodPerByte ?? (ScoredText(response) is { } text ? response.LogLikelihood / Encoding.UTF8.GetByteCount(text) : null)),
        new ChoiceRule(
            $"{family}/per-character", "Mean per character",
            "The choice with the largest Σ log p divided by the code points of the scored text, where the response holds it, without the space before it, the first on ties (lm-eval: acc_norm). " + HarnessSource,
            response => ScoredText(response) is { } text ? response.LogLikelihood / text.EnumerateRunes().Count() : null),
        new ChoiceRule(
            $"{family}/unconditional", "Sum minus that without the question",
            "The choice with the largest Σ log p after the question minus Σ log p without it, the first on ties (lm-eval: acc_mutual_info). " + HarnessSource,
            response => response.LogLikelihood, subtractsUnconditional: true),
    ];

    // A recorded sum may be over the context too: only the text that the response names says what was summed.
    private static string? ScoredText(Response response) => response.Text?.TrimStart(' ') is { Length: > 0 } text ? text : null;

    private static double? Without(IReadOnlyList<Response> responses, int choice) =>
        responses.FirstOrDefault(r => r.ChoiceIndex == choice && r.SampleIndex == Response.Unconditional)?.LogLikelihood;

    private sealed class ChoiceRule(string id, string title, string description, Func<Response, double?> value, bool subtractsUnconditional = false) : IScoringRule
    {
        public string Id => id;

        public string Title => title;

        public string Description => description;

        public bool AppliesTo(IReadOnlyList<Response> responses) =>
            responses.Count > 0 && responses.All(response => response.ChoiceIndex is not null && value(response) is not null)
            && (!subtractsUnconditional || responses.Any(response => response.SampleIndex == Response.Unconditional));

        public ItemScore Score(BenchmarkItem item, IReadOnlyList<Response> responses)
        {
            if (responses.Count == 0)
                throw new ArgumentException("An item without responses has no score.", nameof(responses));
            var values = new double?[item.Choices.Count];
            foreach (var response in responses.Where(r => r.SampleIndex != Response.Unconditional))
            {
                if (response.ChoiceIndex is { } choice && choice >= 0 && choice < values.Length)
                    values[choice] = subtractsUnconditional ? value(response) - Without(responses, choice) : value(response);
            }

            // One missing value could have been the largest.
            if (values.Length == 0 || !values.All(v => v is { } number && !double.IsNaN(number)))
                return ItemScores.Of(responses[0], Id, item, null, null);
            var best = Array.IndexOf(values, values.Max());
            return ItemScores.Of(responses[0], Id, item, best.ToString(CultureInfo.InvariantCulture), best == item.GoldChoice);
        }
    }
}
