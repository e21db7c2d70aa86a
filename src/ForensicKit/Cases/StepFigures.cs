using ForensicKit.Claims;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Calibration;
using ForensicKit.Contamination.Verdicts;
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
    public static IReadOnlyList<Func<CaseManifest, ClaimSheet, Figure?>> All { get; } = [Attribution, Presence, HitMap, Inflation, PointsExplained, Membership, Power, Estimates, Sensitivity, Latency];

    /// <summary>Figure 3: from the standard score to the claim, choice by choice.</summary>
    public static Figure? Attribution(CaseManifest manifest, ClaimSheet sheet) => AttributionFigure.Create(manifest.Name, sheet);

    /// <summary>Figure 4: which share of each benchmark stands in the training text.</summary>
    public static Figure? Presence(CaseManifest manifest, ClaimSheet sheet) => sheet.Contamination is not { } contamination ? null : ContaminationFigures.Presence(
        new FigureIdentity(
            "fig-presence", 4, "Test items found in the training text",
            "Share of the items that can be found, and the same search over fresh twins that cannot be there. Bars: 95% Clopper–Pearson intervals. Being there says nothing about what it is worth.",
            manifest.Name),
        [.. contamination.Benchmarks.Select(b => PresenceCounts.Of(b.Title, b.Presence.Select(p => p with { BenchmarkName = b.Title })))]);

    /// <summary>Figure 5: where in the text they stand.</summary>
    public static Figure? HitMap(CaseManifest manifest, ClaimSheet sheet)
    {
        var benchmarks = (sheet.Contamination?.Benchmarks ?? []).Where(b => b.Places.Count >= FewestLeaked).Select(b => (b.Title, b.Places)).ToList();
        return benchmarks.Count == 0 ? null : PlaceFigures.HitMap(
            new FigureIdentity(
                "fig-presence-map", 5, "Where in the training text test items stand",
                "Places that count as presence, by position in the text that was scanned, in fifty equal parts. Even heights are what a shuffled text gives; a peak is a file or a stretch that holds a test set. Benchmarks with fewer than ten places are left out.",
                manifest.Name),
            benchmarks);
    }

    /// <summary>Figure 6: what leaked items are worth.</summary>
    public static Figure? Inflation(CaseManifest manifest, ClaimSheet sheet)
    {
        var results = (sheet.Contamination?.Benchmarks ?? []).Where(b => b.Items.Count(i => i.IsLeaked) >= FewestLeaked && b.Items.Any(i => !i.IsLeaked))
            .Select(b => (b.Title, InflationTest.Run(b.Items))).ToList();
        return results.Count == 0 ? null : ContaminationFigures.Inflation(
            new FigureIdentity(
                "fig-inflation", 6, "What leaked items are worth",
                "The suspect’s lead over the reference model on leaked items minus its lead on fresh twins, over all leaked items and by how often they stand in the text. Bars: 95% Welch intervals. Benchmarks with fewer than ten leaked items are left out.",
                manifest.Name),
            results);
    }

    /// <summary>Figure 7: how much of each score leaked items explain.</summary>
    public static Figure? PointsExplained(CaseManifest manifest, ClaimSheet sheet)
    {
        var scores = new List<ExplainedScore>();
        foreach (var b in (sheet.Contamination?.Benchmarks ?? []).Where(b => b.Items.Count(i => i.IsLeaked) >= FewestLeaked && b.Items.Any(i => !i.IsLeaked)))
        {
            var overall = InflationTest.Run(b.Items).Overall;
            if (sheet.Claims.FirstOrDefault(c => c.Id == b.ClaimId)?.Standard is not { } standard || overall.Interval is not { } interval)
                continue;
            var share = (double)overall.Leaked / b.TestItems;
            scores.Add(new(b.Title, standard.Percent, share * overall.Points, share * interval.Lower, share * interval.Upper, sheet.Claims.First(c => c.Id == b.ClaimId).References.Select(r => (double?)r.Run.Percent).FirstOrDefault()));
        }

        return scores.Count == 0 ? null : PlaceFigures.PointsExplained(
            new FigureIdentity(
                "fig-inflation-points", 7, "How much of each score leaked items explain",
                "The suspect’s standard score, and the same less what leaked items are worth to it: their share of the benchmark times the gain on them. Bars: 95% intervals of that gain. The reference model’s score stands beside it. Benchmarks with fewer than ten leaked items are left out.",
                manifest.Name),
            scores);
    }

    /// <summary>Figure 8: how well each model tells published items from fresh ones.</summary>
    public static Figure? Membership(CaseManifest manifest, ClaimSheet sheet) => sheet.Membership is not { } membership ? null : MembershipFigure.Create(
        new FigureIdentity(
            "fig-membership", 8, "What the models themselves tell of the benchmarks",
            "How often a published item scores above a fresh one, by test and statistic; one half is what a model that has seen neither gives. Bars: 95% DeLong intervals. Tests that compare no two sets, and those that refused, are in the table of the findings.",
            manifest.Name),
        membership);

    /// <summary>Figure 9: what the verdicts on contamination would have seen.</summary>
    public static Figure? Power(CaseManifest manifest, ClaimSheet sheet) => sheet is not { Contamination: not null, Calibration: { } calibration } ? null : CalibrationFigures.Power(
        new FigureIdentity(
            "fig-contamination-power", 9, "What these verdicts would have seen",
            "Share of benchmarks on which memorisation and inflation are shown, over how often each leaked item was seen, in small models trained with questions and answers as they are asked: sixty leaked items of each benchmark, held against 240 fresh ones. Bands: 95% Clopper–Pearson intervals.",
            manifest.Name),
        calibration);

    /// <summary>Figure 10: how well inflation is estimated.</summary>
    public static Figure? Estimates(CaseManifest manifest, ClaimSheet sheet) => sheet is not { Contamination: not null, Calibration: { } calibration } ? null : CalibrationFigures.Estimates(
        new FigureIdentity(
            "fig-contamination-estimates", 10, "Estimated and true inflation",
            "Each point is one benchmark of one small model: the inflation that is estimated as in this case, and the true one, which is known since the same training without the leak was done many times.",
            manifest.Name),
        calibration);

    /// <summary>Figure 11: the score under every variant of the prompt.</summary>
    public static Figure? Sensitivity(CaseManifest manifest, ClaimSheet sheet) => sheet.Sensitivity is not { } sensitivity ? null : SensitivityFigure.Create(
        new FigureIdentity(
            "fig-sensitivity", 11, "The same items under many wordings of the prompt",
            "Score under each variant with its 95% Wilson interval. The band is what equal variants would fill by chance: the variants’ answers exchanged item by item.",
            manifest.Name),
        sensitivity);

    /// <summary>Figure 12: latencies under each load.</summary>
    public static Figure? Latency(CaseManifest manifest, ClaimSheet sheet) => sheet.Latency is not { Claims.Count: > 0 } latency ? null : LatencyFigure.Create(
        new FigureIdentity(
            "fig-latency", 12, "Latency as measured",
            "Cumulative share of requests that were answered within a time, for one request after the other and for random arrivals at the claimed rate. The dashed line is the claimed value.",
            manifest.Name),
        latency.Claims[0], latency.Measurements);
}
