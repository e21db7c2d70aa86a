using ForensicKit.Claims;
using ForensicKit.Contamination;
using ForensicKit.Latency;
using ForensicKit.Manifests;
using ForensicKit.Reporting;
using ForensicKit.Sensitivity;

namespace ForensicKit.Cases;

/// <summary>The figures of attribution, contamination, sensitivity and latency, with stable numbers; each null where its step has not been done.</summary>
internal static class StepFigures
{
    // With fewer leaked items an interval spans the whole scale and hides every other.
    private const int FewestLeaked = 10;

    /// <summary>Every figure, in the order of their numbers.</summary>
    public static IReadOnlyList<Func<CaseManifest, ClaimSheet, Figure?>> All { get; } = [Attribution, Presence, Inflation, Sensitivity, Latency];

    /// <summary>Figure 3: from the standard score to the claim, choice by choice.</summary>
    public static Figure? Attribution(CaseManifest manifest, ClaimSheet sheet) => AttributionFigure.Create(manifest.Name, sheet);

    /// <summary>Figure 4: which share of each benchmark stands in the training text.</summary>
    public static Figure? Presence(CaseManifest manifest, ClaimSheet sheet) => sheet.Contamination is not { } contamination ? null : ContaminationFigures.Presence(
        new FigureIdentity(
            "fig-presence", 4, "Test items found in the training text",
            "Share of the items that can be found, and the same search over fresh twins that cannot be there. Bars: 95% Clopper–Pearson intervals. Being there says nothing about what it is worth.",
            manifest.Name),
        [.. contamination.Benchmarks.Select(b => PresenceCounts.Of(b.Title, b.Presence.Select(p => p with { BenchmarkName = b.Title })))]);

    /// <summary>Figure 5: what leaked items are worth.</summary>
    public static Figure? Inflation(CaseManifest manifest, ClaimSheet sheet)
    {
        var results = (sheet.Contamination?.Benchmarks ?? []).Where(b => b.Items.Count(i => i.IsLeaked) >= FewestLeaked && b.Items.Any(i => !i.IsLeaked))
            .Select(b => (b.Title, InflationTest.Run(b.Items))).ToList();
        return results.Count == 0 ? null : ContaminationFigures.Inflation(
            new FigureIdentity(
                "fig-inflation", 5, "What leaked items are worth",
                "The suspect’s lead over the reference model on leaked items minus its lead on fresh twins, over all leaked items and by how often they stand in the text. Bars: 95% Welch intervals. Benchmarks with fewer than ten leaked items are left out.",
                manifest.Name),
            results);
    }

    /// <summary>Figure 6: the score under every variant of the prompt.</summary>
    public static Figure? Sensitivity(CaseManifest manifest, ClaimSheet sheet) => sheet.Sensitivity is not { } sensitivity ? null : SensitivityFigure.Create(
        new FigureIdentity(
            "fig-sensitivity", 6, "The same items under many wordings of the prompt",
            "Score under each variant with its 95% Wilson interval. The band is what equal variants would fill by chance: the variants’ answers exchanged item by item.",
            manifest.Name),
        sensitivity);

    /// <summary>Figure 7: latencies under each load.</summary>
    public static Figure? Latency(CaseManifest manifest, ClaimSheet sheet) => sheet.Latency is not { Claims.Count: > 0 } latency ? null : LatencyFigure.Create(
        new FigureIdentity(
            "fig-latency", 7, "Latency as measured",
            "Cumulative share of requests that were answered within a time, for one request after the other and for random arrivals at the claimed rate. The dashed line is the claimed value.",
            manifest.Name),
        latency.Claims[0], latency.Measurements);
}
