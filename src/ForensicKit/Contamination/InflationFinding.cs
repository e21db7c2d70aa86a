using System.Globalization;
using ForensicKit.Findings;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>What is asked about one benchmark.</summary>
/// <param name="BenchmarkName">The benchmark.</param>
/// <param name="Items">Its leaked items and fresh ones, answered by both models; items that are neither are left out.</param>
/// <param name="Suspect">Name of the model under scrutiny.</param>
/// <param name="Reference">Name of the model that has not seen the items.</param>
/// <param name="RelevantPoints">The smallest inflation that matters, in points.</param>
/// <param name="Query">SQL over the evidence that shows the rows.</param>
public sealed record InflationEvidence(
    string BenchmarkName, IReadOnlyList<InflationItem> Items, string Suspect, string Reference, double RelevantPoints, string Query)
{
    /// <summary>The claim the benchmark belongs to; null for none.</summary>
    public string? ClaimId { get; init; }

    /// <summary>Items of the whole benchmark, of which the leaked ones are a part; null where the effect on its score is not asked for.</summary>
    public int? BenchmarkItems { get; init; }
}

/// <summary>What is said about inflation.</summary>
public enum InflationOutcome
{
    /// <summary>The gain on leaked items is more than chance, over all benchmarks together.</summary>
    Shown,

    /// <summary>It is not, and a gain that matters is ruled out.</summary>
    NotShown,

    /// <summary>It is not, but a gain that matters is not ruled out either.</summary>
    TooFewItems,

    /// <summary>There are no leaked or no fresh items to compare.</summary>
    NothingToCompare,
}

/// <summary>Findings on inflation, one for each benchmark, with Holm's correction over them.</summary>
public static class InflationFinding
{
    /// <summary>Kind of the findings.</summary>
    public const string Kind = "inflation";

    private const string Caveat =
        " Presence without inflation and inflation without presence are both possible: a model may gain nothing from what it saw, and may have seen what no snippet shows.";

    private const string CannotShow =
        "Whether the model was trained on the documents that were scanned, and what caused a gain: items that leak may differ from fresh ones in ways that the reference model does not take out. "
        + "Items that are shared with the reference model’s own training data hide inflation. Items seen in other words are counted as neither leaked nor fresh only if somebody says so.";

    /// <summary>The findings, in the order of the evidence.</summary>
    /// <param name="evidence">One entry for each benchmark.</param>
    /// <param name="alpha">Error rate over all of them.</param>
    /// <exception cref="ArgumentException">An item contradicts itself, see <see cref="InflationTest.Run"/>.</exception>
    public static IReadOnlyList<Finding> CreateAll(IReadOnlyList<InflationEvidence> evidence, double alpha = 0.05)
    {
        var results = evidence.Select(e => CanCompare(e) ? InflationTest.Run(e.Items, 1 - alpha) : null).ToList();
        var tested = results.OfType<InflationResult>().ToList();
        var holm = tested.Count > 0 ? MultipleTesting.Holm([.. tested.Select(r => r.Overall.P)]) : [];
        var next = 0;
        return [.. evidence.Select((e, i) => results[i] is { } r ? Answer(e, r, holm[next++], alpha) : NoAnswer(e))];
    }

    /// <summary>What the numbers say.</summary>
    /// <param name="result">The test's result.</param>
    /// <param name="adjusted">Its p-value, adjusted over the benchmarks.</param>
    /// <param name="relevantPoints">The smallest inflation that matters, in points.</param>
    /// <param name="alpha">Error rate.</param>
    public static InflationOutcome Judge(InflationResult result, Probability adjusted, double relevantPoints, double alpha) =>
        adjusted.Value <= alpha ? InflationOutcome.Shown
        : result.Overall.Interval is { } interval && interval.Upper < relevantPoints ? InflationOutcome.NotShown
        : InflationOutcome.TooFewItems;

    private static bool CanCompare(InflationEvidence e) => e.Items.Any(i => i.IsLeaked) && e.Items.Any(i => !i.IsLeaked);

    private static Finding Answer(InflationEvidence e, InflationResult r, Probability adjusted, double alpha)
    {
        var outcome = Judge(r, adjusted, e.RelevantPoints, alpha);
        var interval = r.Overall.Interval is null ? "" : "; {{inflation|interval}}";
        var measured = $"On {{{{leaked}}}} that stand in the training data and {{{{fresh}}}} that cannot, the lead of {{{{suspect}}}} over {{{{reference}}}} differs by {{{{inflation}}}}{interval}. "
            + "Exchanging the labels gives a gain as large with p = {{p_exchange}}, and p = {{p_holm}} after correction over the benchmarks. "
            + "On fresh items alone the two differ by {{fresh_difference}} (p = {{fresh_p}}): that part is not memory.";
        var matched = r.Matched is { Interval: not null }
            ? " Among items of the same kind that {{reference}} answers alike, the gain of {{suspect}} is {{matched}} ({{matched|interval}})." : "";
        var headline = outcome switch
        {
            InflationOutcome.Shown => "Inflation is shown: items that leaked are worth {{inflation}} more to this model than fresh ones.",
            InflationOutcome.NotShown => "Inflation is not shown, and one of {{relevant}} or more is ruled out.",
            _ => "There are too few items to say: inflation is not shown, and one of {{relevant}} is not ruled out.",
        };
        var detectable = outcome == InflationOutcome.Shown || r.Overall.MinimumDetectable is null ? "" : " With these items a gain of {{detectable}} would be found with {{power}} power.";
        var effect = e.BenchmarkItems is null || outcome != InflationOutcome.Shown ? "" : " On the whole benchmark that is worth {{score_effect}} of its score.";
        return Create(e, outcome, $"{headline}\n{measured}{matched}{effect}{detectable}{Caveat}", [.. Values(e, r, adjusted, outcome, alpha)]);
    }

    private static Finding NoAnswer(InflationEvidence e)
    {
        var (leaked, fresh) = (e.Items.Count(i => i.IsLeaked), e.Items.Count(i => !i.IsLeaked));
        var answer = leaked == 0
            ? "No item is known to stand in the training data: there is no inflation to measure.\nThe {{fresh}} that cannot stand there have nothing to be compared with." + Caveat
            : "Inflation cannot be measured: there are no fresh items.\nThe {{leaked}} that stand in the training data have nothing to be compared with." + Caveat;
        return Create(e, InflationOutcome.NothingToCompare, answer, [Outcome(InflationOutcome.NothingToCompare), FindingValue.Count("leaked", "Leaked items", leaked), FindingValue.Count("fresh", "Fresh items", fresh)]);
    }

    private static Finding Create(InflationEvidence e, InflationOutcome outcome, string answer, IReadOnlyList<FindingValue> values) => new()
    {
        Id = $"{Kind}/{e.ClaimId ?? e.BenchmarkName}",
        Kind = Kind,
        ClaimId = e.ClaimId,
        Question = $"Did the model gain on items of {e.BenchmarkName} that stand in its training data?",
        Answer = answer,
        Rule = "Difference in differences: mean of (suspect − reference) over leaked items minus the same over fresh items; beside it, and not part of the rule, the gain over fresh items of the same difficulty. Shown where the exact one-sided p of exchanging the labels within strata, "
            + "corrected by Holm’s method over the benchmarks, is at most α. Not shown where it is not and the interval’s upper end lies below the smallest inflation that matters. Too few items otherwise.",
        Source = "Permutation test within strata (Fisher 1935), exact by the multivariate hypergeometric distribution; Welch 1947 on the item differences, with a variance of at least one differing item; Holm 1979; same difficulty: post-stratification (Holt and Smith 1979).",
        Query = e.Query,
        CannotShow = outcome == InflationOutcome.NothingToCompare ? "Anything about inflation: a comparison needs leaked and fresh items." : CannotShow,
        Values = values,
    };

    private static FindingValue Outcome(InflationOutcome outcome) => FindingValue.Word("outcome", "Inflation", Words(outcome));

    private static string Words(InflationOutcome outcome) => outcome switch
    {
        InflationOutcome.Shown => "shown",
        InflationOutcome.NotShown => "not shown",
        InflationOutcome.TooFewItems => "too few items",
        _ => "nothing to compare",
    };

    private static IEnumerable<FindingValue> Values(InflationEvidence e, InflationResult r, Probability adjusted, InflationOutcome outcome, double alpha)
    {
        var o = r.Overall;
        yield return Outcome(outcome);
        yield return FindingValue.Word("suspect", "Model under scrutiny", e.Suspect);
        yield return FindingValue.Word("reference", "Reference model", e.Reference);
        yield return FindingValue.Count("leaked", "Leaked items", o.Leaked);
        yield return FindingValue.Count("fresh", "Fresh items", o.Fresh);
        yield return Share("suspect_leaked", $"{e.Suspect}: right on leaked items", r.Suspect.Leaked, o.Leaked, alpha);
        yield return Share("suspect_fresh", $"{e.Suspect}: right on fresh items", r.Suspect.Fresh, o.Fresh, alpha);
        yield return Share("reference_leaked", $"{e.Reference}: right on leaked items", r.Clean.Leaked, o.Leaked, alpha);
        yield return Share("reference_fresh", $"{e.Reference}: right on fresh items", r.Clean.Fresh, o.Fresh, alpha);
        yield return Points("inflation", "Gain on leaked over fresh items, reference-adjusted", o.Points, o.Interval, alpha);
        yield return FindingValue.P("p_exchange", "Exact one-sided p of exchanging the labels", o.P);
        yield return FindingValue.P("p_holm", "The same, Holm over the benchmarks", adjusted);
        yield return Points("fresh_difference", $"{e.Suspect} minus {e.Reference} on fresh items", r.FreshPoints, r.FreshInterval, alpha);
        yield return FindingValue.P("fresh_p", "Exact two-sided p of no difference on fresh items", r.FreshP);
        yield return FindingValue.Number("relevant", "Smallest inflation that matters", e.RelevantPoints, e.RelevantPoints % 1 == 0 ? 0 : 1, "points") with { Comparison = ComparisonRule.Exact };
        if (r.Matched is { } m)
        {
            yield return Points("matched", "Gain on leaked over fresh items of the same difficulty: of one stratum, and answered alike by the reference model", m.Points, m.Interval, alpha);
            yield return FindingValue.Count("matched_leaked", "Leaked items that have such a match", m.Leaked);
            yield return FindingValue.P("matched_p", "Exact one-sided p of exchanging labels among them, uncorrected", m.P);
        }

        if (o.MinimumDetectable is { } detectable)
        {
            yield return FindingValue.Number("detectable", "Gain found with that power", detectable, 1, "points");
            yield return FindingValue.Number("power", "Power", 80, 0, "%");
        }

        if (e.BenchmarkItems is { } all)
        {
            var share = (double)o.Leaked / all;
            yield return Points(
                "score_effect", "Worth to the benchmark’s score: the gain times the share of leaked items", share * o.Points,
                o.Interval is { } i ? new(share * i.Lower, share * i.Upper) : null, alpha);
        }

        foreach (var bucket in r.ByExposure)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"seen_{bucket.From}");
            var label = bucket.To is { } to ? string.Create(CultureInfo.InvariantCulture, $"seen {bucket.From} to {to} times") : string.Create(CultureInfo.InvariantCulture, $"seen {bucket.From} times or more");
            yield return FindingValue.Count(name + "_items", $"Items {label}", bucket.Effect.Leaked);
            yield return Points(name, $"Gain on items {label}", bucket.Effect.Points, bucket.Effect.Interval, alpha);
            yield return FindingValue.P(name + "_p", $"Exact one-sided p of it, uncorrected", bucket.Effect.P);
        }
    }

    private static FindingValue Points(string name, string label, double value, Interval? interval, double alpha) =>
        FindingValue.Number(name, label, value, 1, "points") with { Interval = interval is { } i ? (i.Lower, i.Upper, 1 - alpha) : null };

    private static FindingValue Share(string name, string label, int right, int n, double alpha)
    {
        var interval = BinomialInterval.Wilson(right, n, 1 - alpha);
        return FindingValue.Number(name, label, 100.0 * right / n, 1, "%") with { Interval = (100 * interval.Lower, 100 * interval.Upper, 1 - alpha) };
    }
}
