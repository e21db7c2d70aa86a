using System.Globalization;
using System.Text.Json;

namespace ForensicKit.Importing;

/// <summary>One JSON object of a file of many.</summary>
/// <param name="Place">Where it stands, for messages.</param>
/// <param name="Json">The object.</param>
internal readonly record struct JsonRecord(string Place, JsonElement Json)
{
    /// <summary>The text of a field that must be there.</summary>
    /// <exception cref="KitException">It is absent or no text.</exception>
    public string Text(string name) => OptionalText(name) ?? throw new KitException($"The record has no text '{name}'.", Place, "Check that the file has the format it is said to have.");

    /// <summary>The text of a field; null where it is absent or no text.</summary>
    public string? OptionalText(string name) => Find(name) is { ValueKind: JsonValueKind.String } value ? Decode(value, Place) : null;

    /// <summary>A text or number as it is written; null where it is absent or null.</summary>
    public string? Literal(string name) => Find(name) is { } value ? Literal(value, Place) : null;

    /// <summary>A true or false that must be there.</summary>
    /// <exception cref="KitException">It is absent or neither.</exception>
    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value
        ? value.GetBoolean()
        : throw new KitException($"The record has no true or false '{name}'.", Place, "Check that the file has the format it is said to have.");

    /// <summary>The entries of a list that must be there.</summary>
    /// <exception cref="KitException">It is absent or no list.</exception>
    public IReadOnlyList<JsonElement> List(string name) => Find(name) is { ValueKind: JsonValueKind.Array } value
        ? [.. value.EnumerateArray()]
        : throw new KitException($"The record has no list '{name}'.", Place, "Check that the file has the format it is said to have.");

    /// <summary>The texts of a list that must be there.</summary>
    /// <exception cref="KitException">It is absent, no list, or holds something else.</exception>
    public IReadOnlyList<string> Texts(string name)
    {
        var (place, texts) = (Place, List(name));
        return [.. texts.Select(t => t.ValueKind == JsonValueKind.String ? Decode(t, place) : throw new KitException($"'{name}' holds something that is no text.", place, "Check that the file has the format it is said to have."))];
    }

    /// <summary>A whole number, written as one or as text; null where it is absent or something else.</summary>
    public long? Whole(string name) => long.TryParse(Literal(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A text or number as it is written; null for null and everything else.</summary>
    /// <exception cref="KitException">It is a text that is no Unicode.</exception>
    public static string? Literal(JsonElement value, string place) => value.ValueKind switch
    {
        JsonValueKind.String => Decode(value, place),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };

    /// <summary>The text of a JSON string.</summary>
    /// <exception cref="KitException">It is no Unicode: JSON can name half a surrogate pair, and its reader lets bytes through that are not UTF-8.</exception>
    public static string Decode(JsonElement value, string place)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw NoUnicode(place, e);
        }
    }

    private JsonElement? Find(string name)
    {
        try
        {
            return Json.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException e)
        {
            // The names it was compared with are decoded on the way.
            throw NoUnicode(Place, e);
        }
    }

    private static KitException NoUnicode(string place, Exception e) => new(
        "A text is not Unicode: it holds half a surrogate pair (\\uD800 to \\uDFFF), or bytes that are not UTF-8.", place, "Check where the file comes from.", innerException: e);
}

/// <summary>Reads the objects of a JSON array or of JSON lines one at a time.</summary>
internal static class JsonRecords
{
    private const int MaximumRecordBytes = 16 << 20;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    /// <summary>One object per line; empty lines are passed over.</summary>
    /// <exception cref="KitException">A line is no JSON object.</exception>
    public static IEnumerable<JsonRecord> Lines(Stream stream, string file, CancellationToken cancellationToken)
    {
        foreach (var line in TextLines.Read(stream, file, cancellationToken))
        {
            if (string.IsNullOrWhiteSpace(line.Text))
                continue;
            var place = TextLines.Place(file, line.Number, line.ByteOffset);
            yield return new(place, ParseLine(line.Text, place));
        }
    }

    /// <summary>The objects of a top-level array.</summary>
    /// <exception cref="KitException">The file is no JSON array of objects, or is cut off.</exception>
    public static IEnumerable<JsonRecord> Array(Stream stream, string file, CancellationToken cancellationToken)
    {
        var cursor = new ArrayCursor(stream, file);
        for (var index = 0L; cursor.Next(out var element, cancellationToken); index++)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{file}, record {index} (before byte {cursor.ByteOffset})");
            if (element.ValueKind != JsonValueKind.Object)
                throw new KitException("The record is not a JSON object.", place, "Check that the file has the format it is said to have.");
            yield return new(place, element);
        }
    }

    private static JsonElement ParseLine(string text, string place)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new KitException(
                string.Create(CultureInfo.InvariantCulture, $"The line is not whole JSON (at its byte {e.BytePositionInLine})."), place,
                "If it is the last line, the file is cut off: get it again from its source.", innerException: e);
        }

        throw new KitException("The line is not a JSON object.", place, "Check that the file has the format it is said to have.");
    }

    // Holds one record at a time: the buffer grows only while a record does not fit.
    private sealed class ArrayCursor(Stream stream, string file)
    {
        private byte[] _buffer = new byte[1 << 16];
        private int _start;
        private int _end;
        private bool _isFinal;
        private bool _isInside;
        private bool _isPast;
        private JsonReaderState _state = new(Options);

        public long ByteOffset { get; private set; }

        public bool Next(out JsonElement element, CancellationToken cancellationToken)
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    if (TryTake(out element, out var isEnd))
                        return !isEnd;
                }
                catch (JsonException e)
                {
                    throw _isFinal && ReachedEnd()
                        ? new KitException(
                            string.Create(CultureInfo.InvariantCulture, $"The file ends in the middle of a record, at byte {ByteOffset + _end - _start}."),
                            file, "It is cut off: get it again from its source.", innerException: e)
                        : new KitException(
                            "The file is not JSON here.", string.Create(CultureInfo.InvariantCulture, $"{file}, line {(e.LineNumber ?? 0) + 1}"),
                            "Check that the file has the format it is said to have.", innerException: e);
                }

                Fill();
            }
        }

        private bool TryTake(out JsonElement element, out bool isEnd)
        {
            (element, isEnd) = (default, false);
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isFinal, _state);
            if (!_isInside)
            {
                if (!reader.Read())
                    return false;
                if (reader.TokenType != JsonTokenType.StartArray)
                    throw new KitException("The file is not a JSON array.", file, "Check that the file has the format it is said to have.");
                _isInside = true;
                Advance(reader);
                reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isFinal, _state);
            }

            if (_isPast)
            {
                // Only white space may follow; anything else makes the reader throw.
                reader.Read();
                isEnd = _isFinal;
                return _isFinal;
            }

            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                _isPast = true;
                Advance(reader);
                return TryTake(out element, out isEnd);
            }

            if (!JsonDocument.TryParseValue(ref reader, out var document))
                return false;
            using (document)
                element = document!.RootElement.Clone();
            Advance(reader);
            return true;
        }

        private void Advance(Utf8JsonReader reader)
        {
            _start += (int)reader.BytesConsumed;
            ByteOffset += reader.BytesConsumed;
            _state = reader.CurrentState;
        }

        // Whether what is left is a whole prefix of JSON, so that only its end is missing.
        private bool ReachedEnd()
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), isFinalBlock: false, _state);
            try
            {
                while (reader.Read())
                {
                }

                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        private void Fill()
        {
            var rest = _end - _start;
            if (rest > MaximumRecordBytes)
                throw new KitException("A record is larger than 16 MiB.", string.Create(CultureInfo.InvariantCulture, $"{file}, byte {ByteOffset}"), "Check where the file comes from.");
            var target = rest > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            _buffer.AsSpan(_start, rest).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, rest);
            var read = ByteOffset == 0 && rest == 0 ? ReadStart() : stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            _isFinal = read == 0;
        }

        // A byte-order mark is passed over; it can be told only from three bytes.
        private int ReadStart()
        {
            var read = stream.ReadAtLeast(_buffer, 3, throwOnEndOfStream: false);
            if (_buffer.AsSpan(0, read).StartsWith("\uFEFF"u8))
                (_start, ByteOffset) = (3, 3);
            return read;
        }
    }
}
