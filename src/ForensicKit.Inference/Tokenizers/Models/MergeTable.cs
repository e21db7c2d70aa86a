using System.Numerics;

namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>The merges of a byte-pair encoding: rank and result by pair of tokens, in an open hash table.</summary>
internal sealed class MergeTable
{
    private readonly ulong[] _keys;
    private readonly long[] _values;
    private readonly int _shift;

    /// <param name="merges">Pairs with their results, in the order of their ranks; of two of the same pair the later one counts, as in the reference.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        var size = BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, merges.Count * 2));
        _keys = new ulong[size];
        _values = new long[size];
        _shift = 64 - BitOperations.Log2(size);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var key = Key(merges[rank].Left, merges[rank].Right);
            var slot = Slot(key);
            while (_keys[slot] != 0 && _keys[slot] != key)
                slot = (slot + 1) & (_keys.Length - 1);
            _keys[slot] = key;
            _values[slot] = ((long)rank << 32) | (uint)merges[rank].Result;
        }
    }

    /// <summary>What no pair has: a rank above all.</summary>
    public const long None = long.MaxValue;

    /// <summary>The rank of a pair in the upper 32 bits and its result in the lower; <see cref="None"/> where it is not merged.</summary>
    public long Find(int left, int right)
    {
        var key = Key(left, right);
        for (var slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key)
                return _values[slot];
            if (_keys[slot] == 0)
                return None;
        }
    }

    // Never 0: that is a free place.
    private static ulong Key(int left, int right) => ((ulong)(uint)(left + 1) << 32) | (uint)right;

    private int Slot(ulong key) => (int)((key * 0x9e3779b97f4a7c15) >> _shift);
}
