using System.Globalization;
using ForensicKit.Reporting;

namespace ForensicKit.Contamination;

/// <summary>Where leaked items stand, and what they are worth to a score, drawn.</summary>
public static class PlaceFigures
{
    private const int Bins = 50;

    /// <summary>Where in the scanned text items stand: a panel for each benchmark, the text in fifty equal parts.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="benchmarks">Each benchmark's places, as shares of the documents, 0 to 1.</param>
    public static Figure HitMap(FigureIdentity identity, IReadOnlyList<(string BenchmarkName, IReadOnlyList<double> Places)> benchmarks)
    {
        var counts = benchmarks.Select(b => (b.BenchmarkName, Counts: Count(b.Places))).ToList();
        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? "Places that hold benchmark items, by position in the scanned text. " + string.Join(' ', counts.Select(c => string.Create(
                CultureInfo.InvariantCulture, $"{c.BenchmarkName}: {c.Counts.Sum()} places in {c.Counts.Count(n => n > 0)} of {Bins} parts, at most {c.Counts.Max()} in one."))),
            Series = [new("places", "", FigureInk.Blue)],
            Panels = [.. counts.Select(c => new FigurePanel
            {
                Title = c.BenchmarkName,
                X = new("Position in the scanned text", "% of documents", new LinearScale(0, 100)),
                Y = new("Places", null, new LinearScale(0, IncludeZero: true)),
                Marks = [new BarsMark("places", ValueAxis.Y, [.. c.Counts.Select((n, i) => new FigureBar((i + 0.5) * 100 / Bins, 0, n))], Thickness: 0.9 * 100 / Bins)],
            })],
            PanelColumns = Math.Min(2, counts.Count),
            Data = new(
                [new("benchmark"), new("from", "% of documents"), new("to", "% of documents"), new("places")],
                [.. counts.SelectMany(c => c.Counts.Select((n, i) => (IReadOnlyList<FigureCell>)[c.BenchmarkName, 100.0 * i / Bins, 100.0 * (i + 1) / Bins, (long?)n]))]),
        };
    }

    /// <summary>Each score as it was measured, and what it would be without what leaked items are worth.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="scores">The benchmarks.</param>
    public static Figure PointsExplained(FigureIdentity identity, IReadOnlyList<ExplainedScore> scores)
    {
        double Without(ExplainedScore s) => s.Measured - s.Worth;
        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? "Scores in %, as measured and without what leaked items are worth. " + string.Join(' ', scores.Select(s =>
                $"{s.BenchmarkName}: {FigureText.Number(s.Measured, 1)} measured, {new FigureEstimate(Without(s), s.Measured - s.High, s.Measured - s.Low).ToText(1)} without{(s.Reference is { } r ? $", {FigureText.Number(r, 1)} reference model" : "")}.")),
            Series =
            [
                new("measured", "As measured", FigureInk.Vermillion, PointShape.Diamond), new("without", "Without what leaked items are worth", FigureInk.Blue),
                new("reference", "Reference model", FigureInk.Grey, PointShape.OpenSquare),
            ],
            Panels =
            [
                new()
                {
                    X = new("Score", "%", new LinearScale()),
                    Y = new("", null, new CategoryScale([.. scores.Select(s => new FigureCategory(s.BenchmarkName, Emphasised: true))], 3)),
                    Marks = Marks(scores, Without),
                    Columns = [new("Points explained", [.. scores.Select(s => new FigureEstimate(s.Worth, s.Low, s.High).ToText(1))], Numeric: true)],
                },
            ],
            Data = new(
                [new("benchmark"), new("measured", "%"), new("worth of leaked items", "points"), new("low", "points"), new("high", "points"), new("without", "%"), new("reference model", "%")],
                [.. scores.Select(s => (IReadOnlyList<FigureCell>)[s.BenchmarkName, s.Measured, s.Worth, s.Low, s.High, Without(s), s.Reference])]),
        };
    }

    private static List<FigureMark> Marks(IReadOnlyList<ExplainedScore> scores, Func<ExplainedScore, double> without)
    {
        var scale = new CategoryScale([], 3);
        return
        [
            new IntervalsMark("without", ValueAxis.X, [.. scores.Select((s, i) => new FigureInterval(scale.Lane(i, 1), s.Measured - s.High, s.Measured - s.Low))]),
            new PointsMark("measured", [.. scores.Select((s, i) => new FigurePoint(s.Measured, scale.Lane(i, 0), FigureText.Number(s.Measured, 1)))]),
            new PointsMark("without", [.. scores.Select((s, i) => new FigurePoint(without(s), scale.Lane(i, 1), FigureText.Number(without(s), 1)))]),
            new PointsMark("reference", [.. scores.Select((s, i) => new FigurePoint(s.Reference, scale.Lane(i, 2), s.Reference is { } r ? FigureText.Number(r, 1) : null))]),
        ];
    }

    private static int[] Count(IReadOnlyList<double> places)
    {
        var counts = new int[Bins];
        foreach (var place in places)
            counts[Math.Clamp((int)(place * Bins), 0, Bins - 1)]++;
        return counts;
    }
}

/// <summary>A score and the part of it that leaked items explain.</summary>
/// <param name="BenchmarkName">The benchmark.</param>
/// <param name="Measured">The suspect's score, in %.</param>
/// <param name="Worth">What leaked items are worth to it, in points.</param>
/// <param name="Low">Lower end of the 95% interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Reference">The reference model's score, in %; null where it is not known.</param>
public sealed record ExplainedScore(string BenchmarkName, double Measured, double Worth, double Low, double High, double? Reference);
