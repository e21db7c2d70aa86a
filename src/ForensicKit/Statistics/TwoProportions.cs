namespace ForensicKit.Statistics;

/// <summary>A z test: the statistic and its p-values.</summary>
/// <param name="Z">The statistic.</param>
/// <param name="TwoSided">P(|Z| ≥ |z|).</param>
/// <param name="Greater">P(Z ≥ z), against p1 &gt; p2.</param>
public sealed record ZTest(double Z, Probability TwoSided, Probability Greater)
{
    internal static ZTest? FromRatio(DoubleDouble difference, DoubleDouble standardError)
    {
        if (standardError.Hi <= 0)
            return null;
        var z = difference / standardError;
        return new(z.Hi, Normal.TwoSided(z), Normal.Upper(z));
    }
}

/// <summary>Fisher's exact test of a 2×2 table with fixed margins.</summary>
/// <param name="Less">P(X1 ≤ x1).</param>
/// <param name="Greater">P(X1 ≥ x1).</param>
/// <param name="TwoSided">Σ over tables no likelier than the observed one, up to a factor 1 + 1e-7 (R's fisher.test).</param>
public sealed record FisherExactTest(Probability Less, Probability Greater, Probability TwoSided);

/// <summary>
/// The difference p1 − p2 of two independent proportions x1/n1 and x2/n2.
/// Impossible counts are rejected with <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
public static class TwoProportions
{
    /// <summary>x1/n1 − x2/n2.</summary>
    public static double Difference(long x1, long n1, long x2, long n2) => DifferenceExtended(x1, n1, x2, n2).Hi;

    /// <summary>z test of p1 = p2 with the pooled standard error; null where that is 0.</summary>
    public static ZTest? PooledTest(long x1, long n1, long x2, long n2)
    {
        var difference = DifferenceExtended(x1, n1, x2, n2);
        var pooled = (DoubleDouble.FromInteger(x1) + DoubleDouble.FromInteger(x2)) / (DoubleDouble.FromInteger(n1) + DoubleDouble.FromInteger(n2));
        return ZTest.FromRatio(difference, DoubleDouble.Sqrt(pooled * (1 - pooled) * (DoubleDouble.Ratio(1, n1) + DoubleDouble.Ratio(1, n2))));
    }

    /// <summary>z test of p1 = p2 with the unpooled standard error; null where that is 0.</summary>
    public static ZTest? UnpooledTest(long x1, long n1, long x2, long n2) =>
        ZTest.FromRatio(DifferenceExtended(x1, n1, x2, n2), UnpooledError(x1, n1, x2, n2));

    /// <summary>Hybrid score interval, method 10 of Newcombe 1998 (Stat Med 17:873).</summary>
    public static Interval Newcombe(long x1, long n1, long x2, long n2, double level)
    {
        var difference = DifferenceExtended(x1, n1, x2, n2);
        var (p1, p2) = (DoubleDouble.Ratio(x1, n1), DoubleDouble.Ratio(x2, n2));
        var (l1, u1) = BinomialInterval.WilsonExtended(x1, n1, level);
        var (l2, u2) = BinomialInterval.WilsonExtended(x2, n2, level);
        return new((difference - Length(p1 - l1, u2 - p2)).Hi, (difference + Length(u1 - p1, p2 - l2)).Hi);
    }

    /// <summary>Wald's interval, not clipped to [−1, 1].</summary>
    public static Interval Wald(long x1, long n1, long x2, long n2, double level)
    {
        var difference = DifferenceExtended(x1, n1, x2, n2);
        var half = Normal.TwoSidedCriticalValue(level) * UnpooledError(x1, n1, x2, n2);
        return new((difference - half).Hi, (difference + half).Hi);
    }

    /// <summary>Agresti and Caffo 2000: Wald's interval after adding one success and one failure to each group, not clipped.</summary>
    public static Interval AgrestiCaffo(long x1, long n1, long x2, long n2, double level)
    {
        Check(x1, n1, x2, n2);
        return Wald(x1 + 1, n1 + 2, x2 + 1, n2 + 2, level);
    }

    /// <summary>Fisher's exact test.</summary>
    public static FisherExactTest Fisher(long x1, long n1, long x2, long n2)
    {
        Check(x1, n1, x2, n2);
        var (population, marked) = (n1 + n2, x1 + x2);
        var (low, high) = (Math.Max(0, marked - n2), Math.Min(marked, n1));
        var mode = Math.Clamp((long)Math.Floor((n1 + 1.0) * (marked + 1.0) / (population + 2.0)), low, high);
        var twoSided = MinimumLikelihood.PValue(x1, low, high, mode, k => Hypergeometric.LogMass(k, population, marked, n1),
            k => Hypergeometric.Lower(k, population, marked, n1), k => Hypergeometric.Upper(k, population, marked, n1));
        return new(Hypergeometric.Lower(x1, population, marked, n1), Hypergeometric.Upper(x1, population, marked, n1), twoSided);
    }

    internal static DoubleDouble DifferenceExtended(long x1, long n1, long x2, long n2)
    {
        Check(x1, n1, x2, n2);
        return DoubleDouble.Ratio(x1, n1) - DoubleDouble.Ratio(x2, n2);
    }

    internal static DoubleDouble UnpooledError(long x1, long n1, long x2, long n2) =>
        DoubleDouble.Sqrt(Variance(DoubleDouble.Ratio(x1, n1), n1) + Variance(DoubleDouble.Ratio(x2, n2), n2));

    internal static DoubleDouble Variance(DoubleDouble p, long n) => p * (1 - p) / DoubleDouble.FromInteger(n);

    private static DoubleDouble Length(DoubleDouble a, DoubleDouble b) => DoubleDouble.Sqrt((a * a) + (b * b));

    private static void Check(long x1, long n1, long x2, long n2)
    {
        SuccessCount.Check(x1, n1, nameof(x1), nameof(n1));
        SuccessCount.Check(x2, n2, nameof(x2), nameof(n2));
    }
}
