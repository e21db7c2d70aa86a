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
        (_slots, _items, _filter, _filterMask, _weights) = (slots, items, filter, filter.Length - 1, weights);

    /// <summary>Distinct pairs.</summary>
    public int Count { get; private init; }

    /// <summary>A pair of more items is a phrase of the language or of a template, and no seed.</summary>
    public const int MostItems = 8;

    /// <summary>The same, for an item that has few others.</summary>
    public const int MostItemsOfWeak = 64;

    /// <summary>Makes the table of the pairs of all items.</summary>
    /// <param name="sorted">Every pair once per item, sorted by hash, then item.</param>
    /// <param name="items">Number of items.</param>
    /// <param name="weak">Items that have few pairs of their own: for them a pair of more items is a seed too.</param>
    /// <param name="isWanted">Pairs of which no item is wanted are left out; null where all are wanted. What the others are worth stays the same.</param>
    public static PairTable Of(List<ItemPair> sorted, int items, bool[] weak, Func<int, bool>? isWanted = null)
    {
        // The first posting is a dummy: a slot that starts at 0 is empty. Of each pair: in how many items it is, how many it leads to, and to which.
        var postings = new List<int> { 0 };
        var starts = new List<(ulong Hash, int First)>();
        var alone = new Dictionary<int, int>();
        var leads = new List<int>();
        foreach (var (start, count) in Runs(sorted))
        {
            leads.Clear();
            for (var i = start; i < start + count && count <= MostItemsOfWeak; i++)
            {
                if (count <= MostItems || weak[sorted[i].Item])
                    leads.Add(sorted[i].Item);
            }

            if (leads.Count is 0 or > MostItems || (isWanted is not null && !leads.Exists(isWanted.Invoke)))
                continue;
            // Pairs of one item alone lead to the same place: few of them are far apart in memory.
            if (count > 1 || !alone.TryGetValue(leads[0], out var first))
            {
                first = postings.Count;
                postings.AddRange([count, leads.Count, .. leads]);
                if (count == 1)
                    alone.Add(leads[0], first);
            }

            starts.Add((sorted[start].Hash, first));
        }

        var capacity = 1 << 6;
        while (capacity < 1.25 * starts.Count)
            capacity *= 2;
        float[] weights = [0, .. Enumerable.Range(1, MostItemsOfWeak).Select(n => (float)Math.Log((double)items / n))];
        var table = new PairTable(new Slot[capacity], [.. postings], new ulong[capacity / 8], weights) { Count = starts.Count };
        foreach (var (hash, first) in starts)
            table.Fill(hash, first);
        return table;
    }

    /// <summary>Where the items of each pair are.</summary>
    /// <param name="sorted">Pairs, sorted.</param>
    public static IEnumerable<(int Start, int Count)> Runs(List<ItemPair> sorted)
    {
        for (var i = 0; i < sorted.Count;)
        {
            var start = i;
            while (i < sorted.Count && sorted[i].Hash == sorted[start].Hash)
                i++;
            yield return (start, i - start);
        }
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
        var bits = FilterBits(hash);
        return (_filter[(int)(hash >> 40) & _filterMask] & bits) == bits;
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
            return _items.AsSpan(first + 2, _items[first + 1]);
        }

        weight = 0;
        return [];
    }

    /// <summary>Reads a pair's place in the table, so that it is near by when <see cref="Find"/> asks for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Touch(ulong hash) => _slots[(int)(hash >> 36) & (_slots.Length - 1)].Tag;

    // Two bits of one word of the filter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong FilterBits(ulong hash) => (1UL << (int)(hash >> 34)) | (1UL << (int)(hash >> 28));

    private void Fill(ulong hash, int first)
    {
        var mask = _slots.Length - 1;
        var at = (int)(hash >> 36) & mask;
        while (_slots[at].First != 0)
            at = (at + 1) & mask;
        _slots[at] = new((uint)hash, first);
        _filter[(int)(hash >> 40) & _filterMask] |= FilterBits(hash);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Slot(uint Tag, int First);
}

/// <summary>A pair that an item has.</summary>
/// <param name="Hash">Of its words.</param>
/// <param name="Item">The item.</param>
/// <param name="IsQuestion">Whether its question has it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ItemPair(ulong Hash, int Item, bool IsQuestion);
