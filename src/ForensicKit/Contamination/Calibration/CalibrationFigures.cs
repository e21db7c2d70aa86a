using System.Globalization;
using ForensicKit.Contamination.Verdicts;
using ForensicKit.Reporting;

namespace ForensicKit.Contamination.Calibration;

/// <summary>What the zoo of organisms says, drawn.</summary>
public static class CalibrationFigures
{
    /// <summary>How often a leak is shown, by how often its items were seen: a line for each statement.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="calibration">What was measured.</param>
    public static Figure Power(FigureIdentity identity, ZooCalibration calibration) => LineFigure.Create(
        identity,
        new("Times each leaked item was seen", null, new LogScale()),
        new("Benchmarks on which it is shown", "%", new LinearScale(0, 100)),
        [.. new[] { ContaminationStatement.Memorisation, ContaminationStatement.Inflation }.Select(statement => new LineSeries(
            statement.ToString(),
            [.. calibration.Power(statement).Where(p => p.Shown.Of > 0).Select(p => new LinePoint(p.Exposures, 100 * p.Shown.Share, 100 * p.Shown.Interval.Lower, 100 * p.Shown.Interval.Upper))],
            ShowPoints: true))],
        [new(ValueAxis.Y, 90, "90 %")]);

    /// <summary>Estimated against true inflation, a point for each benchmark of each organism.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="calibration">What was measured.</param>
    public static Figure Estimates(FigureIdentity identity, ZooCalibration calibration)
    {
        var units = calibration.Units;
        var ends = units.SelectMany(u => new[] { u.Truth, u.Points }).ToList();
        var (low, high) = (ends.Min(), ends.Max());
        var groups = new (string Key, string Name, FigureInk Ink, PointShape Shape, Func<ZooUnit, bool> Is)[]
        {
            ("clean", "Clean organism", FigureInk.Grey, PointShape.Ring, u => u.Exposures == 0),
            ("question", "Only the question leaked", FigureInk.Orange, PointShape.Triangle, u => u.Way == "question-only"),
            ("leaked", "Question and answer leaked", FigureInk.Blue, PointShape.Circle, u => u is { Exposures: > 0 } && u.Way != "question-only"),
        };
        var coverage = calibration.Coverage();
        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? string.Create(
                CultureInfo.InvariantCulture,
                $"Estimated over true inflation in points, {units.Count} benchmarks of organisms, true values from {low:F0} to {high:F0}. {coverage.Count} of {coverage.Of} intervals hold the true value."),
            Series = [.. groups.Select(g => new FigureSeries(g.Key, g.Name, g.Ink, g.Shape)), new("equal", "Estimate and truth equal", FigureInk.Muted, Dash: LineDash.Dashed)],
            Panels =
            [
                new()
                {
                    X = new("True inflation", "points", new LinearScale()),
                    Y = new("Estimated inflation", "points", new LinearScale()),
                    Marks =
                    [
                        new LineMark("equal", [new(low, low), new(high, high)]),
                        .. groups.Select(g => new PointsMark(g.Key, [.. units.Where(g.Is).Select(u => new FigurePoint(u.Truth, u.Points))], Size: 5, Opacity: 0.6)),
                    ],
                },
            ],
            Data = new(
                [new("organism"), new("benchmark"), new("way"), new("exposures"), new("true", "points"), new("estimated", "points"), new("low", "points"), new("high", "points")],
                [.. units.Select(u => (IReadOnlyList<FigureCell>)[u.Member, u.Benchmark, u.Way ?? "none", (long?)u.Exposures, u.Truth, u.Points, u.Low, u.High])]),
        };
    }
}
