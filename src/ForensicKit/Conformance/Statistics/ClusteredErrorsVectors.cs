using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Errors of the mean of clustered scores.</summary>
public sealed class ClusteredErrorsVectors : IStatisticsVectorFile
{
    // The reference found the maximum of the restricted likelihood numerically.
    private const double RemlRelative = 1e-6;
    private const double RemlAbsolute = 1e-8;

    /// <inheritdoc/>
    public string Name => "clustered-errors";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var result = ClusteredErrors.Of(VectorComparison.ReadNumbers(comparison.Input("scores")),
            [.. comparison.Input("clusters").EnumerateArray().Select(static c => c.ToString())]);
        comparison.Integer("n", result.Items);
        comparison.Integer("n_clusters", result.Clusters);
        comparison.Number("mean", result.Mean);
        comparison.Number("se_naive", result.Naive);
        comparison.Number("se_clustered", result.Clustered);
        comparison.Number("se_clustered_corrected", result.ClusteredCorrected);
        comparison.Number("ratio_to_naive", result.Ratio);
        comparison.Number("design_effect", result.DesignEffect);
        ExpectedObject.Compare(comparison, "anova", result.Components, static (expected, anova) =>
        {
            expected.Number("ms_between", anova.MeanSquareBetween);
            expected.Number("ms_within", anova.MeanSquareWithin);
            expected.Number("n0", anova.EffectiveSize);
            expected.Number("sigma2_between", anova.VarianceBetween);
            expected.Number("sigma2_between_truncated", Math.Max(0, anova.VarianceBetween));
            expected.Number("sigma2_within", anova.VarianceWithin);
            expected.Number("icc", anova.IntraclassCorrelation);
            expected.Number("icc_truncated", anova.IntraclassCorrelationTruncated);
            expected.Number("kish_design_effect", anova.KishDesignEffect);
        });
        ExpectedObject.Compare(comparison, "reml", result.Reml, static (expected, reml) =>
        {
            expected.Number("mean", reml.Mean, RemlRelative, RemlAbsolute);
            expected.Number("sigma2_between", reml.VarianceBetween, RemlRelative, RemlAbsolute);
            expected.Number("sigma2_within", reml.VarianceWithin, RemlRelative, RemlAbsolute);
            expected.Number("icc", reml.IntraclassCorrelation, RemlRelative, RemlAbsolute);
            expected.Number("criterion", reml.Criterion, RemlRelative, RemlAbsolute);
        });
    }
}
