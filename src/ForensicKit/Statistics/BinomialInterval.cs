namespace ForensicKit.Statistics;

/// <summary>
/// Two-sided intervals for one proportion, x successes in n trials (Brown, Cai and DasGupta 2001). All need n ≥ 1, 0 ≤ x ≤ n and
/// 0 &lt; level &lt; 1 (<see cref="ArgumentOutOfRangeException"/> otherwise).
/// </summary>
public static class BinomialInterval
{
    /// <summary>z of a two-sided interval: Φ⁻¹((1 + level)/2).</summary>
    public static double CriticalValue(double level) => Normal.TwoSidedCriticalValue(level).Hi;

    /// <summary>Score interval without continuity correction (Wilson 1927).</summary>
    public static Interval Wilson(long x, long n, double level)
    {
        var (lower, upper) = WilsonExtended(x, n, level);
        return new(lower.Hi, upper.Hi);
    }

    /// <summary>Exact interval (Clopper and Pearson 1934): the p0 that neither exact one-sided test at (1 − level)/2 rejects.</summary>
    public static Interval ClopperPearson(long x, long n, double level)
    {
        var tail = HalfTail(x, n, level);
        return new(x == 0 ? 0 : Beta.Quantile(tail, x, n - x + 1), x == n ? 1 : Beta.UpperQuantile(tail, x + 1, n - x));
    }

    /// <summary>The exact upper limit that holds with confidence <paramref name="level"/> on its own (one-sided).</summary>
    public static double ClopperPearsonUpper(long x, long n, double level)
    {
        Check(x, n, level);
        return x == n ? 1 : Beta.UpperQuantile(1 - level, x + 1, n - x);
    }

    /// <summary>The exact lower limit that holds with confidence <paramref name="level"/> on its own (one-sided).</summary>
    public static double ClopperPearsonLower(long x, long n, double level)
    {
        Check(x, n, level);
        return x == 0 ? 0 : Beta.Quantile(1 - level, x, n - x + 1);
    }

    /// <summary>Equal-tailed posterior interval under Jeffreys' prior: quantiles of Beta(x + ½, n − x + ½).</summary>
    public static Interval Jeffreys(long x, long n, double level)
    {
        var tail = HalfTail(x, n, level);
        return new(Beta.Quantile(tail, x + 0.5, n - x + 0.5), Beta.UpperQuantile(tail, x + 0.5, n - x + 0.5));
    }

    /// <summary>Jeffreys' interval with limit 0 at x = 0 and 1 at x = n (Brown, Cai and DasGupta 2001, section 4.1.1).</summary>
    public static Interval JeffreysModified(long x, long n, double level)
    {
        var plain = Jeffreys(x, n, level);
        return new(x == 0 ? 0 : plain.Lower, x == n ? 1 : plain.Upper);
    }

    /// <summary>Agresti and Coull 1998: Wald's interval after adding z²/2 successes and z²/2 failures; may leave [0, 1].</summary>
    public static Interval AgrestiCoull(long x, long n, double level)
    {
        Check(x, n, level);
        var z = Normal.TwoSidedCriticalValue(level);
        var trials = DoubleDouble.FromInteger(n) + (z * z);
        var rate = (DoubleDouble.FromInteger(x) + (z * z * 0.5)) / trials;
        var half = z * DoubleDouble.Sqrt(rate * (1 - rate) / trials);
        return new((rate - half).Hi, (rate + half).Hi);
    }

    internal static (DoubleDouble Lower, DoubleDouble Upper) WilsonExtended(long x, long n, double level)
    {
        Check(x, n, level);
        var z = Normal.TwoSidedCriticalValue(level);
        var square = z * z;
        var trials = DoubleDouble.FromInteger(n);
        var p = DoubleDouble.Ratio(x, n);
        var centre = p + (square / (trials * 2));
        var half = z * DoubleDouble.Sqrt((p * (1 - p) / trials) + (square / (trials * trials * 4)));
        var scale = 1 + (square / trials);
        return (x == 0 ? 0 : (centre - half) / scale, x == n ? 1 : (centre + half) / scale);
    }

    internal static void Check(long x, long n, double level)
    {
        SuccessCount.Check(x, n);
        SuccessCount.CheckOpen(level, nameof(level));
    }

    private static double HalfTail(long x, long n, double level)
    {
        Check(x, n, level);
        return (1 - level) / 2;
    }
}
