using System.Runtime.InteropServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>In how many items two or three words follow each other.</summary>
internal sealed class PhraseCounts
{
    // Words that follow each other in so many items are a phrase.
    private const int LeastItems = 8;

    private readonly Dictionary<ulong, int> _counts = [];

    /// <summary>Counts, each phrase once per item.</summary>
    public PhraseCounts(IEnumerable<ScanEntry> entries)
    {
        var seen = new HashSet<ulong>();
        foreach (var entry in entries)
        {
            seen.Clear();
            for (var i = 1; i < entry.Words.Length; i++)
            {
                Count(seen, Key(entry.Words, i, 2));
                if (i > 1)
                    Count(seen, Key(entry.Words, i, 3));
            }
        }
    }

    /// <summary>ln of how many items go on with another word after the same one or two words, in nats; infinite where the words are no phrase.</summary>
    /// <param name="words">Words of an item.</param>
    /// <param name="at">Which of them.</param>
    /// <param name="items">In how many items each word is.</param>
    public double Surprise(int[] words, int at, int[] items)
    {
        if (at == 0 || (Count(words, at, 2) is var pair && pair < LeastItems))
            return double.PositiveInfinity;
        var surprise = Math.Log((double)items[words[at - 1]] / pair);
        return at > 1 && Count(words, at, 3) is var triple && triple >= LeastItems
            ? Math.Min(surprise, Math.Log((double)Count(words, at - 1, 2) / triple))
            : surprise;
    }

    private void Count(HashSet<ulong> seen, ulong phrase)
    {
        if (seen.Add(phrase))
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, phrase, out _)++;
    }

    private int Count(int[] words, int last, int count) => _counts.GetValueOrDefault(Key(words, last, count));

    // Phrases of two and three words, told apart by their hash.
    private static ulong Key(int[] words, int last, int count)
    {
        var key = (ulong)count;
        for (var i = last - count + 1; i <= last; i++)
        {
            key = (key ^ (uint)words[i]) * 0xD6E8FEB86659FD93UL;
            key ^= key >> 32;
        }

        return key;
    }
}
