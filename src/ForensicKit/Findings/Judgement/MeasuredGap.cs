using ForensicKit.Claims;
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
internal sealed record HeldOutBest(Configuration Configuration, int Items, (double Value, double Lower, double Upper) Percent, GapReadings Readings);

/// <summary>What a case that asked the model itself can say of a claim beyond the gap to the standard score.</summary>
internal sealed class MeasuredGap
{
    private MeasuredGap(ClaimEvidence claim, ClaimSheet sheet, RunScore standard)
    {
        var margin = sheet.MarginPoints / 100;
        Standard = standard;
        Envelope = [.. claim.Runs.Where(r => r.Items > 0 && IsInEnvelope(r, sheet)).Select(r => new Configuration(r, GapReadings.OfCredits(claim.Claimed, r.Credits, margin)))];
        Best = Choose(claim, sheet, Envelope, margin);
        Control = ControlCheck.Of(claim.Controls, sheet.MarginPoints, sheet.Alpha);
        SequentialLevel = sheet.Alpha / Math.Max(1, sheet.Claims.Count);
        var credits = standard.ByItem();
        Sequential = new SequentialRefutation(claim.Claimed.Percent / 100, margin, SequentialLevel)
            .Decide(ItemOrder.Shuffled(standard.ItemIds, sheet.Seed, $"{claim.Id}/order").Select(id => credits[id]));
    }

    /// <summary>The score under the standard protocol.</summary>
    public RunScore Standard { get; }

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
}
