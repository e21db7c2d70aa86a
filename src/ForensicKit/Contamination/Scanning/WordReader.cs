using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// Reads text as a person would: words without case, accents, look-alikes and endings; HTML tags and entities, Markdown, escapes of JSON and
/// calculator annotations (<c>&lt;&lt;2+3=5&gt;&gt;</c>) are not part of it; digits and letters are words of their own.
/// </summary>
/// <remarks>One pass over UTF-8 bytes, without a string for any of them; bytes that are not UTF-8 end a word. Items and documents are read the same way.</remarks>
internal ref struct WordReader
{
    // A longer word is told by this many bytes of it: base64 and the like.
    private const int MostBytes = 64;

    private const byte Separator = 0, Letter = 1, Digit = 2, Special = 3, High = 4;

    private static readonly byte[] s_kinds = Kinds();
    private static readonly byte[] s_lower = [.. Enumerable.Range(0, 256).Select(b => (byte)(b is >= 'A' and <= 'Z' ? b + 32 : b))];

    private readonly ReadOnlySpan<byte> _text;
    private readonly WordTable _table;
    private readonly bool _adds;
    private readonly WordList _words;
    private readonly Span<byte> _word;
    private readonly Span<(ulong Word, int Number)> _seen;
    private int _length;
    private int _start;
    private bool _isNumber;

    private WordReader(ReadOnlySpan<byte> text, WordTable table, bool adds, WordList words, Span<byte> word)
    {
        _text = text;
        (_table, _adds, _words) = (table, adds, words);
        _word = word;
        _seen = adds ? [] : words.SeenIn(table);
    }

    /// <summary>Appends the words of a text.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <param name="table">The known words.</param>
    /// <param name="adds">Whether new words become known.</param>
    /// <param name="words">Where the words go.</param>
    public static void Read(ReadOnlySpan<byte> text, WordTable table, bool adds, WordList words) =>
        new WordReader(text, table, adds, words, stackalloc byte[MostBytes + 8]).ReadAll();

    private void ReadAll()
    {
        var text = _text;
        var kinds = s_kinds;
        var i = 0;
        while (i < text.Length)
        {
            var kind = kinds[text[i]];
            switch (kind)
            {
                case Letter when _length == 0 && i + 8 <= text.Length && ReadShort(i) is var letters and > 0:
                    i += letters;
                    break;
                case Letter:
                case Digit:
                    if (_length > 0 && _isNumber != (kind == Digit))
                        EndWord(i);
                    if (_length == 0)
                        (_start, _isNumber) = (i, kind == Digit);
                    do
                    {
                        if (_length < MostBytes)
                            _word[_length++] = s_lower[text[i]];
                        i++;
                    }
                    while (i < text.Length && kinds[text[i]] == kind);
                    break;
                case Special:
                    i = ReadSpecial(i);
                    break;
                case High:
                    i = ReadHigh(i);
                    break;
                default:
                    if (_length > 0)
                        EndWord(i);
                    i++;
                    break;
            }
        }

        EndWord(text.Length);
    }

    // A word of at most seven letters with a plain separator behind it, in one register; 0 where the text is not that simple.
    private int ReadShort(int i)
    {
        const ulong each = 0x0101010101010101UL;
        var bytes = BinaryPrimitives.ReadUInt64LittleEndian(_text[i..]);
        var lower = bytes | (0x20 * each);
        // The high bit of every byte that is a letter: at least 'a', at most 'z', and no high bit of its own.
        var low = lower & (0x7F * each);
        var letters = (low + (0x1F * each)) & ~(low + (0x05 * each)) & ~bytes & (0x80 * each);
        var count = BitOperations.TrailingZeroCount(~letters & (0x80 * each)) >> 3;
        if (count == 8 || s_kinds[(byte)(bytes >> (8 * count))] != Separator)
            return 0;
        var word = lower & ((1UL << (8 * count)) - 1);
        _words.Add(_seen.IsEmpty ? Number(word, count) : Seen(word, count), i, i + count);
        // The separator is done with, too.
        return count + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Seen(ulong word, int count)
    {
        ref var seen = ref _seen[(int)((word * 0x9E3779B97F4A7C15UL) >> (64 - WordList.SeenBits))];
        if (seen.Word != word)
            seen = (word, Number(word, count));
        return seen.Number;
    }

    private readonly int Number(ulong word, int count)
    {
        var length = WordEndings.Strip(ref word, count);
        var hash = WordTable.Hash(word, length);
        return _adds ? _table.Add(hash) : _table.Find(hash);
    }

    private void EndWord(int end)
    {
        if (_length == 0)
            return;
        var length = _isNumber ? _length : WordEndings.Strip(_word[.._length]);
        var hash = WordTable.Hash(_word, length);
        _words.Add(_adds ? _table.Add(hash) : _table.Find(hash), _start, end);
        _length = 0;
    }

    // The signs that may be markup.
    private int ReadSpecial(int i)
    {
        var rest = _text[i..];
        switch (rest[0])
        {
            case (byte)'\'' when _length > 0 && !_isNumber && rest.Length > 1 && s_kinds[rest[1]] == Letter:
                return i + 1;
            case (byte)',' when _length > 0 && _isNumber && rest.Length > 1 && s_kinds[rest[1]] == Digit:
                return i + 1;
            case (byte)'<':
                EndWord(i);
                return i + Math.Max(1, Markup.TagLength(rest));
            case (byte)']':
                EndWord(i);
                return i + Math.Max(1, Markup.LinkLength(rest));
            case (byte)'&' when Markup.Entity(rest, out var entity) is var length and > 0:
                ReadCodePoint(entity, i, i + length);
                return i + length;
            case (byte)'\\' when Markup.Escape(rest, out var escaped) is var length and > 0:
                ReadCodePoint(escaped, i, i + length);
                return i + length;
            default:
                EndWord(i);
                return i + 1;
        }
    }

    private int ReadHigh(int i)
    {
        if (Rune.DecodeFromUtf8(_text[i..], out var rune, out var consumed) == OperationStatus.Done)
            ReadCodePoint(rune.Value, i, i + consumed);
        else
            EndWord(i);
        return i + consumed;
    }

    private void ReadCodePoint(int codePoint, int at, int end)
    {
        if (codePoint < 128 && codePoint != 0x27)
        {
            ReadLetters([(byte)codePoint], at, end);
            return;
        }

        switch (codePoint == 0x27 ? LetterKind.Apostrophe : LetterFolding.KindOf(codePoint))
        {
            case LetterKind.Letter:
                ReadLetters(LetterFolding.Of(codePoint), at, end);
                break;
            case LetterKind.Ideograph:
                EndWord(at);
                ReadLetters(LetterFolding.Of(codePoint), at, end);
                EndWord(end);
                break;
            case LetterKind.Separator:
            // Between letters it belongs to the word, as in "don’t".
            case LetterKind.Apostrophe when _length == 0 || _isNumber:
                EndWord(at);
                break;
            default:
                break;
        }
    }

    private void ReadLetters(scoped ReadOnlySpan<byte> letters, int at, int end)
    {
        foreach (var b in letters)
        {
            var kind = s_kinds[b];
            if (kind is Separator or Special)
            {
                EndWord(_start == at ? end : at);
                continue;
            }

            if (_length > 0 && kind != High && _isNumber != (kind == Digit))
                EndWord(_start == at ? end : at);
            if (_length == 0)
                (_start, _isNumber) = (at, kind == Digit);
            if (_length < MostBytes)
                _word[_length++] = s_lower[b];
        }
    }

    private static byte[] Kinds()
    {
        var kinds = new byte[256];
        for (var b = 0; b < 256; b++)
        {
            kinds[b] = (char)b switch
            {
                >= 'a' and <= 'z' or >= 'A' and <= 'Z' => Letter,
                >= '0' and <= '9' => Digit,
                '\'' or ',' or '<' or ']' or '&' or '\\' => Special,
                >= (char)128 => High,
                _ => Separator,
            };
        }

        return kinds;
    }
}
