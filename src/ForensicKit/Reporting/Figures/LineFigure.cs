namespace ForensicKit.Reporting;

/// <summary>A point of a line with its band.</summary>
/// <param name="X">Along x.</param>
/// <param name="Y">The value; null where missing, which breaks the line.</param>
/// <param name="Low">Lower end of the band; null where there is none.</param>
/// <param name="High">Upper end of the band; null where there is none.</param>
public sealed record LinePoint(double X, double? Y, double? Low = null, double? High = null);

/// <summary>A line of a line figure.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Points">Its points, in order of x.</param>
/// <param name="Step">Whether it is a step function.</param>
/// <param name="ShowPoints">Whether points are marked.</param>
public sealed record LineSeries(string Name, IReadOnlyList<LinePoint> Points, bool Step = false, bool ShowPoints = false);

/// <summary>A reference line of a line figure.</summary>
/// <param name="At">The axis on which the value lies.</param>
/// <param name="Value">Where.</param>
/// <param name="Label">Its name.</param>
public sealed record ReferenceLine(ValueAxis At, double Value, string Label);

/// <summary>Lines with interval bands.</summary>
public static class LineFigure
{
    private static readonly FigureInk[] Inks = [FigureInk.Blue, FigureInk.Vermillion, FigureInk.Green, FigureInk.Purple, FigureInk.Orange, FigureInk.SkyBlue];
    private static readonly PointShape[] Shapes = [PointShape.Circle, PointShape.Diamond, PointShape.Square, PointShape.Triangle, PointShape.Ring, PointShape.Cross];
    private static readonly LineDash[] Dashes = [LineDash.Solid, LineDash.Dashed, LineDash.DashDot, LineDash.Dotted];

    /// <summary>The figure. At most six lines, each with its own colour, shape and line style.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="lines">The lines, the most important first (it is drawn on top).</param>
    /// <param name="references">Reference lines.</param>
    /// <exception cref="ArgumentException">No line, or more than six: split them into panels.</exception>
    public static Figure Create(FigureIdentity identity, FigureAxis x, FigureAxis y, IReadOnlyList<LineSeries> lines, IReadOnlyList<ReferenceLine>? references = null)
    {
        if (lines.Count is 0 or > 6)
            throw new ArgumentException("A line figure has one to six lines; more are split into panels.", nameof(lines));
        var order = Enumerable.Range(0, lines.Count).Reverse().ToList();
        List<FigureMark> marks = [.. (references ?? []).Select(r => new RuleMark("rule", r.At, r.Value, r.Label))];
        marks.AddRange(order.Where(i => lines[i].Points.Any(p => p is { Low: not null, High: not null }))
            .Select(i => new BandMark(Key(i), [.. lines[i].Points.Select(p => new FigureInterval(p.X, p.Low, p.High))])));
        marks.AddRange(order.Select(i => new LineMark(Key(i), [.. lines[i].Points.Select(p => new FigurePoint(p.X, p.Y))], lines[i].ShowPoints, lines[i].Step)));
        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? Describe(x, y, lines, references ?? []),
            Series =
            [
                .. lines.Select((l, i) => new FigureSeries(Key(i), l.Name, Inks[i], Shapes[i], Dashes[i % Dashes.Length])),
                new("rule", "", FigureInk.Muted, Dash: LineDash.Dashed),
            ],
            Panels = [new() { X = x, Y = y, Marks = marks }],
            Data = new(
                [new("series"), new(x.Label.Length > 0 ? x.Label : "x", x.Unit), new(y.Label.Length > 0 ? y.Label : "y", y.Unit), new("low", y.Unit), new("high", y.Unit)],
                [.. lines.SelectMany(l => l.Points.Select(p => (IReadOnlyList<FigureCell>)[l.Name, (double?)p.X, p.Y, p.Low, p.High]))]),
        };
    }

    private static string Key(int index) => "line" + FigureText.Number(index, 0);

    // The ends and the extremes of each line: what a reader takes from it at a glance.
    private static string Describe(FigureAxis x, FigureAxis y, IReadOnlyList<LineSeries> lines, IReadOnlyList<ReferenceLine> references)
    {
        var sentences = lines.Select(l =>
        {
            var known = l.Points.Where(p => p.Y is { } v && double.IsFinite(v)).ToList();
            if (known.Count == 0)
                return $"{l.Name}: no data.";
            string At(LinePoint p) => $"{Show(p.Y)} at {Show(p.X)}";
            var (low, high) = (known.MinBy(p => p.Y)!, known.MaxBy(p => p.Y)!);
            return $"{l.Name}: from {At(known[0])} to {At(known[^1])}, lowest {At(low)}, highest {At(high)}.";
        });
        var rules = references.Select(r => $"Reference line: {r.Label}.");
        return $"Line chart of {y.Heading} over {x.Heading}. {string.Join(' ', sentences.Concat(rules))}";
    }

    private static string Show(double? value) => value!.Value.ToString("G4", System.Globalization.CultureInfo.InvariantCulture);
}
