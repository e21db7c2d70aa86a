using ForensicKit.Findings;
using ForensicKit.Statistics;

namespace ForensicKit.Latency;

/// <summary>A claim: a percentile of a metric is at most so much under a load.</summary>
/// <param name="Id">Identifier within the case.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Percentile">The percentile as a share, for example 0.99.</param>
/// <param name="LimitMs">The value that is not exceeded, in milliseconds.</param>
/// <param name="Load">The load it is stated for; null where the claim is silent on it.</param>
/// <param name="Source">Where the claim stands.</param>
public sealed record LatencyClaim(string Id, LatencyMetric Metric, decimal Percentile, double LimitMs, Load? Load, string Source);

/// <summary>What was measured under one load.</summary>
/// <param name="Load">The load that was applied.</param>
/// <param name="Requests">The requests.</param>
public sealed record LatencyMeasurement(Load Load, IReadOnlyList<LatencyRequest> Requests);

/// <summary>The exact test of a claim on a percentile.</summary>
/// <param name="N">Values.</param>
/// <param name="Over">Values over the limit, failed requests among them.</param>
/// <param name="Verdict">Supported, Overstated or InsufficientEvidence.</param>
/// <param name="PSupport">P(as few over the limit or fewer), if the percentile lay just at the limit: small where the claim holds.</param>
/// <param name="PAdverse">P(as many over the limit or more), if it lay just at the limit: small where it does not.</param>
/// <param name="Needed">
/// Requests with which the share over the limit seen so far would give a verdict; null where that share is exactly the one allowed or there is one already.
/// </param>
public sealed record LatencyTest(int N, int Over, Verdict Verdict, Probability PSupport, Probability PAdverse, long? Needed);

/// <summary>
/// Whether a percentile is at most a limit, by the number of requests over it: with B ~ Bin(n, 1 − p) requests over the limit where the percentile
/// lies just at it, few speak for the claim and many against. Exact for independent requests; no shape of the distribution is assumed.
/// </summary>
public static class LatencyClaimTest
{
    private const long MostRequests = 1_000_000_000;

    /// <summary>Tests a claim, each side at one-sided <paramref name="alpha"/>.</summary>
    /// <param name="values">The metric's values.</param>
    /// <param name="percentile">The percentile, strictly between 0 and 1.</param>
    /// <param name="limitMs">The limit in milliseconds.</param>
    /// <param name="alpha">Error rate of each side.</param>
    /// <exception cref="ArgumentException">There are no values, or a number lies outside its range.</exception>
    public static LatencyTest Run(LatencyValues values, decimal percentile, double limitMs, double alpha = 0.05)
    {
        if (values.SortedNs.Count == 0)
            throw new ArgumentException("There are no values.", nameof(values));
        if (percentile is <= 0 or >= 1)
            throw new ArgumentOutOfRangeException(nameof(percentile), percentile, "A percentile is a share strictly between 0 and 1.");
        if (!(limitMs >= 0) || double.IsInfinity(limitMs))
            throw new ArgumentOutOfRangeException(nameof(limitMs), limitMs, "A limit is a finite number of milliseconds, not below 0.");
        if (!(alpha > 0 && alpha < 0.5))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "An error rate lies between 0 and one half.");
        var n = values.SortedNs.Count;
        var over = values.SortedNs.Count(v => v > limitMs * 1e6);
        var rate = Allowed(percentile);
        var (support, adverse) = (Binomial.Lower(over, n, rate), Binomial.Upper(over, n, rate));
        var verdict = support.Value <= alpha ? Verdict.Supported : adverse.Value <= alpha ? Verdict.Overstated : Verdict.InsufficientEvidence;
        return new(n, over, verdict, support, adverse, verdict == Verdict.InsufficientEvidence ? Needed(over, n, percentile, alpha) : null);
    }

    /// <summary>The fewest requests with which a claim can be supported at all: none of them over the limit.</summary>
    /// <param name="percentile">The percentile, strictly between 0 and 1.</param>
    /// <param name="alpha">Error rate.</param>
    public static long FewestToSupport(decimal percentile, double alpha = 0.05) => QuantileInterval.MinimumForUpperBound((double)percentile, 1 - alpha);

    // The first n at which the same share over the limit decides. Steps of whole requests make the decision waver near that n; from a hundredth
    // more on it stands.
    private static long? Needed(int over, int n, decimal percentile, double alpha)
    {
        var allowed = Allowed(percentile);
        var share = (decimal)over / n;
        if (share == 1 - percentile)
            return null;
        var supports = share < 1 - percentile;
        bool Decides(long m)
        {
            var seen = share * m;
            return supports
                ? Binomial.Lower((long)decimal.Ceiling(seen), m, allowed).Value <= alpha
                : Binomial.Upper((long)decimal.Floor(seen), m, allowed).Value <= alpha;
        }

        for (long high = n + 1L; high <= MostRequests; high *= 2)
        {
            if (Decides(high))
                return Monotone.First(Math.Max(n + 1L, high / 2), high, Decides);
        }

        return null;
    }

    private static DoubleDouble Allowed(decimal percentile)
    {
        const long unit = 1_000_000_000_000_000_000;
        return DoubleDouble.Ratio((long)decimal.Round((1 - percentile) * unit), unit);
    }
}
