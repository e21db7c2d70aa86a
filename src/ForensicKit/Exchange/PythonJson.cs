using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForensicKit.Templates.Values;

namespace ForensicKit.Exchange;

/// <summary>
/// JSON as Python's <c>json.dumps(value, ensure_ascii=False)</c> writes it, byte for byte: lm-evaluation-harness hashes its documents in this form and writes
/// its result files in it.
/// </summary>
/// <remarks>
/// <para>A number that is written with a point or an exponent is a float in Python and comes out as its <c>repr</c> (<c>1e5</c> → <c>100000.0</c>); every
/// other number is an integer of any size and stays as it is. Where an object names a key twice, the last value stands in the first one's place, as in a
/// Python dict. Of a text only <c>"</c>, <c>\</c> and the characters below U+0020 are escaped; U+2028 and U+007F are not.</para>
/// <para>One thing is ours: half a surrogate pair, which Python keeps in memory but cannot write as UTF-8, is escaped (<c>\ud800</c>), so that it reads back.</para>
/// </remarks>
public static class PythonJson
{
    // Python's own json stops at about 1,000 levels; System.Text.Json reads 64 unless told otherwise.
    private const int MaxDepth = 900;

    /// <summary>A value as Python writes it.</summary>
    /// <param name="value">The value; null for <c>null</c>. Numbers that were made from a <see cref="double"/> or <see cref="float"/> are floats.</param>
    /// <param name="indent">Spaces a level, as <c>indent=2</c>; null for one line with <c>", "</c> and <c>": "</c>.</param>
    /// <exception cref="KitException">It is nested deeper than 900 levels.</exception>
    public static string Write(JsonNode? value, int? indent = null)
    {
        var text = new StringBuilder();
        Node(text, value, indent, 0);
        return text.ToString();
    }

    /// <inheritdoc cref="Write(JsonNode?, int?)"/>
    public static string Write(JsonElement value, int? indent = null)
    {
        var text = new StringBuilder();
        Element(text, value, indent, 0);
        return text.ToString();
    }

    /// <summary>A float as Python's <c>repr</c> writes it: the shortest digits that read back to it; <c>nan</c>, <c>inf</c> and <c>-inf</c> as <c>str</c> gives them.</summary>
    public static string Repr(double number) => FloatText.Repr(number);

    private static void Node(StringBuilder text, JsonNode? value, int? indent, int level)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject entries:
                All(text, '{', '}', entries, indent, level, entry =>
                {
                    Quote(text, entry.Key);
                    text.Append(": ");
                    Node(text, entry.Value, indent, level + 1);
                });
                break;
            case JsonArray items:
                All(text, '[', ']', items, indent, level, item => Node(text, item, indent, level + 1));
                break;
            case JsonValue scalar when scalar.TryGetValue<JsonElement>(out var element):
                Element(text, element, indent, level);
                break;
            case JsonValue scalar when scalar.TryGetValue<string>(out var said):
                Quote(text, said);
                break;
            case JsonValue scalar when scalar.TryGetValue<bool>(out var flag):
                text.Append(flag ? "true" : "false");
                break;
            case JsonValue scalar when scalar.TryGetValue<double>(out var number):
                Float(text, number);
                break;
            case JsonValue scalar when scalar.TryGetValue<float>(out var number):
                Float(text, number);
                break;
            default:
                Number(text, value.ToJsonString());
                break;
        }
    }

    private static void Element(StringBuilder text, JsonElement value, int? indent, int level)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                All(text, '{', '}', Entries(value), indent, level, entry =>
                {
                    Quote(text, entry.Name);
                    text.Append(": ");
                    Element(text, entry.Value, indent, level + 1);
                });
                break;
            case JsonValueKind.Array:
                All(text, '[', ']', value.EnumerateArray(), indent, level, item => Element(text, item, indent, level + 1));
                break;
            case JsonValueKind.String:
                Quote(text, Decode(value.GetRawText()));
                break;
            case JsonValueKind.Number:
                Number(text, value.GetRawText());
                break;
            default:
                text.Append(value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "null" });
                break;
        }
    }

    private static void All<T>(StringBuilder text, char open, char close, IEnumerable<T> parts, int? indent, int level, Action<T> write)
    {
        if (level > MaxDepth)
            throw new KitException($"The JSON is nested deeper than {MaxDepth.ToString(CultureInfo.InvariantCulture)} levels.", "JSON", "Check where it comes from.");
        text.Append(open);
        var isFirst = true;
        foreach (var part in parts)
        {
            if (!isFirst)
                text.Append(indent is null ? ", " : ",");
            isFirst = false;
            NewLine(text, indent, level + 1);
            write(part);
        }

        if (!isFirst)
            NewLine(text, indent, level);
        text.Append(close);
    }

    private static void NewLine(StringBuilder text, int? indent, int level)
    {
        if (indent is { } width)
            text.Append('\n').Append(' ', width * level);
    }

    // A name that comes twice keeps its first place and gets its last value.
    private static IEnumerable<(string Name, JsonElement Value)> Entries(JsonElement value)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var entries = new List<(string Name, JsonElement Value)>();
        foreach (var property in value.EnumerateObject())
        {
            var name = Name(property);
            if (places.TryAdd(name, entries.Count))
                entries.Add((name, property.Value));
            else
                entries[places[name]] = (name, property.Value);
        }

        return entries;
    }

    private static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair in a name: nothing but the property's own text has it still.
            var raw = property.ToString();
            var end = 1;
            while (raw[end] != '"')
                end += raw[end] == '\\' ? 2 : 1;
            return Decode(raw[..(end + 1)]);
        }
    }

    private static void Float(StringBuilder text, double number) =>
        text.Append(double.IsNaN(number) ? "NaN" : double.IsPositiveInfinity(number) ? "Infinity" : double.IsNegativeInfinity(number) ? "-Infinity" : Repr(number));

    private static void Number(StringBuilder text, string raw)
    {
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') >= 0)
            Float(text, double.Parse(raw, NumberStyles.Float, CultureInfo.InvariantCulture));
        else
            text.Append(raw == "-0" ? "0" : raw);
    }

    // Like JsonElement.GetString, but half a surrogate pair is let through.
    private static string Decode(string raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 1; i < raw.Length - 1; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            switch (raw[i])
            {
                case 'n':
                    text.Append('\n');
                    break;
                case 't':
                    text.Append('\t');
                    break;
                case 'r':
                    text.Append('\r');
                    break;
                case 'b':
                    text.Append('\b');
                    break;
                case 'f':
                    text.Append('\f');
                    break;
                case 'u':
                    text.Append((char)ushort.Parse(raw.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                    i += 4;
                    break;
                default:
                    text.Append(raw[i]);
                    break;
            }
        }

        return text.ToString();
    }

    private static void Quote(StringBuilder text, string said)
    {
        text.Append('"');
        for (var i = 0; i < said.Length; i++)
        {
            var c = said[i];
            if (char.IsHighSurrogate(c) && i + 1 < said.Length && char.IsLowSurrogate(said[i + 1]))
            {
                text.Append(c).Append(said[++i]);
                continue;
            }

            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ when char.IsSurrogate(c) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
