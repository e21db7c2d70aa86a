using System.Runtime.CompilerServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>The words of a text as numbers, with their places. Reused for text after text.</summary>
/// <param name="remembers">Whether the reader keeps words from text to text, since most were there a moment ago: worth its memory for many texts.</param>
internal sealed class WordList(bool remembers = false)
{
    /// <summary>The number of a word that no item has.</summary>
    public const int Unknown = -1;

    /// <summary>Bits of the hash of a word that is kept.</summary>
    public const int SeenBits = 12;

    private int[] _ids = new int[1024];
    private (int Start, int End)[] _places = new (int, int)[1024];
    private (ulong Word, int Number)[] _seen = remembers ? new (ulong, int)[1 << SeenBits] : [];
    private WordTable? _seenIn;

    /// <summary>Words.</summary>
    public int Count { get; private set; }

    /// <summary>Their numbers; <see cref="Unknown"/> for words that no item has.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Byte where a word starts.</summary>
    public int Start(int word) => _places[word].Start;

    /// <summary>Byte behind a word.</summary>
    public int End(int word) => _places[word].End;

    /// <summary>Forgets the words.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int id, int start, int end)
    {
        var (ids, places, count) = (_ids, _places, Count);
        if ((uint)count >= (uint)ids.Length || (uint)count >= (uint)places.Length)
        {
            Grow();
            (ids, places) = (_ids, _places);
        }

        ids[count] = id;
        places[count] = (start, end);
        Count = count + 1;
    }

    /// <summary>Where the reader keeps short words as they stand in texts, by a hash, with their numbers in a table that no word is added to any more; empty where it keeps none.</summary>
    /// <param name="table">The table.</param>
    public Span<(ulong Word, int Number)> SeenIn(WordTable table)
    {
        if (_seen.Length > 0 && _seenIn != table)
            (_seen, _seenIn) = (new (ulong, int)[1 << SeenBits], table);
        return _seen;
    }

    private void Grow()
    {
        Array.Resize(ref _ids, 2 * Count);
        Array.Resize(ref _places, 2 * Count);
    }
}
