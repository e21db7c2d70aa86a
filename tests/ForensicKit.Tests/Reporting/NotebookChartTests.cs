using System.Reflection;
using System.Text.Json;
using ForensicKit.Reporting;

namespace ForensicKit.Tests.Reporting;

public class NotebookChartTests
{
    [Fact]
    public void Every_kind_of_figure_becomes_plotly_json_of_finite_numbers()
    {
        foreach (var figure in SampleFigures.All())
        {
            var json = PlotlyFigure.ToJson(figure);
            Assert.Equal(json, PlotlyFigure.ToJson(figure));
            using var document = JsonDocument.Parse(json);
            Assert.NotEmpty(document.RootElement.GetProperty("data").EnumerateArray());
            Assert.False(document.RootElement.GetProperty("config").GetProperty("displaylogo").GetBoolean());
            Assert.DoesNotContain("NaN", json, StringComparison.Ordinal);
            Assert.DoesNotContain("Infinity", json, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_chart_shows_the_figures_values()
    {
        using var document = JsonDocument.Parse(PlotlyFigure.ToJson(SampleFigures.Claims()));
        var claimed = document.RootElement.GetProperty("data").EnumerateArray()
            .Single(t => t.GetProperty("legendgroup").GetString() == "claimed" && t.GetProperty("mode").GetString() == "markers");
        Assert.Equal([82.5, 87.2, 92.1, 78.0], claimed.GetProperty("x").EnumerateArray().Select(v => v.GetDouble()));
        Assert.True(claimed.GetProperty("showlegend").GetBoolean());
        var axis = document.RootElement.GetProperty("layout").GetProperty("yaxis");
        // Where the line breaks is not what is tested.
        Assert.Contains("Verdict Refuted", axis.GetProperty("ticktext")[0].GetString()!.Replace("<br>", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal([3.5, -0.5], axis.GetProperty("range").EnumerateArray().Select(v => v.GetDouble()));
    }

    [Fact]
    public void Each_series_is_named_once()
    {
        foreach (var figure in SampleFigures.All())
        {
            using var document = JsonDocument.Parse(PlotlyFigure.ToJson(figure));
            var named = document.RootElement.GetProperty("data").EnumerateArray().Where(t => t.GetProperty("showlegend").GetBoolean()).Select(t => t.GetProperty("legendgroup").GetString()).ToList();
            Assert.Equal(named.Distinct(StringComparer.Ordinal), named);
        }
    }

    [Fact]
    public void The_output_is_deterministic_and_loads_nothing()
    {
        var html = new NotebookChart(SampleFigures.Claims()).ToHtml();
        Assert.Equal(html, new NotebookChart(SampleFigures.Claims()).ToHtml());
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.Contains("id=\"fig-claims-chart\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Hostile_names_stay_text_in_html_and_in_plotly()
    {
        const string hostile = "</script><script>alert(1)</script><a href='javascript:alert(2)'>x</a>";
        var figure = ForestPlot.Create(new("fig-hostile", 1, hostile, hostile, "case", hostile), hostile, hostile, [new(hostile, new(1), new(2), null, 3, null, hostile)], hostile);
        var html = new NotebookChart(figure).ToHtml();
        Assert.Equal(2, html.Split("<script", StringSplitOptions.None).Length - 1);
        Assert.Equal(2, html.Split("</script", StringSplitOptions.None).Length - 1);
        Assert.DoesNotContain("<a ", html, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(PlotlyFigure.ToJson(figure));
        var label = document.RootElement.GetProperty("layout").GetProperty("yaxis").GetProperty("ticktext")[0].GetString()!;
        Assert.DoesNotContain("<script", label, StringComparison.Ordinal);
        Assert.DoesNotContain("<a", label, StringComparison.Ordinal);
        Assert.Contains("&lt;", label, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bootstrap_carries_plotly_itself()
    {
        var html = new PlotlyBootstrap().ToHtml();
        Assert.True(html.Length > 3_000_000);
        Assert.StartsWith("<script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script src", html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, html.Split("</script", StringSplitOptions.None).Length - 1);
        Assert.Contains("plotly.js v" + new PlotlyBootstrap().Version, html, StringComparison.Ordinal);
    }

    // As a notebook engine does it: by name, without knowing the types.
    [Theory]
    [InlineData("text/html", "<figure")]
    [InlineData("text/plain", "Figure 1. ")]
    public void Notebooks_find_the_formatters_by_convention(string mimeType, string start)
    {
        object chart = new NotebookChart(SampleFigures.Gap());
        var attribute = chart.GetType().GetCustomAttributes(true).Single(a => a.GetType().Name == "TypeFormatterSourceAttribute");
        var source = Activator.CreateInstance((Type)attribute.GetType().GetProperty("FormatterSourceType")!.GetValue(attribute)!)!;
        var formatters = (IEnumerable<object>)source.GetType().GetMethod("CreateTypeFormatters")!.Invoke(source, null)!;
        var formatter = formatters.Single(f => (string)f.GetType().GetProperty("MimeType")!.GetValue(f)! == mimeType);
        var format = formatter.GetType().GetMethod("Format", BindingFlags.Public | BindingFlags.Instance)!;
        using var writer = new StringWriter();
        Assert.Equal(true, format.Invoke(formatter, [chart, writer]));
        Assert.StartsWith(start, writer.ToString(), StringComparison.Ordinal);
        Assert.Equal(false, format.Invoke(formatter, ["something else", writer]));
    }
}
