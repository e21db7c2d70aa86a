using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>McNemar's tests.</summary>
public sealed class McNemarVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "mcnemar";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var test = McNemar.Test(comparison.Input("b").GetInt64(), comparison.Input("c").GetInt64());
        comparison.Probability("exact", test.Exact);
        comparison.Probability("mid_p", test.MidP);
        comparison.Probability("exact_one_sided_b_greater", test.ExactFirstBetter);
        comparison.Number("chi2", test.ChiSquared);
        comparison.Probability("p_chi2", test.PChiSquared);
        comparison.Number("chi2_corrected", test.ChiSquaredCorrected);
        comparison.Probability("p_chi2_corrected", test.PChiSquaredCorrected);
    }
}
