namespace ForensicKit.Contamination.Membership;

/// <summary>Some of many items.</summary>
public static class Sampled
{
    /// <summary>So many items, evenly from all and in their order: every subject has its share.</summary>
    public static IReadOnlyList<MembershipItem> Evenly(IReadOnlyList<MembershipItem> all, int count)
    {
        var taken = Math.Min(count, all.Count);
        return [.. Enumerable.Range(0, taken).Select(i => all[(int)((i + 0.5) * all.Count / taken)])];
    }
}
