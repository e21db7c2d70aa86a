using System.Globalization;
using ForensicKit.Contamination;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="TokenPosition"/> and <see cref="MembershipScores"/>.</summary>
public sealed class MembershipScoresVectors : IStatisticsVectorFile
{
    private const string MinKPlusPlus = "min_k_pp_";
    private const string MinK = "min_k_";

    /// <inheritdoc/>
    public string Name => "membership-scores";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-11, 1e-11);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var logits = JsonLists.Matrix(comparison.Input("logits"));
        var tokens = JsonLists.Int32s(comparison.Input("tokens"));
        if (logits.Length != tokens.Length)
            throw new FormatException("There is one row of logits for each token.");
        TokenPosition[] positions = [.. logits.Zip(tokens, (row, token) => TokenPosition.FromLogits(row, token))];
        double[] logProbabilities = [.. positions.Select(p => p.LogProbability)];
        var logLikelihood = MembershipScores.LogLikelihood(logProbabilities);
        // A case that must be rejected lists no fractions: whether z exists at all shows with any.
        _ = MembershipScores.MinKPlusPlus(positions, 1);
        comparison.Numbers("token_logprobs", logProbabilities);
        comparison.Numbers("mean", [.. positions.Select(p => p.Mean)]);
        comparison.Numbers("sigma", [.. positions.Select(p => p.StandardDeviation)]);
        comparison.Numbers("z", [.. positions.Select(p => p.Z ?? double.NaN)]);
        comparison.Number("ll", logLikelihood);
        comparison.Number("perplexity", MembershipScores.Perplexity(logProbabilities));
        foreach (var name in comparison.Case.EnumerateObject().Select(p => p.Name).Where(n => n.StartsWith(MinK, StringComparison.Ordinal)))
        {
            comparison.Number(name, name.StartsWith(MinKPlusPlus, StringComparison.Ordinal)
                ? MembershipScores.MinKPlusPlus(positions, Fraction(name[MinKPlusPlus.Length..]))
                : MembershipScores.MinK(logProbabilities, Fraction(name[MinK.Length..])));
        }

        foreach (var count in comparison.OptionalInput("counts")?.EnumerateObject().ToArray() ?? [])
            comparison.Integer("counts." + count.Name, count.Value, MembershipScores.MinKCount(tokens.Length, Fraction(count.Name)));
        comparison.Number("lowercase_ratio", MembershipScores.LowercaseRatio(logProbabilities, Numbers("lowercase_logprobs")));
        comparison.Number("reference_difference", MembershipScores.ReferenceDifference(logProbabilities, Numbers("reference_logprobs")));
        comparison.Number("recall", MembershipScores.Recall(logProbabilities, Numbers("conditional_logprobs")));
        CheckDivergence(comparison, tokens, logProbabilities);
        if (comparison.OptionalInput("zlib") is { } zlib)
        {
            ExpectedObject.Compare(comparison, "zlib", zlib, "", (expected, _) =>
            {
                // Lengths depend on the deflate implementation, so that the text is no input here: the score is checked given the length.
                expected.Ignore("text");
                expected.Number("score", MembershipScores.Zlib(logLikelihood, (int)expected.Input("compressed_bytes")));
            });
        }

        double[] Numbers(string name) => VectorComparison.ReadNumbers(comparison.Input(name));
    }

    private static void CheckDivergence(VectorComparison comparison, int[] tokens, double[] logProbabilities)
    {
        if (comparison.OptionalInput("dcpdd") is not { } divergence)
            return;
        ExpectedObject.Compare(comparison, "dcpdd", divergence, "", (expected, _) =>
        {
            var counts = expected.OptionalInput("corpus_counts")?.EnumerateObject()
                .ToDictionary(c => int.Parse(c.Name, CultureInfo.InvariantCulture), c => c.Value.GetInt64()) ?? [];
            var score = MembershipScores.CalibratedDivergence(
                tokens, logProbabilities, counts, (long)expected.Input("corpus_tokens"), (long)expected.Input("vocabulary"), expected.Input("a"));
            expected.Integers("first_occurrences", [.. score.FirstOccurrences.Select(i => (long)i)]);
            expected.Numbers("uncapped", score.Uncapped);
            expected.Number("score", score.Score);
            expected.Number("score_uncapped", score.ScoreUncapped);
        });
    }

    private static decimal Fraction(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
