namespace ForensicKit.Statistics;

/// <summary>Two systems judged right or wrong on the same items.</summary>
/// <param name="Both">Items both got right.</param>
/// <param name="OnlyFirst">Items only the first got right (b).</param>
/// <param name="OnlySecond">Items only the second got right (c).</param>
/// <param name="Neither">Items neither got right.</param>
public sealed record PairedTable(long Both, long OnlyFirst, long OnlySecond, long Neither)
{
    /// <summary>All items.</summary>
    public long Items => Both + OnlyFirst + OnlySecond + Neither;
}

/// <summary>A paired hybrid score interval.</summary>
/// <param name="Phi">The correlation φ it used.</param>
/// <param name="Limits">The limits of p1 − p2.</param>
public sealed record PairedInterval(double Phi, Interval Limits);

/// <summary>The difference of two proportions on the same items.</summary>
public static class PairedProportions
{
    /// <summary>(b − c)/n.</summary>
    public static double Difference(PairedTable table)
    {
        Check(table);
        return DoubleDouble.Ratio(table.OnlyFirst - table.OnlySecond, table.Items).Hi;
    }

    /// <summary>Hybrid score interval with the continuity-corrected φ: method 10 of Newcombe 1998 (Stat Med 17:2635).</summary>
    public static PairedInterval NewcombeCorrected(PairedTable table, double level) => Newcombe(table, level, corrected: true);

    /// <summary>Hybrid score interval with the plain φ: method 8 of Newcombe 1998 (Stat Med 17:2635).</summary>
    public static PairedInterval NewcombePlain(PairedTable table, double level) => Newcombe(table, level, corrected: false);

    /// <summary>Standard error of (b − c)/n: √(b + c − (b − c)²/n)/n.</summary>
    internal static DoubleDouble WaldError(long b, long c, long n)
    {
        var (items, gap) = (DoubleDouble.FromInteger(n), DoubleDouble.FromInteger(b - c));
        return DoubleDouble.Sqrt(DoubleDouble.Max(0, DoubleDouble.FromInteger(b + c) - (gap * gap / items))) / items;
    }

    private static PairedInterval Newcombe(PairedTable table, double level, bool corrected)
    {
        Check(table);
        var n = table.Items;
        var (x1, x2) = (table.Both + table.OnlyFirst, table.Both + table.OnlySecond);
        var (p1, p2) = (DoubleDouble.Ratio(x1, n), DoubleDouble.Ratio(x2, n));
        var (l1, u1) = BinomialInterval.WilsonExtended(x1, n, level);
        var (l2, u2) = BinomialInterval.WilsonExtended(x2, n, level);
        var phi = Phi(table, corrected);
        var difference = DoubleDouble.Ratio(table.OnlyFirst - table.OnlySecond, n);
        return new(phi.Hi, new((difference - Length(p1 - l1, u2 - p2, phi)).Hi, (difference + Length(u1 - p1, p2 - l2, phi)).Hi));
    }

    private static DoubleDouble Phi(PairedTable table, bool corrected)
    {
        DoubleDouble a = DoubleDouble.FromInteger(table.Both), b = DoubleDouble.FromInteger(table.OnlyFirst),
            c = DoubleDouble.FromInteger(table.OnlySecond), d = DoubleDouble.FromInteger(table.Neither);
        var margins = (a + b) * (c + d) * (a + c) * (b + d);
        if (margins == 0)
            return 0;
        var cross = (a * d) - (b * c);
        if (corrected && cross > 0)
            cross = DoubleDouble.Max(0, cross - (DoubleDouble.FromInteger(table.Items) * 0.5));
        return cross / DoubleDouble.Sqrt(margins);
    }

    private static DoubleDouble Length(DoubleDouble s, DoubleDouble t, DoubleDouble phi) =>
        DoubleDouble.Sqrt(DoubleDouble.Max(0, (s * s) - (phi * s * t * 2) + (t * t)));

    private static void Check(PairedTable table)
    {
        if (table.Both < 0 || table.OnlyFirst < 0 || table.OnlySecond < 0 || table.Neither < 0)
            throw new ArgumentException("A count of the table is negative.", nameof(table));
        if (table.Items < 1)
            throw new ArgumentException("The table is empty.", nameof(table));
    }
}
