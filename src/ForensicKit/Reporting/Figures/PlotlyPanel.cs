using Plotly.NET;

namespace ForensicKit.Reporting;

/// <summary>One panel as Plotly traces, shapes, annotations and axes.</summary>
internal sealed class PlotlyPanel(Figure figure, FigurePanel panel, string suffix, HashSet<string> named)
{
    private const double LabelWidth = 220;

    /// <summary>The number in the names of this panel's axes: empty for the first.</summary>
    public string Suffix => suffix;

    /// <summary>Adds what the panel draws.</summary>
    public void AddTo(List<Trace> traces, List<object> shapes, List<object> annotations)
    {
        if (panel.Title is { } title)
            annotations.Add(Annotation("x" + suffix + " domain", 0, "y" + suffix + " domain", 1, $"<b>{PlotlyFigure.Text(title)}</b>", FigureInk.Text, "left", 14));
        foreach (var mark in panel.Marks)
        {
            var series = figure.SeriesOf(mark.Series);
            switch (mark)
            {
                case PointsMark points:
                    traces.Add(Points(points, series));
                    break;
                case IntervalsMark intervals:
                    traces.Add(Intervals(intervals, series));
                    break;
                case LineMark line:
                    traces.Add(Line(line, series));
                    break;
                case BandMark band:
                    traces.AddRange(Bands(band, series));
                    break;
                case BarsMark bars:
                    traces.Add(Bars(bars, series));
                    break;
                case RuleMark rule:
                    Rule(rule, series, shapes, annotations);
                    break;
                case NoteMark note:
                    annotations.Add(Annotation("x" + suffix, note.X, "y" + suffix, note.Y, PlotlyFigure.Text(note.Text), series.Ink, "left", 0));
                    break;
            }
        }
    }

    /// <summary>An axis of the panel.</summary>
    public Dictionary<string, object> Axis(bool vertical, double[] domain)
    {
        var axis = vertical ? panel.Y : panel.X;
        var result = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["anchor"] = (vertical ? "x" : "y") + suffix,
            ["domain"] = domain,
            ["automargin"] = true,
            ["gridcolor"] = PlotlyFigure.Colour(FigureInk.Grid),
            ["linecolor"] = PlotlyFigure.Colour(FigureInk.Axis),
            ["zeroline"] = false,
            ["title"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["text"] = PlotlyFigure.Text(axis.Heading),
                ["font"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["size"] = 12, ["color"] = PlotlyFigure.Colour(FigureInk.Muted) },
            },
        };
        switch (axis.Scale)
        {
            case CategoryScale categories:
                result["type"] = "linear";
                result["tickmode"] = "array";
                result["tickvals"] = Enumerable.Range(0, categories.Categories.Count).ToArray();
                result["ticktext"] = categories.Categories.Select((c, i) => CategoryText(c, vertical ? i : null)).ToArray();
                result["range"] = vertical ? new[] { categories.Categories.Count - 0.5, -0.5 } : [-0.5, categories.Categories.Count - 0.5];
                result["showgrid"] = false;
                break;
            case LogScale:
                result["type"] = "log";
                break;
            case LinearScale linear:
                result["type"] = "linear";
                if (linear.IncludeZero)
                    result["rangemode"] = "tozero";
                else if (!vertical && panel.Y.Scale is CategoryScale && !panel.Marks.Any(m => m is BarsMark b && b.Items.Any(i => i.From == 0)))
                    result["range"] = Padded(linear);
                break;
        }

        return result;
    }

    // plotly.js pads its own ranges for points only, so that whiskers would end on the frame.
    private double[] Padded(LinearScale scale)
    {
        var map = NumericMap.Fit(scale, panel.Coordinates(ValueAxis.X), zero: false, rounded: false, ticks: 6);
        var pad = (map.Max - map.Min) * 0.05;
        return [map.Min - pad, map.Max + pad];
    }

    // The name, its note and the text columns' cells, one below the other.
    private string CategoryText(FigureCategory category, int? row)
    {
        var name = Broken(category.Label, 13);
        var cells = row is { } i ? panel.Columns.Where(c => c.Cells[i] is not null).Select(c => $"{c.Header} {c.Cells[i]}") : [];
        var note = Broken(string.Join(" · ", new[] { category.Note }.Concat(cells).Where(t => !string.IsNullOrWhiteSpace(t))), 11);
        return (category.Emphasised ? $"<b>{name}</b>" : name) + (note.Length > 0 ? $"<br><span style=\"font-size:11px\">{note}</span>" : "");
    }

    private static string Broken(string text, double size) =>
        string.Join("<br>", FigureText.Wrap(FigureText.Clean(text), FigureFont.SemiBold, size, LabelWidth).Select(PlotlyFigure.Text));

    private Trace Points(PointsMark mark, FigureSeries series)
    {
        var trace = Scatter(series, "markers", mark.Items.Select(p => p.X), mark.Items.Select(p => p.Y));
        trace.SetProperty("marker", Marker(series, mark.Size));
        trace.SetProperty("opacity", mark.Opacity);
        trace.SetProperty("text", mark.Items.Select(p => PlotlyFigure.Text($"{series.Name} {p.Label}".Trim())).ToArray());
        trace.SetProperty("hoverinfo", mark.Items.Any(p => p.Label is not null) ? "text" : "x+y");
        return trace;
    }

    // One trace for all intervals: segments parted by gaps.
    private Trace Intervals(IntervalsMark mark, FigureSeries series)
    {
        // An open end reaches to the last value of the axis.
        var ends = panel.Coordinates(mark.Along).DefaultIfEmpty().ToList();
        double? Drawn(double? end) => end is double.PositiveInfinity ? ends.Max() : end is double.NegativeInfinity ? ends.Min() : end;
        var values = mark.Items.SelectMany(i => new[] { Drawn(i.Low), Drawn(i.High), null });
        var positions = mark.Items.SelectMany(i => new double?[] { i.Position, i.Position, null });
        var along = mark.Along == ValueAxis.X;
        var trace = Scatter(series, "lines", along ? values : positions, along ? positions : values, legend: false);
        trace.SetProperty("line", LineStyle(series, 2));
        trace.SetProperty("hoverinfo", "skip");
        return trace;
    }

    private Trace Line(LineMark mark, FigureSeries series)
    {
        var trace = Scatter(series, mark.ShowPoints ? "lines+markers" : "lines", mark.Items.Select(p => p.X), mark.Items.Select(p => p.Y));
        var style = LineStyle(series, 2);
        style["shape"] = mark.Step ? "hv" : "linear";
        trace.SetProperty("line", style);
        trace.SetProperty("marker", Marker(series, 7));
        trace.SetProperty("connectgaps", false);
        return trace;
    }

    // A filled outline for each run of known ends.
    private IEnumerable<Trace> Bands(BandMark mark, FigureSeries series)
    {
        for (var start = 0; start < mark.Items.Count;)
        {
            var run = mark.Items.Skip(start).TakeWhile(i => Finite(i.Low) is not null && Finite(i.High) is not null).ToList();
            start += run.Count + 1;
            if (run.Count < 2)
                continue;
            var back = run.AsEnumerable().Reverse().ToList();
            var trace = Scatter(
                series, "lines", run.Concat(back).Select(i => (double?)i.Position), run.Select(i => i.High).Concat(back.Select(i => i.Low)), legend: false);
            trace.SetProperty("fill", "toself");
            trace.SetProperty("fillcolor", PlotlyFigure.Colour(series.Ink));
            trace.SetProperty("opacity", PanelLayout.BandOpacity);
            trace.SetProperty("line", new Dictionary<string, object>(StringComparer.Ordinal) { ["width"] = 0 });
            trace.SetProperty("hoverinfo", "skip");
            yield return trace;
        }
    }

    private Trace Bars(BarsMark mark, FigureSeries series)
    {
        var trace = new Trace("bar");
        var along = mark.Along == ValueAxis.X;
        var lengths = mark.Items.Select(b => Finite(b.To) - b.From).ToArray();
        var positions = mark.Items.Select(b => (double?)b.Position).ToArray();
        trace.SetProperty("orientation", along ? "h" : "v");
        trace.SetProperty("x", along ? lengths : positions);
        trace.SetProperty("y", along ? positions : lengths);
        trace.SetProperty("base", mark.Items.Select(b => b.From).ToArray());
        trace.SetProperty("width", mark.Thickness);
        trace.SetProperty("text", mark.Items.Select(b => PlotlyFigure.Text(b.Label ?? "")).ToArray());
        trace.SetProperty("textposition", "auto");
        trace.SetProperty("cliponaxis", false);
        trace.SetProperty("marker", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["color"] = PlotlyFigure.Colour(series.Ink),
            ["line"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["color"] = PlotlyFigure.Colour(FigureInk.Surface), ["width"] = 1 },
        });
        Place(trace, series, legend: true);
        return trace;
    }

    private void Rule(RuleMark rule, FigureSeries series, List<object> shapes, List<object> annotations)
    {
        if (Finite(rule.Value) is not { } value)
            return;
        var vertical = rule.At == ValueAxis.X;
        var whole = rule.From is null && rule.To is null;
        var (x, y) = ("x" + suffix, "y" + suffix);
        var (from, to) = (rule.From ?? 0, rule.To ?? 1);
        shapes.Add(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["type"] = "line",
            ["layer"] = "below",
            ["xref"] = vertical || !whole ? x : x + " domain",
            ["yref"] = !vertical || !whole ? y : y + " domain",
            ["x0"] = vertical ? value : from,
            ["x1"] = vertical ? value : to,
            ["y0"] = vertical ? from : value,
            ["y1"] = vertical ? to : value,
            ["line"] = LineStyle(series, 1.25),
        });
        if (rule.Label is not { } label)
            return;
        // Annotations on a logarithmic axis are placed by exponent (plotly.js reference, layout.annotations.x); shapes are not.
        var at = (vertical ? panel.X : panel.Y).Scale is LogScale ? Math.Log10(value) : value;
        annotations.Add(vertical
            ? Annotation(x, at, y + " domain", 1, PlotlyFigure.Text(label), series.Ink, "center", 10)
            : Annotation(x + " domain", 1, y, at, PlotlyFigure.Text(label), series.Ink, "right", 10));
    }

    private Trace Scatter(FigureSeries series, string mode, IEnumerable<double?> x, IEnumerable<double?> y, bool legend = true)
    {
        var trace = new Trace("scatter");
        trace.SetProperty("mode", mode);
        trace.SetProperty("x", x.Select(Finite).ToArray());
        trace.SetProperty("y", y.Select(Finite).ToArray());
        Place(trace, series, legend);
        return trace;
    }

    // Each series is named once in the legend, and switched on and off as a whole.
    private void Place(Trace trace, FigureSeries series, bool legend)
    {
        trace.SetProperty("name", PlotlyFigure.Text(series.Name));
        trace.SetProperty("legendgroup", series.Key);
        trace.SetProperty("showlegend", legend && series.Name.Length > 0 && named.Add(series.Key));
        trace.SetProperty("xaxis", "x" + suffix);
        trace.SetProperty("yaxis", "y" + suffix);
    }

    private Dictionary<string, object> Marker(FigureSeries series, double size)
    {
        var tick = panel.Y.Scale is CategoryScale ? "line-ns" : "line-ew";
        var symbol = series.Shape switch
        {
            PointShape.Circle => "circle",
            PointShape.Diamond => "diamond",
            PointShape.Square => "square",
            PointShape.Triangle => "triangle-up",
            PointShape.Ring => "circle-open",
            PointShape.OpenSquare => "square-open",
            PointShape.Cross => "x-thin",
            _ => tick,
        };
        var stroke = series.Shape is PointShape.Circle or PointShape.Diamond or PointShape.Square or PointShape.Triangle ? FigureInk.Surface : series.Ink;
        return new(StringComparer.Ordinal)
        {
            ["symbol"] = symbol,
            ["size"] = size,
            ["color"] = PlotlyFigure.Colour(series.Ink),
            ["line"] = new { color = PlotlyFigure.Colour(stroke), width = stroke == FigureInk.Surface ? 1 : 2 },
        };
    }

    private static Dictionary<string, object> LineStyle(FigureSeries series, double width) => new(StringComparer.Ordinal)
    {
        ["color"] = PlotlyFigure.Colour(series.Ink),
        ["width"] = width,
        ["dash"] = series.Dash switch { LineDash.Dashed => "dash", LineDash.Dotted => "dot", LineDash.DashDot => "dashdot", _ => "solid" },
    };

    private static Dictionary<string, object> Annotation(string xref, double x, string yref, double y, string text, FigureInk ink, string anchor, double up) => new(StringComparer.Ordinal)
    {
        ["xref"] = xref,
        ["x"] = x,
        ["yref"] = yref,
        ["y"] = y,
        ["text"] = text,
        ["showarrow"] = false,
        ["xanchor"] = anchor,
        ["yshift"] = up,
        ["font"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["size"] = 12, ["color"] = FigureColours.Text(FigureVariant.Light, ink) },
    };

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
