namespace ForensicKit.Statistics;

/// <summary>
/// Two one-sided tests of a difference against a margin (Schuirmann 1987). Non-inferiority is <paramref name="Lower"/> alone,
/// non-superiority <paramref name="Upper"/> alone.
/// </summary>
/// <param name="Lower">p of H0: difference ≤ −margin.</param>
/// <param name="Upper">p of H0: difference ≥ +margin.</param>
/// <param name="ZLower">The statistic of the lower test; null for exact and t tests.</param>
/// <param name="ZUpper">The statistic of the upper test.</param>
public sealed record EquivalenceTest(Probability Lower, Probability Upper, double? ZLower = null, double? ZUpper = null)
{
    /// <summary>The larger of both: p of "not equivalent".</summary>
    public Probability Tost => Probability.Max(Lower, Upper);

    internal static EquivalenceTest? FromDifference(DoubleDouble difference, DoubleDouble margin, DoubleDouble lowerError, DoubleDouble upperError)
    {
        if (!(lowerError.Hi > 0 && upperError.Hi > 0))
            return null;
        var (lower, upper) = ((difference + margin) / lowerError, (difference - margin) / upperError);
        return new(Normal.Upper(lower), Normal.Lower(upper), lower.Hi, upper.Hi);
    }
}

/// <summary>
/// Equivalence and non-inferiority of rates and scores. Margins are positive and shares of 1 (one point is 0.01); limits such as
/// p0 − margin keep the digits of the doubles given. Impossible inputs are rejected with <see cref="ArgumentException"/>.
/// </summary>
public static class Equivalence
{
    /// <summary>One proportion against p0, exact binomial tests at the limits p0 ± margin.</summary>
    public static EquivalenceTest OneProportionExact(long x, long n, double p0, double margin)
    {
        var (low, high) = Limits(x, n, p0, margin);
        return new(Binomial.Upper(x, n, low), Binomial.Lower(x, n, high));
    }

    /// <summary>One proportion against p0, standard error under each limit; null where one is 0.</summary>
    public static EquivalenceTest? OneProportionScore(long x, long n, double p0, double margin)
    {
        var (low, high) = Limits(x, n, p0, margin);
        return EquivalenceTest.FromDifference(DoubleDouble.Ratio(x, n) - p0, margin,
            DoubleDouble.Sqrt(TwoProportions.Variance(low, n)), DoubleDouble.Sqrt(TwoProportions.Variance(high, n)));
    }

    /// <summary>One proportion against p0, standard error at x/n; null where that is 0.</summary>
    public static EquivalenceTest? OneProportionWald(long x, long n, double p0, double margin)
    {
        Limits(x, n, p0, margin);
        var p = DoubleDouble.Ratio(x, n);
        var error = DoubleDouble.Sqrt(TwoProportions.Variance(p, n));
        return EquivalenceTest.FromDifference(p - p0, margin, error, error);
    }

    /// <summary>Two independent proportions, unpooled standard error; null where that is 0.</summary>
    public static EquivalenceTest? TwoProportionsWald(long x1, long n1, long x2, long n2, double margin)
    {
        CheckMargin(margin);
        var error = TwoProportions.UnpooledError(x1, n1, x2, n2);
        return EquivalenceTest.FromDifference(TwoProportions.DifferenceExtended(x1, n1, x2, n2), margin, error, error);
    }

    /// <summary>Two independent proportions, standard error at the maximum-likelihood rates under each limit (Farrington and Manning 1990).</summary>
    public static EquivalenceTest? FarringtonManning(long x1, long n1, long x2, long n2, double margin)
    {
        CheckMargin(margin);
        var difference = TwoProportions.DifferenceExtended(x1, n1, x2, n2);
        return EquivalenceTest.FromDifference(difference, margin, RestrictedError(-(DoubleDouble)margin), RestrictedError(margin));

        DoubleDouble RestrictedError(DoubleDouble delta)
        {
            var p2 = RestrictedRate(x1, n1, x2, n2, delta);
            return DoubleDouble.Sqrt(TwoProportions.Variance(p2 + delta, n1) + TwoProportions.Variance(p2, n2));
        }
    }

    /// <summary>Paired rates (b − c)/n from discordant counts, Wald's standard error; null where that is 0.</summary>
    public static EquivalenceTest? PairedWald(long b, long c, long n, double margin)
    {
        CheckPaired(b, c, n, margin);
        var error = PairedProportions.WaldError(b, c, n);
        return EquivalenceTest.FromDifference(DoubleDouble.Ratio(b - c, n), margin, error, error);
    }

    /// <summary>Paired rates (b − c)/n, score test with the restricted estimate under each limit (Tango 1998, Stat Med 17:891).</summary>
    public static EquivalenceTest? Tango(long b, long c, long n, double margin)
    {
        CheckPaired(b, c, n, margin);
        return EquivalenceTest.FromDifference(DoubleDouble.Ratio(b - c, n), margin, Error(-(DoubleDouble)margin), Error(margin));

        DoubleDouble Error(DoubleDouble delta)
        {
            var items = DoubleDouble.FromInteger(n);
            var linear = (((items * 2) - DoubleDouble.FromInteger(b - c)) * delta) - DoubleDouble.FromInteger(b + c);
            var constant = -(DoubleDouble.FromInteger(c) * delta * (1 - delta));
            var root = DoubleDouble.Sqrt(DoubleDouble.Max(0, (linear * linear) - (items * constant * 8)));
            var q = (root - linear) / (items * 4);
            return DoubleDouble.Sqrt(DoubleDouble.Max(0, (q * 2) + (delta * (1 - delta))) / items);
        }
    }

    /// <summary>Paired scores, t tests with n − 1 degrees of freedom; null where the differences do not vary or n = 1.</summary>
    public static EquivalenceTest? PairedT(IReadOnlyList<double> a, IReadOnlyList<double> b, double margin)
    {
        CheckMargin(margin);
        var differences = SampleMoments.Differences(a, b);
        if (SampleMoments.StandardError(differences) is not { Hi: > 0 } error)
            return null;
        var mean = SampleMoments.Mean(differences);
        var degrees = differences.Length - 1;
        return new(StudentT.Upper((mean + margin) / error, degrees), StudentT.Lower((mean - margin) / error, degrees));
    }

    // The score of the likelihood in p2 with p1 = p2 + δ falls from +∞ to −∞ (or keeps one sign up to the end where a count is empty):
    // bisection to 30 digits finds the maximum, inside or at the end.
    private static DoubleDouble RestrictedRate(long x1, long n1, long x2, long n2, DoubleDouble delta)
    {
        var (low, high) = (DoubleDouble.Max(0, -delta), DoubleDouble.Min(1, 1 - delta));
        for (var i = 0; i < 110; i++)
        {
            var p2 = (low + high) * 0.5;
            var p1 = p2 + delta;
            if (Share(x1, p1) - Share(n1 - x1, 1 - p1) + Share(x2, p2) - Share(n2 - x2, 1 - p2) > 0)
                low = p2;
            else
                high = p2;
        }

        return (low + high) * 0.5;

        static DoubleDouble Share(long count, DoubleDouble rate) => count == 0 ? 0 : DoubleDouble.FromInteger(count) / rate;
    }

    private static (DoubleDouble Low, DoubleDouble High) Limits(long x, long n, double p0, double margin)
    {
        SuccessCount.Check(x, n);
        SuccessCount.CheckRate(p0, nameof(p0));
        CheckMargin(margin);
        var (low, high) = ((DoubleDouble)p0 - margin, (DoubleDouble)p0 + margin);
        if (low < 0 || high > 1)
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "p0 ± margin leaves [0, 1].");
        return (low, high);
    }

    private static void CheckPaired(long b, long c, long n, double margin)
    {
        CheckMargin(margin);
        SuccessCount.Check(b, n, nameof(b));
        SuccessCount.Check(c, n, nameof(c));
        if (b + c > n)
            throw new ArgumentOutOfRangeException(nameof(n), n, "There are more discordant items than items.");
    }

    private static void CheckMargin(double margin)
    {
        if (!(margin > 0 && margin < 1))
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin is positive and below 1.");
    }
}
