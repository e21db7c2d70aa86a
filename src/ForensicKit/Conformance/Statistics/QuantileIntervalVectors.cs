using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="QuantileInterval"/>.</summary>
public sealed class QuantileIntervalVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "quantile-intervals";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        double p = comparison.Input("p").GetDouble(), level = comparison.Input("level").GetDouble();
        if (comparison.OptionalInput("kind")?.GetString() == "minimum_n_for_an_upper_bound")
        {
            comparison.Integer("n", QuantileInterval.MinimumForUpperBound(p, level));
            return;
        }

        var n = comparison.Input("n").GetInt64();
        var interval = QuantileInterval.TwoSided(n, p, level);
        comparison.Integer("lower_rank", interval.LowerRank);
        comparison.Integer("upper_rank", interval.UpperRank);
        comparison.Number("coverage", interval.Coverage);
        var upper = QuantileInterval.Upper(n, p, level);
        comparison.Integer("one_sided_upper_rank", upper.Rank);
        comparison.Number("one_sided_upper_coverage", upper.Coverage);
        var lower = QuantileInterval.Lower(n, p, level);
        comparison.Integer("one_sided_lower_rank", lower.Rank);
        comparison.Number("one_sided_lower_coverage", lower.Coverage);
    }
}
