using System.Globalization;
using System.Text;

namespace ForensicKit.Contamination;

/// <summary>
/// The words of a text: lower-cased runs of letters and digits, with their places. Everything between is no word.
/// </summary>
/// <remarks>
/// Lower-casing is invariant and letter by letter. Han and kana characters are words of their own, since those scripts set no spaces.
/// GSM8K's calculator annotations (<c>&lt;&lt;48/2=24&gt;&gt;</c>) are skipped in items and documents alike: copies are spread with and without them.
/// </remarks>
internal sealed class ScanWords
{
    /// <summary>Words are told apart by this many of their first UTF-16 code units.</summary>
    private const int LongestWord = 128;

    /// <summary>No word of the vocabulary: agrees with nothing.</summary>
    public const int Unknown = -1;

    private const int LongestAnnotation = 80;

    private int[] _ids = new int[64];
    private int[] _starts = new int[64];
    private int[] _ends = new int[64];

    private ScanWords()
    {
    }

    /// <summary>How many words.</summary>
    public int Count { get; private set; }

    /// <summary>Number of each word in the vocabulary, or <see cref="Unknown"/>.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Where word <paramref name="index"/> starts, in UTF-16 code units.</summary>
    public int Start(int index) => _starts[index];

    /// <summary>Where word <paramref name="index"/> ends, exclusive, in UTF-16 code units.</summary>
    public int End(int index) => _ends[index];

    /// <summary>Reads a text, adding its words to the vocabulary.</summary>
    public static ScanWords ReadItem(string text, Dictionary<string, int> vocabulary)
    {
        var words = new ScanWords();
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        words.Read(text, word =>
        {
            if (lookup.TryGetValue(word, out var id))
                return id;
            lookup[word] = vocabulary.Count;
            return vocabulary.Count - 1;
        });
        words.Trim();
        return words;
    }

    /// <summary>Reads a text; words outside the vocabulary are <see cref="Unknown"/>.</summary>
    public static ScanWords ReadDocument(string text, Dictionary<string, int> vocabulary)
    {
        var words = new ScanWords();
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        words.Read(text, word => lookup.TryGetValue(word, out var id) ? id : Unknown);
        return words;
    }

    private delegate int Number(ReadOnlySpan<char> word);

    private void Read(string text, Number number)
    {
        Span<char> lower = stackalloc char[LongestWord];
        var i = 0;
        while (i < text.Length)
        {
            if (text[i] == '<' && Annotation(text.AsSpan(i)) is var length and > 0)
            {
                i += length;
                continue;
            }

            var start = i;
            var used = 0;
            while (i < text.Length && Letter(text, i, i > start, out var folded, out var width, out var alone))
            {
                if (alone && i > start)
                    break;
                if (used + width <= LongestWord)
                    used += folded.EncodeToUtf16(lower[used..]);
                i += width;
                if (alone)
                    break;
            }

            if (i > start)
                Add(number(lower[..used]), start, i);
            else
                i++;
        }
    }

    // Whether a letter or digit stands at i (or a mark, inside a word), lower-cased, and whether it is a word of its own.
    private static bool Letter(string text, int i, bool inside, out Rune folded, out int width, out bool alone)
    {
        var c = text[i];
        (width, alone) = (1, false);
        if (char.IsAscii(c))
        {
            folded = new Rune(char.ToLowerInvariant(c));
            return char.IsAsciiLetterOrDigit(c);
        }

        if (!Rune.TryGetRuneAt(text, i, out folded))
            return false;
        width = folded.Utf16SequenceLength;
        alone = IsWritten(folded.Value);
        var isLetter = Rune.IsLetterOrDigit(folded)
            || (inside && Rune.GetUnicodeCategory(folded) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);
        folded = Rune.ToLowerInvariant(folded);
        return isLetter;
    }

    private static bool IsWritten(int c) => c is (>= 0x3041 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x323AF);

    // Length of <<48/2=24>>; 0 where there is none.
    private static int Annotation(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("<<"))
            return 0;
        var inner = text[2..Math.Min(text.Length, LongestAnnotation)];
        var end = inner.IndexOfAnyExcept("0123456789 .,=+-*/()%$");
        return end > 0 && inner[end..].StartsWith(">>") ? end + 4 : 0;
    }

    private void Add(int id, int start, int end)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, 2 * Count);
            Array.Resize(ref _starts, 2 * Count);
            Array.Resize(ref _ends, 2 * Count);
        }

        (_ids[Count], _starts[Count], _ends[Count]) = (id, start, end);
        Count++;
    }

    private void Trim()
    {
        Array.Resize(ref _ids, Count);
        Array.Resize(ref _starts, Count);
        Array.Resize(ref _ends, Count);
    }
}
