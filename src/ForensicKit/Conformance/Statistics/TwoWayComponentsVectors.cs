using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Items × prompts variance components.</summary>
public sealed class TwoWayComponentsVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "two-way-components";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var result = TwoWayComponents.Estimate(
            [.. comparison.Input("rows_are_items_columns_are_prompts").EnumerateArray().Select(VectorComparison.ReadNumbers)]);
        comparison.Number("grand_mean", result.GrandMean);
        comparison.Number("ms_items", result.MeanSquareItems);
        comparison.Number("ms_prompts", result.MeanSquarePrompts);
        comparison.Number("ms_residual", result.MeanSquareResidual);
        comparison.Number("sigma2_items", result.VarianceItems);
        comparison.Number("sigma2_prompts", result.VariancePrompts);
        comparison.Number("sigma2_residual", result.VarianceResidual);
        comparison.Number("share_items", result.ShareItems);
        comparison.Number("share_prompts", result.SharePrompts);
        comparison.Number("share_residual", result.ShareResidual);
        comparison.Number("var_grand_mean_items_and_prompts_random", result.VarianceGrandMean);
        comparison.Number("F_prompts", result.FPrompts);
        comparison.Probability("p_prompts", result.PPrompts);
        comparison.Boolean("reml_equals_anova", result.EqualsReml);
    }
}
