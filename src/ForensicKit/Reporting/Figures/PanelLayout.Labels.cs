namespace ForensicKit.Reporting;

/// <content>Values and names beside marks.</content>
internal sealed partial class PanelLayout
{
    private readonly HashSet<string> _directlyNamed = new(StringComparer.Ordinal);

    // Texts beside marks in rows, with the ends of the mark they stand beside (to the right where high ≥ low).
    private IEnumerable<(string Text, double Low, double High)> RowLabels()
    {
        foreach (var mark in _panel.Marks.OfType<PointsMark>())
        {
            var name = _named ? NameFor(mark) : null;
            foreach (var point in mark.Items)
            {
                if (point is not { X: { } x, Y: { } y, Label: { } label } || !double.IsFinite(x))
                    continue;
                yield return (Named(ref name, label), x, Math.Max(x, IntervalAt(mark.Series, point)?.High ?? x));
            }
        }

        foreach (var mark in _panel.Marks.OfType<BarsMark>().Where(m => m.Along == ValueAxis.X))
        {
            foreach (var bar in mark.Items)
            {
                if (bar is { To: { } to, Label: { } label })
                    yield return (FigureText.Clean(label), bar.From, to);
            }
        }
    }

    private void LabelPoints(PointsMark mark)
    {
        var series = _figure.SeriesOf(mark.Series);
        var (size, half) = (_style.ValueSize, mark.Size / 2);
        var name = _named ? NameFor(mark) : null;
        foreach (var point in mark.Items)
        {
            if (_vertical.Place(Finite(point.Y)) is not { } y)
                continue;
            if (_horizontal.Place(Finite(point.X)) is not { } x)
            {
                if (mark.MissingText is { } missing && _panel.Y.Scale is CategoryScale)
                    Place([new(FigureText.Clean(missing), _left + 3, y + 4, _style.TickSize, TextAnchor.Start, FigureInk.Muted, Halo: true)], required: true);
                continue;
            }

            if (point.Label is not { } label)
                continue;
            var wasNamed = name is not null;
            var text = Named(ref name, label);
            var (low, high) = (x - half, x + half);
            if (IntervalAt(mark.Series, point) is { } interval && _panel.Y.Scale is CategoryScale)
            {
                low = Math.Min(low, (_horizontal.Place(interval.Low) ?? low) - (interval.Low is double.NegativeInfinity ? Beyond : 0));
                high = Math.Max(high, (_horizontal.Place(interval.High) ?? high) + (interval.High is double.PositiveInfinity ? Beyond : 0));
            }

            TextItem At(double tx, double ty, TextAnchor anchor) => new(text, tx, ty, size, anchor, series.Ink, Halo: true);
            List<TextItem> candidates =
            [
                At(high + LabelGap, y + 4, TextAnchor.Start),
                At(low - LabelGap, y + 4, TextAnchor.End),
                At(PastRules(high + LabelGap, text), y + 4, TextAnchor.Start),
            ];
            if (_panel.Y.Scale is not CategoryScale)
                candidates.AddRange([At(x, y - half - 5, TextAnchor.Middle), At(x, y + half + size, TextAnchor.Middle)]);
            if (Place(candidates) && wasNamed)
                _directlyNamed.Add(mark.Series);
        }
    }

    private void LabelBars(BarsMark mark)
    {
        foreach (var bar in mark.Items)
        {
            if (bar is not { To: { } to, Label: { } label } || BarBox(mark, bar) is not { } box)
                continue;
            var (text, size) = (FigureText.Clean(label), _style.ValueSize);
            TextItem At(double x, double y, TextAnchor anchor) => new(text, x, y, size, anchor, FigureInk.Text, Halo: true);
            var middle = box.Y + (box.Height / 2) + 4;
            TextItem[] candidates = mark.Along == ValueAxis.X
                ?
                [
                    At(box.Right + LabelGap, middle, TextAnchor.Start),
                    At(box.X - LabelGap, middle, TextAnchor.End),
                    At(PastRules(box.Right + LabelGap, text), middle, TextAnchor.Start),
                ]
                : [At(box.X + (box.Width / 2), box.Y - 5, TextAnchor.Middle), At(box.X + (box.Width / 2), box.Bottom + size + 1, TextAnchor.Middle)];
            // Falling bars are labelled at their left (or lower) end first.
            Place(to >= bar.From ? candidates : [candidates[1], candidates[0], .. candidates[2..]]);
        }
    }

    private void Note(NoteMark note)
    {
        if (_horizontal.Place(note.X) is not { } x || _vertical.Place(note.Y) is not { } y)
            return;
        var (text, ink, size) = (Fitting(note.Text), _figure.SeriesOf(note.Series).Ink, _style.ValueSize);
        TextItem At(double tx, double ty, TextAnchor anchor) => new(text, tx, ty, size, anchor, ink, Halo: true);
        Place([At(x, y + 4, TextAnchor.Start), At(x, y + 4, TextAnchor.End), At(x, y - 6, TextAnchor.Middle), At(x, y + size + 4, TextAnchor.Middle)], required: true);
    }

    // Within the plot just above its line, at whichever end is free.
    private void LabelHorizontalRules()
    {
        foreach (var rule in _panel.Marks.OfType<RuleMark>().Where(r => r is { At: ValueAxis.Y, Label: not null }))
        {
            if (_vertical.Place(Finite(rule.Value)) is not { } y)
                continue;
            var (text, ink, size) = (Fitting(rule.Label!), _figure.SeriesOf(rule.Series).Ink, _style.ValueSize);
            TextItem At(double tx, double ty, TextAnchor anchor) => new(text, tx, ty, size, anchor, ink, Halo: true);
            Place([
                At(_right - 4, y - 5, TextAnchor.End), At(_left + 4, y - 5, TextAnchor.Start),
                At(_right - 4, y + size + 3, TextAnchor.End), At(_left + 4, y + size + 3, TextAnchor.Start),
            ], required: true);
        }
    }

    // Names of lines at their right ends, moved apart where ends are close.
    private void NameLines()
    {
        if (!_named || LineEndRoom() is not (> 0 and var room))
            return;
        var leading = FigureStyle.Leading(_style.ValueSize);
        var names = NamedLines().Select(l => (Series: _figure.SeriesOf(l.Series), l.Items.LastOrDefault(p => Finite(p.X) is not null && Finite(p.Y) is not null)?.Y))
            .Where(l => l.Y is not null)
            .Select(l => (l.Series, Y: _vertical.Place(l.Y), Lines: FigureText.Wrap(FigureText.Clean(l.Series.Name), FigureFont.Regular, _style.ValueSize, room - 10, 3)))
            .Where(l => l.Y is not null).OrderBy(l => l.Y).ToList();
        var total = names.Sum(n => n.Lines.Count * leading);
        if (total > _bottom - _top)
            return;
        var next = _top - (_style.ValueSize / 2);
        var below = total;
        foreach (var (series, y, lines) in names)
        {
            var height = lines.Count * leading;
            // Not above the name before, and not so low that the names after it lack room.
            var top = Math.Min(Math.Max(next, y!.Value - (height / 2)), _bottom + 4 - below);
            for (var i = 0; i < lines.Count; i++)
                Add(new TextItem(lines[i], _right + 8, top + (i * leading) + _style.ValueSize, _style.ValueSize, TextAnchor.Start, series.Ink));
            _directlyNamed.Add(series.Key);
            (next, below) = (top + height, below - height);
        }
    }

    // Room for names at the right: none where it would take more than a quarter of the width (a legend names the lines then).
    private double LineEndRoom()
    {
        var lines = NamedLines().ToList();
        if (lines.Count == 0)
            return 0;
        var natural = lines.Max(l => Measure(_figure.SeriesOf(l.Series).Name, _style.ValueSize, false)) + 10;
        var word = lines.SelectMany(l => FigureText.Clean(_figure.SeriesOf(l.Series).Name).Split(' ')).Max(w => Measure(w, _style.ValueSize, false)) + 10;
        var room = Math.Min(natural, Math.Max(word, 0.2 * _width));
        return room <= 0.25 * _width ? Math.Ceiling(room) : 0;
    }

    private IEnumerable<LineMark> NamedLines() =>
        _panel.Y.Scale is CategoryScale ? [] : _panel.Marks.OfType<LineMark>().Where(m => _figure.SeriesOf(m.Series).Name.Length > 0);

    private void FindUnnamed()
    {
        foreach (var mark in _panel.Marks.Where(m => m is not NoteMark and not RuleMark { Label: not null }))
        {
            if (_figure.SeriesOf(mark.Series).Name.Length > 0 && !_directlyNamed.Contains(mark.Series))
                Unnamed.Add(mark.Series);
        }
    }

    // From x rightwards, the first place where the text interrupts no vertical rule.
    private double PastRules(double x, string text)
    {
        var width = FigureFont.Regular.Measure(text, _style.ValueSize);
        foreach (var rule in _panel.Marks.OfType<RuleMark>().Where(r => r is { At: ValueAxis.X, From: null, To: null }).OrderBy(r => r.Value))
        {
            if (_horizontal.Place(Finite(rule.Value)) is { } at && at > x - LabelGap && at < x + width + 4)
                x = at + 5;
        }

        return x;
    }

    private string? NameFor(PointsMark mark) =>
        _figure.SeriesOf(mark.Series).Name is { Length: > 0 } name && _panel.Y.Scale is CategoryScale ? FigureText.Clean(name) : null;

    private static string Named(ref string? name, string label)
    {
        var text = name is null ? FigureText.Clean(label) : $"{name} {FigureText.Clean(label)}";
        name = null;
        return text;
    }

    // The interval of the same series that the point lies on.
    private FigureInterval? IntervalAt(string series, FigurePoint point) => _panel.Marks.OfType<IntervalsMark>().Where(m => m.Series == series)
        .SelectMany(m => m.Items.Where(i => i.Position == (m.Along == ValueAxis.X ? point.Y : point.X) && i is { Low: not null, High: not null })).FirstOrDefault();

    // What has to be read but is wider than the plot ends with an ellipsis; the alternative text has it whole.
    private string Fitting(string text) =>
        FigureText.Wrap(FigureText.Clean(text), FigureFont.Regular, _style.ValueSize, Plot.Width - 10, maxLines: 1) is [var line, ..] ? line : "";

    private bool Place(IEnumerable<TextItem> candidates, bool required = false)
    {
        if (_placement.TryPlace(candidates, Plot, required) is not { } text)
            return false;
        Items.Add(text);
        return true;
    }
}
