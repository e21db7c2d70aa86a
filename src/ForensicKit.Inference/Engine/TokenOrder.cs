namespace ForensicKit.Inference.Engine;

/// <summary>Orders token ids as words are ordered: what begins alike comes together.</summary>
internal static class TokenOrder
{
    /// <summary>The order.</summary>
    public static IComparer<int[]> Comparer { get; } = Comparer<int[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
}
