using ForensicKit.Claims;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;
using ForensicKit.Manifests;
using ForensicKit.Reporting;
using ForensicKit.Statistics;
using RuleRow = ForensicKit.Reporting.RuleScore;

namespace ForensicKit.Cases;

/// <summary>The figures of a case, with stable numbers.</summary>
internal static class CaseFigures
{
    /// <summary>Figure 1: claimed, measured and reference scores.</summary>
    public static Figure Claims(CaseManifest manifest, ClaimSheet sheet, IReadOnlyList<Finding> findings)
    {
        var reference = sheet.Claims.Select(c => c.Reference?.Model).FirstOrDefault(m => m is not null) ?? "Reference";
        var isRecorded = sheet.Claims.Any(c => c.RuleScores.Count > 0);
        return ForestPlot.Create(
            new FigureIdentity(
                "fig-claims", 1, "Claimed and measured scores",
                (sheet.Claims.Any(c => c.Standard is not null) ? "Diamonds: the claim as printed. Circles: the model asked here under the standard protocol. Squares: the reference model under the same protocol."
                : isRecorded ? "Diamonds: the claim as printed. Circles: the stored responses under the rule nearest to the claim." : "Diamonds: the claim as printed. Circles: the score others reproduced under the standard prompt. Squares: the reference model as printed.")
                + " Bars: 95% Wilson intervals over the items" + (sheet.Claims.Any(c => c.Standard is { IsStopped: true }) ? "; where a run stopped early, intervals that hold whenever one stops" : "") + ". A claim is a single printed number and brings no interval.",
                manifest.Name),
            "Score", "%",
            [.. sheet.Claims.Select(c => new ForestRow(
                c.Label, new FigureEstimate(c.Claimed.Percent), Measured(c), c.Reference is null ? null : new FigureEstimate(c.Reference.Percent), c.MeasuredItems,
                findings.FirstOrDefault(f => f.ClaimId == c.Id && f.Verdict is not null)?.Verdict))],
            reference, decimals: Math.Max(1, sheet.Claims.Max(c => c.Claimed.Decimals)));
    }

    /// <summary>Figure 2: every scoring rule against the printed claim; null where the case holds no responses.</summary>
    public static Figure? Rules(CaseManifest manifest, ClaimSheet sheet)
    {
        var claims = sheet.Claims.Where(c => c.RuleScores.Count > 0).ToList();
        if (claims.Count == 0)
            return AskedRules(manifest, sheet);
        var figures = claims.Select(c => RuleComparison.Create(
            new FigureIdentity(
                "fig-rules", 2, claims.Count > 1 ? "What the choice of scoring rule is worth" : "The same responses under every documented rule",
                "Score of the stored responses under each documented rule, as share of right answers; the dashed line is the printed claim. Bars: 95% Wilson intervals over the items. "
                + "Rules that come within rounding of the claim are set in the accent colour; the recording’s own flag never is.",
                manifest.Name),
            "Score", "%",
            [.. c.RuleScores.Select(r => new RuleRow(
                r.Title, Estimate(r), Note: c.RuleScores.Select(x => x.RunId).Distinct(StringComparer.Ordinal).Count() > 1 ? r.Run : null,
                Standard: !r.IsOwnVerdict && Math.Abs(r.Percent - c.Claimed.Percent) < 0.06))],
            c.Claimed.Percent, decimals: Math.Max(1, c.Claimed.Decimals))).ToList();
        return figures.Count == 1 ? figures[0] : SmallMultiples(figures, [.. claims.Select(c => c.Label)]);
    }

    private static Figure? AskedRules(CaseManifest manifest, ClaimSheet sheet)
    {
        var claims = sheet.Claims.Where(c => ScoringQuestion.Rules(c).Count > 1).ToList();
        if (claims.Count == 0)
            return null;
        var figures = claims.Select(c => RuleComparison.Create(
            new FigureIdentity(
                "fig-rules", 2, "The same answers under every rule",
                "Score of the answers to the standard protocol under each of its rules, as share of right answers; the dashed line is the printed claim. Bars: 95% intervals over the items. "
                + "The standard rule is set in the accent colour.",
                manifest.Name),
            "Score", "%",
            [.. ScoringQuestion.Rules(c).Select(r => new RuleRow(r.Title, new(r.Percent, r.Interval95.Lower, r.Interval95.Upper), Standard: r.IsOwnRule))],
            c.Claimed.Percent, decimals: Math.Max(1, c.Claimed.Decimals))).ToList();
        return figures.Count == 1 ? figures[0] : SmallMultiples(figures, [.. claims.Select(c => c.Label)]);
    }

    /// <summary>One panel for each claim, each on its own scale: the claims are compared with their rules, not with each other.</summary>
    private static Figure SmallMultiples(IReadOnlyList<Figure> figures, IReadOnlyList<string> labels) => figures[0] with
    {
        Panels = [.. figures.Select((f, i) => f.Panels[0] with { Title = labels[i] })],
        PanelColumns = 2,
        AltText = string.Join(' ', figures.Select((f, i) => $"{labels[i]}: {f.AltText}")),
        Data = new FigureData(
            [new FigureColumn("claim"), .. figures[0].Data.Columns],
            [.. figures.SelectMany((f, i) => f.Data.Rows.Select(r => (IReadOnlyList<FigureCell>)[labels[i], .. r]))]),
    };

    private static FigureEstimate? Measured(ClaimEvidence claim)
    {
        if (claim.RuleScores.Count > 0)
            return Estimate(Nearest(claim));
        if (claim.Reproduced is not { } reproduced)
            return null;
        if (claim.Standard is { IsStopped: true } stopped)
            return new(stopped.Percent, stopped.Interval95.Lower, stopped.Interval95.Upper);
        var n = reproduced.N ?? claim.N;
        var interval = BinomialInterval.Wilson(reproduced.NearestCount(n), n, 0.95);
        return new(reproduced.Percent, 100 * interval.Lower, 100 * interval.Upper);
    }

    private static Claims.RuleScore Nearest(ClaimEvidence claim) =>
        claim.RuleScores.OrderBy(r => r.IsOwnVerdict).ThenBy(r => Math.Abs(r.Percent - claim.Claimed.Percent)).First();

    private static FigureEstimate Estimate(Claims.RuleScore score)
    {
        var interval = BinomialInterval.Wilson(score.Correct, score.Items, 0.95);
        return new(score.Percent, 100 * interval.Lower, 100 * interval.Upper);
    }
}
