using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="NullSpread"/>.</summary>
public sealed class NullSpreadVectors : IStatisticsVectorFile
{
    private const double PValueTolerance = 1e-7;

    /// <inheritdoc/>
    public string Name => "null-spread";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-9, 1e-12);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var formats = comparison.Input("k").GetInt32();
        if (comparison.Input("kind").GetString() == "normal")
        {
            comparison.Number("d2", NullSpread.ExpectedNormalRange(formats));
            return;
        }

        var spread = new NullSpread(formats, comparison.Input("n").GetInt32(), comparison.Input("p").GetDouble());
        comparison.Number("expected_range", spread.ExpectedRange);
        var quantile = spread.RangeQuantile(0.95);
        comparison.Integer("range_quantile_95_count", quantile);
        comparison.Number("cdf_at_quantile", spread.RangeAtMost(quantile));
        comparison.Number("cdf_below_quantile", spread.RangeAtMost(quantile - 1));
        comparison.Number("p_value_range_at_least_observed", spread.RangeAtLeast(comparison.Input("observed_count").GetInt32()), PValueTolerance);
        CheckWhereGiven("normal_approximation", 0);
        CheckWhereGiven("normal_approximation_item_correlation_half", 0.5);

        // The reference gives the approximation for some K only and null for the others, where it is as well defined.
        void CheckWhereGiven(string name, double correlation)
        {
            if (comparison.Expected(name) is { ValueKind: JsonValueKind.Number })
                comparison.Number(name, spread.NormalApproximation(correlation));
        }
    }
}
