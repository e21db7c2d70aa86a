namespace ForensicKit.Statistics;

/// <summary>
/// Items × prompts variance components with one score per cell: y_ij = μ + item_i + prompt_j + e_ij, both random and crossed. ANOVA
/// estimators, not truncated; restricted maximum likelihood equals them where none is negative.
/// </summary>
/// <param name="GrandMean">Mean of all cells.</param>
/// <param name="MeanSquareItems">Between items.</param>
/// <param name="MeanSquarePrompts">Between prompts.</param>
/// <param name="MeanSquareResidual">Residual.</param>
/// <param name="VarianceItems">(MS_items − MS_residual)/prompts.</param>
/// <param name="VariancePrompts">(MS_prompts − MS_residual)/items.</param>
/// <param name="VarianceGrandMean">
/// Variance of the grand mean when items and prompts are both samples: σ²_items/I + σ²_prompts/J + σ²_residual/(IJ).
/// </param>
/// <param name="FPrompts">MS_prompts/MS_residual; null where the residual is 0.</param>
/// <param name="PPrompts">Its upper tail with J − 1 and (I − 1)(J − 1) degrees of freedom.</param>
public sealed record TwoWayComponents(
    double GrandMean, double MeanSquareItems, double MeanSquarePrompts, double MeanSquareResidual,
    double VarianceItems, double VariancePrompts, double VarianceGrandMean, double? FPrompts, Probability? PPrompts)
{
    /// <summary>The residual's variance.</summary>
    public double VarianceResidual => MeanSquareResidual;

    /// <summary>Share of the items in the sum of the three components as they are; null where that is 0.</summary>
    public double? ShareItems => Share(VarianceItems);

    /// <summary>Share of the prompts.</summary>
    public double? SharePrompts => Share(VariancePrompts);

    /// <summary>Share of the residual.</summary>
    public double? ShareResidual => Share(VarianceResidual);

    /// <summary>Whether no component is negative, so that restricted maximum likelihood gives the same.</summary>
    public bool EqualsReml => VarianceItems >= 0 && VariancePrompts >= 0;

    /// <summary>Estimates from a table whose rows are items and whose columns are prompts.</summary>
    /// <exception cref="ArgumentException">Fewer than two items or prompts, an empty cell, or a score that is not finite.</exception>
    public static TwoWayComponents Estimate(IReadOnlyList<IReadOnlyList<double>> rows)
    {
        if (rows.Count < 2)
            throw new ArgumentException("At least two items are needed.", nameof(rows));
        var (items, prompts) = (rows.Count, rows[0].Count);
        if (rows.Any(r => r.Count != prompts))
            throw new ArgumentException("Every item needs every prompt.", nameof(rows));
        if (prompts < 2)
            throw new ArgumentException("At least two prompts are needed.", nameof(rows));
        var cells = rows.Select(r => SampleMoments.Exact(r, nameof(rows))).ToArray();
        var itemMeans = cells.Select(r => SampleMoments.Mean(r)).ToArray();
        var promptMeans = Enumerable.Range(0, prompts).Select(j => SampleMoments.Mean([.. cells.Select(r => r[j])])).ToArray();
        var grand = SampleMoments.Mean(itemMeans);
        var squareItems = SampleMoments.SquaresAbout(itemMeans, grand) * prompts / (items - 1);
        var squarePrompts = SampleMoments.SquaresAbout(promptMeans, grand) * items / (prompts - 1);
        // Residuals one by one: their sum of squares is not the difference of large ones.
        var residuals = cells.SelectMany((r, i) => r.Select((y, j) => y - itemMeans[i] - promptMeans[j] + grand));
        var residualDegrees = (double)(items - 1) * (prompts - 1);
        var residual = SampleMoments.SquaresAbout(residuals, 0) / residualDegrees;
        var (varianceItems, variancePrompts) = ((squareItems - residual) / prompts, (squarePrompts - residual) / items);
        var varianceMean = (varianceItems / items) + (variancePrompts / prompts) + (residual / items / prompts);
        // What 30 digits leave of an exact fit is not a residual.
        DoubleDouble? f = residual.Hi > 1e-28 * (squareItems + squarePrompts).Hi ? squarePrompts / residual : null;
        return new(grand.Hi, squareItems.Hi, squarePrompts.Hi, residual.Hi, varianceItems.Hi, variancePrompts.Hi, varianceMean.Hi,
            f?.Hi, f is { } ratio ? FisherF.Upper(ratio, prompts - 1, residualDegrees) : null);
    }

    private double? Share(double part) =>
        VarianceItems + VariancePrompts + VarianceResidual is var total && total != 0 ? part / total : null;
}
