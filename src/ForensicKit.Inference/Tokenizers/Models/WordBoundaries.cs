namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>
/// Where a piece can be cut without changing its tokens: between two symbols that stand beside each other inside no merged token. No merge ever
/// goes over such a place, so what lies on either side is merged as if it were alone. Where there is no pre-tokenizer, this gives words back.
/// </summary>
internal sealed class WordBoundaries
{
    private readonly HashSet<long> _joined = [];

    // ASCII symbols come in texts most: their pairs, as bits.
    private readonly ulong[] _plain = new ulong[128 * 2];

    private WordBoundaries()
    {
    }

    /// <summary>The boundaries of a vocabulary; null where they cannot be told, or would not help.</summary>
    /// <param name="merges">The merges.</param>
    /// <param name="points">The code points that are symbols, with their tokens.</param>
    /// <param name="others">Tokens that can be symbols otherwise; a piece is never cut beside one.</param>
    public static WordBoundaries? Of(IReadOnlyList<(int Left, int Right, int Result)> merges, IReadOnlyDictionary<int, int> points, IEnumerable<int> others)
    {
        // The symbols that a token begins and ends with.
        var ends = new Dictionary<int, (int First, int Last)>();
        foreach (var token in points.Values.Concat(others))
            ends[token] = (token, token);
        var boundaries = new WordBoundaries();
        // Merges may come before those that make their parts: go over them until nothing is new.
        for (var (changed, round) = (true, 0); changed; round++)
        {
            if (round > 8)
                return null;
            changed = false;
            foreach (var (left, right, result) in merges)
            {
                if (!ends.TryGetValue(left, out var first) || !ends.TryGetValue(right, out var last))
                    continue;
                if (!ends.TryGetValue(result, out var known))
                {
                    ends.Add(result, (first.First, last.Last));
                    changed = true;
                }
                else if (known != (first.First, last.Last))
                {
                    return null;
                }

                boundaries._joined.Add(Key(first.Last, last.First));
            }
        }

        foreach (var (left, leftToken) in points)
        {
            if (left >= 128)
                continue;
            for (var right = 0; right < 128; right++)
            {
                if (points.TryGetValue(right, out var rightToken) && !boundaries._joined.Contains(Key(leftToken, rightToken)))
                    boundaries._plain[(left * 2) + (right >> 6)] |= 1UL << (right & 63);
            }
        }

        return boundaries;
    }

    /// <summary>Whether a piece can be cut between two symbols.</summary>
    /// <param name="left">The code point on the left.</param>
    /// <param name="leftToken">Its token.</param>
    /// <param name="right">The code point on the right.</param>
    /// <param name="rightToken">Its token.</param>
    public bool IsBetween(int left, int leftToken, int right, int rightToken) => (left | right) < 128
        ? (_plain[(left * 2) + (right >> 6)] >> (right & 63) & 1) != 0
        : !_joined.Contains(Key(leftToken, rightToken));

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
