using System.Runtime.CompilerServices;

namespace ForensicKit.Contamination.Scanning;

/// <summary>The words of a text as numbers, with their places. Reused for text after text.</summary>
internal sealed class WordList
{
    /// <summary>The number of a word that no item has.</summary>
    public const int Unknown = -1;

    private int[] _ids = new int[1024];
    private (int Start, int End)[] _places = new (int, int)[1024];

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

    private void Grow()
    {
        Array.Resize(ref _ids, 2 * Count);
        Array.Resize(ref _places, 2 * Count);
    }
}
