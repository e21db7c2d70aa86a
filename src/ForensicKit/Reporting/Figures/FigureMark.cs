namespace ForensicKit.Reporting;

/// <summary>
/// Something drawn in a panel. Coordinates are data coordinates of the panel's axes (an index on a category axis).
/// A coordinate that is null or not finite is missing: it is named as missing or left out, never drawn as 0.
/// </summary>
/// <param name="Series">Key of the series that gives colour, shape and line style.</param>
public abstract record FigureMark(string Series)
{
    /// <summary>The coordinates on one axis that the axis must hold.</summary>
    internal abstract IEnumerable<double?> Coordinates(ValueAxis axis);
}

/// <summary>Which axis carries the value; the other carries the position.</summary>
public enum ValueAxis
{
    /// <summary>Values run along x.</summary>
    X,

    /// <summary>Values run along y.</summary>
    Y,
}

/// <summary>Points.</summary>
/// <param name="Series">Key of the series.</param>
/// <param name="Items">The points.</param>
/// <param name="Size">Diameter in px.</param>
/// <param name="Opacity">From 0 to 1; below 1 where many points fall together.</param>
/// <param name="MissingText">Text set in the place of a point without a value on a category axis; null for none.</param>
public sealed record PointsMark(string Series, IReadOnlyList<FigurePoint> Items, double Size = 9, double Opacity = 1, string? MissingText = null)
    : FigureMark(Series)
{
    /// <inheritdoc/>
    internal override IEnumerable<double?> Coordinates(ValueAxis axis) => Items.Select(p => axis == ValueAxis.X ? p.X : p.Y);
}

/// <summary>A point.</summary>
/// <param name="X">Along x; null where missing.</param>
/// <param name="Y">Along y; null where missing.</param>
/// <param name="Label">Text beside it, usually the value as printed; null for none.</param>
public sealed record FigurePoint(double? X, double? Y, string? Label = null);

/// <summary>Intervals. An end that is infinite or outside the axis is drawn as an arrow.</summary>
/// <param name="Series">Key of the series.</param>
/// <param name="Along">The axis the intervals run along.</param>
/// <param name="Items">The intervals.</param>
public sealed record IntervalsMark(string Series, ValueAxis Along, IReadOnlyList<FigureInterval> Items) : FigureMark(Series)
{
    /// <inheritdoc/>
    internal override IEnumerable<double?> Coordinates(ValueAxis axis) =>
        axis == Along ? Items.SelectMany(i => new[] { i.Low, i.High }) : Items.Select(i => (double?)i.Position);
}

/// <summary>An interval.</summary>
/// <param name="Position">Its coordinate on the other axis.</param>
/// <param name="Low">Lower end; null where missing.</param>
/// <param name="High">Upper end; null where missing.</param>
public sealed record FigureInterval(double Position, double? Low, double? High);

/// <summary>A line through points in order; a missing value breaks it. It is named at its right end where there is room.</summary>
/// <param name="Series">Key of the series.</param>
/// <param name="Items">Its points (labels are ignored).</param>
/// <param name="ShowPoints">Whether the points are marked too.</param>
/// <param name="Step">Whether it is a step function: each value holds until the next x.</param>
public sealed record LineMark(string Series, IReadOnlyList<FigurePoint> Items, bool ShowPoints = false, bool Step = false) : FigureMark(Series)
{
    /// <inheritdoc/>
    internal override IEnumerable<double?> Coordinates(ValueAxis axis) => Items.Select(p => axis == ValueAxis.X ? p.X : p.Y);
}

/// <summary>A band between two lines over x, for example a confidence band; a missing end breaks it.</summary>
/// <param name="Series">Key of the series.</param>
/// <param name="Items">Position along x with lower and upper end along y.</param>
public sealed record BandMark(string Series, IReadOnlyList<FigureInterval> Items) : FigureMark(Series)
{
    /// <inheritdoc/>
    internal override IEnumerable<double?> Coordinates(ValueAxis axis) =>
        axis == ValueAxis.Y ? Items.SelectMany(i => new[] { i.Low, i.High }) : Items.Select(i => (double?)i.Position);
}

/// <summary>Bars; also the steps of a waterfall and the bins of a histogram.</summary>
/// <param name="Series">Key of the series.</param>
/// <param name="Along">The axis the bars run along.</param>
/// <param name="Items">The bars.</param>
/// <param name="Thickness">Extent on the other axis, in its units (1 is the distance of two categories; a bin's width in a histogram).</param>
/// <param name="Hatched">Whether the print variant hatches them, to tell them from another series.</param>
public sealed record BarsMark(string Series, ValueAxis Along, IReadOnlyList<FigureBar> Items, double Thickness = 0.62, bool Hatched = false)
    : FigureMark(Series)
{
    /// <inheritdoc/>
    internal override IEnumerable<double?> Coordinates(ValueAxis axis) => axis == Along
        ? Items.SelectMany(b => new[] { b.From, b.To })
        : Items.SelectMany(b => new double?[] { b.Position - (Thickness / 2), b.Position + (Thickness / 2) });
}

/// <summary>A bar.</summary>
/// <param name="Position">Its centre on the other axis.</param>
/// <param name="From">Where it starts on the value axis.</param>
/// <param name="To">Where it ends; null where missing.</param>
/// <param name="Label">Text beside its end; null for none.</param>
public sealed record FigureBar(double Position, double From, double? To, string? Label = null);

/// <summary>A straight reference line at a constant value.</summary>
/// <param name="Series">Key of the series.</param>
/// <param name="At">The axis on which <paramref name="Value"/> lies: <see cref="ValueAxis.X"/> draws a vertical line.</param>
/// <param name="Value">Where.</param>
/// <param name="Label">Its name, set at its end; null for none.</param>
/// <param name="From">Start on the other axis; null: the whole panel.</param>
/// <param name="To">End on the other axis; null: the whole panel.</param>
public sealed record RuleMark(string Series, ValueAxis At, double Value, string? Label = null, double? From = null, double? To = null)
    : FigureMark(Series)
{
    /// <inheritdoc/>
    internal override IEnumerable<double?> Coordinates(ValueAxis axis) => axis == At ? [Value] : [From, To];
}

/// <summary>A note at a place.</summary>
/// <param name="Series">Key of the series.</param>
/// <param name="X">Along x.</param>
/// <param name="Y">Along y.</param>
/// <param name="Text">The words.</param>
public sealed record NoteMark(string Series, double X, double Y, string Text) : FigureMark(Series)
{
    /// <inheritdoc/>
    internal override IEnumerable<double?> Coordinates(ValueAxis axis) => [axis == ValueAxis.X ? X : Y];
}
