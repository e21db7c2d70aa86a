using System.Globalization;

namespace ForensicKit.Reporting;

/// <summary>A step of a waterfall.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Value">A total (in the figure's unit), or a change (signed, in the same unit).</param>
/// <param name="IsTotal">Whether <paramref name="Value"/> is a total; the first step always is one.</param>
/// <param name="Note">A second, quieter line; null for none.</param>
/// <param name="Interval">Interval of <paramref name="Value"/> itself, not of the running total; null for none.</param>
public sealed record WaterfallStep(string Label, double Value, bool IsTotal = false, string? Note = null, (double Low, double High)? Interval = null);

/// <summary>How one total becomes another, change by change.</summary>
public static class WaterfallFigure
{
    /// <summary>The figure. Totals are points, not bars, so that the axis may leave out 0 without a bar's length lying.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="metric">What is measured.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="steps">The steps; the first is a total, and every later total is the sum so far within 1e-6.</param>
    /// <param name="decimals">Decimals printed.</param>
    /// <exception cref="ArgumentException">There is no step, the first is no total, or a total is not the sum of what stands before it.</exception>
    public static Figure Create(FigureIdentity identity, string metric, string? unit, IReadOnlyList<WaterfallStep> steps, int decimals = 1)
    {
        if (steps.Count == 0 || !steps[0].IsTotal)
            throw new ArgumentException("A waterfall starts with a total.", nameof(steps));
        var (totals, rises, falls, links) = (new List<FigurePoint>(), new List<FigureBar>(), new List<FigureBar>(), new List<FigureMark>());
        // Intervals lie over the values' labels: with them, values stand in columns.
        var hasIntervals = steps.Any(s => s.Interval is not null);
        var ends = new List<double>();
        var intervals = new List<FigureInterval>();
        for (var i = 0; i < steps.Count; i++)
        {
            var (step, before) = (steps[i], ends.Count > 0 ? ends[^1] : steps[i].Value);
            if (step.IsTotal && Math.Abs(step.Value - before) > 1e-6 * Math.Max(1, Math.Abs(before)))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"Total '{step.Label}' is {step.Value:R}, but the steps before it sum to {before:R}."), nameof(steps));
            }

            var after = step.IsTotal ? step.Value : before + step.Value;
            if (step.IsTotal)
                totals.Add(new(step.Value, i, hasIntervals ? null : FigureText.Number(step.Value, decimals)));
            else
                (step.Value < 0 ? falls : rises).Add(new(i, before, after, hasIntervals ? null : Change(step.Value, decimals)));
            if (step.Interval is { } interval)
            {
                // A change's interval is drawn where the change is: from the running total before it.
                var origin = step.IsTotal ? 0 : before;
                intervals.Add(new(i, origin + interval.Low, origin + interval.High));
            }

            if (i > 0)
                links.Add(new RuleMark("link", ValueAxis.X, before, From: i - 1, To: i));
            ends.Add(after);
        }

        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? Describe(metric, unit, steps, decimals),
            Series =
            [
                new("total", "", FigureInk.Text, PointShape.Circle),
                new("rise", "", FigureInk.Blue),
                new("fall", "", FigureInk.Vermillion),
                new("link", "", FigureInk.Axis, Dash: LineDash.Dotted),
                .. !hasIntervals ? (FigureSeries[])[] : [new("interval", "", FigureInk.Text)],
            ],
            Panels =
            [
                new()
                {
                    X = new(metric, unit, new LinearScale()),
                    Y = new("", null, new CategoryScale([.. steps.Select(s => new FigureCategory(s.Label, s.Note, s.IsTotal))])),
                    Marks = [.. links, new BarsMark("rise", ValueAxis.X, rises), new BarsMark("fall", ValueAxis.X, falls, Hatched: true), .. !hasIntervals ? (FigureMark[])[] : [new IntervalsMark("interval", ValueAxis.X, intervals)], new PointsMark("total", totals, 11)],
                    Columns = hasIntervals ? Columns(unit, steps, decimals) : [],
                },
            ],
            Data = new(
                [new("step"), new("kind"), new("value", unit), new("running total", unit), .. !hasIntervals ? (FigureColumn[])[] : [new("low", unit), new("high", unit)]],
                [.. steps.Select((s, i) => (IReadOnlyList<FigureCell>)
                    [s.Label, s.IsTotal ? "total" : "change", s.Value, ends[i], .. !hasIntervals ? (FigureCell[])[] : [s.Interval?.Low, s.Interval?.High]])]),
        };
    }

    private static IReadOnlyList<TextColumn> Columns(string? unit, IReadOnlyList<WaterfallStep> steps, int decimals) =>
    [
        new(unit ?? "Value", [.. steps.Select(s => s.IsTotal ? FigureText.Number(s.Value, decimals) : Change(s.Value, decimals))], Numeric: true, Emphasised: true),
        new("Interval", [.. steps.Select(s => s.Interval is { } i ? $"{FigureText.Number(i.Low, decimals)} to {FigureText.Number(i.High, decimals)}" : null)], Numeric: true),
    ];

    private static string Change(double value, int decimals) => value > 0 ? "+" + FigureText.Number(value, decimals) : FigureText.Number(value, decimals);

    private static string Describe(string metric, string? unit, IReadOnlyList<WaterfallStep> steps, int decimals)
    {
        var parts = steps.Select(s =>
            $"{s.Label}: {(s.IsTotal ? FigureText.Number(s.Value, decimals) : Change(s.Value, decimals))}{(s.Interval is { } i ? $" [{FigureText.Number(i.Low, decimals)}, {FigureText.Number(i.High, decimals)}]" : "")}.");
        return $"Waterfall of {metric}{(unit is null ? "" : $" in {unit}")}, from one total to the next. {string.Join(' ', parts)}";
    }
}
