using ForensicKit.Claims;
using ForensicKit.Findings;
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
                (isRecorded ? "Diamonds: the claim as printed. Circles: the stored responses under the rule nearest to the claim." : "Diamonds: the claim as printed. Circles: the score others reproduced under the standard prompt. Squares: the reference model as printed.")
                + " Bars: 95% Wilson intervals over the items. A claim is a single printed number and brings no interval.",
                manifest.Name),
            "Score", "%",
            [.. sheet.Claims.Select(c => new ForestRow(
                c.Label, new FigureEstimate(c.Claimed.Percent), Measured(c), c.Reference is null ? null : new FigureEstimate(c.Reference.Percent), c.N,
                findings.FirstOrDefault(f => f.ClaimId == c.Id && f.Verdict is not null)?.Verdict))],
            reference);
    }

    /// <summary>Figure 2: every scoring rule against the printed claim; null where the case holds no responses.</summary>
    public static Figure? Rules(CaseManifest manifest, ClaimSheet sheet)
    {
        var claims = sheet.Claims.Where(c => c.RuleScores.Count > 0).ToList();
        if (claims.Count == 0)
            return null;
        var several = claims.Count > 1;
        var rows = claims.SelectMany(c => c.RuleScores.Select(r => new RuleRow(
            r.Title, Estimate(several ? r.Percent - c.Claimed.Percent : r.Percent, r, several ? c.Claimed.Percent : 0), r.Items, several ? c.Label : r.Run, r.IsOwnVerdict is false && Math.Abs(r.Percent - c.Claimed.Percent) < 0.05))).ToList();
        return RuleComparison.Create(
            new FigureIdentity(
                "fig-rules", 2, several ? "What the choice of scoring rule is worth" : "The same responses under every documented rule",
                (several ? "Score of the stored responses under each documented rule minus the printed claim, in points." : "Score of the stored responses under each documented rule; the line is the printed claim.")
                + " Bars: 95% Wilson intervals over the items. Rules within rounding of the claim are set in the accent colour.",
                manifest.Name),
            several ? "Score minus claim" : "Score", several ? "points" : "%", rows, several ? 0 : claims[0].Claimed.Percent);
    }

    private static FigureEstimate? Measured(ClaimEvidence claim)
    {
        if (claim.RuleScores.Count > 0)
            return Estimate(Nearest(claim).Percent, Nearest(claim), 0);
        if (claim.Reproduced is not { } reproduced)
            return null;
        var n = reproduced.N ?? claim.N;
        var interval = BinomialInterval.Wilson(reproduced.NearestCount(n), n, 0.95);
        return new(reproduced.Percent, 100 * interval.Lower, 100 * interval.Upper);
    }

    private static Claims.RuleScore Nearest(ClaimEvidence claim) =>
        claim.RuleScores.OrderBy(r => r.IsOwnVerdict).ThenBy(r => Math.Abs(r.Percent - claim.Claimed.Percent)).First();

    private static FigureEstimate Estimate(double value, Claims.RuleScore score, double minus)
    {
        var interval = BinomialInterval.Wilson(score.Correct, score.Items, 0.95);
        return new(value, (100 * interval.Lower) - minus, (100 * interval.Upper) - minus);
    }
}
