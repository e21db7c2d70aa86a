using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="EarlyStopping"/>.</summary>
public sealed class EarlyStoppingVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "early-stopping";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var stopping = new EarlyStopping(comparison.Input("percentile").GetDecimal(), comparison.Input("confidence").GetDecimal());
        switch (comparison.Input("kind").GetString())
        {
            case "minimum_n":
                comparison.Integer("n", stopping.MinimumQueries());
                break;
            case "server_pass":
                foreach (var pair in comparison.Input("t_and_h").EnumerateArray())
                {
                    var t = pair[0].GetInt64();
                    comparison.Integer(string.Create(CultureInfo.InvariantCulture, $"h({t})"), pair[1], stopping.UnderLatencyNeeded(t));
                }

                break;
            default:
                var estimate = stopping.Estimate(comparison.Input("n").GetInt64());
                comparison.Integer("t", estimate.OverLatencyAllowed);
                comparison.Integer("estimate_index_0_based", estimate.EstimateIndex);
                comparison.Integer("discarded", estimate.Discarded);
                comparison.Probability("p_at_t", estimate.AtAllowed);
                comparison.Probability("p_at_t_plus_1", estimate.AtNext);
                break;
        }
    }
}
