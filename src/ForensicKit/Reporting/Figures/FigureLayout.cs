namespace ForensicKit.Reporting;

/// <summary>
/// Arranges a figure for a width. Everything is measured with the bundled font before it is placed, so that nothing overlaps and nothing is cut off.
/// </summary>
internal static class FigureLayout
{
    /// <summary>Narrowest width in px.</summary>
    public const double MinWidth = 240;

    /// <summary>Widest width in px.</summary>
    public const double MaxWidth = 2400;

    /// <summary>The drawing; <paramref name="framed"/> adds number, title, caption, case and data hash, so that the image stands alone.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The width is outside [<see cref="MinWidth"/>, <see cref="MaxWidth"/>].</exception>
    public static Drawing Arrange(Figure figure, double width, bool framed, string? dataSha256 = null)
    {
        if (!(width >= MinWidth && width <= MaxWidth))
            throw new ArgumentOutOfRangeException(nameof(width), width, "A figure is 240 to 2400 px wide.");
        figure.Check();
        var style = new FigureStyle(width, framed);
        var items = new List<DrawItem>();
        var y = style.Margin;
        if (framed)
        {
            y = Paragraph(items, style, y, $"Figure {FigureText.Number(figure.Number, 0)}", style.TickSize, FigureInk.Muted, bold: false) + 2;
            y = Paragraph(items, style, y, figure.Title, style.TitleSize, FigureInk.Text, bold: true) + 10;
        }

        // Names stand beside their marks where all of them fit there; otherwise a legend names them all.
        var direct = ArrangePanels(figure, style, y, named: true);
        if (direct.Unnamed.Count > 0)
        {
            y = Legend.Arrange(figure, style, y, items, direct.Unnamed);
            direct = ArrangePanels(figure, style, y, named: false);
        }

        items.AddRange(direct.Items);
        y = direct.Bottom;
        if (framed)
        {
            y = Paragraph(items, style, y + 14, figure.Caption, style.CaptionSize, FigureInk.Muted, bold: false);
            var foot = dataSha256 is null ? $"Case {figure.CaseId}" : $"Case {figure.CaseId} · data SHA-256 {dataSha256[..16]}…";
            y = Paragraph(items, style, y + 4, foot, style.FootSize, FigureInk.Muted, bold: false);
        }

        return new(width, Math.Ceiling(y + style.Margin), items);
    }

    private static (List<DrawItem> Items, double Bottom, IReadOnlyList<string> Unnamed) ArrangePanels(Figure figure, FigureStyle style, double y, bool named)
    {
        const double gap = 24;
        var items = new List<DrawItem>();
        var unnamed = new List<string>();
        var room = style.Width - (2 * style.Margin);
        var columns = Math.Clamp(Math.Min(figure.PanelColumns, (int)((room + gap) / (280 + gap))), 1, figure.Panels.Count);
        var width = (room - ((columns - 1) * gap)) / columns;
        for (var first = 0; first < figure.Panels.Count; first += columns)
        {
            var bottom = y;
            for (var c = 0; c < columns && first + c < figure.Panels.Count; c++)
            {
                var layout = new PanelLayout(figure, figure.Panels[first + c], style, style.Margin + (c * (width + gap)), y, width, named);
                bottom = Math.Max(bottom, layout.Arrange());
                items.AddRange(layout.Items);
                unnamed.AddRange(layout.Unnamed);
            }

            y = bottom + (first + columns < figure.Panels.Count ? gap : 0);
        }

        // One name missing: the legend names all, so that the reader looks in one place.
        var drawn = figure.Panels.SelectMany(p => p.Marks).Where(m => m is not NoteMark).Select(m => m.Series).ToHashSet(StringComparer.Ordinal);
        return (items, y, unnamed.Count == 0 ? [] : [.. figure.Series.Where(s => s.Name.Length > 0 && drawn.Contains(s.Key)).Select(s => s.Key)]);
    }

    private static double Paragraph(List<DrawItem> items, FigureStyle style, double y, string text, double size, FigureInk ink, bool bold)
    {
        var font = bold ? FigureFont.SemiBold : FigureFont.Regular;
        foreach (var line in FigureText.Wrap(FigureText.Clean(text, 2000), font, size, style.Width - (2 * style.Margin), maxLines: 24))
        {
            items.Add(new TextItem(line, style.Margin, y + size, size, TextAnchor.Start, ink, bold));
            y += FigureStyle.Leading(size);
        }

        return y;
    }
}
