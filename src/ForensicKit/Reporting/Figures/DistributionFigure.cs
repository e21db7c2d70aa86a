namespace ForensicKit.Reporting;

/// <summary>The values of a group.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Its values; those that are not finite are counted as missing in the row's note.</param>
public sealed record ValueGroup(string Name, IReadOnlyList<double> Values);

/// <summary>How values are distributed: a histogram of one group, or a strip for each of several.</summary>
public static class DistributionFigure
{
    /// <summary>A histogram. Bins have round edges; their width follows Freedman and Diaconis (1981), 2·IQR·n^(−1/3), within 5 to 60 bins.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="axis">What the values measure; a linear scale.</param>
    /// <param name="values">The values.</param>
    /// <param name="references">Reference lines across the value axis.</param>
    public static Figure Histogram(FigureIdentity identity, FigureAxis axis, IReadOnlyList<double> values, IReadOnlyList<ReferenceLine>? references = null)
    {
        var known = values.Where(double.IsFinite).Order().ToList();
        var bins = Bins(known);
        var width = bins.Count > 0 ? bins[0].High - bins[0].Low : 1;
        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? DescribeHistogram(axis, known, bins),
            Series = [new("values", "", FigureInk.Blue), new("rule", "", FigureInk.Vermillion, Dash: LineDash.Dashed)],
            Panels =
            [
                new()
                {
                    X = axis,
                    Y = new("Count", null, new LinearScale(IncludeZero: true)),
                    Marks =
                    [
                        new BarsMark("values", ValueAxis.Y, [.. bins.Select(b => new FigureBar((b.Low + b.High) / 2, 0, b.Count))], width),
                        .. (references ?? []).Select(r => new RuleMark("rule", r.At, r.Value, r.Label)),
                    ],
                    Height = 200,
                },
            ],
            Data = new(
                [new("from", axis.Unit), new("to", axis.Unit), new("count", "items")],
                [.. bins.Select(b => (IReadOnlyList<FigureCell>)[b.Low, b.High, (long?)b.Count])]),
        };
    }

    /// <summary>Strips: every value a stroke, the median a point, one row for each group.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="axis">What the values measure.</param>
    /// <param name="groups">The groups.</param>
    /// <param name="references">Reference lines across the value axis.</param>
    /// <param name="decimals">Decimals of the printed medians.</param>
    public static Figure Strip(
        FigureIdentity identity, FigureAxis axis, IReadOnlyList<ValueGroup> groups, IReadOnlyList<ReferenceLine>? references = null, int decimals = 1)
    {
        var known = groups.Select(g => g.Values.Where(double.IsFinite).Order().ToList()).ToList();
        var missing = groups.Select((g, i) => g.Values.Count - known[i].Count).ToList();
        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText
                ?? $"Strip plot of {axis.Heading}. {string.Join(' ', groups.Select((g, i) => DescribeGroup(g.Name, known[i], decimals)))}",
            Series =
            [
                new("values", "", FigureInk.Blue, PointShape.Tick),
                new("median", "", FigureInk.Text, PointShape.Ring),
                new("rule", "", FigureInk.Vermillion, Dash: LineDash.Dashed),
            ],
            Panels =
            [
                new()
                {
                    X = axis,
                    Y = new("", null, new CategoryScale(
                        [.. groups.Select((g, i) => new FigureCategory(g.Name, missing[i] > 0 ? $"{FigureText.Number(missing[i], 0)} missing" : null))])),
                    Marks =
                    [
                        .. (references ?? []).Select(r => new RuleMark("rule", r.At, r.Value, r.Label)),
                        new PointsMark("values", [.. known.SelectMany((v, i) => v.Select(x => new FigurePoint(x, i)))], Size: 16, Opacity: 0.5),
                        new PointsMark("median", [.. known.Select((v, i) => new FigurePoint(v.Count > 0 ? Median(v) : null, i))], MissingText: "no data"),
                    ],
                    Columns =
                    [
                        new("n", [.. known.Select(v => FigureText.Number(v.Count, 0))], Numeric: true),
                        new("Median", [.. known.Select(v => v.Count > 0 ? FigureText.Number(Median(v), decimals) : null)], Numeric: true),
                    ],
                },
            ],
            Data = new([new("group"), new("value", axis.Unit)], [.. groups.SelectMany(g => g.Values.Select(v => (IReadOnlyList<FigureCell>)[g.Name, (double?)v]))]),
        };
    }

    private static string DescribeGroup(string name, List<double> known, int decimals)
    {
        string Show(double v) => FigureText.Number(v, decimals);
        return known.Count == 0
            ? $"{name}: no data."
            : $"{name}: n {FigureText.Number(known.Count, 0)}, median {Show(Median(known))}, from {Show(known[0])} to {Show(known[^1])}.";
    }

    // Half-open bins [low, high); the last one holds its upper edge.
    private static List<(double Low, double High, int Count)> Bins(List<double> sorted)
    {
        if (sorted.Count == 0)
            return [];
        var (min, max) = (sorted[0], sorted[^1]);
        if (!(max > min))
            (min, max) = (min - 0.5, max + 0.5);
        var width = 2 * (Quantile(sorted, 0.75) - Quantile(sorted, 0.25)) / Math.Cbrt(sorted.Count);
        var wanted = width > 0 ? (max - min) / width : Math.Sqrt(sorted.Count);
        var ticks = FigureTicks.Linear(min, max, (int)Math.Clamp(Math.Ceiling(wanted), 5, 60));
        var step = ticks.Step;
        var first = Math.Floor(min / step);
        var count = (int)Math.Clamp(Math.Floor(max / step) - first + 1, 1, 400);
        var counts = new int[count];
        foreach (var value in sorted)
            counts[Math.Clamp((int)(Math.Floor(value / step) - first), 0, count - 1)]++;
        return [.. counts.Select((c, i) => ((first + i) * step, (first + i + 1) * step, c))];
    }

    private static double Median(List<double> sorted) => Quantile(sorted, 0.5);

    // Linear interpolation of order statistics (R type 7).
    private static double Quantile(List<double> sorted, double p)
    {
        var at = p * (sorted.Count - 1);
        var low = (int)Math.Floor(at);
        return low + 1 < sorted.Count ? sorted[low] + ((at - low) * (sorted[low + 1] - sorted[low])) : sorted[low];
    }

    private static string DescribeHistogram(FigureAxis axis, List<double> known, List<(double Low, double High, int Count)> bins)
    {
        if (known.Count == 0)
            return $"Histogram of {axis.Heading}: no data.";
        var tallest = bins.MaxBy(b => b.Count);
        string Show(double v) => v.ToString("G4", System.Globalization.CultureInfo.InvariantCulture);
        return $"Histogram of {axis.Heading}, {FigureText.Number(known.Count, 0)} values from {Show(known[0])} to {Show(known[^1])}, median {Show(Median(known))}; "
            + $"the tallest bin, {Show(tallest.Low)} to {Show(tallest.High)}, holds {FigureText.Number(tallest.Count, 0)}.";
    }
}
