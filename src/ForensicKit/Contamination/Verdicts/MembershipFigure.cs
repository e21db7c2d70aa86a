using ForensicKit.Claims;
using ForensicKit.Contamination.Membership;
using ForensicKit.Reporting;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>What models say of themselves, drawn.</summary>
internal static class MembershipFigure
{
    /// <summary>The area under the curve of every test that compares two sets, the suspect's beside the reference model's; null where there is none.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="evidence">What was asked.</param>
    public static Figure? Create(FigureIdentity identity, MembershipEvidence evidence)
    {
        var rows = evidence.Benchmarks.SelectMany(b => b.Suspect.Outcomes.Where(IsArea).Select(o => (
            b.Title, o.Test, Own: Estimate(o), Control: b.Control?.Outcomes.FirstOrDefault(c => c.Test == o.Test && IsArea(c)) is { } c ? Estimate(c) : null, P: o.P?.Value))).ToList();
        if (rows.Count == 0)
            return null;
        var hasControl = evidence.Reference is not null;
        var scale = new CategoryScale([.. rows.Select(r => new FigureCategory($"{r.Title}: {r.Test}"))], hasControl ? 2 : 1);
        List<FigureMark> marks = [new RuleMark("chance", ValueAxis.X, 0.5)];
        foreach (var (key, lane, of) in new (string, int, Func<int, FigureEstimate?>)[] { ("suspect", 0, i => rows[i].Own), ("reference", 1, i => rows[i].Control) })
        {
            if (key == "reference" && !hasControl)
                continue;
            var own = Enumerable.Range(0, rows.Count).Where(i => of(i) is not null).Select(i => (Of: of(i)!, At: scale.Lane(i, lane))).ToList();
            marks.Add(new IntervalsMark(key, ValueAxis.X, [.. own.Where(x => x.Of.Low is not null).Select(x => new FigureInterval(x.At, x.Of.Low, x.Of.High))]));
            marks.Add(new PointsMark(key, [.. own.Select(x => new FigurePoint(x.Of.Value, x.At, FigureText.Number(x.Of.Value, 2)))]));
        }

        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? "Share of pairs in which a published item scores above a fresh one; one half is chance. " + string.Join(' ', rows.GroupBy(r => r.Title, StringComparer.Ordinal).Select(g =>
                $"{g.Key}: {evidence.Suspect} {Range(g.Select(r => r.Own))}{(g.Any(r => r.Control is not null) ? $", {evidence.Reference} {Range(g.Select(r => r.Control).OfType<FigureEstimate>())}" : "")}.")),
            Series =
            [
                new("suspect", evidence.Suspect, FigureInk.Blue), .. hasControl ? new FigureSeries[] { new("reference", $"{evidence.Reference} (control)", FigureInk.Grey, PointShape.OpenSquare, LineDash.Dashed) } : [],
                new("chance", "", FigureInk.Muted, Dash: LineDash.Dashed),
            ],
            Panels =
            [
                new()
                {
                    X = new("Published item scores above a fresh one", "share of pairs", new LinearScale()),
                    Y = new("", null, scale),
                    Marks = marks,
                },
            ],
            Data = new(
                [new("benchmark"), new("test"), new("suspect", "share of pairs"), new("low", "share of pairs"), new("high", "share of pairs"), new("p"), new("reference model", "share of pairs")],
                [.. rows.Select(r => (IReadOnlyList<FigureCell>)[r.Title, r.Test, r.Own.Value, r.Own.Low, r.Own.High, r.P, r.Control?.Value])]),
        };
    }

    private static string Range(IEnumerable<FigureEstimate> estimates)
    {
        var values = estimates.Select(e => e.Value).Order().ToList();
        return values.Count == 1 ? FigureText.Number(values[0], 2) : $"{FigureText.Number(values[0], 2)} to {FigureText.Number(values[^1], 2)}";
    }

    private static bool IsArea(MembershipOutcome o) => o is { P: not null, Effect: not null } && o.EffectName == MembershipTestOutcomes.Area;

    private static FigureEstimate Estimate(MembershipOutcome o) => new(o.Effect!.Value, o.Interval?.Lower, o.Interval?.Upper);
}
