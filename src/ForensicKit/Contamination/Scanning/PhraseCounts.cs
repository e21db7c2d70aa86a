using System.Runtime.InteropServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>In how many items two or three words follow each other.</summary>
internal sealed class PhraseCounts
{
    // Words that follow each other in so many items are a phrase.
    private const int LeastItems = 8;

    // Of fewer words in all, phrases are too rare to be known.
    private const long LeastWords = 300_000;

    // How many times a word must follow others before they say more of it than fewer words do.
    private const double Prior = 5;

    // A number or letter of a formula, in nats: about one of twelve.
    private const double MostOfSign = 2.5;

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

    /// <summary>Nats that each word of a question costs where chance puts it into a text of its kind: by itself, and after the words before it.</summary>
    /// <remarks>
    /// −ln p(w | u, v) from the items that have these three words in a row, drawn towards those that have the last two, and these towards the word
    /// alone (as a Dirichlet prior does, MacKay and Peto 1995, "A hierarchical Dirichlet language model"). The item itself is left out.
    /// </remarks>
    /// <param name="entry">The item.</param>
    /// <param name="isCounted">Whether it is among those that were counted.</param>
    /// <param name="items">In how many items each word is.</param>
    /// <param name="words">Sum of these.</param>
    /// <returns>Empty where there is too little text to tell.</returns>
    public (float[] Alone, float[] After) Costs(ScanEntry entry, bool isCounted, int[] items, long words)
    {
        if (words < LeastWords)
            return ([], []);
        var (alone, after) = (new float[entry.QuestionWords], new float[entry.QuestionWords]);
        var own = isCounted ? 1 : 0;
        for (var i = 0; i < after.Length; i++)
        {
            var one = (Math.Max(0, items[entry.Words[i]] - own) + 0.5) / words;
            var p = one;
            if (i > 0)
                p = (Math.Max(0, Count(entry.Words, i, 2) - own) + (Prior * p)) / (Math.Max(0, items[entry.Words[i - 1]] - own) + Prior);
            if (i > 1)
                p = (Math.Max(0, Count(entry.Words, i, 3) - own) + (Prior * p)) / (Math.Max(0, Count(entry.Words, i - 1, 2) - own) + Prior);
            var most = entry.Signs[i] ? MostOfSign : double.PositiveInfinity;
            alone[i] = (float)Math.Min(most, -Math.Log(one));
            after[i] = (float)Math.Min(alone[i], -Math.Log(p));
        }

        return (alone, after);
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
        // Above all words, so that no word makes it 0 and two words look like three.
        var key = (ulong)count << 32;
        for (var i = last - count + 1; i <= last; i++)
        {
            key = (key ^ (uint)words[i]) * 0xD6E8FEB86659FD93UL;
            key ^= key >> 32;
        }

        return key;
    }
}
