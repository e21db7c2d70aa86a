using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using ForensicKit.Corpora;

namespace ForensicKit.Tests.Corpora;

public class JsonLinesTests
{
    [Fact]
    public void LinesAreDocuments()
    {
        var (documents, reading) = Taken.From("a.jsonl", "\uFEFF{\"id\": \"x\", \"text\": \"one\"}\r\n\r\n  {\"text\":\"tw\\u00f6 \\\"\\n\\ud83d\\ude00\",\"id\":12.5,\"meta\":{\"a\":[1,null,true]}} \n{\"id\":null,\"content\":\"three\"}");
        Assert.Equal([new("a.jsonl", 0, "x", "one", 0), new("a.jsonl", 2, "12.5", "twö \"\n😀", 0), new("a.jsonl", 3, "", "three", 0)], documents);
        Assert.Equal((3, 3), (reading.Documents, reading.Records));
        Assert.Equal(documents.Sum(d => Encoding.UTF8.GetByteCount(d.Text)), reading.TextBytes);
        Assert.Empty(reading.Defects);
        Assert.Empty(reading.DefectCounts);
    }

    [Theory]
    [InlineData("""{"text":"a","text":"b"}""", "a")]
    [InlineData("""{"text":1,"text":"b"}""", "b")]
    [InlineData("""{"content":"c","text":"a"}""", "a")]
    [InlineData("""{"text":null,"content":"c"}""", "c")]
    [InlineData("""{"meta":{"text":"inner"},"text":"outer"}""", "outer")]
    [InlineData("""{"te\u0078t":"a"}""", "a")]
    [InlineData("""{"text":""}""", "")]
    [InlineData("""{"text":"\ud800 and \udc00\ud83d"}""", "\uFFFD and \uFFFD\uFFFD")]
    [InlineData("""{"text":"\/\b\f\r\t\\"}""", "/\b\f\r\t\\")]
    [InlineData("{\"text\":\"a\u0000b\"}", null)]
    public void TheTextIsTheFirstStringOfTheFirstField(string line, string? text)
    {
        var (documents, _) = Taken.From("a.jsonl", line);
        Assert.Equal(text is null ? [] : [text], documents.Select(d => d.Text));
    }

    [Theory]
    [InlineData("not json", CorpusDefectKind.BadJson)]
    [InlineData("[1]", CorpusDefectKind.BadJson)]
    [InlineData("{\"text\":\"a\"", CorpusDefectKind.BadJson)]
    [InlineData("{\"text\":\"a\"} {", CorpusDefectKind.BadJson)]
    [InlineData("{\"text\":\"a\",}", CorpusDefectKind.BadJson)]
    [InlineData("{\"text\" \"a\"}", CorpusDefectKind.BadJson)]
    [InlineData("{\"text\":\"a\\x\"}", CorpusDefectKind.BadJson)]
    [InlineData("{\"text\":\"a\\u12g4\"}", CorpusDefectKind.BadJson)]
    [InlineData("{\"text\":\"a\tb\"}", CorpusDefectKind.BadJson)]
    [InlineData("{\"text\":\"a\\", CorpusDefectKind.BadJson)]
    [InlineData("{\"n\":01,\"text\":\"a\"}", CorpusDefectKind.BadJson)]
    [InlineData("{\"n\":truex,\"text\":\"a\"}", CorpusDefectKind.BadJson)]
    [InlineData("{\"n\":,\"text\":\"a\"}", CorpusDefectKind.BadJson)]
    [InlineData("{", CorpusDefectKind.BadJson)]
    [InlineData("{}", CorpusDefectKind.NoText)]
    [InlineData("{\"Text\":\"a\"}", CorpusDefectKind.NoText)]
    [InlineData("{\"text\":[\"a\"]}", CorpusDefectKind.TextNotString)]
    [InlineData("{\"text\":null}", CorpusDefectKind.TextNotString)]
    public void ABrokenLineIsNamedAndTheOthersAreGiven(string line, CorpusDefectKind kind)
    {
        var (documents, reading) = Taken.From("a.jsonl", $"{{\"text\":\"before\"}}\n{line}\n{{\"text\":\"after\"}}\n");
        Assert.Equal(["before", "after"], documents.Select(d => d.Text));
        Assert.Equal([0, 2], documents.Select(d => d.Record));
        var defect = Assert.Single(reading.Defects);
        Assert.Equal((kind, 1, "a.jsonl"), (defect.Kind, defect.Record, defect.Place));
        Assert.Equal((3, 2, 1), (reading.Records, reading.Documents, reading.DefectCounts[kind]));
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(100_000, false)]
    public void NestingIsBounded(int depth, bool given)
    {
        var (documents, reading) = Taken.From("a.jsonl", $"{{\"m\":{new string('[', depth)}{new string(']', depth)},\"text\":\"a\"}}\n{{\"text\":\"b\"}}\n");
        Assert.Equal(given ? ["a", "b"] : ["b"], documents.Select(d => d.Text));
        Assert.Equal(given ? [] : [CorpusDefectKind.TooDeep], reading.DefectCounts.Keys);
    }

    [Fact]
    public void BytesThatAreNotUtf8AreGivenAsTheyAre()
    {
        var seen = Array.Empty<byte>();
        using var stream = new MemoryStream([.. "{\"text\":\"a"u8, 0xFF, 0xC3, .. "\"}"u8]);
        var reading = new CorpusReader(new()).Read("a.jsonl", stream, (in d) => seen = d.Text.ToArray(), CancellationToken.None);
        Assert.Equal([(byte)'a', 0xFF, 0xC3], seen);
        Assert.Equal(1, reading.DefectCounts[CorpusDefectKind.InvalidUtf8]);
    }

    [Fact]
    public void ALineBeyondTheLimitIsPassedOver()
    {
        var long1 = $"{{\"text\":\"{new string('x', 5_000_000)}\"}}";
        var options = new CorpusOptions { MaximumRecordBytes = 1000 };
        foreach (var line in (string[])[long1, $"{{\"text\":\"{new string('x', 2000)}\"}}"])
        {
            var (documents, reading) = Taken.From("a.jsonl", $"{{\"text\":\"a\"}}\n{line}\n{{\"text\":\"b\"}}\n{line}", options);
            Assert.Equal([("a", 0), ("b", 2)], documents.Select(d => (d.Text, d.Record)));
            Assert.Equal((4, 2), (reading.Records, reading.DefectCounts[CorpusDefectKind.TooLong]));
        }
    }

    [Fact]
    public void ALongTextComesInPiecesThatOverlap()
    {
        var text = string.Join(' ', Enumerable.Range(0, 20_000).Select(i => i % 7 == 0 ? "größe" : i.ToString(CultureInfo.InvariantCulture)));
        var options = new CorpusOptions { PieceBytes = 4096, PieceOverlapBytes = 256 };
        foreach (var (name, content) in ((string, string)[])[("a.jsonl", $"{{\"id\":\"i\",\"text\":{JsonSerializer.Serialize(text)}}}\n{{\"text\":\"b\"}}"), ("a.txt", text)])
        {
            var (documents, reading) = Taken.From(name, content, options);
            var pieces = documents.Where(d => d.Record == 0).ToList();
            Assert.Equal(name == "a.txt" ? 1 : 2, reading.Documents);
            Assert.Equal(Encoding.UTF8.GetByteCount(text) + (name == "a.txt" ? 0 : 1), reading.TextBytes);
            AssertWhole(text, pieces, options);
            Assert.All(pieces[..^1], p => Assert.True(char.IsWhiteSpace(p.Text[^1])));
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("€")]
    [InlineData("😀")]
    public void ATextWithoutWhiteSpaceIsCutBetweenCharacters(string character)
    {
        var text = string.Concat(Enumerable.Repeat(character, 5000));
        var options = new CorpusOptions { PieceBytes = 1000, PieceOverlapBytes = 101 };
        var (documents, reading) = Taken.From("a.txt", text, options);
        AssertWhole(text, documents, options);
        Assert.Empty(reading.Defects);
    }

    internal static void AssertWhole(string text, List<Taken> pieces, CorpusOptions options)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        long end = 0;
        foreach (var piece in pieces)
        {
            var part = Encoding.UTF8.GetBytes(piece.Text);
            Assert.InRange(part.Length, 1, options.PieceBytes);
            Assert.InRange(piece.Offset, Math.Max(0, end - (2 * options.PieceOverlapBytes) - 4), end == 0 ? 0 : end - Math.Min(1, options.PieceOverlapBytes));
            Assert.True(bytes.AsSpan((int)piece.Offset, part.Length).SequenceEqual(part));
            end = piece.Offset + part.Length;
        }

        Assert.Equal(bytes.Length, end);
    }

    [Fact]
    public void OtherEncodingsAreTranscoded()
    {
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true)])
        {
            var (documents, reading) = Taken.From("a.jsonl", [.. encoding.GetPreamble(), .. encoding.GetBytes("{\"text\":\"größe 😀\"}\n")]);
            Assert.Equal(["größe 😀"], documents.Select(d => d.Text));
            Assert.Equal([CorpusDefectKind.OtherEncoding], reading.DefectCounts.Keys);
            (documents, _) = Taken.From("a.txt", [.. encoding.GetPreamble(), .. encoding.GetBytes("größe 😀")]);
            Assert.Equal(["größe 😀"], documents.Select(d => d.Text));
        }
    }

    [Fact]
    public void DefectsAreCountedBeyondThoseThatAreKept()
    {
        var (_, reading) = Taken.From("a.jsonl", string.Concat(Enumerable.Repeat("bad\n", 250)));
        Assert.Equal((100, 250, 250), (reading.Defects.Count, reading.DefectCounts[CorpusDefectKind.BadJson], reading.Records));
    }

    [Fact]
    public void RandomLinesAreReadAsTheRuntimeReadsThem() =>
        Gen.Select(s_value.Array[0, 8], Gen.String.Array[0, 8], Gen.Int[0, 3]).Array[0, 20].Sample(lines =>
        {
            var written = lines.Select(line =>
            {
                var (values, names, layout) = line;
                var json = new JsonObject();
                for (var i = 0; i < values.Length; i++)
                    json[i < names.Length && names[i].Length > 2 ? Clean(names[i]) : ((string[])["text", "id", "content", "meta"])[i % 4]] = values[i]?.DeepClone();
                return json.ToJsonString(new JsonSerializerOptions { Encoder = layout % 2 == 0 ? JavaScriptEncoder.UnsafeRelaxedJsonEscaping : JavaScriptEncoder.Default });
            }).ToList();
            var expected = written.Select((line, i) => (i, JsonNode.Parse(line)!.AsObject())).Select(l =>
                    new Taken("a.jsonl", l.i, String(l.Item2["id"]) ?? (l.Item2["id"] is JsonValue v && v.GetValueKind() == JsonValueKind.Number ? v.ToJsonString() : ""), String(l.Item2["text"]) ?? String(l.Item2["content"])!, 0))
                .Where(t => t.Text is not null);
            var (documents, reading) = Taken.From("a.jsonl", string.Join('\n', written));
            Assert.Equal(expected, documents);
            Assert.Equal(written.Count, reading.Records);
        }, iter: 2000);

    [Fact]
    public void RandomDamageIsBadWhereTheRuntimeSaysSo() =>
        Gen.Select(s_value, Gen.Int[0, 1000], Gen.Int[0, 13]).Sample((value, at, which) =>
        {
            var put = ((string[])["\"", "\\", "{", "}", ",", ":", "[", "0", "u", " ", "\u0001", "e", "-", ""])[which];
            var line = new JsonObject { ["a"] = 1.5, ["text"] = "a\n\"b\u00e9", ["m"] = value?.DeepClone() }.ToJsonString();
            at %= line.Length;
            line = line[..at] + put + line[(at + 1)..];
            bool good;
            try
            {
                using var document = JsonDocument.Parse(line);
                good = document.RootElement.ValueKind == JsonValueKind.Object;
            }
            catch (JsonException)
            {
                good = false;
            }

            var (_, reading) = Taken.From("a.jsonl", line);
            Assert.Equal(good, !reading.DefectCounts.ContainsKey(CorpusDefectKind.BadJson));
        }, iter: 20_000);

    private static string? String(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static string Clean(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static readonly Gen<JsonNode?> s_leaf = Gen.OneOf(
        Gen.String.Select(s => (JsonNode?)JsonValue.Create(Clean(s))),
        Gen.String[Gen.Char["\"\\/\n\t aé€\u2028<"], 0, 40].Select(s => (JsonNode?)JsonValue.Create(Clean(s))),
        Gen.Int.Select(i => (JsonNode?)JsonValue.Create(i)),
        Gen.Double[-1e10, 1e10].Select(d => (JsonNode?)JsonValue.Create(d)),
        Gen.Bool.Select(b => (JsonNode?)JsonValue.Create(b)),
        Gen.Const((JsonNode?)null));

    private static readonly Gen<JsonNode?> s_value = Gen.OneOf(
        s_leaf,
        s_leaf,
        s_leaf.Array[0, 4].Select(a => (JsonNode?)new JsonArray([.. a.Select(n => n?.DeepClone())])),
        s_leaf.Select(n => (JsonNode?)new JsonObject { ["text"] = n?.DeepClone() }));
}
