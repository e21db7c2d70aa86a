using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ForensicKit.Reporting;

/// <summary>
/// Draws figures as SVG 1.1: same description, same bytes, on every machine. Text is arranged by the bundled font's widths; numbers are written with
/// invariant formatting, rounded to 0.01 px; ids derive from the figure's id; nothing refers to anything outside.
/// </summary>
public static class FigureSvg
{
    /// <summary>Width of the text column in px.</summary>
    public const double ColumnWidth = 720;

    /// <summary>Width for a narrow screen in px.</summary>
    public const double NarrowWidth = 360;

    // Strict escaping inside JSON, then XML on top.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>The figure as an SVG document or fragment.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="variant">Colours.</param>
    /// <param name="width">Width in px of the coordinate system, 240 to 2400; the image scales with its container.</param>
    /// <param name="framed">
    /// Whether number, title, caption, case and data hash are part of the image, as in exported files. Null: all but <see cref="FigureVariant.Inline"/>,
    /// whose document sets them as text.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The width is out of range.</exception>
    /// <exception cref="ArgumentException">A mark refers to a series the figure lacks.</exception>
    /// <exception cref="InvalidOperationException">Two series have the same key, or a text column does not fit its categories.</exception>
    public static string Render(Figure figure, FigureVariant variant, double width = ColumnWidth, bool? framed = null)
    {
        var hash = FigureCsv.Sha256(figure.Data);
        var drawing = FigureLayout.Arrange(figure, width, framed ?? variant != FigureVariant.Inline, hash);
        return Write(figure, drawing, variant, hash);
    }

    private static string Write(Figure figure, Drawing drawing, FigureVariant variant, string hash)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{figure.Id}-{Name(variant)}-{drawing.Width:0}");
        var (w, h) = (N(drawing.Width), N(drawing.Height));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\"");
        svg.Append(CultureInfo.InvariantCulture, $" aria-labelledby=\"{id}-title {id}-desc\" font-family=\"{FigureFont.FamilyList}\"");
        svg.Append(" style=\"max-width:100%;height:auto;font-variant-numeric:tabular-nums\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title id=\"{id}-title\">{Escape($"Figure {figure.Number.ToString(CultureInfo.InvariantCulture)}. {figure.Title}")}</title>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<desc id=\"{id}-desc\">{Escape(figure.AltText)}</desc>\n");
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["case"] = figure.CaseId,
            ["data"] = figure.Id + ".csv",
            ["data-sha256"] = hash,
            ["figure"] = figure.Id,
        };
        svg.Append(CultureInfo.InvariantCulture, $"<metadata>{Escape(JsonSerializer.Serialize(metadata, Json))}</metadata>\n");
        if (variant != FigureVariant.Inline)
            svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{w}\" height=\"{h}\" fill=\"{FigureColours.Mark(variant, FigureInk.Surface)}\"/>\n");
        var shapes = new SvgShapes(svg, variant);
        foreach (var item in drawing.Items)
            shapes.Write(item);
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>The variant's part of file names and ids.</summary>
    internal static string Name(FigureVariant variant) => variant switch
    {
        FigureVariant.Light => "light",
        FigureVariant.Dark => "dark",
        FigureVariant.Print => "print",
        _ => "inline",
    };

    /// <summary>A coordinate: rounded to 0.01 px, invariant, never "-0".</summary>
    internal static string N(double value)
    {
        var rounded = Math.Round(value, 2, MidpointRounding.AwayFromZero);
        return (rounded == 0 ? 0 : rounded).ToString("0.##", CultureInfo.InvariantCulture);
    }

    /// <summary>Text for XML content and double-quoted attributes, made safe first (<see cref="FigureText.Clean"/>).</summary>
    internal static string Escape(string text) => FigureText.Clean(text, 8000)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);
}
