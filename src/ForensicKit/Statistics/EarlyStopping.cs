namespace ForensicKit.Statistics;

/// <summary>LoadGen's early-stopping estimate of a percentile.</summary>
/// <param name="OverLatencyAllowed">t: the most queries over the latency with which the bound still holds; −1 where none does.</param>
/// <param name="EstimateIndex">Index of the estimate in the sorted latencies, counted from 0: n − t; null with t &lt; 1.</param>
/// <param name="Discarded">Values above the estimate, t − 1 (the number LoadGen prints); null with t &lt; 1.</param>
/// <param name="AtAllowed">P(Bin(n, 1−p) ≤ t); null with t = −1.</param>
/// <param name="AtNext">P(Bin(n, 1−p) ≤ t + 1), above 1 − confidence.</param>
public sealed record EarlyStoppingEstimate(
    long OverLatencyAllowed, long? EstimateIndex, long? Discarded, Probability? AtAllowed, Probability AtNext);

/// <summary>
/// MLPerf LoadGen's early stopping with tolerance d = 0: after n queries of which t were over the latency, the percentile holds with the
/// confidence if P(Bin(n, 1−p) ≤ t) = I_p(n−t, t+1) ≤ 1 − confidence.
/// </summary>
/// <remarks>Percentile and confidence are decimals: 0.9 means nine tenths, not the double next to it.</remarks>
public sealed class EarlyStopping
{
    private const long MaximumQueries = 1_000_000_000_000;

    private readonly DoubleDouble _over;
    private readonly double _logTail;

    /// <param name="percentile">p, strictly between 0 and 1, for example 0.99.</param>
    /// <param name="confidence">Strictly between 0 and 1; LoadGen uses 0.99.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public EarlyStopping(decimal percentile, decimal confidence = 0.99m)
    {
        if (percentile is <= 0 or >= 1)
            throw new ArgumentOutOfRangeException(nameof(percentile), percentile, "The percentile is a fraction strictly between 0 and 1.");
        if (confidence is <= 0 or >= 1)
            throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "The confidence lies strictly between 0 and 1.");
        _over = Exact(1 - percentile);
        _logTail = DoubleDouble.Log(Exact(1 - confidence)).Hi;
    }

    /// <summary>The estimate from n queries.</summary>
    /// <exception cref="ArgumentException">There are no queries.</exception>
    public EarlyStoppingEstimate Estimate(long queries)
    {
        if (queries is < 1 or > MaximumQueries)
            throw new ArgumentOutOfRangeException(nameof(queries), queries, "There is at least one query, and at most 10^12.");
        var t = Monotone.First(0, queries, x => !Holds(x, queries)) - 1;
        return new EarlyStoppingEstimate(
            t, t >= 1 ? queries - t : null, t >= 1 ? t - 1 : null,
            t >= 0 ? Binomial.Lower(t, queries, _over) : null, Binomial.Lower(t + 1, queries, _over));
    }

    /// <summary>The fewest queries with which there is an estimate (t ≥ 1): 64 for p90, 662 for p99.</summary>
    /// <exception cref="ArgumentException">The percentile is so extreme that 10^12 queries are not enough.</exception>
    public long MinimumQueries() => Monotone.FirstFrom(1, MaximumQueries, n => Holds(1, n));

    /// <summary>h(t): the fewest queries under the latency with which a run with t queries over it passes (server scenario: n ≥ h(t) + t).</summary>
    /// <exception cref="ArgumentException">t is negative, or the percentile is so extreme that 10^12 queries are not enough.</exception>
    public long UnderLatencyNeeded(long overLatency)
    {
        if (overLatency is < 0 or > MaximumQueries)
            throw new ArgumentOutOfRangeException(nameof(overLatency), overLatency, "The number of queries over the latency is not negative.");
        return Monotone.FirstFrom(0, MaximumQueries, h => Holds(overLatency, h + overLatency));
    }

    /// <summary>Whether a server run of n queries passes with t of them over the latency.</summary>
    /// <exception cref="ArgumentException">There are more queries over the latency than queries.</exception>
    public bool Passes(long queries, long overLatency)
    {
        if (queries is < 1 or > MaximumQueries || overLatency < 0 || overLatency > queries)
            throw new ArgumentOutOfRangeException(nameof(overLatency), overLatency, "The queries over the latency are some of the queries.");
        return Holds(overLatency, queries);
    }

    private bool Holds(long t, long n) => Binomial.Lower(t, n, _over).Log <= _logTail;

    // A decimal below 1 is a whole number of its last digit. Eighteen digits fit exactly, and no percentile is reported with more.
    private static DoubleDouble Exact(decimal value)
    {
        const long unit = 1_000_000_000_000_000_000;
        return DoubleDouble.Ratio((long)decimal.Round(value * unit), unit);
    }
}
