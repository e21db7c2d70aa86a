using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Latency;

/// <summary>How requests arrive.</summary>
public enum LoadKind
{
    /// <summary>One after the other: the next starts when the one before has ended.</summary>
    SingleStream,

    /// <summary>At random times that do not wait for answers (a Poisson process).</summary>
    Poisson,
}

/// <summary>A load, as a claim states it or as it was applied.</summary>
/// <param name="Kind">How requests arrive.</param>
/// <param name="QueriesPerSecond">The mean rate of arrivals; null where the kind has none.</param>
public sealed record Load(LoadKind Kind, double? QueriesPerSecond)
{
    /// <summary>One request after the other.</summary>
    public static Load SingleStream { get; } = new(LoadKind.SingleStream, null);

    /// <summary>Random arrivals at a mean rate.</summary>
    public static Load Poisson(double queriesPerSecond) => new(LoadKind.Poisson, queriesPerSecond);

    /// <summary>The load in words.</summary>
    public string Words => Kind == LoadKind.SingleStream ? "one request after the other"
        : string.Create(CultureInfo.InvariantCulture, $"random arrivals at {QueriesPerSecond:0.###} requests per second");
}

/// <summary>When requests are meant to start, fixed before the first one.</summary>
/// <param name="Load">The load it makes.</param>
/// <param name="Seed">The seed that gives the times again; null where chance has no part in it.</param>
/// <param name="ScheduledNs">
/// Intended starts in nanoseconds after the run's beginning, ascending; for <see cref="LoadKind.SingleStream"/> all 0, since there each request is
/// meant to start when the one before has ended.
/// </param>
/// <param name="GeneratedDurationNs">The last intended start plus the gap drawn after it, as LoadGen's <c>generated_query_duration</c>.</param>
public sealed record LoadSchedule(Load Load, ulong? Seed, IReadOnlyList<long> ScheduledNs, long GeneratedDurationNs)
{
    /// <summary>Most requests of a schedule.</summary>
    public const int MostRequests = 10_000_000;

    /// <summary>Requests one after the other.</summary>
    /// <param name="requests">How many, at least 1.</param>
    public static LoadSchedule SingleStream(int requests)
    {
        CheckRequests(requests);
        return new(Load.SingleStream, null, new long[requests], 0);
    }

    /// <summary>Random arrivals, a fixed number of them.</summary>
    /// <param name="seed">The seed; only its low 32 bits count.</param>
    /// <param name="queriesPerSecond">The mean rate, at least 1e-8.</param>
    /// <param name="requests">How many, at least 1.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public static LoadSchedule Poisson(ulong seed, double queriesPerSecond, int requests) => Poisson(seed, queriesPerSecond, TimeSpan.Zero, requests);

    /// <summary>
    /// Random arrivals as MLPerf LoadGen's server scenario makes them: the first at 0, going on while the last lies before the least duration or
    /// there are fewer than the least number.
    /// </summary>
    /// <param name="seed">The seed; only its low 32 bits count.</param>
    /// <param name="queriesPerSecond">The mean rate, at least 1e-8.</param>
    /// <param name="leastDuration">The least duration.</param>
    /// <param name="leastRequests">The least number of requests, at least 1.</param>
    /// <exception cref="ArgumentException">A number lies outside its range, or the schedule would have more than <see cref="MostRequests"/> requests.</exception>
    public static LoadSchedule Poisson(ulong seed, double queriesPerSecond, TimeSpan leastDuration, int leastRequests)
    {
        CheckRequests(leastRequests);
        if (leastDuration < TimeSpan.Zero || leastDuration.TotalSeconds * queriesPerSecond > MostRequests)
            throw new ArgumentOutOfRangeException(nameof(leastDuration), leastDuration, "The duration is not negative, and not longer than ten million requests take.");
        var least = leastDuration.Ticks * TimeSpan.NanosecondsPerTick;
        var times = new List<long>();
        var next = 0L;
        foreach (var gap in PoissonSchedule.Gaps(seed, queriesPerSecond))
        {
            if (times.Count == MostRequests)
                throw new ArgumentOutOfRangeException(nameof(leastDuration), leastDuration, "The schedule would have more than ten million requests.");
            times.Add(next);
            next = checked(next + gap);
            if (times[^1] >= least && times.Count >= leastRequests)
                break;
        }

        return new(Load.Poisson(queriesPerSecond), seed, times, next);
    }

    private static void CheckRequests(int requests)
    {
        if (requests is < 1 or > MostRequests)
            throw new ArgumentOutOfRangeException(nameof(requests), requests, "A schedule has at least one request, and at most ten million.");
    }
}
