using ForensicKit.Contamination;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="ExchangeabilityTest"/>.</summary>
public sealed class ExchangeabilityVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "exchangeability";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var result = ExchangeabilityTest.Run(
            VectorComparison.ReadNumbers(comparison.Input("canonical")), JsonLists.Matrix(comparison.Input("permuted_shard_by_permutation")));
        comparison.Numbers("shard_difference", result.Differences);
        comparison.Number("mean", result.Mean);
        comparison.Number("sd_ddof1", result.StandardDeviation);
        comparison.Number("t", result.Test?.T);
        comparison.Integer("df", result.DegreesOfFreedom);
        comparison.Probability("p_t", result.Test?.P);
        comparison.Number("t_ddof0", result.TestAsPublished?.T);
        comparison.Probability("p_t_ddof0", result.TestAsPublished?.P);
        comparison.Number("p_permutation_total", result.PermutationP);
        comparison.Numbers("p_permutation_by_shard", result.PermutationPByShard);
    }
}
