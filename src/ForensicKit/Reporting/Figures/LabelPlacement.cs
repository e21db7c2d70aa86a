namespace ForensicKit.Reporting;

/// <summary>Finds free places for labels among everything that already has one.</summary>
internal sealed class LabelPlacement
{
    private readonly List<Box> _occupied = [];
    private readonly List<Box> _crossed = [];

    /// <summary>Marks a rectangle as taken.</summary>
    public void Occupy(Box box) => _occupied.Add(box);

    /// <summary>Marks a rectangle that labels rather avoid, such as a rule they would have to interrupt.</summary>
    public void Cross(Box box) => _crossed.Add(box);

    /// <summary>Whether the rectangle is free.</summary>
    public bool IsFree(Box box) => !_occupied.Exists(box.Overlaps);

    /// <summary>The first candidate (rather one that interrupts no rule) that lies within <paramref name="bounds"/> and is free, now taken; null where none is.</summary>
    public TextItem? TryPlace(IEnumerable<TextItem> candidates, Box bounds)
    {
        var free = candidates.Where(c => c.Box is var box && box.X >= bounds.X && box.Right <= bounds.Right && box.Y >= bounds.Y && box.Bottom <= bounds.Bottom
            && IsFree(box.Grow(1))).ToList();
        var chosen = free.Find(c => !_crossed.Exists(c.Box.Overlaps)) ?? free.FirstOrDefault();
        if (chosen is not null)
            Occupy(chosen.Box);
        return chosen;
    }
}
