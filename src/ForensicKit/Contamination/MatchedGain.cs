using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>The gain on leaked items over fresh ones of the same difficulty.</summary>
/// <param name="Leaked">Leaked items that have a match; the others are left out.</param>
/// <param name="Fresh">Fresh items that are a match.</param>
/// <param name="Points">Mean over matched leaked items of S minus the mean of S over their matches, in points.</param>
/// <param name="Interval">Its interval; null with too few items to say how they spread.</param>
/// <param name="P">Exact one-sided p of exchanging labels among items of the same difficulty.</param>
/// <remarks>
/// Difficulty is told by the reference model: items of a stratum that it answers alike, right or wrong, are matched (post-stratification, Holt and Smith
/// 1979, on leaked items' shares). Where fresh items are as hard as leaked ones, this estimates what <see cref="InflationTest"/> does with less noise: an
/// answer of the reference is no longer subtracted, it only says with what to compare. Where leaked items are easier, matching on one noisy answer takes
/// out less than the difference in differences does, so that this stands beside it and not in its place.
/// Variances are pooled over cells, side by side, at least 1/n each; degrees of freedom by Welch and Satterthwaite.
/// </remarks>
public sealed record MatchedGain(int Leaked, int Fresh, double Points, Interval? Interval, Probability P)
{
    /// <summary>Matches items.</summary>
    /// <param name="items">The items.</param>
    /// <param name="level">Level of the interval.</param>
    /// <returns>The gain; null where no leaked item has a match.</returns>
    public static MatchedGain? Of(IReadOnlyList<InflationItem> items, double level)
    {
        var cells = items.GroupBy(i => (i.Stratum, i.CleanCorrect)).Select(g => (
                Leaked: g.Where(i => i.IsLeaked).Select(Right).ToList(), Fresh: g.Where(i => !i.IsLeaked).Select(Right).ToList()))
            .Where(c => c.Leaked.Count > 0 && c.Fresh.Count > 0).ToList();
        if (cells.Count == 0)
            return null;
        double leaked = cells.Sum(c => c.Leaked.Count);
        var gain = cells.Sum(c => c.Leaked.Count * (c.Leaked.Average() - c.Fresh.Average())) / leaked;
        // A cell's mean weighs as many as are leaked in it.
        var own = Error([.. cells.Select(c => (c.Leaked, c.Leaked.Count / leaked))]);
        var others = Error([.. cells.Select(c => (c.Fresh, c.Leaked.Count / leaked))]);
        Interval? interval = null;
        if (own is { } a && others is { } b)
        {
            var degrees = (a.Variance + b.Variance) * (a.Variance + b.Variance) / ((a.Variance * a.Variance / a.Degrees) + (b.Variance * b.Variance / b.Degrees));
            var half = Math.Sqrt(a.Variance + b.Variance) * StudentT.UpperQuantile((1 - level) / 2, degrees);
            interval = new(100 * Math.Max(-1, gain - half), 100 * Math.Min(1, gain + half));
        }

        return new(
            (int)leaked, cells.Sum(c => c.Fresh.Count), 100 * gain, interval,
            InflationTest.LabelExchange(items.Select(i => i with { Stratum = $"{i.Stratum}\n{i.CleanCorrect}" })));
    }

    // Variance of the weighted mean of cells, with its degrees of freedom; null where no cell has two items.
    private static (double Variance, int Degrees)? Error(IReadOnlyList<(List<double> Values, double Weight)> cells)
    {
        var (count, degrees) = (cells.Sum(c => c.Values.Count), cells.Sum(c => c.Values.Count - 1));
        if (degrees == 0)
            return null;
        var pooled = Math.Max(1.0 / count, cells.Sum(c => c.Values.Sum(v => Math.Pow(v - c.Values.Average(), 2))) / degrees);
        return (pooled * cells.Sum(c => c.Weight * c.Weight / c.Values.Count), degrees);
    }

    private static double Right(InflationItem item) => item.SuspectCorrect ? 1 : 0;
}
