using System.Globalization;
using System.Text;

namespace ForensicKit.Reporting;

/// <summary>Writes the items of a drawing as SVG elements in one variant's colours.</summary>
internal sealed class SvgShapes(StringBuilder svg, FigureVariant variant)
{
    /// <summary>Writes one item.</summary>
    public void Write(DrawItem item)
    {
        switch (item)
        {
            case TextItem text:
                Text(text);
                break;
            case LineItem l:
                Append($"<line x1=\"{N(l.X1)}\" y1=\"{N(l.Y1)}\" x2=\"{N(l.X2)}\" y2=\"{N(l.Y2)}\"{Stroke(l.Ink, l.Width, l.Dash)}/>\n");
                break;
            case RectItem rect:
                Rect(rect);
                break;
            case PolylineItem p:
                Append($"<polyline points=\"{Points(p.Points)}\" fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{Stroke(p.Ink, p.Width, p.Dash)}/>\n");
                break;
            case PolygonItem p:
                Append($"<polygon points=\"{Points(p.Points)}\" fill=\"{Mark(p.Ink)}\"{Opacity(p.Opacity)}/>\n");
                break;
            case MarkerItem marker:
                Marker(marker);
                break;
        }
    }

    private void Text(TextItem t)
    {
        var anchor = t.Anchor switch { TextAnchor.Start => "", TextAnchor.Middle => " text-anchor=\"middle\"", _ => " text-anchor=\"end\"" };
        var weight = t.Bold ? " font-weight=\"600\"" : "";
        var halo = t.Halo ? $" stroke=\"{Mark(FigureInk.Surface)}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"" : "";
        // Another font than the measured one is squeezed (or stretched) to the measured width, so that it cannot overlap or be cut off.
        var length = t.Text.Length > 1 ? $" textLength=\"{N(t.Box.Width)}\" lengthAdjust=\"spacingAndGlyphs\"" : "";
        var fill = FigureColours.Text(variant, t.Ink);
        Append($"<text x=\"{N(t.X)}\" y=\"{N(t.Y)}\" font-size=\"{N(t.Size)}\"{anchor}{weight}{length} fill=\"{fill}\"{halo}>{FigureSvg.Escape(t.Text)}</text>\n");
    }

    private void Rect(RectItem r)
    {
        if (variant != FigureVariant.Print || !r.Hatched)
        {
            Append($"<rect x=\"{N(r.X)}\" y=\"{N(r.Y)}\" width=\"{N(r.Width)}\" height=\"{N(r.Height)}\" fill=\"{Mark(r.Ink)}\"{Opacity(r.Opacity)}/>\n");
            return;
        }

        // Hatching is computed, not a pattern: no ids, and every renderer draws it.
        Append($"<rect x=\"{N(r.X)}\" y=\"{N(r.Y)}\" width=\"{N(r.Width)}\" height=\"{N(r.Height)}\" fill=\"#ffffff\" stroke=\"{Mark(r.Ink)}\" stroke-width=\"1\"/>\n");
        var path = new StringBuilder();
        for (var offset = 5.0; offset < r.Width + r.Height; offset += 5)
        {
            // The diagonal x + y = offset, from the left or bottom edge to the top or right edge.
            var (x1, y1) = offset <= r.Height ? (0.0, offset) : (offset - r.Height, r.Height);
            var (x2, y2) = offset <= r.Width ? (offset, 0.0) : (r.Width, offset - r.Width);
            path.Append(CultureInfo.InvariantCulture, $"M{N(r.X + x1)} {N(r.Y + y1)}L{N(r.X + x2)} {N(r.Y + y2)}");
        }

        if (path.Length > 0)
            Append($"<path d=\"{path}\" stroke=\"{Mark(r.Ink)}\" stroke-width=\"1\" fill=\"none\"/>\n");
    }

    private void Marker(MarkerItem m)
    {
        var (x, y, h) = (m.X, m.Y, m.Size / 2);
        var parted = m.Parted ? $" stroke=\"{Mark(FigureInk.Surface)}\" stroke-width=\"1\"" : "";
        var filled = $" fill=\"{Mark(m.Ink)}\"{parted}{Opacity(m.Opacity)}";
        var open = $" fill=\"{Mark(FigureInk.Surface)}\" stroke=\"{Mark(m.Ink)}\" stroke-width=\"2\"{Opacity(m.Opacity)}";
        switch (m.Shape)
        {
            case PointShape.Circle:
                Append($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(h + 0.5)}\"{filled}/>\n");
                break;
            case PointShape.Ring:
                Append($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(h - 0.5)}\"{open}/>\n");
                break;
            case PointShape.Square:
                Append($"<rect x=\"{N(x - h)}\" y=\"{N(y - h)}\" width=\"{N(m.Size)}\" height=\"{N(m.Size)}\"{filled}/>\n");
                break;
            case PointShape.OpenSquare:
                Append($"<rect x=\"{N(x - h + 1)}\" y=\"{N(y - h + 1)}\" width=\"{N(m.Size - 2)}\" height=\"{N(m.Size - 2)}\"{open}/>\n");
                break;
            case PointShape.Diamond:
                var d = h * 1.3;
                Append($"<path d=\"M{N(x)} {N(y - d)}L{N(x + d)} {N(y)}L{N(x)} {N(y + d)}L{N(x - d)} {N(y)}Z\"{filled}/>\n");
                break;
            case PointShape.Triangle:
                Append($"<path d=\"M{N(x)} {N(y - (h * 1.3))}L{N(x + (h * 1.3))} {N(y + (h * 0.95))}L{N(x - (h * 1.3))} {N(y + (h * 0.95))}Z\"{filled}/>\n");
                break;
            case PointShape.Cross:
                var cross = $"M{N(x - h)} {N(y - h)}L{N(x + h)} {N(y + h)}M{N(x - h)} {N(y + h)}L{N(x + h)} {N(y - h)}";
                Append($"<path d=\"{cross}\" fill=\"none\"{Stroke(m.Ink, 2)}{Opacity(m.Opacity)}/>\n");
                break;
            default:
                var (dx, dy) = m.Along == ValueAxis.X ? (0.0, h) : (h, 0.0);
                Append($"<line x1=\"{N(x - dx)}\" y1=\"{N(y - dy)}\" x2=\"{N(x + dx)}\" y2=\"{N(y + dy)}\"{Stroke(m.Ink, 1.25)}{Opacity(m.Opacity)}/>\n");
                break;
        }
    }

    private string Mark(FigureInk ink) => FigureColours.Mark(variant, ink);

    private string Stroke(FigureInk ink, double width, LineDash dash = LineDash.Solid) => $" stroke=\"{Mark(ink)}\" stroke-width=\"{N(width)}\"{Dash(dash, width)}";

    private static string Opacity(double value) => value < 1 ? $" opacity=\"{N(value)}\"" : "";

    private static string Dash(LineDash dash, double width)
    {
        var u = Math.Max(1.5, width);
        return dash switch
        {
            LineDash.Dashed => $" stroke-dasharray=\"{N(4 * u)} {N(2.5 * u)}\"",
            LineDash.Dotted => $" stroke-dasharray=\"{N(u)} {N(2 * u)}\"",
            LineDash.DashDot => $" stroke-dasharray=\"{N(5 * u)} {N(2 * u)} {N(u)} {N(2 * u)}\"",
            _ => "",
        };
    }

    private static string Points(IReadOnlyList<(double X, double Y)> points) => string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"));

    private static string N(double value) => FigureSvg.N(value);

    private void Append(FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
