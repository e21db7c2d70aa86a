namespace ForensicKit.Reporting;

/// <content>Rows of categories: names at the left, text columns at the right; on narrow screens both stand above their row's marks.</content>
internal sealed partial class PanelLayout
{
    private const double Gap = 16;
    private const double CellMarkWidth = 16;

    private bool _stacked;

    // Text of stacked rows: rules and links pass behind it.
    private readonly List<TextItem> _overMarks = [];

    private void ArrangeRows(CategoryScale rows)
    {
        if (rows.Categories.Count == 0)
        {
            _bottom = Paragraph("No data", _style.ValueSize, FigureInk.Muted, bold: false, _x, _y, _width);
            return;
        }

        var (label, columns) = ColumnWidths(rows);
        var beside = !_style.Narrow && _width - label - columns.Sum(c => c + Gap) - Gap >= Math.Max(180, 0.27 * _width);
        _left = beside && label > 0 ? _x + label + Gap : _x;
        _right = beside ? End - columns.Sum(c => c + Gap) : End;
        SetHorizontal();
        _top = beside ? ColumnHeaders(label, columns) : PlaceRuleLabels(_y + RuleLabelHeight() - 3) + 6;
        if (beside)
            BesideRows(rows, label, columns);
        else
            StackedRows(rows);
        DrawMarks();
        HorizontalAxis(grid: true);
        Items.AddRange(_overMarks);
    }

    private static double MarkRoom(TextColumn column) => column.Marks is null ? 0 : CellMarkWidth;

    // Natural width, held to a share of the panel; a long word may take a little more rather than break.
    private (double Label, double[] Columns) ColumnWidths(CategoryScale rows)
    {
        var natural = rows.Categories.Max(c => Math.Max(Measure(c.Label, _style.LabelSize, c.Emphasised), Measure(c.Note ?? "", _style.TickSize, false)));
        natural = Math.Max(natural, Measure(_panel.Y.Heading, _style.ValueSize, false));
        var word = rows.Categories.SelectMany(c => FigureText.Clean(c.Label).Split(' ').Select(w => Measure(w, _style.LabelSize, c.Emphasised))).Max();
        var label = Math.Min(natural, Math.Max(0.3 * _width, Math.Min(word, 0.38 * _width)));
        var columns = _panel.Columns.Select(c =>
        {
            var cells = c.Cells.Select(t => FigureText.Clean(t ?? "")).ToList();
            var word = cells.SelectMany(t => t.Split(' ')).Max(w => Measure(w, _style.LabelSize, c.Emphasised));
            var widest = Math.Max(Measure(c.Header, _style.ValueSize, false), cells.Max(t => Measure(t, _style.LabelSize, c.Emphasised)));
            return Math.Min(widest, Math.Min(0.2 * _width, Math.Max(word, 0.12 * _width))) + MarkRoom(c);
        });
        return (Math.Ceiling(label), [.. columns.Select(Math.Ceiling)]);
    }

    // Headings share one baseline with the names of vertical rules above the plot.
    private double ColumnHeaders(double label, double[] columns)
    {
        var size = _style.ValueSize;
        var leading = FigureStyle.Leading(size);
        var heads = new List<(string[] Lines, double X, TextAnchor Anchor)>();
        if (_panel.Y.Heading.Length > 0)
            heads.Add(([.. FigureText.Wrap(FigureText.Clean(_panel.Y.Heading), FigureFont.Regular, size, label)], _x, TextAnchor.Start));
        var x = _right + Gap;
        for (var k = 0; k < columns.Length; k++)
        {
            var column = _panel.Columns[k];
            string[] lines = [.. FigureText.Wrap(FigureText.Clean(column.Header), FigureFont.Regular, size, columns[k])];
            heads.Add((lines, column.Numeric ? x + columns[k] : x + MarkRoom(column), column.Numeric ? TextAnchor.End : TextAnchor.Start));
            x += columns[k] + Gap;
        }

        var tallest = heads.Count == 0 ? 0 : heads.Max(h => h.Lines.Length);
        var top = _y + Math.Max(tallest * leading, RuleLabelHeight()) + 5;
        PlaceRuleLabels(top - 6);
        foreach (var (lines, at, anchor) in heads)
        {
            for (var i = 0; i < lines.Length; i++)
                Add(new TextItem(lines[i], at, top - 6 - ((lines.Length - 1 - i) * leading), size, anchor, FigureInk.Muted));
        }

        return top;
    }

    private void BesideRows(CategoryScale rows, double label, double[] columns)
    {
        var leading = FigureStyle.Leading(_style.LabelSize);
        var band = Band(rows);
        var (centres, y) = (new List<double>(), _top);
        for (var i = 0; i < rows.Categories.Count; i++)
        {
            var marks = new List<MarkerItem>();
            var blocks = new List<(IReadOnlyList<TextItem> Lines, double Height)> { CategoryBlock(rows.Categories[i], _x, label) };
            var x = _right + Gap;
            for (var k = 0; k < columns.Length; k++)
            {
                var room = MarkRoom(_panel.Columns[k]);
                blocks.Add(Cell(_panel.Columns[k], i, x + room, columns[k] - room, leading));
                if (_panel.Columns[k].Marks?[i] is { } mark)
                    marks.Add(new(mark.Shape, x + 5, -blocks[^1].Height / 2, 9, mark.Ink, 1, ValueAxis.X));
                x += columns[k] + Gap;
            }

            var height = Math.Max(band + 10, blocks.Max(b => b.Height) + 12);
            Items.Add(new LineItem(_x, y, End, y, FigureInk.Grid, 1));
            foreach (var (lines, blockHeight) in blocks)
            {
                foreach (var line in lines)
                    Add(line with { Y = y + ((height - blockHeight) / 2) + line.Y });
            }

            // A cell's shape stands on the first line of its text.
            Items.AddRange(marks.Select(m => m with { Y = y + (height / 2) + m.Y + (_style.LabelSize * 0.64) }));
            centres.Add(y + (height / 2));
            y += height;
        }

        Items.Add(new LineItem(_x, y, End, y, FigureInk.Axis, 1));
        (_vertical, _bottom) = (new BandMap(centres, [.. centres.Select(_ => band)]), y);
    }

    private void StackedRows(CategoryScale rows)
    {
        var band = Band(rows);
        var (centres, y) = (new List<double>(), _top);
        for (var i = 0; i < rows.Categories.Count; i++)
        {
            Items.Add(new LineItem(_x, y, End, y, FigureInk.Grid, 1));
            y += 7;
            // The emphasised cell (the verdict) stands at the right of the name, the others in one quiet line below.
            var strong = _panel.Columns.FirstOrDefault(c => c.Emphasised && c.Cells[i] is not null);
            var verdict = strong is null ? "" : FigureText.Clean(strong.Cells[i]!);
            var verdictWidth = Measure(verdict, _style.LabelSize, true);
            var inline = verdict.Length > 0 && verdictWidth <= 0.5 * _width;
            var quiet = _panel.Columns.Where(c => c.Cells[i] is not null && !(inline && ReferenceEquals(c, strong))).Select(c => $"{c.Header} {c.Cells[i]}".Trim());
            var category = rows.Categories[i];
            var note = string.Join(" · ", new[] { category.Note }.Concat(quiet).Where(t => !string.IsNullOrWhiteSpace(t)));
            var mark = inline ? strong!.Marks?[i] : null;
            var (lines, height) = CategoryBlock(category with { Note = null }, _x, inline ? _width - verdictWidth - 12 - CellMarkWidth : _width);
            lines = [.. lines, .. CategoryBlock(new("", note), _x, _width).Lines.Select(l => l with { Y = l.Y + height })];
            if (inline)
                lines = [.. lines, new(verdict, End, _style.LabelSize, _style.LabelSize, TextAnchor.End, FigureInk.Text, Bold: true)];
            if (mark is not null)
                Items.Add(new MarkerItem(mark.Shape, End - verdictWidth - 10, y + (_style.LabelSize * 0.64), 9, mark.Ink, 1, ValueAxis.X));
            foreach (var line in lines.Select(l => l with { Y = y + l.Y, Halo = true }))
            {
                _overMarks.Add(line);
                _placement.OccupyText(line.Box);
            }

            y += height + CategoryBlock(new("", note), _x, _width).Height;
            centres.Add(y + 2 + (band / 2));
            y += band + 8;
        }

        Items.Add(new LineItem(_x, y, End, y, FigureInk.Axis, 1));
        (_vertical, _bottom, _stacked) = (new BandMap(centres, [.. centres.Select(_ => band)]), y, true);
    }

    private (IReadOnlyList<TextItem> Lines, double Height) CategoryBlock(FigureCategory category, double x, double width)
    {
        var (lines, y) = (new List<TextItem>(), 0.0);
        var font = category.Emphasised ? FigureFont.SemiBold : FigureFont.Regular;
        foreach (var text in FigureText.Wrap(FigureText.Clean(category.Label), font, _style.LabelSize, width))
        {
            lines.Add(new(text, x, y + _style.LabelSize, _style.LabelSize, TextAnchor.Start, FigureInk.Text, category.Emphasised));
            y += FigureStyle.Leading(_style.LabelSize);
        }

        foreach (var text in FigureText.Wrap(FigureText.Clean(category.Note ?? ""), FigureFont.Regular, _style.TickSize, width))
        {
            lines.Add(new(text, x, y + _style.TickSize, _style.TickSize, TextAnchor.Start, FigureInk.Muted));
            y += FigureStyle.Leading(_style.TickSize);
        }

        return (lines, y);
    }

    private (IReadOnlyList<TextItem> Lines, double Height) Cell(TextColumn column, int row, double x, double width, double leading)
    {
        var font = column.Emphasised ? FigureFont.SemiBold : FigureFont.Regular;
        var lines = FigureText.Wrap(FigureText.Clean(column.Cells[row] ?? ""), font, _style.LabelSize, width);
        var (at, anchor) = column.Numeric ? (x + width, TextAnchor.End) : (x, TextAnchor.Start);
        return ([.. lines.Select((t, i) => new TextItem(t, at, (i * leading) + _style.LabelSize, _style.LabelSize, anchor, FigureInk.Text, column.Emphasised))],
            lines.Count * leading);
    }

    private double Band(CategoryScale rows) => Math.Max(_style.MinRowHeight - 8, Math.Max(1, rows.Lanes) * _style.LaneHeight);

    private static double Measure(string text, double size, bool bold) =>
        (bold ? FigureFont.SemiBold : FigureFont.Regular).Measure(FigureText.Clean(text), size);
}
