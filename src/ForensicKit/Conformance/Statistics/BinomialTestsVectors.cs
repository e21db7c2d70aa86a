using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Exact binomial tests.</summary>
public sealed class BinomialTestsVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "binomial-tests";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var test = BinomialTest.Exact(
            comparison.Input("x").GetInt64(), comparison.Input("n").GetInt64(), VectorComparison.ReadNumber(comparison.Input("p0")));
        comparison.Probability("less", test.Less);
        comparison.Probability("greater", test.Greater);
        comparison.Probability("two_sided_min_likelihood", test.TwoSidedMinLikelihood);
        comparison.Probability("two_sided_central", test.TwoSidedCentral);
        comparison.Probability("two_sided_mid_p", test.TwoSidedMidP);
    }
}
