using System.Runtime.InteropServices;

namespace ForensicKit.Contamination;

/// <summary>Where the n-grams of the items stand, and how many items hold each.</summary>
internal sealed class GramIndex
{
    private const ulong Base = 0x9E3779B97F4A7C15;

    private readonly Dictionary<ulong, Gram> _grams = [];
    private readonly List<Posting> _postings = [];
    private readonly SortedSet<int> _lengths = [];
    private readonly ulong[] _powers;
    private readonly int _mostItems;

    /// <param name="longest">The longest n-gram, in words.</param>
    /// <param name="mostItems">N-grams of more items than this give no places.</param>
    public GramIndex(int longest, int mostItems)
    {
        _mostItems = mostItems;
        _powers = new ulong[longest + 1];
        _powers[0] = 1;
        for (var i = 1; i <= longest; i++)
            _powers[i] = unchecked(_powers[i - 1] * Base);
    }

    /// <summary>The lengths of n-grams that are in it, ascending.</summary>
    public IReadOnlyCollection<int> Lengths => _lengths;

    /// <summary>A place of an n-gram in a field.</summary>
    /// <param name="Field">Number of the field.</param>
    /// <param name="Start">First word.</param>
    /// <param name="Next">The next place of the same n-gram; −1 for none.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Posting(int Field, int Start, int Next);

    /// <summary>Takes in the n-grams of <paramref name="length"/> words of a field. An n-gram counts once per field, at its first place.</summary>
    public void Add(int item, int field, ReadOnlySpan<int> words, int length)
    {
        _lengths.Add(length);
        var sums = Sums(words);
        for (var start = 0; start + length <= words.Length; start++)
        {
            ref var gram = ref CollectionsMarshal.GetValueRefOrAddDefault(_grams, Key(sums, start, length), out var exists);
            if (!exists)
                gram = new Gram(-1, 0, -1);
            if (gram.First >= 0 && _postings[gram.First].Field == field)
                continue;
            var items = gram.LastItem == item ? gram.Items : gram.Items + 1;
            // What is shared too widely is never looked up: no need to keep its places.
            if (items <= _mostItems)
                _postings.Add(new(field, start, gram.First));
            gram = new(items <= _mostItems ? _postings.Count - 1 : -1, items, item);
        }
    }

    /// <summary>Whether any n-gram of the field stands in few enough items to be looked for.</summary>
    public bool CanFind(ReadOnlySpan<int> words, int length)
    {
        var sums = Sums(words);
        for (var start = 0; start + length <= words.Length; start++)
        {
            if (First(sums, start, length) >= 0)
                return true;
        }

        return false;
    }

    /// <summary>Running sums from which every n-gram of a text has its key at once.</summary>
    public static ulong[] Sums(ReadOnlySpan<int> words)
    {
        var sums = new ulong[words.Length + 1];
        for (var i = 0; i < words.Length; i++)
            sums[i + 1] = unchecked((sums[i] * Base) + Mix((ulong)(uint)words[i]));
        return sums;
    }

    /// <summary>The first place of the n-gram of <paramref name="length"/> words at <paramref name="start"/> (the words must be compared still); −1 for none.</summary>
    public int First(ulong[] sums, int start, int length) => _grams.TryGetValue(Key(sums, start, length), out var gram) ? gram.First : -1;

    /// <summary>A place.</summary>
    public Posting this[int posting] => _postings[posting];

    // A polynomial over mixed word numbers; equal words always give equal keys, and unequal ones are told apart by comparing them.
    private ulong Key(ulong[] sums, int start, int length) =>
        unchecked(Mix((sums[start + length] - (sums[start] * _powers[length])) ^ (ulong)length));

    // The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    private static ulong Mix(ulong x)
    {
        unchecked
        {
            x += 0x9E3779B97F4A7C15;
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Gram(int First, int Items, int LastItem);
}
