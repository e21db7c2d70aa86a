using ForensicKit.Claims;
using ForensicKit.Evaluation;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Judgement;

/// <summary>A protocol under one of its rules, held against the claim.</summary>
/// <param name="Run">The score.</param>
/// <param name="Readings">The tests of the claim against it.</param>
internal sealed record Configuration(RunScore Run, GapReadings Readings)
{
    /// <summary>Name for people.</summary>
    public string Title => $"{Run.Protocol.Title}, {Run.Title.ToLowerInvariant()}";

    /// <summary>Whether this is the standard protocol under its own rule.</summary>
    public bool IsStandard => Run.Protocol.Role == ProtocolRole.Standard && Run.IsOwnRule;
}

/// <summary>The configuration that scored highest on one half of the items, and what it scores on the other.</summary>
/// <param name="Configuration">The configuration.</param>
/// <param name="Items">Items of the half that did not choose it.</param>
/// <param name="Percent">Score there, with its interval.</param>
/// <param name="Readings">The tests of the claim against that half.</param>
internal sealed record HeldOutBest(Configuration Configuration, int Items, (double Value, double Lower, double Upper) Percent, GapReadings Readings)
{
    /// <summary>Items that every configuration was asked, on half of which this one was chosen; null where no run stopped early.</summary>
    public int? Shared { get; init; }
}

/// <summary>What a case that asked the model itself can say of a claim beyond the gap to the standard score.</summary>
internal sealed class MeasuredGap
{
    private MeasuredGap(ClaimEvidence claim, ClaimSheet sheet, RunScore standard)
    {
        var margin = sheet.MarginPoints / 100;
        Standard = standard;
        SequentialLevel = RefutationWatch.LevelOf(sheet.Alpha, sheet.Claims.Count);
        var refutation = new SequentialRefutation(claim.Claimed.Percent / 100, margin, SequentialLevel);
        Sequential = InOrder(standard);
        Envelope = [.. claim.Runs.Where(r => r.Items > 0 && IsInEnvelope(r, sheet)).Select(r => new Configuration(r, ReadingsOf(r)))];
        Best = Envelope.Any(c => c.Run.IsStopped) ? ChooseAmongShared(claim, sheet, Envelope, margin) : Choose(claim, sheet, Envelope, margin);
        Control = ControlCheck.Of(claim.Controls, sheet.MarginPoints, sheet.Alpha);

        GapReadings ReadingsOf(RunScore run)
        {
            if (!run.Protocol.StopsWhenRefuted)
                return GapReadings.OfCredits(claim.Claimed, run.Credits, margin);
            return GapReadings.OfSequence(InOrder(run), run.IsStopped ? null : GapReadings.OfCredits(claim.Claimed, run.Credits, margin).Support);
        }

        // As far as all were asked: beyond a gap the answers are no random sequence.
        SequentialRefutationState InOrder(RunScore run)
        {
            var credits = run.ByItem();
            return refutation.Decide(RefutationWatch.Order(run.PlannedIds, sheet.Seed, claim.Id).TakeWhile(credits.ContainsKey).Select(id => credits[id]));
        }
    }

    /// <summary>The score under the standard protocol.</summary>
    public RunScore Standard { get; }

    /// <summary>The tests of the claim against it.</summary>
    public GapReadings StandardReadings => Envelope.First(c => c.IsStandard).Readings;

    /// <summary>
    /// Every protocol that may be meant, under every rule that the case scores it with: those that the case admits, and those that it asked
    /// because they might explain the claim. The more there are, the harder it is to refute.
    /// </summary>
    public IReadOnlyList<Configuration> Envelope { get; }

    /// <summary>Distinct protocols of the envelope.</summary>
    public int Protocols => Envelope.Select(c => c.Run.Protocol.Id).Distinct(StringComparer.Ordinal).Count();

    /// <summary>p of a refutation: the largest p over the envelope (intersection–union). 1 with fewer than two protocols: one alone is no envelope.</summary>
    public Probability Refuting => Protocols < 2 ? Probability.One : Envelope.Select(c => c.Readings.Adverse).Aggregate(Probability.Zero, Probability.Max);

    /// <summary>The best of the envelope, chosen on one half of the items; null where there is nothing to choose from.</summary>
    /// <remarks>Where a run stopped early it is chosen on half of the items that all were asked, and scored on those that a stopped run was not.</remarks>
    public HeldOutBest? Best { get; }

    /// <summary>p that the best configuration does not explain the claim, from the half that did not choose it; 1 where it is the standard itself.</summary>
    public Probability Explaining => Best is { Configuration.IsStandard: false } best ? best.Readings.Support : Probability.One;

    /// <summary>The positive control.</summary>
    public ControlCheck Control { get; }

    /// <summary>Level of the sequential refutation: α divided by the number of claims.</summary>
    public double SequentialLevel { get; }

    /// <summary>What a random order of the items under the standard protocol would have shown, and how soon.</summary>
    public SequentialRefutationState Sequential { get; }

    /// <summary>Reads what the case asked; null where it did not ask the claim's model under the standard protocol.</summary>
    public static MeasuredGap? Of(ClaimEvidence claim, ClaimSheet sheet) => claim.Standard is { Items: > 0 } standard ? new(claim, sheet, standard) : null;

    private static bool IsInEnvelope(RunScore run, ClaimSheet sheet) =>
        run.Protocol.Role is ProtocolRole.Standard or ProtocolRole.Claimed || sheet.AdmissibleProtocols.Contains(run.Protocol.Id, StringComparer.Ordinal);

    private static HeldOutBest? Choose(ClaimEvidence claim, ClaimSheet sheet, IReadOnlyList<Configuration> envelope, double margin)
    {
        if (envelope.Count < 2)
            return null;
        var order = ItemOrder.Shuffled(envelope.SelectMany(c => c.Run.ItemIds).Distinct(StringComparer.Ordinal), sheet.Seed, $"{claim.Id}/halves");
        var choosing = order.Take(order.Count / 2).ToHashSet(StringComparer.Ordinal);
        var halves = envelope.Select(c => (Configuration: c, Halves: c.Run.ItemIds.Zip(c.Run.Credits).ToLookup(p => choosing.Contains(p.First), p => p.Second)))
            .Where(c => c.Halves[true].Any() && c.Halves[false].Any()).ToList();
        if (halves.Count == 0)
            return null;
        // MaxBy keeps the first of equals: the order of the case, in which the standard comes first.
        var best = halves.MaxBy(c => c.Halves[true].Average());
        double[] heldOut = [.. best.Halves[false]];
        return new(best.Configuration, heldOut.Length, ScoreIntervals.Of(heldOut), GapReadings.OfCredits(claim.Claimed, heldOut, margin));
    }

    // The items that a stopped run was asked depend on its answers; those that it was not asked are, given those, as good as new ones. So the
    // others are tested on them, and nothing is said in support of a run that stopped.
    private static HeldOutBest? ChooseAmongShared(ClaimEvidence claim, ClaimSheet sheet, IReadOnlyList<Configuration> envelope, double margin)
    {
        var credits = envelope.Select(c => c.Run.ByItem()).ToList();
        var shared = ItemOrder.Shuffled(credits[0].Keys.Where(id => credits.TrueForAll(c => c.ContainsKey(id))), sheet.Seed, $"{claim.Id}/halves");
        if (envelope.Count < 2 || shared.Count < 2)
            return null;
        var choosing = shared.Take(shared.Count / 2).ToList();
        var best = Enumerable.Range(0, envelope.Count).MaxBy(i => choosing.Average(id => credits[i][id]));
        var asked = envelope.Where(c => c.Run.IsStopped).SelectMany(c => c.Run.ItemIds).ToHashSet(StringComparer.Ordinal);
        double[] rest = [.. envelope[best].Run.ItemIds.Where(id => !asked.Contains(id)).Select(id => credits[best][id])];
        double[] heldOut = rest.Length > 0 ? rest : [.. shared.Skip(choosing.Count).Select(id => credits[best][id])];
        var readings = GapReadings.OfCredits(claim.Claimed, heldOut, margin);
        return new(envelope[best], heldOut.Length, ScoreIntervals.Of(heldOut), rest.Length > 0 ? readings : readings with { Support = Probability.One }) { Shared = shared.Count };
    }
}
