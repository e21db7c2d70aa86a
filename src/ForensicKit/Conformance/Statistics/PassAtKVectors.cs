using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="PassAtK"/>.</summary>
public sealed class PassAtKVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "pass-at-k-estimates";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        long n = comparison.Input("n").GetInt64(), c = comparison.Input("c").GetInt64(), k = comparison.Input("k").GetInt64();
        comparison.Number("pass_at_k", PassAtK.Estimate(n, c, k));
        comparison.Probability("one_minus", PassAtK.Failure(n, c, k));
        comparison.Number("plug_in_biased", PassAtK.PlugIn(n, c, k));
    }
}
