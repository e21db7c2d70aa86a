namespace ForensicKit.Reporting;

/// <summary>From data coordinates to px along one axis.</summary>
internal abstract record AxisMap
{
    /// <summary>The place of a coordinate; null where it has none (missing, or not above 0 on a logarithmic axis).</summary>
    public abstract double? Place(double? coordinate);
}

/// <summary>Linear or logarithmic, from <paramref name="Min"/> at <paramref name="Start"/> to <paramref name="Max"/> at <paramref name="End"/>.</summary>
internal sealed record NumericMap(double Min, double Max, bool Log, double Start, double End) : AxisMap
{
    /// <inheritdoc/>
    public override double? Place(double? coordinate) => Fraction(coordinate) is { } f ? Start + (f * (End - Start)) : null;

    /// <summary>The share of the way from <see cref="Min"/> to <see cref="Max"/>, held within the axis for infinite values.</summary>
    public double? Fraction(double? coordinate)
    {
        if (coordinate is not { } v || double.IsNaN(v) || (Log && v <= 0))
            return null;
        if (double.IsInfinity(v))
            return v > 0 ? 1 : 0;
        // Halving first keeps the span of the whole double range finite.
        var f = Log ? Math.Log(v / Min) / Math.Log(Max / Min) : ((v / 2) - (Min / 2)) / ((Max / 2) - (Min / 2));
        return Math.Clamp(f, 0, 1);
    }

    /// <summary>
    /// The axis of a scale that holds all <paramref name="values"/>. One value (or none) gets room around it; <paramref name="rounded"/> extends both ends
    /// to the next tick (on a logarithmic axis by a twenty-fifth).
    /// </summary>
    public static NumericMap Fit(FigureScale scale, IEnumerable<double> values, bool zero, bool rounded, int ticks)
    {
        var log = scale as LogScale;
        var linear = scale as LinearScale;
        var ends = values.Where(v => double.IsFinite(v) && (log is null || v > 0)).ToList();
        foreach (var wanted in new[] { linear?.Min ?? log?.Min, linear?.Max ?? log?.Max })
        {
            if (wanted is { } v && double.IsFinite(v) && (log is null || v > 0))
                ends.Add(v);
        }

        if (log is null && (zero || linear is { IncludeZero: true }))
            ends.Add(0);
        if (ends.Count == 0)
            ends.AddRange(log is null ? [0, 1] : [1, 10]);
        var (min, max) = (ends.Min(), ends.Max());
        if (log is not null)
        {
            if (!(max / min > 1 + 1e-9))
                (min, max) = (min / 2, max * 2);
            // No mark on the very edge.
            var margin = rounded ? Math.Pow(max / min, 0.04) : 1;
            (min, max) = (min / margin, max * margin);
            return new(min, max, true, 0, 1);
        }

        if (!(max - min > 1e-12 * Math.Max(Math.Abs(min), Math.Abs(max))))
            (min, max) = (min - Around(min), max + Around(max));
        if (!rounded)
            return new(min, max, false, 0, 1);
        var step = FigureTicks.Linear(min, max, ticks).Step;
        var (low, high) = (Math.Floor((min / step) + 1e-9) * step, Math.Ceiling((max / step) - 1e-9) * step);
        return double.IsFinite(low) && double.IsFinite(high) && low < high ? new(low, high, false, 0, 1) : new(min, max, false, 0, 1);
    }

    /// <summary>About <paramref name="count"/> round places on this axis.</summary>
    public FigureTicks Ticks(int count) => Log ? FigureTicks.Logarithmic(Min, Max, count) : FigureTicks.Linear(Min, Max, count);

    private static double Around(double value) => value == 0 ? 1 : Math.Abs(value) * 0.1;
}

/// <summary>Categories with a centre and a band each.</summary>
internal sealed record BandMap(IReadOnlyList<double> Centres, IReadOnlyList<double> Bands) : AxisMap
{
    /// <inheritdoc/>
    public override double? Place(double? coordinate)
    {
        if (coordinate is not { } c || !double.IsFinite(c) || Centres.Count == 0 || c < -0.5 || c > Centres.Count - 0.5)
            return null;
        var index = Index(c);
        return Centres[index] + ((c - index) * Bands[index]);
    }

    /// <summary>The category whose band holds the coordinate.</summary>
    public int Index(double coordinate) => Math.Clamp((int)Math.Round(coordinate, MidpointRounding.AwayFromZero), 0, Centres.Count - 1);
}
