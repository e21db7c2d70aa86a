namespace ForensicKit.Reporting;

/// <content>Marks and the labels beside them.</content>
internal sealed partial class PanelLayout
{
    private const double LabelGap = 6;
    private const double ThickestBar = 26;

    // How far the arrow of an open interval reaches past the last value.
    private const double Beyond = 9;

    private Box Plot => new(_left, _top - 1, Math.Max(0, _right - _left), _bottom - _top + 2);

    private void DrawMarks()
    {
        foreach (var mark in _panel.Marks)
        {
            switch (mark)
            {
                case PointsMark points:
                    Points(points);
                    break;
                case IntervalsMark intervals:
                    Intervals(intervals);
                    break;
                case LineMark line:
                    Line(line);
                    break;
                case BandMark band:
                    Band(band);
                    break;
                case BarsMark bars:
                    Bars(bars);
                    break;
                case RuleMark rule:
                    Rule(rule);
                    break;
            }
        }

        // Labels come last: they look for places that no mark takes.
        LabelHorizontalRules();
        NameLines();
        foreach (var points in _panel.Marks.OfType<PointsMark>())
            LabelPoints(points);
        foreach (var bars in _panel.Marks.OfType<BarsMark>())
            LabelBars(bars);
        foreach (var note in _panel.Marks.OfType<NoteMark>())
            Note(note);
        if (_named)
            FindUnnamed();
    }

    private void Points(PointsMark mark)
    {
        var series = _figure.SeriesOf(mark.Series);
        var along = _panel.Y.Scale is CategoryScale ? ValueAxis.X : ValueAxis.Y;
        foreach (var point in mark.Items)
        {
            if (_horizontal.Place(Finite(point.X)) is not { } x || _vertical.Place(Finite(point.Y)) is not { } y)
                continue;
            // On its own interval a point needs no ground around it; among other points it does.
            Items.Add(new MarkerItem(series.Shape, x, y, mark.Size, series.Ink, mark.Opacity, along, Parted: IntervalAt(mark.Series, point) is null));
            Occupy(x, y, mark.Size / 2);
        }
    }

    private void Intervals(IntervalsMark mark)
    {
        var series = _figure.SeriesOf(mark.Series);
        foreach (var interval in mark.Items)
        {
            var (values, positions) = mark.Along == ValueAxis.X ? (_horizontal, _vertical) : (_vertical, _horizontal);
            if (positions.Place(interval.Position) is not { } at || values.Place(interval.Low) is not { } low || values.Place(interval.High) is not { } high)
                continue;
            // An open end is drawn a little past the axis' last value, so that the arrow is seen.
            var beyond = mark.Along == ValueAxis.X ? Beyond : -Beyond;
            var (openLow, openHigh) = (interval.Low is double.NegativeInfinity, interval.High is double.PositiveInfinity);
            (low, high) = (openLow ? low - beyond : low, openHigh ? high + beyond : high);
            Stroke(mark.Along, at, low, high, series, 2, series.Dash);
            Whisker(mark.Along, at, low, openLow ? beyond : 0, series);
            Whisker(mark.Along, at, high, openHigh ? -beyond : 0, series);
        }
    }

    // A cap across the end, or an arrow head where the interval goes on.
    private void Whisker(ValueAxis along, double at, double end, double back, FigureSeries series)
    {
        const double half = 3.5;
        (double, double)[] points = back == 0 ? [(end, at - half), (end, at + half)] : [(end + (back / 2), at - half), (end, at), (end + (back / 2), at + half)];
        Items.Add(new PolylineItem([.. points.Select(p => along == ValueAxis.X ? p : (p.Item2, p.Item1))], series.Ink, 1.5, LineDash.Solid));
    }

    private void Stroke(ValueAxis along, double at, double from, double to, FigureSeries series, double width, LineDash dash)
    {
        var (low, high) = (Math.Min(from, to), Math.Max(from, to));
        Items.Add(along == ValueAxis.X ? new LineItem(low, at, high, at, series.Ink, width, dash) : new LineItem(at, low, at, high, series.Ink, width, dash));
        _placement.OccupyMark(along == ValueAxis.X ? new(low, at - 3, high - low, 6) : new(at - 3, low, 6, high - low));
    }

    private void Line(LineMark mark)
    {
        var series = _figure.SeriesOf(mark.Series);
        foreach (var run in Runs(mark.Items.Select(p => (_horizontal.Place(Finite(p.X)), _vertical.Place(Finite(p.Y))))))
        {
            List<(double X, double Y)> path = [run[0]];
            for (var i = 1; i < run.Count; i++)
            {
                if (mark.Step)
                    path.Add((run[i].X, run[i - 1].Y));
                path.Add(run[i]);
            }

            if (run.Count > 1)
                Items.Add(new PolylineItem(path, series.Ink, 2, series.Dash));
            // A lone value would be an invisible line.
            foreach (var (x, y) in mark.ShowPoints || run.Count == 1 ? run : [])
                Items.Add(new MarkerItem(series.Shape, x, y, 7, series.Ink, 1, ValueAxis.Y));
            for (var i = 0; i + 1 < path.Count; i++)
            {
                var steps = Math.Clamp((int)(Math.Max(Math.Abs(path[i + 1].X - path[i].X), Math.Abs(path[i + 1].Y - path[i].Y)) / 6), 1, 200);
                for (var s = 0; s <= steps; s++)
                    Occupy(path[i].X + ((path[i + 1].X - path[i].X) * s / steps), path[i].Y + ((path[i + 1].Y - path[i].Y) * s / steps), 2);
            }
        }
    }

    private void Band(BandMark mark)
    {
        var places = mark.Items.Select(i => (X: _horizontal.Place(i.Position), Low: _vertical.Place(i.Low), High: _vertical.Place(i.High))).ToList();
        for (var start = 0; start < places.Count;)
        {
            var run = places.Skip(start).TakeWhile(p => p is { X: not null, Low: not null, High: not null }).ToList();
            start += run.Count + 1;
            if (run.Count < 2)
                continue;
            var edge = run.Select(p => (p.X!.Value, p.High!.Value)).Concat(run.AsEnumerable().Reverse().Select(p => (p.X!.Value, p.Low!.Value)));
            Items.Add(new PolygonItem([.. edge], _figure.SeriesOf(mark.Series).Ink, BandOpacity));
        }
    }

    private void Bars(BarsMark mark)
    {
        foreach (var bar in mark.Items)
        {
            if (BarBox(mark, bar) is not { } box)
                continue;
            Items.Add(new RectItem(box.X, box.Y, box.Width, box.Height, _figure.SeriesOf(mark.Series).Ink, Hatched: mark.Hatched));
            _placement.OccupyMark(box);
        }
    }

    private Box? BarBox(BarsMark mark, FigureBar bar)
    {
        var (values, positions) = mark.Along == ValueAxis.X ? (_horizontal, _vertical) : (_vertical, _horizontal);
        var half = mark.Thickness / 2;
        if (values.Place(bar.From) is not { } from || values.Place(Finite(bar.To)) is not { } to
            || positions.Place(bar.Position - half) is not { } first || positions.Place(bar.Position + half) is not { } last)
            return null;
        var (centre, thickness) = ((first + last) / 2, Math.Abs(last - first));
        // Bins touch, so a hair of ground parts them; bars of categories have a decent thickness at any row height.
        thickness = positions is BandMap ? Math.Min(thickness, ThickestBar) : Math.Max(0.5, thickness - (thickness > 3 ? 1 : 0));
        var (low, length) = (Math.Min(from, to), Math.Max(Math.Abs(to - from), 1));
        return mark.Along == ValueAxis.X ? new(low, centre - (thickness / 2), length, thickness) : new(centre - (thickness / 2), low, thickness, length);
    }

    private void Rule(RuleMark rule)
    {
        var series = _figure.SeriesOf(rule.Series);
        var (values, others) = rule.At == ValueAxis.X ? (_horizontal, _vertical) : (_vertical, _horizontal);
        if (values.Place(Finite(rule.Value)) is not { } at)
            return;
        var (start, end) = rule.At == ValueAxis.X ? (_top, _bottom) : (_left, _right);
        var (from, to) = (others.Place(rule.From) ?? start, others.Place(rule.To) ?? end);
        var (low, high) = (Math.Min(from, to), Math.Max(from, to));
        Items.Add(rule.At == ValueAxis.X
            ? new LineItem(at, low, at, high, series.Ink, 1.25, series.Dash)
            : new LineItem(low, at, high, at, series.Ink, 1.25, series.Dash));
        _placement.Cross(rule.At == ValueAxis.X ? new(at - 2, low, 4, high - low) : new(low, at - 2, high - low, 4));
    }

    private double RuleLabelHeight() => RuleLabels() is { Count: > 0 } labels ? labels.Max(l => l.Y) + 4 : 0;

    // Places the names with their lowest baseline here, and returns it.
    private double PlaceRuleLabels(double baseline)
    {
        var labels = RuleLabels();
        foreach (var label in labels)
            Add(label with { Y = baseline - labels.Max(l => l.Y) + label.Y });
        return baseline;
    }

    // Names of vertical rules stand in lines above the plot, from baseline ValueSize of the first line downwards.
    private List<TextItem> RuleLabels()
    {
        var (size, leading) = (_style.ValueSize, FigureStyle.Leading(_style.ValueSize));
        var placed = new List<TextItem>();
        foreach (var rule in _panel.Marks.OfType<RuleMark>().Where(r => r is { At: ValueAxis.X, Label: not null }).OrderBy(r => r.Value))
        {
            if (_horizontal.Place(Finite(rule.Value)) is not { } x)
                continue;
            var lines = FigureText.Wrap(FigureText.Clean(rule.Label!), FigureFont.Regular, size, _right - _left, maxLines: 3);
            var half = lines.Max(l => FigureFont.Regular.Measure(l, size)) / 2;
            var centre = Math.Clamp(x, _left + half, Math.Max(_left + half, _right - half));
            for (var row = 0; ; row++)
            {
                var block = lines.Select((l, i) =>
                    new TextItem(l, centre, size + ((row + i) * leading), size, TextAnchor.Middle, _figure.SeriesOf(rule.Series).Ink)).ToList();
                if (block.Exists(b => placed.Exists(p => p.Box.Grow(4).Overlaps(b.Box))))
                    continue;
                placed.AddRange(block);
                break;
            }
        }

        return placed;
    }

    private void Occupy(double x, double y, double half) => _placement.OccupyMark(new(x - half, y - half, 2 * half, 2 * half));

    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;

    private static IEnumerable<List<(double X, double Y)>> Runs(IEnumerable<(double? X, double? Y)> places)
    {
        var run = new List<(double X, double Y)>();
        foreach (var (px, py) in places)
        {
            if (px is { } x && py is { } y)
            {
                run.Add((x, y));
            }
            else if (run.Count > 0)
            {
                yield return run;
                run = [];
            }
        }

        if (run.Count > 0)
            yield return run;
    }
}
