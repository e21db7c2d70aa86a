using ForensicKit.Reporting;

namespace ForensicKit.Latency;

/// <summary>The figure of a latency claim: the share of requests done by a time, for each load, against the claim.</summary>
public static class LatencyFigure
{
    /// <summary>Most points of a line; more requests are thinned evenly (the data keep every one).</summary>
    private const int MostPoints = 2000;

    /// <summary>The figure.</summary>
    /// <param name="identity">Name, number, title, caption, case.</param>
    /// <param name="claim">The claim: its limit is a vertical line, its percentile a horizontal one.</param>
    /// <param name="measurements">One to six loads, the stated one first.</param>
    /// <param name="level">Level of the interval of the percentile.</param>
    /// <exception cref="ArgumentException">There is no measurement, more than six, or one without values.</exception>
    public static Figure Create(FigureIdentity identity, LatencyClaim claim, IReadOnlyList<LatencyMeasurement> measurements, double level = 0.95)
    {
        var values = measurements.Select(m => LatencyValues.Of(m.Requests, claim.Metric)).ToList();
        var quantiles = values.Select(v => LatencyQuantiles.Of(v, claim.Percentile, level)).ToList();
        var percentile = (double)(100 * claim.Percentile);
        var figure = LineFigure.Create(
            identity, new(Capital(claim.Metric.Words()), "ms", new LogScale()), new("Requests", "%", new LinearScale(0, 100)),
            [.. measurements.Select((m, i) => new LineSeries(Capital(m.Load.Words), Steps(values[i]), Step: true))],
            [
                new(ValueAxis.X, claim.LimitMs, $"Claimed {FigureText.Number(claim.LimitMs, claim.LimitMs % 1 == 0 ? 0 : 2)} ms"),
                new(ValueAxis.Y, percentile, $"{FigureText.Number(percentile, percentile % 1 == 0 ? 0 : 1)}%"),
            ]);
        var marks = quantiles.SelectMany((q, i) => q is { LowerNs: { } low, UpperNs: { } high } && double.IsFinite(high)
            ? new FigureMark[] { new IntervalsMark(figure.Series[i].Key, ValueAxis.X, [new(percentile, low / 1e6, high / 1e6)]), new PointsMark(figure.Series[i].Key, [new(q.ValueNs / 1e6, percentile)]) }
            : []);
        return figure with
        {
            Panels = [figure.Panels[0] with { Marks = [.. figure.Panels[0].Marks, .. marks] }],
            Data = new(
                [new("load"), new("index"), new("scheduled", "ns"), new("started", "ns"), new("first token", "ns"), new("last token", "ns"), new("tokens"), new("failed"), new("value", "ms")],
                [.. measurements.SelectMany(m => m.Requests.Select(r => (IReadOnlyList<FigureCell>)
                [
                    m.Load.Words, (long?)r.Index, (long?)r.ScheduledNs, (long?)r.StartedNs, r.FirstTokenNs, r.LastTokenNs, (long?)r.Tokens, r.Failed ? "yes" : "no",
                    r.ValueNs(claim.Metric) is { } v && double.IsFinite(v) ? v / 1e6 : (double?)null,
                ]))]),
        };
    }

    // The share done by each time; failed requests are never done, so that the line ends below 100%.
    private static List<LinePoint> Steps(LatencyValues values)
    {
        var n = values.SortedNs.Count;
        var done = n - values.Failed;
        var stride = Math.Max(1, (done + MostPoints - 1) / MostPoints);
        return [.. Enumerable.Range(0, done).Where(i => i % stride == 0 || i == done - 1).Select(i => new LinePoint(Math.Max(values.SortedNs[i], 1) / 1e6, 100.0 * (i + 1) / n))];
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
