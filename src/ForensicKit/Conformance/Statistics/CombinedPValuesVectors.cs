using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Combinations of p-values.</summary>
public sealed class CombinedPValuesVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "combined-p-values";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        Probability[] p = [.. VectorComparison.ReadNumbers(comparison.Input("p")).Select(Probability.FromValue)];
        var fisher = PCombination.Fisher(p);
        comparison.Number("fisher_statistic", fisher.Statistic);
        comparison.Probability("fisher", fisher.P);
        var stouffer = PCombination.Stouffer(p);
        comparison.Number("stouffer_z", stouffer.Statistic);
        comparison.Probability("stouffer", stouffer.P);
        if (comparison.OptionalInput("stouffer_weights") is { } weights)
        {
            var weighted = PCombination.Stouffer(p, VectorComparison.ReadNumbers(weights));
            comparison.Number("stouffer_weighted_z", weighted.Statistic);
            comparison.Probability("stouffer_weighted", weighted.P);
        }

        comparison.Probability("simes", PCombination.Simes(p));
        comparison.Probability("bonferroni", PCombination.Bonferroni(p));
        Cauchy(comparison, PCombination.Cauchy(p));
        comparison.Probability("harmonic_mean", PCombination.HarmonicMean(p));
        if (comparison.Has("harmonic_mean_landau"))
            comparison.Probability("harmonic_mean_landau", PCombination.HarmonicMeanLandau(p), relative: 1e-8);
        if (comparison.Has("harmonic_mean_any_dependence"))
            comparison.Probability("harmonic_mean_any_dependence", PCombination.HarmonicMeanAnyDependence(p));
    }

    private static void Cauchy(VectorComparison comparison, CombinedP cauchy)
    {
        // With 60 digits cot(π/2) is not 0 but some 1e-62: an expected 0 that rounding has hidden.
        if (comparison.Expected("cauchy_statistic") is { } expected && Math.Abs(VectorComparison.ReadNumber(expected)) < 1e-40)
            comparison.Number("cauchy_statistic", Math.Abs(cauchy.Statistic) <= comparison.AbsoluteTolerance ? expected.GetDouble() : cauchy.Statistic);
        else
            comparison.Number("cauchy_statistic", cauchy.Statistic);
        comparison.Probability("cauchy", cauchy.P);
    }
}
