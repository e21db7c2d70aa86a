using ForensicKit.Statistics;

namespace ForensicKit.Latency;

/// <summary>A percentile of measured times.</summary>
/// <param name="P">The percentile as a share, for example 0.99.</param>
/// <param name="ValueNs">The estimate, in nanoseconds: the value at place ⌊n·p⌋ of the ascending values, counted from 0 (MLPerf LoadGen); infinite where that request failed.</param>
/// <param name="LowerNs">Lower end of its distribution-free interval; null where there are too few requests.</param>
/// <param name="UpperNs">Upper end; null where there are too few requests, infinite where failed requests reach it.</param>
/// <param name="N">Values.</param>
/// <param name="Level">Level of the interval.</param>
public sealed record LatencyQuantile(decimal P, double ValueNs, double? LowerNs, double? UpperNs, int N, double Level);

/// <summary>The times of one metric.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="SortedNs">Its values in nanoseconds, ascending; failed requests are infinite and stand last.</param>
/// <param name="Failed">How many of them failed.</param>
/// <param name="LeftOut">Requests without a value (one token, for the time per output token).</param>
public sealed record LatencyValues(LatencyMetric Metric, IReadOnlyList<double> SortedNs, int Failed, int LeftOut)
{
    /// <summary>The values of a metric.</summary>
    public static LatencyValues Of(IReadOnlyCollection<LatencyRequest> requests, LatencyMetric metric)
    {
        var values = requests.Select(r => r.ValueNs(metric)).ToList();
        return new(metric, [.. values.OfType<double>().Order()], values.Count(v => v is { } x && double.IsInfinity(x)), values.Count(v => v is null));
    }
}

/// <summary>Percentiles with exact, distribution-free intervals from order statistics.</summary>
public static class LatencyQuantiles
{
    /// <summary>The percentiles that are printed: p50, p90 and p99.</summary>
    public static IReadOnlyList<decimal> Usual { get; } = [0.5m, 0.9m, 0.99m];

    /// <summary>A percentile.</summary>
    /// <param name="values">The values; at least one.</param>
    /// <param name="p">The percentile, strictly between 0 and 1.</param>
    /// <param name="level">Level of the interval, strictly between 0 and 1.</param>
    /// <exception cref="ArgumentException">There are no values, or a number lies outside its range.</exception>
    /// <remarks>The interval is that of independent requests. Requests in one queue hold each other up, which makes it too narrow under load.</remarks>
    public static LatencyQuantile Of(LatencyValues values, decimal p, double level = 0.95)
    {
        if (values.SortedNs.Count == 0)
            throw new ArgumentException("There are no values.", nameof(values));
        var n = values.SortedNs.Count;
        var ranks = QuantileInterval.TwoSided(n, (double)p, level);
        // A decimal times a whole number is exact: 0.29 of 100 is place 29, not 28.
        var place = (int)Math.Min(n - 1, decimal.Floor(p * n));
        return new(p, values.SortedNs[place], At(ranks.LowerRank), At(ranks.UpperRank), n, level);

        double? At(long? rank) => rank is { } r ? values.SortedNs[(int)r - 1] : null;
    }
}
