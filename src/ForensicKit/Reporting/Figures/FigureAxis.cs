namespace ForensicKit.Reporting;

/// <summary>An axis: what it measures, in which unit, on which scale.</summary>
/// <param name="Label">What it measures, for example <c>Accuracy</c>; empty where categories speak for themselves.</param>
/// <param name="Unit">The unit, for example <c>%</c> or <c>ms</c>; null for pure numbers and categories.</param>
/// <param name="Scale">The scale.</param>
public sealed record FigureAxis(string Label, string? Unit, FigureScale Scale)
{
    /// <summary>Label and unit as printed, for example <c>Accuracy (%)</c>.</summary>
    public string Heading => (Label.Length, Unit) switch
    {
        (0, null) => "",
        (0, _) => Unit,
        (_, null) => Label,
        _ => $"{Label} ({Unit})",
    };
}

/// <summary>How data coordinates become positions.</summary>
public abstract record FigureScale;

/// <summary>Equal steps for equal differences. The axis always holds all data.</summary>
/// <param name="Min">The axis reaches down at least to here; null: from the data.</param>
/// <param name="Max">The axis reaches up at least to here; null: from the data.</param>
/// <param name="IncludeZero">Whether 0 must be on the axis. Always so where bars start from 0.</param>
public sealed record LinearScale(double? Min = null, double? Max = null, bool IncludeZero = false) : FigureScale;

/// <summary>Equal steps for equal ratios. Values of 0 and below have no place and are left out of the drawing (not of the data).</summary>
/// <param name="Min">The axis reaches down at least to here, above 0; null: from the data.</param>
/// <param name="Max">The axis reaches up at least to here; null: from the data.</param>
public sealed record LogScale(double? Min = null, double? Max = null) : FigureScale;

/// <summary>
/// Named places. The coordinate of a category is its index; a coordinate between index − 0.5 and index + 0.5 lies beside it in the same band.
/// </summary>
/// <param name="Categories">The names, in reading order.</param>
/// <param name="Lanes">How many lines of marks each category holds (see <see cref="Lane"/>); sets the height of a row.</param>
public sealed record CategoryScale(IReadOnlyList<FigureCategory> Categories, int Lanes = 1) : FigureScale
{
    /// <summary>The coordinate of lane <paramref name="lane"/> (from 0, first lane first) of category <paramref name="index"/>.</summary>
    public double Lane(int index, int lane) => index + ((lane + 0.5) / Math.Max(1, Lanes)) - 0.5;
}

/// <summary>A category.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Note">A second, quieter line; null for none.</param>
/// <param name="Emphasised">Whether the name is set semi-bold.</param>
public sealed record FigureCategory(string Label, string? Note = null, bool Emphasised = false);
