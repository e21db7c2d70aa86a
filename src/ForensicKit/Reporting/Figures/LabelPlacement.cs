namespace ForensicKit.Reporting;

/// <summary>Finds free places for labels among everything that already has one.</summary>
internal sealed class LabelPlacement
{
    private readonly List<Box> _texts = [];
    private readonly List<Box> _marks = [];
    private readonly List<Box> _crossed = [];

    /// <summary>Marks a rectangle as taken by text, which nothing may cover.</summary>
    public void OccupyText(Box box) => _texts.Add(box);

    /// <summary>Marks a rectangle as taken by a mark, which only a label that must appear may cover.</summary>
    public void OccupyMark(Box box) => _marks.Add(box);

    /// <summary>Marks a rectangle that labels rather avoid, such as a rule they would have to interrupt.</summary>
    public void Cross(Box box) => _crossed.Add(box);

    /// <summary>The first candidate (rather one that interrupts no rule) that lies within <paramref name="bounds"/> and is free, now taken; null where none is.
    /// A <paramref name="required"/> label may lie on marks (its halo keeps it legible), never on text.</summary>
    public TextItem? TryPlace(IEnumerable<TextItem> candidates, Box bounds, bool required = false)
    {
        var legible = candidates.Where(c => c.Box is var box && box.X >= bounds.X && box.Right <= bounds.Right && box.Y >= bounds.Y && box.Bottom <= bounds.Bottom
            && !_texts.Exists(box.Grow(1).Overlaps)).ToList();
        var free = legible.Where(c => !_marks.Exists(c.Box.Grow(1).Overlaps)).ToList();
        var chosen = free.Find(c => !_crossed.Exists(c.Box.Overlaps)) ?? free.FirstOrDefault() ?? (required ? legible.MinBy(c => _marks.Count(c.Box.Overlaps)) : null);
        if (chosen is not null)
            OccupyText(chosen.Box);
        return chosen;
    }
}
