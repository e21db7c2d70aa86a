namespace ForensicKit.Statistics;

/// <summary>McNemar's tests of one table.</summary>
/// <param name="Exact">min(1, 2·P(X ≤ min(b, c))), X ~ Binomial(b + c, ½); 1 without discordant items.</param>
/// <param name="MidP">2·P(X ≤ m) − P(X = m), m = min(b, c).</param>
/// <param name="ExactFirstBetter">P(X ≥ b): one-sided, against the first being better.</param>
/// <param name="ChiSquared">(b − c)²/(b + c), one degree of freedom.</param>
/// <param name="PChiSquared">Its upper tail.</param>
/// <param name="ChiSquaredCorrected">max(0, |b − c| − 1)²/(b + c): at b = c a continuity correction does not pass the null value.</param>
/// <param name="PChiSquaredCorrected">Its upper tail.</param>
public sealed record McNemarResult(
    Probability Exact, Probability MidP, Probability ExactFirstBetter,
    double ChiSquared, Probability PChiSquared, double ChiSquaredCorrected, Probability PChiSquaredCorrected);

/// <summary>What McNemar's exact test can say when only the totals of both systems are known.</summary>
/// <param name="MaxSmallerCount">The largest possible value of the smaller discordant count.</param>
/// <param name="PMin">Two-sided p at the most favourable pairing (smaller count 0).</param>
/// <param name="PMinAt">Its discordant counts (b, c).</param>
/// <param name="PMax">Two-sided p at the least favourable pairing.</param>
/// <param name="PMaxAt">Its discordant counts (b, c); those with the fewest items where p is the same for all pairings.</param>
/// <param name="OneSidedMin">The smallest one-sided p, P(X ≥ max(b, c)).</param>
/// <param name="OneSidedMax">The largest one-sided p.</param>
/// <param name="MaxWaldError">The standard error of (b − c)/n at the least favourable pairing.</param>
public sealed record McNemarBounds(
    long MaxSmallerCount, Probability PMin, (long B, long C) PMinAt, Probability PMax, (long B, long C) PMaxAt,
    Probability OneSidedMin, Probability OneSidedMax, double MaxWaldError);

/// <summary>McNemar's test for two systems on the same items, from the discordant counts b (only first right) and c (only second right).</summary>
public static class McNemar
{
    /// <summary>All tests of one table.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static McNemarResult Test(long b, long c)
    {
        CheckCounts(b, c);
        var n = b + c;
        if (n == 0)
            return new(Probability.One, Probability.One, Probability.One, 0, Probability.One, 0, Probability.One);
        var m = Math.Min(b, c);
        // 2·P(X < m) + P(X = m): a sum, so that nothing cancels.
        var midP = LogSpace.Add(Math.Log(2) + Binomial.Lower(m - 1, n, 0.5).Log, Binomial.LogMass(m, n, 0.5));
        var plain = Statistic(Math.Abs(b - c), n);
        var corrected = Statistic(Math.Max(0, Math.Abs(b - c) - 1), n);
        return new(Exact(b, c), Probability.FromLog(Math.Min(0, midP)), Binomial.Upper(b, n, 0.5),
            plain.Hi, ChiSquared.Upper(plain, 1), corrected.Hi, ChiSquared.Upper(corrected, 1));
    }

    /// <summary>The exact two-sided p-value.</summary>
    public static Probability Exact(long b, long c)
    {
        CheckCounts(b, c);
        return b == c ? Probability.One : Binomial.Lower(Math.Min(b, c), b + c, 0.5).TimesCapped(2);
    }

    /// <summary>
    /// Bounds over all pairings that agree with the totals: b − c = claimed − reproduced, and the smaller count runs from 0 to the number
    /// of items the worse system can have right where the better one is wrong.
    /// </summary>
    /// <param name="n">Items.</param>
    /// <param name="claimed">Items the first system got right.</param>
    /// <param name="reproduced">Items the second system got right.</param>
    public static McNemarBounds UnknownPairing(long n, long claimed, long reproduced)
    {
        SuccessCount.Check(claimed, n, nameof(claimed), nameof(n));
        SuccessCount.Check(reproduced, n, nameof(reproduced), nameof(n));
        var gap = claimed - reproduced;
        var max = gap >= 0 ? Math.Min(reproduced, n - claimed) : Math.Min(claimed, n - reproduced);
        var (atMin, atMax) = (At(0), At(max));
        var (first, last) = (OneSided(atMin), OneSided(atMax));
        // With a gap of 0 or 1 the two-sided p is 1 for every pairing; the first that attains it is named.
        var (pMax, pMaxAt) = Math.Abs(gap) <= 1 ? (Probability.One, atMin) : (Exact(atMax.B, atMax.C), atMax);
        return new(max, Exact(atMin.B, atMin.C), atMin, pMax, pMaxAt,
            Probability.Min(first, last), Probability.Max(first, last), PairedProportions.WaldError(atMax.B, atMax.C, n).Hi);

        (long B, long C) At(long smaller) => gap >= 0 ? (smaller + gap, smaller) : (smaller, smaller - gap);
    }

    private static Probability OneSided((long B, long C) counts) =>
        Binomial.Upper(Math.Max(counts.B, counts.C), counts.B + counts.C, 0.5);

    private static DoubleDouble Statistic(long distance, long n) =>
        DoubleDouble.FromInteger(distance) * DoubleDouble.FromInteger(distance) / DoubleDouble.FromInteger(n);

    private static void CheckCounts(long b, long c)
    {
        if (b < 0)
            throw new ArgumentOutOfRangeException(nameof(b), b, "A discordant count is negative.");
        if (c < 0)
            throw new ArgumentOutOfRangeException(nameof(c), c, "A discordant count is negative.");
    }
}
