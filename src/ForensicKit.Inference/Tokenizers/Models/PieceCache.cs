using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>
/// Remembers the tokens of pieces, since texts repeat words: a table of fixed size, in which what comes later takes the place of what was there.
/// Safe for use by several threads: an entry never changes once it is in the table.
/// </summary>
internal sealed class PieceCache
{
    /// <summary>Longer pieces are not remembered.</summary>
    public const int MaxLength = 64;

    private const int Slots = 1 << 16;
    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>A hash of a piece, for the other methods.</summary>
    public static uint Hash(ReadOnlySpan<int> piece)
    {
        var hash = (ulong)piece.Length;
        foreach (var point in piece)
            hash = (hash ^ (uint)point) * 0x9e3779b97f4a7c15 + (hash >> 29);
        return (uint)(hash >> 32);
    }

    /// <summary>The tokens of a piece, if they are remembered.</summary>
    public PieceToken[]? Find(ReadOnlySpan<int> piece, uint hash)
    {
        var entry = _entries[hash % Slots];
        if (entry is not null && entry.Hash == hash && piece.SequenceEqual(entry.Piece))
            return entry.Tokens;
        entry = _entries[(hash % Slots) ^ 1];
        return entry is not null && entry.Hash == hash && piece.SequenceEqual(entry.Piece) ? entry.Tokens : null;
    }

    /// <summary>Remembers the tokens of a piece.</summary>
    public void Add(ReadOnlySpan<int> piece, uint hash, PieceToken[] tokens)
    {
        // One of two places: a free one, else the one that a bit of the hash picks.
        var slot = hash % Slots;
        if (_entries[slot] is not null && (_entries[slot ^ 1] is null || (hash >> 20 & 1) == 1))
            slot ^= 1;
        Volatile.Write(ref _entries[slot], new(piece.ToArray(), hash, tokens));
    }

    /// <summary>Adds remembered or just computed tokens to a list.</summary>
    public static void Append(PieceToken[] found, List<PieceToken> tokens, int shift)
    {
        if (shift == 0)
        {
            tokens.AddRange(found);
            return;
        }

        var count = tokens.Count;
        CollectionsMarshal.SetCount(tokens, count + found.Length);
        var added = CollectionsMarshal.AsSpan(tokens)[count..];
        for (var i = 0; i < found.Length; i++)
            added[i] = found[i] with { Start = found[i].Start + shift, End = found[i].End + shift };
    }

    private sealed record Entry(int[] Piece, uint Hash, PieceToken[] Tokens);
}
