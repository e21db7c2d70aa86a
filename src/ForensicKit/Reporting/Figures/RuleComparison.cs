namespace ForensicKit.Reporting;

/// <summary>A scoring rule (or any other way to compute the same score) with the score it gives.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Score">The score; null where the rule could not be applied.</param>
/// <param name="N">Items scored; null where unknown.</param>
/// <param name="Note">A second, quieter line under the name; null for none.</param>
/// <param name="Standard">Whether it is the benchmark organisers' own rule; set semi-bold and in the accent colour.</param>
public sealed record RuleScore(string Rule, FigureEstimate? Score, long? N = null, string? Note = null, bool Standard = false);

/// <summary>How scores are drawn.</summary>
public enum ComparisonForm
{
    /// <summary>Points on an axis that need not start at 0.</summary>
    Points,

    /// <summary>Bars from 0.</summary>
    Bars,
}

/// <summary>The score under each rule, against what is claimed.</summary>
public static class RuleComparison
{
    /// <summary>The figure.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="metric">What the scores measure.</param>
    /// <param name="unit">Their unit.</param>
    /// <param name="rules">The rules, in reading order.</param>
    /// <param name="claimed">The claimed value, drawn as a vertical line; null for none.</param>
    /// <param name="form">Points or bars.</param>
    /// <param name="decimals">Decimals printed.</param>
    public static Figure Create(
        FigureIdentity identity, string metric, string? unit, IReadOnlyList<RuleScore> rules, double? claimed, ComparisonForm form = ComparisonForm.Points, int decimals = 1)
    {
        var scale = new CategoryScale([.. rules.Select(r => new FigureCategory(r.Rule, r.Note, r.Standard))]);
        var marks = new List<FigureMark>();
        if (claimed is { } value)
            marks.Add(new RuleMark("claimed", ValueAxis.X, value, $"Claimed {FigureText.Number(value, decimals)}"));
        foreach (var standard in new[] { false, true })
        {
            var key = standard ? "standard" : "score";
            var rows = rules.Select((r, i) => (Rule: r, At: (double)i)).Where(r => r.Rule.Standard == standard).ToList();
            if (rows.Count == 0)
                continue;
            if (form == ComparisonForm.Bars)
            {
                marks.Add(new BarsMark(key, ValueAxis.X, [.. rows.Select(r => new FigureBar(r.At, 0, r.Rule.Score?.Value, Label(r.Rule, decimals)))], Hatched: !standard));
                continue;
            }

            marks.Add(new IntervalsMark(key, ValueAxis.X,
                [.. rows.Where(r => r.Rule.Score is { Low: not null, High: not null }).Select(r => new FigureInterval(r.At, r.Rule.Score!.Low, r.Rule.Score.High))]));
            marks.Add(new PointsMark(key, [.. rows.Select(r => new FigurePoint(r.Rule.Score?.Value, r.At, Label(r.Rule, decimals)))], MissingText: "not computable"));
        }

        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? Describe(metric, unit, rules, claimed, decimals),
            Series =
            [
                new("score", "", FigureInk.Grey, PointShape.Circle),
                new("standard", "", FigureInk.Blue, PointShape.Square),
                new("claimed", "", FigureInk.Vermillion, Dash: LineDash.Dashed),
            ],
            Panels =
            [
                new()
                {
                    X = new(metric, unit, new LinearScale()),
                    Y = new("", null, scale),
                    Marks = marks,
                    Columns = rules.Any(r => r.N is not null) ? [new("n", [.. rules.Select(r => r.N is { } n ? FigureText.Number(n, 0) : null)], Numeric: true)] : [],
                },
            ],
            Data = new(
                [new("rule"), new("score", unit), new("low", unit), new("high", unit), new("n", "items"), new("standard"), new("claimed", unit)],
                [.. rules.Select(r => (IReadOnlyList<FigureCell>)[r.Rule, r.Score?.Value, r.Score?.Low, r.Score?.High, r.N, r.Standard ? "yes" : "no", claimed])]),
        };
    }

    private static string? Label(RuleScore rule, int decimals) => rule.Score is { } s ? FigureText.Number(s.Value, decimals) : null;

    private static string Describe(string metric, string? unit, IReadOnlyList<RuleScore> rules, double? claimed, int decimals)
    {
        var rows = rules.Select(r => $"{r.Rule}{(r.Standard ? " (the standard rule)" : "")}: {r.Score?.ToText(decimals) ?? "not computable"}.");
        var line = claimed is { } c ? $" A vertical line marks the claimed {FigureText.Number(c, decimals)}." : "";
        return $"{metric}{(unit is null ? "" : $" in {unit}")} under each of {FigureText.Number(rules.Count, 0)} rules.{line} {string.Join(' ', rows)}";
    }
}
