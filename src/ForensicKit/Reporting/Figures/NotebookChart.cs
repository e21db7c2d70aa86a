using System.Text;
using ForensicKit.Cases;

namespace ForensicKit.Reporting;

/// <summary>
/// A figure as the output of a notebook cell: the SVG, which needs no script, replaced by an interactive Plotly chart where scripts run and
/// the notebook holds one <see cref="PlotlyBootstrap"/>.
/// </summary>
/// <remarks>The HTML is the same on every run: ids derive from the figure's id, and nothing is loaded from elsewhere.</remarks>
[TypeFormatterSource(typeof(NotebookChartFormatters), PreferredMimeTypes = ["text/html", "text/plain"])]
public sealed class NotebookChart
{
    /// <param name="figure">The figure.</param>
    public NotebookChart(Figure figure) => Figure = figure;

    /// <summary>The figure.</summary>
    public Figure Figure { get; }

    /// <summary>The id of the chart's element.</summary>
    public string ElementId => Figure.Id + "-chart";

    /// <summary>Plotly figure JSON.</summary>
    public string ToJson() => PlotlyFigure.ToJson(Figure);

    /// <summary>The cell's HTML.</summary>
    public string ToHtml()
    {
        using var step = StepTrace.Begin("show figure");
        var html = new StringBuilder();
        html.Append($"<figure id=\"{ElementId}\" class=\"forensickit-chart\" data-forensickit-chart style=\"margin:0 0 1em;max-width:760px\">\n");
        html.Append("<div data-static style=\"background:#fff;padding:8px\">\n").Append(FigureSvg.Render(Figure, FigureVariant.Light, framed: false)).Append("</div>\n");
        html.Append($"<div data-interactive role=\"img\" aria-label=\"{FigureSvg.Escape(Figure.AltText)}\" style=\"display:none\"></div>\n");
        html.Append($"<figcaption style=\"font-size:.9em\"><strong>Figure {FigureText.Number(Figure.Number, 0)}. {FigureSvg.Escape(Figure.Title)}</strong> ");
        html.Append($"{FigureSvg.Escape(Figure.Caption)}</figcaption>\n");
        html.Append($"<script type=\"application/json\">{ToJson()}</script>\n");
        // The bootstrap may come before or after the chart, in the same page.
        html.Append("<script>window.forensicKitDrawCharts&&window.forensicKitDrawCharts();</script>\n</figure>\n");
        return html.ToString();
    }

    /// <summary>The figure in words.</summary>
    public override string ToString() => $"Figure {FigureText.Number(Figure.Number, 0)}. {FigureText.Clean(Figure.Title)}\n{FigureText.Clean(Figure.AltText, 8000)}";
}

/// <summary>Formats <see cref="NotebookChart"/> by the convention of <see cref="TypeFormatterSourceAttribute"/>.</summary>
public sealed class NotebookChartFormatters
{
    /// <summary>Formatters for HTML and plain text.</summary>
    public IEnumerable<object> CreateTypeFormatters() =>
    [
        new HtmlFormatter(),
        new PlainFormatter(),
    ];

    /// <summary>HTML.</summary>
    public sealed class HtmlFormatter
    {
        /// <summary>text/html.</summary>
        public string MimeType => "text/html";

        /// <summary>Writes a chart or the bootstrap; false for anything else.</summary>
        public bool Format(object instance, TextWriter writer)
        {
            var html = instance switch { NotebookChart chart => chart.ToHtml(), PlotlyBootstrap bootstrap => bootstrap.ToHtml(), _ => null };
            writer.Write(html);
            return html is not null;
        }
    }

    /// <summary>Plain text.</summary>
    public sealed class PlainFormatter
    {
        /// <summary>text/plain.</summary>
        public string MimeType => "text/plain";

        /// <summary>Writes a chart or the bootstrap; false for anything else.</summary>
        public bool Format(object instance, TextWriter writer)
        {
            var text = instance is NotebookChart or PlotlyBootstrap ? instance.ToString() : null;
            writer.Write(text);
            return text is not null;
        }
    }
}
