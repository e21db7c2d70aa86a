using System.Globalization;
using ForensicKit.Findings;

namespace ForensicKit.Latency;

/// <summary>Findings on latency claims.</summary>
public static class LatencyFinding
{
    /// <summary>Kind of the findings.</summary>
    public const string Kind = "latency";

    /// <summary>The finding on one claim.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="measurements">What was measured, one entry for each load; that of the claim's own load gives the verdict.</param>
    /// <param name="query">SQL over the evidence that shows the requests.</param>
    /// <param name="alpha">Error rate of each verdict.</param>
    /// <param name="level">Level of the intervals.</param>
    /// <exception cref="ArgumentException">A measurement has no values of the claim's metric.</exception>
    public static Finding Create(LatencyClaim claim, IReadOnlyList<LatencyMeasurement> measurements, string query, double alpha = 0.05, double level = 0.95)
    {
        var results = measurements.Select(m => new Result(claim, m, alpha, level)).ToList();
        var own = results.Find(r => r.Measurement.Load == claim.Load);
        var others = results.Where(r => r != own).ToList();
        var verdict = claim.Load is null ? Verdict.NotReproducible : own?.Test.Verdict ?? Verdict.InsufficientEvidence;
        return new()
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = "Does the latency claim hold under the load it is stated for?",
            Answer = Sentence(claim, own, others),
            Verdict = verdict,
            Rule = "Requests over the limit are counted, failed ones among them. Supported where so few would be unlikely if the percentile lay just above the limit, Overstated where so many would be unlikely if it lay "
                + "at the limit, each exact one-sided at α; insufficient evidence otherwise, or where the stated load was not measured. Not reproducible where the claim states no load.",
            Source = "Order statistics (David and Nagaraja 2003, 7.1); intended starts and percentiles as in MLPerf LoadGen.",
            Query = query,
            CannotShow = "What other hardware gives: times belong to the machine, the build and the prompts that were used. Requests in one queue hold each other up, so that under load the bounds are narrower than they should be. "
                + "Times are recorded and not compared when the case is run again; the verdict is.",
            Values = [.. Values(claim, own, others, results, level)],
        };
    }

    private static string Sentence(LatencyClaim claim, Result? own, List<Result> others)
    {
        var headline = (claim.Load, own?.Test.Verdict) switch
        {
            (null, _) => "The claim names no load, and without one a latency means nothing.",
            (_, null) => "The stated load, {{stated_load}}, was not measured: there is no verdict on the claim.",
            (_, Verdict.Supported) => "Claimed at most {{limit}} for {{percentile|bare}} of requests under {{stated_load}}: the claim holds on this machine.",
            (_, Verdict.Overstated) => "Claimed at most {{limit}} for {{percentile|bare}} of requests under {{stated_load}}: it is not so on this machine.",
            _ => "Claimed at most {{limit}} for {{percentile|bare}} of requests under {{stated_load}}: too few requests to say.",
        };
        var measured = own is null ? ""
            : "Of {{n}}, {{over|bare}} took longer ({{share_over}}, where {{allowed}} may); the percentile measured is {{measured}}" + (own.HasInterval ? ", {{measured|interval}}" : "") + ". "
                + (own.Test.Needed is null ? "" : "At this share {{needed}} would decide. ")
                + (own.WithoutWaiting is null ? "" : "Without the time spent waiting it is {{service}}. ");
        var elsewhere = string.Concat(others.Select((o, i) => string.Create(CultureInfo.InvariantCulture,
            $"Under another load than the stated, {{{{other_{i + 1}_load}}}}, {{{{other_{i + 1}_over|bare}}}} of {{{{other_{i + 1}_n}}}} took longer and the percentile is {{{{other_{i + 1}_measured}}}}: ")
            + (o.Test.Verdict switch
            {
                Verdict.Supported when own?.Test.Verdict == Verdict.Overstated => "the number comes out under this load, not under the one it is stated for. ",
                Verdict.Supported => "there the number holds. ",
                Verdict.Overstated => "there it does not hold. ",
                _ => "too few requests to say. ",
            })));
        var definition = $"Measured is the {claim.Metric.Words()}" + (own?.Values.LeftOut > 0 ? "; {{left_out}} with a single token have none. " : ". ")
            + (own?.Values.Failed > 0 ? "{{failed}} failed and count as longer than any limit. " : "");
        return $"{headline}\n{(measured + elsewhere + definition).TrimEnd()}";
    }

    private static IEnumerable<FindingValue> Values(LatencyClaim claim, Result? own, List<Result> others, List<Result> all, double level)
    {
        yield return FindingValue.Word("metric", "Metric", claim.Metric.Words());
        yield return FindingValue.Number("percentile", "Percentile", (double)(100 * claim.Percentile), claim.Percentile * 100 % 1 == 0 ? 0 : 1, "%") with
        {
            Display = string.Create(CultureInfo.InvariantCulture, $"{100 * claim.Percentile:0.###}%"),
            Unit = "",
            Comparison = ComparisonRule.Exact,
        };
        yield return FindingValue.Number("limit", "Claimed limit", claim.LimitMs, claim.LimitMs % 1 == 0 ? 0 : 2, "ms") with { Comparison = ComparisonRule.Exact };
        yield return FindingValue.Word("stated_load", "Load the claim states", claim.Load?.Words ?? "none");
        yield return FindingValue.Word("measured_loads", "Loads measured", all.Count == 0 ? "none" : string.Join("; ", all.Select(r => r.Measurement.Load.Words)));
        yield return FindingValue.Word("is_stated_load", "Whether the stated load was measured", own is null ? "no" : "yes");
        yield return FindingValue.Count("n_least", "Fewest requests that can support the claim", LatencyClaimTest.FewestToSupport(claim.Percentile), "requests");
        if (own is not null)
        {
            foreach (var value in Of(own, "", level))
                yield return value;
            yield return FindingValue.Number("allowed", "Share that may be over the limit", (double)(100 * (1 - claim.Percentile)), 1, "%") with { Comparison = ComparisonRule.Exact };
        }

        for (var i = 0; i < others.Count; i++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"other_{i + 1}_");
            yield return FindingValue.Word(prefix + "load", "Other load", others[i].Measurement.Load.Words);
            foreach (var value in Of(others[i], prefix, level))
                yield return value;
        }
    }

    // Times and what follows from them belong to the machine; numbers of requests and verdicts do not.
    private static IEnumerable<FindingValue> Of(Result r, string prefix, double level)
    {
        var under = $", {r.Measurement.Load.Words}";
        yield return Ignored(FindingValue.Word(prefix + "verdict", "Verdict" + under, r.Test.Verdict.Words()));
        yield return FindingValue.Count(prefix + "n", "Requests" + under, r.Test.N, "requests") with { Comparison = r.Values.LeftOut > 0 ? ComparisonRule.Ignore : ComparisonRule.Exact };
        yield return Ignored(FindingValue.Count(prefix + "over", "Requests over the limit" + under, r.Test.Over, "requests"));
        yield return Ignored(FindingValue.Number(prefix + "share_over", "Share over the limit" + under, 100.0 * r.Test.Over / r.Test.N, 1, "%"));
        yield return Ignored(FindingValue.P(prefix + "p_support", "Exact p of so few over it" + under, r.Test.PSupport));
        yield return Ignored(FindingValue.P(prefix + "p_adverse", "Exact p of so many over it" + under, r.Test.PAdverse));
        yield return Ignored(FindingValue.Count(prefix + "failed", "Failed requests" + under, r.Values.Failed, "requests"));
        yield return Ignored(FindingValue.Count(prefix + "left_out", "Requests without a value" + under, r.Values.LeftOut, "requests"));
        if (r.Test.Needed is { } needed)
            yield return Ignored(FindingValue.Count(prefix + "needed", "Requests needed at this share" + under, needed, "requests"));
        yield return Time(prefix + "measured", "Measured percentile" + under, r.Quantile, level);
        foreach (var quantile in r.Usual)
            yield return Time(string.Create(CultureInfo.InvariantCulture, $"{prefix}p{100 * quantile.P:0}"), string.Create(CultureInfo.InvariantCulture, $"p{100 * quantile.P:0}{under}"), quantile, level);
        if (r.WithoutWaiting is { } service)
            yield return Time(prefix + "service", "Measured percentile without time in the queue" + under, service, level);
    }

    private static FindingValue Time(string name, string label, LatencyQuantile q, double level) => Ignored(double.IsInfinity(q.ValueNs)
        ? FindingValue.Word(name, label, "no value (failed requests)")
        : FindingValue.Number(name, label, q.ValueNs / 1e6, q.ValueNs < 1e8 ? 2 : 0, "ms") with
        {
            Interval = q is { LowerNs: { } low, UpperNs: { } high } && double.IsFinite(high) ? (low / 1e6, high / 1e6, level) : null,
        });

    private static FindingValue Ignored(FindingValue value) => value with { Comparison = ComparisonRule.Ignore };

    private sealed class Result
    {
        public Result(LatencyClaim claim, LatencyMeasurement measurement, double alpha, double level)
        {
            Measurement = measurement;
            Values = LatencyValues.Of(measurement.Requests, claim.Metric);
            Test = LatencyClaimTest.Run(Values, claim.Percentile, claim.LimitMs, alpha);
            Quantile = LatencyQuantiles.Of(Values, claim.Percentile, level);
            Usual = [.. LatencyQuantiles.Usual.Select(p => LatencyQuantiles.Of(Values, p, level))];
            WithoutWaiting = measurement.Load.Kind == LoadKind.Poisson && claim.Metric.WithoutWaiting() is { } service
                ? LatencyQuantiles.Of(LatencyValues.Of(measurement.Requests, service), claim.Percentile, level) : null;
        }

        public LatencyMeasurement Measurement { get; }

        public LatencyValues Values { get; }

        public LatencyTest Test { get; }

        public LatencyQuantile Quantile { get; }

        public IReadOnlyList<LatencyQuantile> Usual { get; }

        public LatencyQuantile? WithoutWaiting { get; }

        public bool HasInterval => double.IsFinite(Quantile.ValueNs) && Quantile is { LowerNs: not null, UpperNs: { } high } && double.IsFinite(high);
    }
}
