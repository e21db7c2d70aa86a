using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ForensicKit.Corpora;

/// <summary>Takes the text and the id out of records that are JSON objects, without a string for either.</summary>
/// <remarks>
/// The object's frame and its strings are read here, because the texts are strings and are nearly all of the bytes: strings are looked
/// through with vector instructions also where they have escapes. Everything else is left to <see cref="Utf8JsonReader"/>.
/// </remarks>
internal sealed class JsonRecords : IDisposable
{
    private const int MaximumDepth = 64;
    private static readonly SearchValues<byte> s_special = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(b => (byte)b), (byte)'"', (byte)'\\']);
    private readonly ShardPass _pass;
    private readonly string _shard;
    private readonly byte[][] _textFields;
    private readonly byte[]? _idField;
    private readonly int _longestName;
    private byte[] _text = [];
    private byte[] _id = [];

    public JsonRecords(ShardPass pass, string shard)
    {
        _pass = pass;
        _shard = shard;
        _textFields = [.. pass.Options.TextFields.Select(Encoding.UTF8.GetBytes)];
        _idField = pass.Options.IdField is { } id ? Encoding.UTF8.GetBytes(id) : null;
        _longestName = _textFields.Append(_idField ?? []).Max(f => f.Length);
    }

    private readonly ref struct Value(ReadOnlySpan<byte> bytes, bool escaped)
    {
        public readonly ReadOnlySpan<byte> Bytes = bytes;
        public readonly bool Escaped = escaped;
    }

    /// <summary>Reads one record and gives its document.</summary>
    /// <param name="number">The record's number.</param>
    /// <param name="record">The record; white space around it is none of it.</param>
    /// <param name="quiet">Whether to keep silent where it is not an object: the file is known to break off there.</param>
    public void Read(long number, ReadOnlySpan<byte> record, bool quiet)
    {
        var at = SkipSpace(record, 0);
        if (at == record.Length)
            return;
        var text = default(Value);
        var id = default(Value);
        var rank = int.MaxValue;
        var other = false;
        var hasId = false;
        if (record[at] != (byte)'{')
        {
            Bad(number, at, quiet, "No object");
            return;
        }

        at = SkipSpace(record, at + 1);
        var empty = at < record.Length && record[at] == (byte)'}';
        while (!empty)
        {
            var keyEscaped = false;
            var end = at < record.Length && record[at] == (byte)'"' ? EndOfString(record, ++at, out keyEscaped) : -1;
            if (end < 0)
            {
                Bad(number, at, quiet, "No name of a field");
                return;
            }

            var (textRank, isId) = Recognise(record[at..end], keyEscaped);
            at = SkipSpace(record, end + 1);
            if (at == record.Length || record[at] != (byte)':')
            {
                Bad(number, at, quiet, "No colon");
                return;
            }

            at = SkipSpace(record, at + 1);
            if (at < record.Length && record[at] == (byte)'"')
            {
                end = EndOfString(record, ++at, out var escaped);
                if (end < 0)
                {
                    Bad(number, at, quiet, "A string that does not end or has characters it may not have,");
                    return;
                }

                var value = new Value(record[at..end], escaped);
                if (textRank < rank)
                {
                    text = value;
                    rank = textRank;
                }

                if (isId && !hasId)
                {
                    id = value;
                    hasId = true;
                }

                at = end + 1;
            }
            else
            {
                end = EndOfValue(number, record, at, quiet);
                if (end < 0)
                    return;
                other |= textRank != int.MaxValue;
                if (isId && !hasId && record[at] is (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
                {
                    id = new Value(record[at..end], escaped: false);
                    hasId = true;
                }

                at = end;
            }

            at = SkipSpace(record, at);
            if (at == record.Length || (record[at] != (byte)',' && record[at] != (byte)'}'))
            {
                Bad(number, at, quiet, "Neither comma nor brace");
                return;
            }

            if (record[at] == (byte)'}')
                break;
            at = SkipSpace(record, at + 1);
        }

        at = SkipSpace(record, at + 1);
        if (at < record.Length)
        {
            Bad(number, at, quiet, "More than one value");
            return;
        }

        _pass.Records++;
        if (rank == int.MaxValue)
        {
            if (other)
                _pass.Defect(CorpusDefectKind.TextNotString, number, _shard, "The text is not a string.");
            else
                _pass.Defect(CorpusDefectKind.NoText, number, _shard, "The record has no field for the text.");
            return;
        }

        var halves = false;
        var idBytes = id.Escaped ? Unescape(id.Bytes, ref _id, ref halves) : id.Bytes;
        halves = false;
        var textBytes = text.Escaped ? Unescape(text.Bytes, ref _text, ref halves) : text.Bytes;
        if (halves)
            _pass.Defect(CorpusDefectKind.InvalidUtf8, number, _shard, "The text has escapes of half a surrogate pair.");
        _pass.Give(_shard, number, idBytes, textBytes);
    }

    public void Dispose()
    {
        Return(ref _text);
        Return(ref _id);
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private static int SkipSpace(ReadOnlySpan<byte> bytes, int at)
    {
        while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at++;
        return at;
    }

    /// <summary>Where the closing quote is; -1 where there is none or something before it may not be in a string.</summary>
    private static int EndOfString(ReadOnlySpan<byte> bytes, int at, out bool escaped)
    {
        escaped = false;
        while (true)
        {
            var length = bytes[at..].IndexOfAny(s_special);
            if (length < 0)
                return -1;
            at += length;
            if (bytes[at] == (byte)'"')
                return at;
            if (bytes[at] != (byte)'\\' || at + 1 >= bytes.Length)
                return -1;
            escaped = true;
            switch (bytes[at + 1])
            {
                case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                    at += 2;
                    break;
                case (byte)'u' when at + 6 <= bytes.Length && IsHex(bytes.Slice(at + 2, 4)):
                    at += 6;
                    break;
                default:
                    return -1;
            }
        }
    }

    private static bool IsHex(ReadOnlySpan<byte> digits)
    {
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return false;
        }

        return true;
    }

    private static int Hex(ReadOnlySpan<byte> digits) => Utf8Parser.TryParse(digits[..4], out int value, out _, 'x') ? value : 0;

    /// <summary>The string with its escapes undone, in a pooled buffer that grows. Half a surrogate pair becomes U+FFFD.</summary>
    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> from, ref byte[] buffer, scoped ref bool halves)
    {
        // No escape is shorter than what it stands for.
        if (buffer.Length < from.Length)
        {
            Return(ref buffer);
            buffer = ArrayPool<byte>.Shared.Rent(from.Length);
        }

        Span<byte> to = buffer;
        var written = 0;
        for (int length; (length = from.IndexOf((byte)'\\')) >= 0;)
        {
            from[..length].CopyTo(to[written..]);
            written += length;
            var escape = from[length + 1];
            from = from[(length + 2)..];
            if (escape != (byte)'u')
            {
                to[written++] = escape switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => escape,
                };
                continue;
            }

            var unit = (char)Hex(from);
            from = from[4..];
            if (!Rune.TryCreate(unit, out var rune))
            {
                if (char.IsHighSurrogate(unit) && from.Length >= 6 && from.StartsWith("\\u"u8) && Rune.TryCreate(unit, (char)Hex(from[2..]), out rune))
                {
                    from = from[6..];
                }
                else
                {
                    rune = Rune.ReplacementChar;
                    halves = true;
                }
            }

            written += rune.EncodeToUtf8(to[written..]);
        }

        from.CopyTo(to[written..]);
        return to[..(written + from.Length)];
    }

    /// <summary>Which text field a name is, <see cref="int.MaxValue"/> where none, and whether it is the id's.</summary>
    private (int TextRank, bool IsId) Recognise(ReadOnlySpan<byte> name, bool escaped)
    {
        if (escaped)
        {
            if (name.Length > 6 * _longestName)
                return (int.MaxValue, false);
            var halves = false;
            name = Unescape(name, ref _text, ref halves);
        }

        var rank = int.MaxValue;
        for (var i = 0; i < _textFields.Length; i++)
        {
            if (name.SequenceEqual(_textFields[i]))
            {
                rank = i;
                break;
            }
        }

        return (rank, _idField is not null && name.SequenceEqual(_idField));
    }

    /// <summary>Where a value that is not a string ends; -1 where it is none, which is then reported.</summary>
    private int EndOfValue(long number, ReadOnlySpan<byte> record, int at, bool quiet)
    {
        var reader = new Utf8JsonReader(record[at..], new JsonReaderOptions { MaxDepth = MaximumDepth - 1 });
        try
        {
            reader.Read();
            reader.Skip();
            return at + (int)reader.BytesConsumed;
        }
        catch (JsonException)
        {
            var where = at + (int)reader.BytesConsumed;
            // The reader stands before the bracket that it refuses, and does not count the one it has just read.
            var depth = reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? 1 : 0);
            if (depth >= MaximumDepth - 1 && where < record.Length && record[SkipSpace(record, where)..] is [(byte)'{' or (byte)'[', ..])
            {
                _pass.Records++;
                if (!quiet)
                    _pass.Defect(CorpusDefectKind.TooDeep, number, _shard, string.Create(CultureInfo.InvariantCulture, $"Values are nested deeper than {MaximumDepth}."));
            }
            else
            {
                Bad(number, where, quiet, "No JSON value");
            }

            return -1;
        }
    }

    private void Bad(long number, int at, bool quiet, string detail)
    {
        if (quiet)
            return;
        _pass.Records++;
        _pass.Defect(CorpusDefectKind.BadJson, number, _shard, detail, at);
    }
}
