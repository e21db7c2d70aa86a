using ForensicKit.Claims;
using ForensicKit.Findings.Attribution;
using ForensicKit.Reporting;

namespace ForensicKit.Cases;

/// <summary>From the standard score to the claim, choice by choice: one panel for each claim whose gap was divided.</summary>
internal static class AttributionFigure
{
    /// <summary>The figure; null where no claim's gap was divided.</summary>
    /// <param name="caseName">Name of the case.</param>
    /// <param name="sheet">The claims.</param>
    public static Figure? Create(string caseName, ClaimSheet sheet)
    {
        var claims = sheet.Claims.Where(c => c.Attribution is not null).ToList();
        if (claims.Count == 0)
            return null;
        var figures = claims.ConvertAll(c => Waterfall(caseName, c));
        return claims.Count == 1 ? figures[0] with { AltText = $"{claims[0].Label}: {figures[0].AltText}" } : figures[0] with
        {
            Panels = [.. figures.Select((f, i) => f.Panels[0] with { Title = claims[i].Label })],
            AltText = string.Join(' ', figures.Select((f, i) => $"{claims[i].Label}: {f.AltText}")),
            // Intervals may be missing where a claim has one item: the series are those of all panels.
            Series = [.. figures.SelectMany(f => f.Series).DistinctBy(s => s.Key, StringComparer.Ordinal)],
            Data = Data([.. figures.Select(f => f.Data)], [.. claims.Select(c => c.Label)]),
        };
    }

    // A claim without intervals has no columns for them: its rows are filled up with nothing.
    private static FigureData Data(IReadOnlyList<FigureData> panels, IReadOnlyList<string> labels)
    {
        var columns = panels.Select(p => p.Columns).MaxBy(c => c.Count)!;
        return new(
            [new FigureColumn("claim"), .. columns],
            [.. panels.SelectMany((p, i) => p.Rows.Select(r => (IReadOnlyList<FigureCell>)[labels[i], .. r, .. Enumerable.Repeat<FigureCell>((double?)null, columns.Count - r.Count)]))]);
    }

    private static Figure Waterfall(string caseName, ClaimEvidence claim)
    {
        var result = GapAttribution.Of(claim.Attribution!);
        var unexplained = result.Unexplained(claim.Claimed.Percent);
        return WaterfallFigure.Create(
            new FigureIdentity(
                "fig-attribution", 3, "What the gap between standard score and claim is made of",
                "From the score under the standard protocol (top) to the claim as printed (bottom). Each bar is one choice’s share: what it adds on the same items, averaged over all orders in which the choices can be made. "
                + "Lines: 95% intervals over items, and over subjects where the benchmark has them. What lies between the score with every choice in the claim’s favour and the claim is explained by none of them.",
                caseName),
            "Score", "%",
            [
                new("Standard protocol", result.Standard.Points, IsTotal: true, Interval: Interval(result.Standard)),
                .. claim.Attribution!.Plan.Factors.Select((f, i) => new WaterfallStep(f.Title, result.Shares[i].Points, Interval: Interval(result.Shares[i]))),
                new("Every choice in the claim’s favour", result.Best.Points, IsTotal: true, Interval: Interval(result.Best)),
                new("Unexplained", unexplained.Points, Interval: Interval(unexplained)),
                new("Claimed", claim.Claimed.Percent, IsTotal: true),
            ]);
    }

    private static (double Low, double High)? Interval(AttributedAmount amount) => amount is { Lower: { } low, Upper: { } high } ? (low, high) : null;
}
