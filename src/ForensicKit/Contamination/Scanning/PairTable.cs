using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// The seeds: pairs of telling words that stand next to each other, or with one telling word between them, in some item. They survive edits of
/// other words, a word put in or left out, and a change of their order.
/// </summary>
/// <remarks>
/// Open addressing on 64-bit hashes: a slot holds 32 bits of the hash and where the pair's items start, a filter in front of it answers for most
/// pairs that no item has. Two pairs whose place and 32 bits are alike are one pair: a seed too many, which the comparison dismisses.
/// </remarks>
internal sealed class PairTable
{
    private readonly Slot[] _slots;
    private readonly int[] _items;
    private readonly ulong[] _filter;
    private readonly int _filterMask;
    private readonly float[] _weights;

    private PairTable(Slot[] slots, int[] items, ulong[] filter, float[] weights) =>
        (_slots, _items, _filter, _filterMask, _weights) = (slots, items, filter, (filter.Length * 64) - 1, weights);

    /// <summary>Distinct pairs.</summary>
    public int Count { get; private init; }

    /// <summary>Makes the table of the pairs of all items.</summary>
    /// <param name="pairs">Hash and item of every pair, each once per item, sorted by hash, then item.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="mostItems">A pair of more items is a phrase of the language or of a template, and no seed.</param>
    /// <param name="isWanted">Pairs of which no item is wanted are left out; null where all are wanted. What the others are worth stays the same.</param>
    public static PairTable Of(List<(ulong Hash, int Item)> pairs, int items, int mostItems, Func<int, bool>? isWanted = null)
    {
        var runs = new List<(int Start, int Count)>();
        for (var i = 0; i < pairs.Count;)
        {
            var start = i;
            while (i < pairs.Count && pairs[i].Hash == pairs[start].Hash)
                i++;
            if (i - start <= mostItems && (isWanted is null || AnyWanted(pairs, start, i, isWanted)))
                runs.Add((start, i - start));
        }

        var capacity = 1 << 6;
        while (capacity < 1.6 * runs.Count)
            capacity *= 2;
        // The first posting is a dummy: a slot that starts at 0 is empty.
        var postings = new List<int> { 0 };
        var table = new PairTable(new Slot[capacity], [], new ulong[capacity / 16], []);
        foreach (var (start, count) in runs)
        {
            table.Fill(pairs[start].Hash, postings.Count);
            postings.Add(count);
            for (var i = 0; i < count; i++)
                postings.Add(pairs[start + i].Item);
        }

        float[] weights = [0, .. Enumerable.Range(1, mostItems).Select(n => (float)Math.Log((double)items / n))];
        return new(table._slots, [.. postings], table._filter, weights) { Count = runs.Count };
    }

    private static bool AnyWanted(List<(ulong Hash, int Item)> pairs, int start, int end, Func<int, bool> isWanted)
    {
        for (var i = start; i < end; i++)
        {
            if (isWanted(pairs[i].Item))
                return true;
        }

        return false;
    }

    /// <summary>Hash of a pair of words, whichever comes first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(int one, int other)
    {
        var hash = ((ulong)(uint)Math.Min(one, other) << 32 | (uint)Math.Max(one, other)) * 0x9E3779B97F4A7C15UL;
        return (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93UL;
    }

    /// <summary>Hash of words that follow each other, of characters that are words by themselves.</summary>
    public static ulong HashNext(int one, int next, int last = -1)
    {
        var hash = (((ulong)(uint)one << 32 | (uint)next) + ((ulong)(uint)(last + 2) * 0xA24BAED4963EE407UL)) * 0x9FB21C651E98DF25UL;
        return (hash ^ (hash >> 29)) * 0xD6E8FEB86659FD93UL;
    }

    /// <summary>Whether some item may have a pair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MayHave(ulong hash)
    {
        var bit = (int)(hash >> 24) & _filterMask;
        return (_filter[bit >> 6] & (1UL << (bit & 63))) != 0;
    }

    /// <summary>The items that have a pair, empty where none has, and what it is worth: ln(items / items that have it).</summary>
    public ReadOnlySpan<int> Find(ulong hash, out float weight)
    {
        var mask = _slots.Length - 1;
        var at = (int)(hash >> 36) & mask;
        var tag = (uint)hash;
        for (; _slots[at].First != 0; at = (at + 1) & mask)
        {
            if (_slots[at].Tag != tag)
                continue;
            var first = _slots[at].First;
            weight = _weights[_items[first]];
            return _items.AsSpan(first + 1, _items[first]);
        }

        weight = 0;
        return [];
    }

    /// <summary>Reads a pair's place in the table, so that it is near by when <see cref="Find"/> asks for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Touch(ulong hash) => _slots[(int)(hash >> 36) & (_slots.Length - 1)].Tag;

    private void Fill(ulong hash, int first)
    {
        var mask = _slots.Length - 1;
        var at = (int)(hash >> 36) & mask;
        while (_slots[at].First != 0)
            at = (at + 1) & mask;
        _slots[at] = new((uint)hash, first);
        var bit = (int)(hash >> 24) & _filterMask;
        _filter[bit >> 6] |= 1UL << (bit & 63);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Slot(uint Tag, int First);
}
