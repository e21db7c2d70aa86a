using System.Globalization;
using Plotly.NET;

namespace ForensicKit.Reporting;

/// <summary>
/// plotly.js itself, once for each notebook: displayed in any cell, it makes every <see cref="NotebookChart"/> of the page interactive. The script is the
/// one that Plotly.NET carries (MIT licence, in its header); nothing is fetched.
/// </summary>
[TypeFormatterSource(typeof(NotebookChartFormatters), PreferredMimeTypes = ["text/html", "text/plain"])]
public sealed class PlotlyBootstrap
{
    // Draws each chart once. A chart that fails to draw keeps its SVG, and so does every chart of a page without scripts.
    private const string DrawCharts = """
        window.forensicKitDrawCharts=function(){
          document.querySelectorAll('[data-forensickit-chart]:not([data-drawn])').forEach(function(figure){
            var still=figure.querySelector('[data-static]'),live=figure.querySelector('[data-interactive]'),json=figure.querySelector('script[type="application/json"]');
            if(!window.forensicKitPlotly||!still||!live||!json)return;
            figure.setAttribute('data-drawn','');
            try{
              var chart=JSON.parse(json.textContent);
              live.style.display='block';
              window.forensicKitPlotly.newPlot(live,chart.data,chart.layout,chart.config).then(
                function(){still.style.display='none';},function(){live.style.display='none';});
            }catch(error){live.style.display='none';}
          });
        };
        window.forensicKitDrawCharts();
        """;

    private static readonly Lazy<string> Script = new(Read);

    /// <summary>The version of plotly.js.</summary>
    public string Version => Resource()["Plotly.NET.plotly-".Length..^".min.js".Length];

    /// <summary>The script elements, about 3.6 MB.</summary>
    public string ToHtml() =>
        // Notebook pages have module loaders (AMD, CommonJS) that the script would register with instead of the page: it sees none of them here.
        // A Plotly of another version that the page already has stays in its place.
        "<script>(function(){var define,module,exports,before=window.Plotly;\n" + Script.Value
        + "\nwindow.forensicKitPlotly=window.Plotly;if(before)window.Plotly=before;})();\n" + DrawCharts + "</script>\n";

    /// <summary>What it is.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"plotly.js {Version}: charts on this page are interactive.");

    private static string Resource() =>
        Array.Find(
            typeof(GenericChart).Assembly.GetManifestResourceNames(),
            n => n.StartsWith("Plotly.NET.plotly-", StringComparison.Ordinal) && n.EndsWith(".min.js", StringComparison.Ordinal))
        ?? throw new InvalidOperationException("Plotly.NET no longer carries plotly.js as a resource.");

    private static string Read()
    {
        using var stream = typeof(GenericChart).Assembly.GetManifestResourceStream(Resource())!;
        using var reader = new StreamReader(stream);
        var script = reader.ReadToEnd();
        // Inside a script element only these could end it or change how it is read.
        if (script.Contains("</script", StringComparison.OrdinalIgnoreCase) || script.Contains("<!--", StringComparison.Ordinal))
            throw new InvalidOperationException("The carried plotly.js cannot stand inside a script element.");
        return script;
    }
}
