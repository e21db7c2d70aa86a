namespace ForensicKit.Statistics;

/// <summary>An interval between two order statistics X(lower) ≤ X(upper), counted from 1.</summary>
/// <param name="LowerRank">Rank of the lower end; null where the sample is too small for one.</param>
/// <param name="UpperRank">Rank of the upper end; null where the sample is too small for one.</param>
/// <param name="Coverage">The chance that the interval holds the quantile, at least the level asked for.</param>
public readonly record struct RankInterval(long? LowerRank, long? UpperRank, double Coverage);

/// <summary>A bound by one order statistic, counted from 1.</summary>
/// <param name="Rank">Its rank; null where the sample is too small.</param>
/// <param name="Coverage">The chance that the bound holds; null without a bound.</param>
public readonly record struct RankBound(long? Rank, double? Coverage);

/// <summary>
/// Distribution-free confidence intervals for the p-quantile from order statistics: with B ~ Bin(n, p) the interval [X(l), X(u)] covers with
/// probability at least P(l ≤ B ≤ u−1) (David and Nagaraja, Order Statistics, 7.1).
/// </summary>
/// <remarks>Valid for independent observations of any distribution; exact for continuous ones.</remarks>
public static class QuantileInterval
{
    /// <summary>The two-sided interval with at most α/2 on each side.</summary>
    /// <param name="n">Observations, at least 1.</param>
    /// <param name="p">The quantile, strictly between 0 and 1.</param>
    /// <param name="level">Confidence level 1 − α, strictly between 0 and 1.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public static RankInterval TwoSided(long n, double p, double level)
    {
        Check(n, p, level);
        var tail = DoubleDouble.Log((1 - (DoubleDouble)level) * 0.5).Hi;
        long? lower = LowerRank(n, p, tail), upper = UpperRank(n, p, tail);
        // Outside lie B ≤ l−1 and B ≥ u: both small, so that their complement keeps all digits.
        var outside = (lower is { } l ? Binomial.Lower(l - 1, n, p).Value : 0) + (upper is { } u ? Binomial.Upper(u, n, p).Value : 0);
        return new RankInterval(lower, upper, 1 - outside);
    }

    /// <summary>The smallest order statistic that lies above the quantile with at least the level; exists iff 1 − pⁿ ≥ level.</summary>
    /// <inheritdoc cref="TwoSided"/>
    public static RankBound Upper(long n, double p, double level)
    {
        Check(n, p, level);
        var rank = UpperRank(n, p, DoubleDouble.Log(1 - (DoubleDouble)level).Hi);
        return new RankBound(rank, rank is { } u ? 1 - Binomial.Upper(u, n, p).Value : null);
    }

    /// <summary>The largest order statistic that lies below the quantile with at least the level; exists iff 1 − (1−p)ⁿ ≥ level.</summary>
    /// <inheritdoc cref="TwoSided"/>
    public static RankBound Lower(long n, double p, double level)
    {
        Check(n, p, level);
        var rank = LowerRank(n, p, DoubleDouble.Log(1 - (DoubleDouble)level).Hi);
        return new RankBound(rank, rank is { } l ? 1 - Binomial.Lower(l - 1, n, p).Value : null);
    }

    /// <summary>The fewest observations with which an upper bound exists: the first n with 1 − pⁿ ≥ level.</summary>
    /// <inheritdoc cref="TwoSided"/>
    public static long MinimumForUpperBound(double p, double level)
    {
        Check(1, p, level);
        var tail = DoubleDouble.Log(1 - (DoubleDouble)level);
        var ratio = tail / DoubleDouble.Log(p);
        if (ratio.Hi > 1e15)
            throw new ArgumentOutOfRangeException(nameof(p), p, "The quantile is so extreme that no sample of a size that can be taken reaches it.");
        var n = Math.Max(1, (long)Math.Floor(ratio.Hi) - 1);
        while (!AtMost(Binomial.Upper(n, n, p).Log, tail.Hi))
            n++;
        return n;
    }

    // The largest l ≥ 1 with P(B ≤ l−1) ≤ tail.
    private static long? LowerRank(long n, double p, double logTail)
    {
        var rank = Monotone.First(0, n, x => !AtMost(Binomial.Lower(x, n, p).Log, logTail));
        return rank >= 1 ? rank : null;
    }

    // The smallest u ≤ n with P(B ≥ u) ≤ tail.
    private static long? UpperRank(long n, double p, double logTail)
    {
        var rank = Monotone.First(1, n + 1, u => AtMost(Binomial.Upper(u, n, p).Log, logTail));
        return rank <= n ? rank : null;
    }

    // Equal where they agree to the digits of a tail: at p = ½ the tails are dyadic and do meet levels such as 0.75.
    private static bool AtMost(double log, double bound) => log <= bound + (4e-15 * Math.Max(1, Math.Abs(bound)));

    private static void Check(long n, double p, double level)
    {
        if (n is < 1 or > 1_000_000_000_000)
            throw new ArgumentOutOfRangeException(nameof(n), n, "There is at least one observation, and fewer than 10^12.");
        if (!(p > 0 && p < 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "The quantile lies strictly between 0 and 1.");
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level lies strictly between 0 and 1.");
    }
}
