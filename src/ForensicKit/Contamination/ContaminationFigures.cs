using System.Globalization;
using ForensicKit.Reporting;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>The figures of the contamination step.</summary>
public static class ContaminationFigures
{
    /// <summary>Share of items present, for each benchmark beside its fresh items, with exact intervals.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="benchmarks">The benchmarks, in reading order; those without findable items are named as such.</param>
    /// <param name="level">Level of the intervals.</param>
    public static Figure Presence(FigureIdentity identity, IReadOnlyList<PresenceCounts> benchmarks, double level = 0.95)
    {
        var scale = new CategoryScale([.. benchmarks.Select(b => new FigureCategory(b.BenchmarkName, Emphasised: true))], 2);
        var marks = new List<FigureMark>();
        foreach (var (key, lane, of) in new (string, int, Func<PresenceCounts, FigureEstimate?>)[]
            { ("present", 0, b => Share(b.Present, b.Items, level)), ("fresh", 1, b => Share(b.FreshFound, b.Fresh, level)) })
        {
            marks.Add(new IntervalsMark(key, ValueAxis.X, [.. benchmarks.Select((b, i) => (Of: of(b), At: scale.Lane(i, lane))).Where(x => x.Of is not null).Select(x => new FigureInterval(x.At, x.Of!.Low, x.Of.High))]));
            marks.Add(new PointsMark(key, [.. benchmarks.Select((b, i) => new FigurePoint(of(b)?.Value, scale.Lane(i, lane), of(b) is { } e ? FigureText.Number(e.Value, 1) : null))], MissingText: "none to look for"));
        }

        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? "Share of items found in the training data, in %. " + string.Join(' ', benchmarks.Select(b =>
                $"{b.BenchmarkName}: {Share(b.Present, b.Items, level)?.ToText(1) ?? "none to look for"}; fresh items {Share(b.FreshFound, b.Fresh, level)?.ToText(1) ?? "none"}.")),
            Series = [new("present", "Items of the benchmark", FigureInk.Blue), new("fresh", "Fresh items (control)", FigureInk.Grey, PointShape.OpenSquare, LineDash.Dashed)],
            Panels =
            [
                new()
                {
                    X = new("Items found", "%", new LinearScale(0, IncludeZero: true)),
                    Y = new("", null, scale),
                    Marks = marks,
                    Columns = [new("Found", [.. benchmarks.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Present} of {b.Items}"))], Numeric: true)],
                },
            ],
            Data = new(
                [new("benchmark"), new("items", "items"), new("present", "items"), new("question and answer", "items"), new("question only", "items"), new("answer only", "items"), new("too short", "items"), new("fresh", "items"), new("fresh found", "items")],
                [.. benchmarks.Select(b => (IReadOnlyList<FigureCell>)[b.BenchmarkName, (long?)b.Items, (long?)b.Present, (long?)b.QuestionAndAnswer, (long?)b.QuestionOnly, (long?)b.AnswerOnly, (long?)b.TooShort, (long?)b.Fresh, (long?)b.FreshFound])]),
        };
    }

    /// <summary>The gain on leaked over fresh items, for each benchmark and number of exposures, with intervals.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="results">The benchmarks, in reading order.</param>
    public static Figure Inflation(FigureIdentity identity, IReadOnlyList<(string BenchmarkName, InflationResult Result)> results)
    {
        var rows = results.SelectMany(r => r.Result.ByExposure.Select(b => (Label: "    " + Exposure(b), Benchmark: r.BenchmarkName, Seen: Exposure(b), b.Effect, IsAll: false))
            .Prepend((Label: r.BenchmarkName, Benchmark: r.BenchmarkName, Seen: "all", Effect: r.Result.Overall, IsAll: true))).ToList();
        List<FigureMark> marks = [new RuleMark("zero", ValueAxis.X, 0)];
        foreach (var (key, isAll) in new[] { ("bucket", false), ("all", true) })
        {
            var own = rows.Select((r, i) => (Row: r, At: (double)i)).Where(x => x.Row.IsAll == isAll).ToList();
            marks.Add(new IntervalsMark(key, ValueAxis.X, [.. own.Where(x => x.Row.Effect.Interval is not null).Select(x => new FigureInterval(x.At, x.Row.Effect.Interval!.Value.Lower, x.Row.Effect.Interval.Value.Upper))]));
            marks.Add(new PointsMark(key, [.. own.Select(x => new FigurePoint(x.Row.Effect.Points, x.At, FigureText.Number(x.Row.Effect.Points, 1)))]));
        }

        return new Figure
        {
            Id = identity.Id,
            Number = identity.Number,
            Title = identity.Title,
            Caption = identity.Caption,
            CaseId = identity.CaseId,
            AltText = identity.AltText ?? "Gain on leaked over fresh items, in points. " + string.Join(' ', rows.Select(r =>
                $"{r.Benchmark}, {r.Seen}: {new FigureEstimate(r.Effect.Points, r.Effect.Interval?.Lower, r.Effect.Interval?.Upper).ToText(1)}, {FigureText.Number(r.Effect.Leaked, 0)} items.")),
            Series =
            [
                new("all", "All leaked items", FigureInk.Blue, PointShape.Square), new("bucket", "By number of exposures", FigureInk.Grey),
                new("zero", "", FigureInk.Muted, Dash: LineDash.Dashed),
            ],
            Panels =
            [
                new()
                {
                    X = new("Gain on leaked items", "points", new LinearScale(IncludeZero: true)),
                    Y = new("", null, new CategoryScale([.. rows.Select(r => new FigureCategory(r.Label.Trim(), Emphasised: r.IsAll))])),
                    Marks = marks,
                    Columns = [new("n", [.. rows.Select(r => FigureText.Number(r.Effect.Leaked, 0))], Numeric: true)],
                },
            ],
            Data = new(
                [new("benchmark"), new("seen"), new("leaked", "items"), new("fresh", "items"), new("gain", "points"), new("low", "points"), new("high", "points"), new("p")],
                [.. rows.Select(r => (IReadOnlyList<FigureCell>)[r.Benchmark, r.Seen, (long?)r.Effect.Leaked, (long?)r.Effect.Fresh, r.Effect.Points, r.Effect.Interval?.Lower, r.Effect.Interval?.Upper, r.Effect.P.Value])]),
        };
    }

    private static string Exposure(ExposureEffect bucket) => bucket.To is { } to
        ? string.Create(CultureInfo.InvariantCulture, $"seen {bucket.From} to {to} times") : string.Create(CultureInfo.InvariantCulture, $"seen {bucket.From} times or more");

    private static FigureEstimate? Share(int x, int n, double level)
    {
        if (n == 0)
            return null;
        var interval = BinomialInterval.ClopperPearson(x, n, level);
        return new(100.0 * x / n, 100 * interval.Lower, 100 * interval.Upper);
    }
}
