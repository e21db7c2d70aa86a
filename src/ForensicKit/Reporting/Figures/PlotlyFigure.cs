using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Plotly.NET;

namespace ForensicKit.Reporting;

/// <summary>
/// A figure as a Plotly.NET chart: the same panels, marks, colours, shapes and line styles as the SVG. Text columns become lines under the names
/// of their categories.
/// </summary>
public static class PlotlyFigure
{
    // Vertical space in px of axis labels and headings of a panel, and of the figure around its panels.
    private const double PanelGap = 64;
    private const double TopMargin = 48;
    private const double BottomMargin = 60;

    // No server, no map files: the chart asks nothing of a network.
    private static readonly SortedDictionary<string, object> ChartConfig = new(StringComparer.Ordinal)
    {
        ["displaylogo"] = false,
        ["plotlyServerURL"] = "",
        ["responsive"] = true,
        ["topojsonURL"] = "",
    };

    /// <summary>The chart, for those who go on to restyle it with Plotly.NET.</summary>
    /// <exception cref="ArgumentException">A mark refers to a series the figure lacks.</exception>
    public static GenericChart ToChart(Figure figure)
    {
        figure.Check();
        var traces = new List<Trace>();
        var layout = new Layout();
        var (shapes, annotations) = (new List<object>(), new List<object>());
        var named = new HashSet<string>(StringComparer.Ordinal);
        var heights = figure.Panels.Select(PanelHeight).ToList();
        var total = heights.Sum() + (PanelGap * (figure.Panels.Count - 1));
        var top = 1.0;
        for (var i = 0; i < figure.Panels.Count; i++)
        {
            var panel = new PlotlyPanel(figure, figure.Panels[i], i == 0 ? "" : (i + 1).ToString(CultureInfo.InvariantCulture), named);
            panel.AddTo(traces, shapes, annotations);
            var bottom = Math.Max(0, top - (heights[i] / total));
            layout.SetProperty("xaxis" + panel.Suffix, panel.Axis(vertical: false, [0, 1]));
            layout.SetProperty("yaxis" + panel.Suffix, panel.Axis(vertical: true, [bottom, top]));
            top = Math.Max(0, bottom - (PanelGap / total));
        }

        layout.SetProperty("height", Math.Ceiling(total + TopMargin + BottomMargin));
        layout.SetProperty("autosize", true);
        layout.SetProperty("paper_bgcolor", Colour(FigureInk.Surface));
        layout.SetProperty("plot_bgcolor", Colour(FigureInk.Surface));
        layout.SetProperty("font", new { family = FigureFont.FamilyList, size = 13, color = Colour(FigureInk.Text) });
        layout.SetProperty("margin", new { l = 16, r = 24, t = TopMargin, b = BottomMargin });
        layout.SetProperty("legend", new { orientation = "h", x = 0, xanchor = "left", y = 1.02, yanchor = "bottom" });
        layout.SetProperty("barmode", "overlay");
        layout.SetProperty("hovermode", "closest");
        layout.SetProperty("shapes", shapes);
        layout.SetProperty("annotations", annotations);
        var config = new Config();
        foreach (var (name, value) in ChartConfig)
            config.SetProperty(name, value);
        return GenericChart.setConfig(config, GenericChart.setLayout(layout, GenericChart.ofTraceObjects<IEnumerable<Trace>>(false, traces)));
    }

    /// <summary>
    /// The chart as Plotly figure JSON (<c>data</c>, <c>layout</c>, <c>config</c>): deterministic, and safe inside an HTML script element
    /// (every &lt;, &gt; and &amp; is escaped).
    /// </summary>
    public static string ToJson(Figure figure)
    {
        var json = JsonNode.Parse(GenericChart.toFigureJson(ToChart(figure)))!.AsObject();
        // Plotly.NET leaves the configuration out of its figure JSON.
        json["config"] = JsonSerializer.SerializeToNode(ChartConfig);
        return json.ToJsonString(JsonSerializerOptions.Default);
    }

    /// <summary>The light value of a colour: charts have a ground of their own, so they are legible on any page.</summary>
    internal static string Colour(FigureInk ink) => FigureColours.Mark(FigureVariant.Light, ink);

    /// <summary>Text for Plotly, which reads a few HTML tags in labels: cleaned and escaped, so that it stays text.</summary>
    internal static string Text(string text) => FigureText.Clean(text)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static double PanelHeight(FigurePanel panel) => panel.Y.Scale is CategoryScale rows
        ? Math.Max(1, rows.Categories.Count) * Math.Max(52, 22 * rows.Lanes)
        : panel.Height;
}
