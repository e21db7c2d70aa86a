namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>
/// Where a piece can be cut without changing its tokens: between two symbols that stand beside each other inside no merged token. No merge ever
/// goes over such a place, so what lies on either side is merged as if it were alone. Where there is no pre-tokenizer, this gives words back.
/// </summary>
internal sealed class WordBoundaries
{
    private const int MaxRounds = 64;
    private const int Remembered = 1 << 13;
    private readonly HashSet<long> _joined = [];

    // Answers for pairs of code points that were asked for: valid bit, answer, the pair. Written whole, so that threads do not mind each other.
    private readonly long[] _answers = new long[Remembered];

    private WordBoundaries()
    {
    }

    /// <summary>The boundaries of a vocabulary; null where they cannot be told.</summary>
    /// <param name="merges">The merges.</param>
    /// <param name="symbols">Tokens that a piece consists of before anything is merged.</param>
    /// <param name="maxId">The greatest id.</param>
    public static WordBoundaries? Of(IReadOnlyList<(int Left, int Right, int Result)> merges, IEnumerable<int> symbols, int maxId)
    {
        if (maxId > (merges.Count * 4L) + 1_024)
            return null;
        // The symbols that a token begins and ends with; −1 for one that no merge makes.
        var (first, last) = (new int[maxId + 1], new int[maxId + 1]);
        Array.Fill(first, -1);
        foreach (var symbol in symbols)
            first[symbol] = last[symbol] = symbol;
        // Merges may come before those that make their parts: go over them until nothing is new.
        for (var (changed, round) = (true, 0); changed; round++)
        {
            if (round == MaxRounds)
                return null;
            changed = false;
            foreach (var (left, right, result) in merges)
            {
                if (first[left] < 0 || first[right] < 0)
                    continue;
                if (first[result] < 0)
                {
                    (first[result], last[result]) = (first[left], last[right]);
                    changed = true;
                }
                else if (first[result] != first[left] || last[result] != last[right])
                {
                    return null;
                }
            }
        }

        var boundaries = new WordBoundaries();
        foreach (var (left, right, _) in merges)
        {
            if (first[left] >= 0 && first[right] >= 0)
                boundaries._joined.Add(Key(last[left], first[right]));
        }

        return boundaries;
    }

    /// <summary>Whether a piece can be cut between two symbols.</summary>
    /// <param name="left">The code point on the left.</param>
    /// <param name="leftToken">Its token.</param>
    /// <param name="right">The code point on the right.</param>
    /// <param name="rightToken">Its token.</param>
    public bool IsBetween(int left, int leftToken, int right, int rightToken)
    {
        var pair = ((long)left << 21) | (uint)right;
        ref var answer = ref _answers[((left * 193) ^ right) & (Remembered - 1)];
        var known = answer;
        if (known >> 2 == pair && (known & 2) != 0)
            return (known & 1) != 0;
        var isBetween = !_joined.Contains(Key(leftToken, rightToken));
        answer = (pair << 2) | 2 | (isBetween ? 1L : 0);
        return isBetween;
    }

    private static long Key(int left, int right) => ((long)left << 32) | (uint)right;
}
