namespace ForensicKit.Reporting;

/// <summary>Arranges one panel: margins from measured text, scales, axes; rows of categories and marks are in the other parts.</summary>
internal sealed partial class PanelLayout
{
    /// <summary>How strongly a band covers what lies below it.</summary>
    public const double BandOpacity = 0.18;

    private readonly Figure _figure;
    private readonly FigurePanel _panel;
    private readonly FigureStyle _style;
    private readonly double _x;
    private readonly double _width;
    private readonly bool _named;
    private readonly LabelPlacement _placement = new();
    private double _y;
    private double _left;
    private double _right;
    private double _top;
    private double _bottom;
    private AxisMap _horizontal = new NumericMap(0, 1, false, 0, 1);
    private AxisMap _vertical = new NumericMap(0, 1, false, 1, 0);

    public PanelLayout(Figure figure, FigurePanel panel, FigureStyle style, double x, double y, double width, bool named)
    {
        (_figure, _panel, _style, _x, _y, _width, _named) = (figure, panel, style, x, y, width, named);
    }

    /// <summary>What is drawn.</summary>
    public List<DrawItem> Items { get; } = [];

    /// <summary>Keys of series whose names found no place beside their marks.</summary>
    public HashSet<string> Unnamed { get; } = new(StringComparer.Ordinal);

    private double End => _x + _width;

    /// <summary>Arranges the panel and returns its bottom.</summary>
    public double Arrange()
    {
        if (_panel.Title is { } title)
        {
            _y = Paragraph(title, _style.LabelSize, FigureInk.Text, bold: true, _x, _y, _width) + 6;
        }

        if (_panel.Y.Scale is CategoryScale rows)
            ArrangeRows(rows);
        else
            ArrangePlot();
        return _bottom;
    }

    // A numeric vertical axis: heading above it, tick labels at its left, names of lines at the right.
    private void ArrangePlot()
    {
        var height = Math.Max(80, _panel.Height * (_style.Narrow ? 0.85 : 1));
        var count = Math.Clamp((int)(height / 34), 2, 8);
        var fitted = NumericMap.Fit(_panel.Y.Scale, _panel.Coordinates(ValueAxis.Y), BarsFromZero(ValueAxis.Y), rounded: true, count);
        var ticks = fitted.Ticks(count);
        _left = _x + Math.Min(_width * 0.3, ticks.Labels.Max(l => FigureFont.Regular.Measure(l, _style.TickSize)) + 8);
        var ends = _named ? LineEndRoom() : 0;
        _right = End - ends;
        if (_panel.Y.Heading.Length > 0)
            _y = Paragraph(_panel.Y.Heading, _style.ValueSize, FigureInk.Muted, bold: false, _x, _y, _width) + 6;
        SetHorizontal();
        _top = _y + RuleLabelHeight() + 2;
        PlaceRuleLabels(_top - 5);
        _bottom = _top + height;
        _vertical = fitted with { Start = _bottom, End = _top + 2 };
        for (var i = 0; i < ticks.Values.Count; i++)
        {
            if (_vertical.Place(ticks.Values[i]) is not { } y)
                continue;
            if (y < _bottom - 1)
                Items.Add(new LineItem(_left, y, _right, y, ticks.Values[i] == 0 ? FigureInk.Axis : FigureInk.Grid, 1));
            Add(new TextItem(ticks.Labels[i], _left - 8, y + 4, _style.TickSize, TextAnchor.End, FigureInk.Muted));
        }

        DrawMarks();
        HorizontalAxis(grid: false);
    }

    // The map of the horizontal axis between _left and _right, with room for labels beside marks.
    private void SetHorizontal()
    {
        if (_panel.X.Scale is CategoryScale columns)
        {
            var band = (_right - _left) / Math.Max(1, columns.Categories.Count);
            _horizontal = new BandMap(
                [.. columns.Categories.Select((_, i) => _left + ((i + 0.5) * band))],
                [.. columns.Categories.Select(_ => band)]);
            return;
        }

        var count = Math.Clamp((int)((_right - _left) / 80), 2, 10);
        var fitted = NumericMap.Fit(_panel.X.Scale, _panel.Coordinates(ValueAxis.X), BarsFromZero(ValueAxis.X), rounded: false, count);
        var (before, after) = LabelRoom(fitted);
        _horizontal = fitted with { Start = _left + before, End = _right - after };
    }

    // Values beside marks stand to the right where the axis can be drawn a little shorter for them: at most by a third.
    private (double Before, double After) LabelRoom(NumericMap map)
    {
        const double pad = 9;
        if (_panel.Y.Scale is not CategoryScale)
            return _panel.Marks.All(m => m is LineMark or BandMark or RuleMark or BarsMark) ? (0, 0) : (pad, pad);
        var room = _right - _left;
        var (before, after) = (pad, pad);
        if (BarsFromZero(ValueAxis.X) && map.Min >= 0)
            before = 0;
        var infinite = _panel.Marks.OfType<IntervalsMark>().SelectMany(m => m.Items).Any(i => i.Low is double.NegativeInfinity || i.High is double.PositiveInfinity);
        if (infinite)
            (before, after) = (18, 18);
        foreach (var (text, low, high) in RowLabels())
        {
            var needed = FigureFont.Regular.Measure(text, _style.ValueSize) + 14 + (double.IsInfinity(high) ? Beyond : 0);
            var rightwards = high >= low;
            if (map.Fraction(high) is not { } f)
                continue;
            // Solve left + f·(room − before − after) + needed ≤ room for the padding.
            var share = rightwards ? f : 1 - f;
            if (share <= 0.05)
                continue;
            var padding = (room - (rightwards ? before : after)) - ((room - needed - (rightwards ? before : after)) / share);
            if (padding > room * 0.34)
                continue;
            if (rightwards)
                after = Math.Max(after, padding);
            else
                before = Math.Max(before, padding);
        }

        return (before, after);
    }

    private void HorizontalAxis(bool grid)
    {
        var y = _bottom + 6;
        if (_panel.X.Scale is CategoryScale columns)
        {
            var (map, lowest) = ((BandMap)_horizontal, y);
            for (var i = 0; i < columns.Categories.Count; i++)
            {
                var line = y;
                foreach (var text in FigureText.Wrap(FigureText.Clean(columns.Categories[i].Label), FigureFont.Regular, _style.TickSize, map.Bands[i] - 6))
                {
                    Add(new TextItem(text, map.Centres[i], line + _style.TickSize, _style.TickSize, TextAnchor.Middle, FigureInk.Muted));
                    line += FigureStyle.Leading(_style.TickSize);
                }

                lowest = Math.Max(lowest, line);
            }

            y = lowest;
            if (!grid)
                Items.Add(new LineItem(_left, _bottom, _right, _bottom, FigureInk.Axis, 1));
        }
        else
        {
            var map = (NumericMap)_horizontal;
            var (ticks, labels) = FittingTicks(map, y + _style.TickSize);
            foreach (var tick in ticks)
            {
                var x = map.Place(tick)!.Value;
                if (grid)
                    Items.InsertRange(0, GridLines(x));
                else
                    Items.Add(new LineItem(x, _bottom, x, _bottom + 4, FigureInk.Axis, 1));
            }

            if (!grid)
                Items.Add(new LineItem(_left, _bottom, _right, _bottom, FigureInk.Axis, 1));
            labels.ForEach(Add);
            y += FigureStyle.Leading(_style.TickSize);
        }

        if (_panel.X.Heading.Length > 0)
            y = Paragraph(_panel.X.Heading, _style.ValueSize, FigureInk.Muted, bold: false, _left, y + 2, End - _left);
        _bottom = y;
    }

    // Through the whole plot, or, where names stand above their rows, through the rows' marks only.
    private IEnumerable<LineItem> GridLines(double x) => _stacked && _vertical is BandMap rows
        ? rows.Centres.Zip(rows.Bands, (c, b) => new LineItem(x, c - (b / 2) - 2, x, c + (b / 2) + 6, FigureInk.Grid, 1))
        : [new LineItem(x, _top, x, _bottom, FigureInk.Grid, 1)];

    // As many ticks as have room for their labels.
    private (IReadOnlyList<double> Ticks, List<TextItem> Labels) FittingTicks(NumericMap map, double baseline)
    {
        for (var count = Math.Clamp((int)((_right - _left) / 64), 2, 10); ; count--)
        {
            var ticks = map.Ticks(count);
            var labels = new List<TextItem>();
            for (var i = 0; i < ticks.Values.Count; i++)
            {
                var half = FigureFont.Regular.Measure(ticks.Labels[i], _style.TickSize) / 2;
                var x = Math.Clamp(map.Place(ticks.Values[i])!.Value, _x + half, Math.Max(_x + half, End - half));
                labels.Add(new(ticks.Labels[i], x, baseline, _style.TickSize, TextAnchor.Middle, FigureInk.Muted));
            }

            if (labels.Zip(labels.Skip(1)).All(p => p.First.Box.Right + 10 <= p.Second.Box.X))
                return (ticks.Values, labels);
            if (count <= 2)
                return ([ticks.Values[0]], [labels[0]]);
        }
    }

    private double Paragraph(string text, double size, FigureInk ink, bool bold, double x, double y, double width)
    {
        foreach (var line in FigureText.Wrap(FigureText.Clean(text), bold ? FigureFont.SemiBold : FigureFont.Regular, size, width))
        {
            Add(new TextItem(line, x, y + size, size, TextAnchor.Start, ink, bold));
            y += FigureStyle.Leading(size);
        }

        return y;
    }

    private void Add(TextItem text)
    {
        Items.Add(text);
        _placement.OccupyText(text.Box);
    }

    // Length means value only from 0; bars that float between two values (a waterfall's steps) need no zero.
    private bool BarsFromZero(ValueAxis axis) => _panel.Marks.OfType<BarsMark>().Any(m => m.Along == axis && m.Items.Any(b => b.From == 0));
}
