namespace ForensicKit.Reporting;

/// <summary>Names of series with a sample of each, flowing in lines above the panels.</summary>
internal static class Legend
{
    private const double Sample = 22;

    /// <summary>Places the legend and returns its bottom.</summary>
    public static double Arrange(Figure figure, FigureStyle style, double y, List<DrawItem> items, IReadOnlyList<string> keys)
    {
        var (left, right) = (style.Margin, style.Width - style.Margin);
        var x = left;
        var size = style.ValueSize;
        foreach (var key in keys)
        {
            var series = figure.SeriesOf(key);
            var lines = FigureText.Wrap(FigureText.Clean(series.Name), FigureFont.Regular, size, right - left - Sample - 6, maxLines: 3);
            var width = Sample + 6 + lines.Max(l => FigureFont.Regular.Measure(l, size));
            if (x > left && x + width > right)
                (x, y) = (left, y + 20);
            Draw(figure, series, x + (Sample / 2), y + 9, items);
            foreach (var line in lines)
            {
                items.Add(new TextItem(line, x + Sample + 6, y + 13, size, TextAnchor.Start, FigureInk.Text));
                if (!ReferenceEquals(line, lines[^1]))
                    y += FigureStyle.Leading(size);
            }

            x += width + 18;
        }

        return y + 28;
    }

    private static void Draw(Figure figure, FigureSeries series, double x, double y, List<DrawItem> items)
    {
        var marks = figure.Panels.SelectMany(p => p.Marks).Where(m => m.Series == series.Key).ToList();
        var half = Sample / 2;
        if (marks.OfType<BarsMark>().FirstOrDefault() is { } bars)
            items.Add(new RectItem(x - 7, y - 6, 14, 12, series.Ink, Hatched: bars.Hatched));
        if (marks.Exists(m => m is BandMark))
            items.Add(new RectItem(x - half, y - 6, Sample, 12, series.Ink, PanelLayout.BandOpacity));
        if (marks.Exists(m => m is IntervalsMark { Items.Count: > 0 }))
            items.Add(new LineItem(x - half, y, x + half, y, series.Ink, 2));
        if (marks.Exists(m => m is LineMark or RuleMark))
            items.Add(new LineItem(x - half, y, x + half, y, series.Ink, 2, series.Dash));
        if (marks.Exists(m => m is PointsMark or LineMark { ShowPoints: true }))
            items.Add(new MarkerItem(series.Shape, x, y, 9, series.Ink, 1, ValueAxis.X));
    }
}
