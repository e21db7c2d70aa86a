using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Numbers words by their hashes: a table with open addressing, filled once and then only read.</summary>
/// <remarks>
/// A text's word is told by 32 bits of its hash and its place in the table: one of some 10^9 words that no item has is taken for one that some
/// item has. Every hit is shown with its text.
/// </remarks>
internal sealed class WordTable
{
    private const ulong Mixer = 0xD6E8FEB86659FD93UL;

    private readonly List<ulong> _hashes = [];
    private Slot[] _slots = new Slot[1 << 12];

    /// <summary>Words.</summary>
    public int Count => _hashes.Count;

    /// <summary>The number of a word, new if it is not there.</summary>
    public int Add(ulong hash)
    {
        var mask = _slots.Length - 1;
        var at = (int)(hash >> 32) & mask;
        for (; _slots[at].Number != 0; at = (at + 1) & mask)
        {
            if (_hashes[_slots[at].Number - 1] == hash)
                return _slots[at].Number - 1;
        }

        _hashes.Add(hash);
        _slots[at] = new((uint)hash, Count);
        if (4 * Count > 3 * _slots.Length)
            Grow();
        return Count - 1;
    }

    /// <summary>The number of a word; <see cref="WordList.Unknown"/> if it is not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(ulong hash)
    {
        var slots = _slots;
        var at = (int)(hash >> 32) & (slots.Length - 1);
        while (slots[at].Number != 0 && slots[at].Tag != (uint)hash)
            at = (at + 1) & (slots.Length - 1);
        return slots[at].Number - 1;
    }

    /// <summary>Hash of a word's bytes.</summary>
    /// <param name="word">The word; the span has eight bytes more that may be written.</param>
    /// <param name="length">Its bytes.</param>
    public static ulong Hash(Span<byte> word, int length)
    {
        // Whole eight-byte words with zeros behind the end.
        word.Slice(length, 8).Clear();
        if (length <= 8)
            return Hash(BitConverter.ToUInt64(word), length);
        var hash = (ulong)length * Mixer;
        for (var i = 0; i < length; i += 8)
            hash = BitOperations.RotateLeft((hash ^ BitConverter.ToUInt64(word[i..])) * Mixer, 29);
        return Finish(hash);
    }

    /// <summary>Hash of a word of at most eight bytes, the first in the lowest bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ulong word, int length) => Finish((word ^ ((ulong)length << 58)) * Mixer);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 32)) * Mixer;
        return hash ^ (hash >> 29);
    }

    private void Grow()
    {
        var slots = new Slot[2 * _slots.Length];
        var mask = slots.Length - 1;
        for (var number = 0; number < Count; number++)
        {
            var at = (int)(_hashes[number] >> 32) & mask;
            while (slots[at].Number != 0)
                at = (at + 1) & mask;
            slots[at] = new((uint)_hashes[number], number + 1);
        }

        _slots = slots;
    }

    // The number is one more than the word's, so that 0 is an empty slot.
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Slot(uint Tag, int Number);
}
