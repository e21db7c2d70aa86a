using ForensicKit.Findings;

namespace ForensicKit.Reporting;

/// <summary>A benchmark of a forest plot.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Claimed">What the claimant states; null where nothing is claimed.</param>
/// <param name="Reproduced">What the kit measured; null where it could not.</param>
/// <param name="Reference">What the reference model reaches; null where unknown.</param>
/// <param name="N">Items scored; null where unknown.</param>
/// <param name="Verdict">The finding's verdict; null where there is none.</param>
/// <param name="Note">A second, quieter line under the name; null for none.</param>
public sealed record ForestRow(
    string Label, FigureEstimate? Claimed, FigureEstimate? Reproduced, FigureEstimate? Reference = null, long? N = null, Verdict? Verdict = null, string? Note = null);

/// <summary>Claimed, reproduced and reference scores, one row for each benchmark.</summary>
public static class ForestPlot
{
    private static readonly (string Key, FigureInk Ink, PointShape Shape, string Missing)[] Roles =
    [
        ("claimed", FigureInk.Vermillion, PointShape.Diamond, "nothing claimed"),
        ("reproduced", FigureInk.Blue, PointShape.Circle, "not reproduced"),
        ("reference", FigureInk.Grey, PointShape.OpenSquare, "no reference"),
    ];

    /// <summary>The figure.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="metric">What the scores measure, for example <c>Score</c>.</param>
    /// <param name="unit">Their unit, for example <c>%</c>.</param>
    /// <param name="rows">The benchmarks, in reading order.</param>
    /// <param name="referenceName">The reference model's name.</param>
    /// <param name="decimals">Decimals printed; the data keep full precision.</param>
    public static Figure Create(
        FigureIdentity identity, string metric, string? unit, IReadOnlyList<ForestRow> rows, string referenceName = "Reference", int decimals = 1)
    {
        string[] names = ["Claimed", "Reproduced", referenceName];
        // A series that no row has takes no lane.
        var lanes = Enumerable.Range(0, 3).Where(k => rows.Any(r => Of(r, k) is not null)).ToArray();
        var scale = new CategoryScale([.. rows.Select(r => new FigureCategory(r.Label, r.Note, Emphasised: true))], Math.Max(1, lanes.Length));
        var marks = new List<FigureMark>();
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            var (k, role) = (lanes[lane], Roles[lanes[lane]]);
            var at = rows.Select((r, i) => (Estimate: Of(r, k), Y: scale.Lane(i, lane))).ToList();
            marks.Add(new IntervalsMark(role.Key, ValueAxis.X,
                [.. at.Where(a => a.Estimate is { Low: not null, High: not null }).Select(a => new FigureInterval(a.Y, a.Estimate!.Low, a.Estimate.High))]));
            marks.Add(new PointsMark(role.Key,
                [.. at.Select(a => new FigurePoint(a.Estimate?.Value, a.Y, a.Estimate is { } e ? FigureText.Number(e.Value, decimals) : null))],
                MissingText: role.Missing));
        }

        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? Describe(metric, unit, rows, names, decimals),
            Series = [.. Roles.Select((r, k) => new FigureSeries(r.Key, names[k], r.Ink, r.Shape, k == 2 ? LineDash.Dashed : LineDash.Solid))],
            Panels =
            [
                new()
                {
                    X = new(metric, unit, new LinearScale()),
                    Y = new("", null, scale),
                    Marks = marks,
                    Columns = Columns(rows, decimals),
                },
            ],
            Data = Data(unit, rows),
        };
    }

    private static FigureEstimate? Of(ForestRow row, int role) => role switch { 0 => row.Claimed, 1 => row.Reproduced, _ => row.Reference };

    private static List<TextColumn> Columns(IReadOnlyList<ForestRow> rows, int decimals)
    {
        var columns = new List<TextColumn>();
        if (rows.Any(r => r.N is not null))
            columns.Add(new("n", [.. rows.Select(r => r.N is { } n ? FigureText.Number(n, 0) : null)], Numeric: true));
        if (rows.Any(r => Gap(r) is not null))
            columns.Add(new("Gap", [.. rows.Select(r => Gap(r) is { } gap ? FigureText.Number(gap, decimals) : null)], Numeric: true));
        if (rows.Any(r => r.Verdict is not null))
            columns.Add(new("Verdict", [.. rows.Select(r => r.Verdict?.Words())], Emphasised: true, Marks: [.. rows.Select(r => Mark(r.Verdict))]));
        return columns;
    }

    private static CellMark? Mark(Verdict? verdict) => verdict switch
    {
        Verdict.Supported => new(PointShape.Circle, FigureInk.Green),
        Verdict.Overstated => new(PointShape.Triangle, FigureInk.Orange),
        Verdict.Refuted => new(PointShape.Cross, FigureInk.Vermillion),
        Verdict.NotReproducible => new(PointShape.Square, FigureInk.Purple),
        Verdict.InsufficientEvidence => new(PointShape.Ring, FigureInk.Grey),
        _ => null,
    };

    // Of the printed values' own precision: a reader who subtracts by hand sees at most one unit of the last place.
    private static double? Gap(ForestRow row) => row is { Claimed: { } claimed, Reproduced: { } reproduced } ? claimed.Value - reproduced.Value : null;

    private static string Describe(string metric, string? unit, IReadOnlyList<ForestRow> rows, string[] names, int decimals)
    {
        var sentences = rows.Select(r =>
        {
            var parts = Enumerable.Range(0, 3).Where(k => Of(r, k) is not null).Select(k => $"{names[k]} {Of(r, k)!.ToText(decimals)}").ToList();
            if (r.N is { } n)
                parts.Add("n " + FigureText.Number(n, 0));
            if (r.Verdict is { } verdict)
                parts.Add("verdict " + verdict.Words());
            return $"{r.Label}: {(parts.Count == 0 ? "no data" : string.Join(", ", parts))}.";
        });
        return $"Forest plot, one row for each benchmark; {metric}{(unit is null ? "" : $" in {unit}")}, intervals in brackets. {string.Join(' ', sentences)}";
    }

    private static FigureData Data(string? unit, IReadOnlyList<ForestRow> rows)
    {
        var columns = new List<FigureColumn> { new("benchmark") };
        foreach (var (key, _, _, _) in Roles)
            columns.AddRange([new(key, unit), new(key + " low", unit), new(key + " high", unit)]);
        columns.AddRange([new("n", "items"), new("verdict")]);
        return new(columns,
        [
            .. rows.Select(r =>
            {
                var cells = new List<FigureCell> { r.Label };
                for (var k = 0; k < 3; k++)
                    cells.AddRange([Of(r, k)?.Value, Of(r, k)?.Low, Of(r, k)?.High]);
                cells.AddRange([r.N, r.Verdict?.Words()]);
                return (IReadOnlyList<FigureCell>)cells;
            }),
        ]);
    }
}
