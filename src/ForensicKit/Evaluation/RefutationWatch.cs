using System.Globalization;
using ForensicKit.Benchmarks;
using ForensicKit.Claims;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Evaluation;

/// <summary>
/// Decides when a run may stop because the claim about it is refuted: a function of the case and of stored answers alone, so that a run that
/// was interrupted comes to the decision of one that was not.
/// </summary>
internal sealed class RefutationWatch
{
    // Items between two looks: few at first, since a bold claim falls early; never more than are handed to a model at once.
    private const int FirstLook = 32;
    private const int LargestLook = 256;

    private readonly CaseManifest _manifest;
    private readonly Claim _claim;
    private readonly IScoringRule _rule;

    private RefutationWatch(CaseManifest manifest, Claim claim, IScoringRule rule) => (_manifest, _claim, _rule) = (manifest, claim, rule);

    /// <summary>The watch over a run; null where its protocol asks every item whatever comes out.</summary>
    public static RefutationWatch? Of(CaseManifest manifest, RunPlan plan) =>
        plan.Protocol.StopsWhenRefuted && ClaimOf(manifest, plan) is { } claim && ScoringRules.Find(plan.Protocol.Rules[0]) is { } rule ? new(manifest, claim, rule) : null;

    /// <summary>Everything that decides which items are asked beyond protocol, benchmark and seed.</summary>
    public string Identity => string.Create(
        CultureInfo.InvariantCulture, $"{_claim.Id}\n{_claim.Claimed}\n{_manifest.MarginPoints:R}\n{LevelOf(_manifest.Alpha, _manifest.Claims.Count):R}\n{_rule.Id}");

    /// <summary>The level of one claim: α divided over the sheet.</summary>
    /// <param name="alpha">Error level of the whole case.</param>
    /// <param name="claims">Claims of the case.</param>
    public static double LevelOf(double alpha, int claims) => alpha / Math.Max(1, claims);

    /// <summary>The order in which a claim's items are asked, and looked at.</summary>
    /// <param name="items">Ids of all items that the run would ask.</param>
    /// <param name="seed">The case's seed.</param>
    /// <param name="claim">Id of the claim.</param>
    public static IReadOnlyList<string> Order(IEnumerable<string> items, long seed, string claim) => ItemOrder.Shuffled(items, seed, $"{claim}/order");

    /// <summary>The items in the order in which they are asked.</summary>
    /// <param name="items">All items that the run would ask.</param>
    public IReadOnlyList<BenchmarkItem> InOrder(IReadOnlyList<BenchmarkItem> items)
    {
        var byId = items.ToDictionary(i => i.Id, StringComparer.Ordinal);
        return [.. Order(byId.Keys, _manifest.Seed, _claim.Id).Select(id => byId[id])];
    }

    /// <summary>After how many items one looks: each time twice as many more, up to the most that are handed over at once; at last at all.</summary>
    /// <param name="count">All items.</param>
    public static IEnumerable<int> Looks(int count)
    {
        var (at, more) = (0, FirstLook);
        while (at < count)
        {
            at = Math.Min(count, at + more);
            more = Math.Min(LargestLook, 2 * more);
            yield return at;
        }
    }

    /// <summary>Credits of items in their order, 0 to 1: 0 where the rule cannot be applied.</summary>
    /// <param name="items">Items, in their order.</param>
    /// <param name="responses">Their stored responses, by choice and sample.</param>
    /// <returns>The credits; null where the responses do not hold what the rule needs, so that nothing is decided.</returns>
    public IReadOnlyList<double>? Credits(IReadOnlyList<BenchmarkItem> items, IReadOnlyList<Response> responses)
    {
        if (!_rule.AppliesTo(responses))
            return null;
        var own = responses.ToLookup(r => r.ItemId, StringComparer.Ordinal);
        return [.. items.Select(i => _rule.Score(i, [.. own[i.Id]])).Select(s => s.Credit ?? (s.Correct == true ? 1 : 0))];
    }

    /// <summary>What credits so far say of the claim.</summary>
    /// <param name="credits">Credits of the items so far, in their order.</param>
    public SequentialRefutationState Decide(IEnumerable<double> credits) => new SequentialRefutation(
        double.Parse(_claim.Claimed, CultureInfo.InvariantCulture) / 100, _manifest.MarginPoints / 100, LevelOf(_manifest.Alpha, _manifest.Claims.Count)).Decide(credits);

    /// <summary>What the custody log says of a finished run: how many items of how many were asked, and whether it stopped.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="items">All items that the run would ask.</param>
    /// <param name="evidence">Where its responses are.</param>
    /// <param name="cancellationToken">Stops waiting for locks.</param>
    public IReadOnlyList<(string Key, string Value)> Record(string runId, IReadOnlyList<BenchmarkItem> items, EvidenceDatabase evidence, CancellationToken cancellationToken)
    {
        var responses = evidence.ReadResponses(runId, cancellationToken);
        var asked = responses.Select(r => r.ItemId).ToHashSet(StringComparer.Ordinal);
        var state = Credits([.. InOrder(items).TakeWhile(i => asked.Contains(i.Id))], responses) is { } credits ? Decide(credits) : default;
        List<(string, string)> record =
        [
            ("items_asked", Text(asked.Count)), ("items_total", Text(items.Count)), ("stopped", asked.Count < items.Count && state.MayStop ? "refuted" : "no"),
        ];
        if (state.RefutedAfter is { } after)
            record.Add(("refuted_after", Text(after)));
        return record;
    }

    private static Claim? ClaimOf(CaseManifest manifest, RunPlan plan) => manifest.Claims.FirstOrDefault(c => c.Model == plan.Model && c.Benchmark == plan.Benchmark);

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);
}
