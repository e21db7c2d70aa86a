using ForensicKit.Reporting;

namespace ForensicKit.Sensitivity;

/// <summary>The figure of prompt sensitivity: the score under every variant with its interval, over the band that chance alone fills.</summary>
public static class SensitivityFigure
{
    /// <summary>The figure, the best variant first.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="evidence">The benchmark; its claimed variant is set semi-bold, its claimed score is a dashed line.</param>
    public static Figure Create(FigureIdentity identity, SensitivityEvidence evidence)
    {
        var spread = evidence.Spread;
        var rows = spread.Variants.OrderByDescending(v => v.Correct).ToList();
        var isClaimed = rows.Select(v => v.VariantId == evidence.ClaimedVariantId).ToList();
        List<FigureMark> marks = [new BandMark("chance", [new(spread.NullBand.Lower, -0.5, rows.Count - 0.5), new(spread.NullBand.Upper, -0.5, rows.Count - 0.5)])];
        if (evidence.ClaimedPercent is { } claim)
            marks.Add(new RuleMark("claim", ValueAxis.X, claim, $"Claimed {FigureText.Number(claim, 1)}"));
        foreach (var (key, own) in new[] { ("variant", false), ("claimed", true) })
        {
            var at = rows.Select((v, i) => (Variant: v, At: (double)i)).Where(x => isClaimed[(int)x.At] == own).ToList();
            if (at.Count == 0)
                continue;
            marks.Add(new IntervalsMark(key, ValueAxis.X, [.. at.Select(x => new FigureInterval(x.At, x.Variant.Interval.Lower, x.Variant.Interval.Upper))]));
            marks.Add(new PointsMark(key, [.. at.Select(x => new FigurePoint(x.Variant.Percent, x.At, FigureText.Number(x.Variant.Percent, 1)))]));
        }

        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? Describe(evidence, rows),
            Series =
            [
                new("chance", "", FigureInk.Grey), new("variant", "", FigureInk.Blue), new("claimed", "", FigureInk.Vermillion, PointShape.Diamond),
                new("claim", "", FigureInk.Vermillion, Dash: LineDash.Dashed),
            ],
            Panels =
            [
                new()
                {
                    X = new("Score", "%", new LinearScale()),
                    Y = new("", null, new CategoryScale([.. rows.Select((v, i) => new FigureCategory(evidence.Title(v.VariantId), Emphasised: isClaimed[i]))])),
                    Marks = marks,
                },
            ],
            Data = new(
                [new("variant"), new("title"), new("correct", "items"), new("items", "items"), new("score", "%"), new("low", "%"), new("high", "%"), new("chance low", "%"), new("chance high", "%"), new("claimed")],
                [.. rows.Select((v, i) => (IReadOnlyList<FigureCell>)
                [
                    v.VariantId, evidence.Title(v.VariantId), (long?)v.Correct, (long?)spread.Items, v.Percent, v.Interval.Lower, v.Interval.Upper, spread.NullBand.Lower, spread.NullBand.Upper,
                    isClaimed[i] ? "yes" : "no",
                ])]),
        };
    }

    private static string Describe(SensitivityEvidence e, List<VariantAccuracy> rows) =>
        $"Score in % on {FigureText.Number(e.Spread.Items, 0)} items under each of {FigureText.Number(rows.Count, 0)} wordings of the prompt, best first. "
        + $"If all were equal, 95% of the time all would lie between {FigureText.Number(e.Spread.NullBand.Lower, 1)} and {FigureText.Number(e.Spread.NullBand.Upper, 1)}. "
        + (e.ClaimedPercent is { } claim ? $"A vertical line marks the claimed {FigureText.Number(claim, 1)}. " : "")
        + string.Join(' ', rows.Select(v => $"{e.Title(v.VariantId)}{(v.VariantId == e.ClaimedVariantId ? " (the claim’s)" : "")}: {new FigureEstimate(v.Percent, v.Interval.Lower, v.Interval.Upper).ToText(1)}."));
}
