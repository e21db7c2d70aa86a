using System.IO.Compression;
using System.Text.Json;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Inference.Tokenizers.Patterns;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Tokenizers;

/// <summary>Against what the reference library gave (golden/tokenizers).</summary>
public sealed class TokenizerGoldenTests
{
    [Theory]
    [InlineData("gpt2-style")]
    [InlineData("gpt2-prefix-style")]
    [InlineData("neox-style")]
    [InlineData("addedtokens-bytelevel")]
    [InlineData("smollm2")]
    [InlineData("qwen3")]
    [InlineData("llama3_1")]
    public void Every_case_agrees(string name)
    {
        var folder = TestData.Require("golden", "tokenizers", name);
        var tokenizer = Load(name == "smollm2" ? TestData.Require("golden", "smollm2-135m") : folder);
        var differences = new List<string>();
        var cases = 0;
        foreach (var line in Lines(Path.Combine(folder, "cases.jsonl.gz")))
        {
            cases++;
            var expected = line.GetProperty("ids").EnumerateArray().Select(v => v.GetInt32()).ToArray();
            var text = line.GetProperty("text").GetString()!;
            var actual = tokenizer.Encode(text, line.GetProperty("add_special_tokens").GetBoolean());
            var offsets = line.GetProperty("offsets").EnumerateArray().Select(v => (v[0].GetInt32(), v[1].GetInt32()));
            if (!expected.SequenceEqual(actual.Ids))
                differences.Add($"ids of {line.GetProperty("text").GetRawText()}: {string.Join(' ', actual.Ids)} instead of {string.Join(' ', expected)}");
            else if (!line.GetProperty("tokens").EnumerateArray().Select(v => v.GetString()!).SequenceEqual(actual.Tokens))
                differences.Add($"tokens of {line.GetProperty("text").GetRawText()}: {string.Join(' ', actual.Tokens)}");
            else if (!offsets.SequenceEqual(actual.Offsets))
                differences.Add($"offsets of {line.GetProperty("text").GetRawText()}: {string.Join(' ', actual.Offsets)} instead of {string.Join(' ', offsets)}");
            if (tokenizer.Decode(expected) != line.GetProperty("decoded").GetString())
                differences.Add($"text of {string.Join(' ', expected)}");
            if (tokenizer.Decode(expected, skipSpecialTokens: true) != line.GetProperty("decoded_skip").GetString())
                differences.Add($"text without special tokens of {string.Join(' ', expected)}");
        }

        Assert.True(cases > 1000, "Too few cases.");
        Assert.True(differences.Count == 0, $"{differences.Count} differences in {cases} cases:\n{string.Join('\n', differences.Take(20))}");
    }

    [Theory]
    [InlineData("llama2", "Prepend")]
    [InlineData("metaspace-always-split", "Metaspace")]
    [InlineData("unigram-t5-style", "Precompiled")]
    [InlineData("wordpiece-uncased-style", "BertNormalizer")]
    public void What_is_not_supported_yet_is_named(string name, string part) =>
        Assert.Contains($"'{part}' is not supported", Assert.Throws<KitException>(() => Load(TestData.Require("golden", "tokenizers", name))).Message, StringComparison.Ordinal);

    [Fact]
    public void Single_steps_agree()
    {
        var path = TestData.Require("golden", "tokenizers", "components", "components.jsonl.gz");
        var ran = new Dictionary<string, int>(StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var line in Lines(path))
        {
            var kind = line.GetProperty("kind").GetString()!;
            if (kind == "regex-class" || !IsSupported(line.GetProperty("config").GetProperty("type").GetString()!, kind, line.GetProperty("config")))
                continue;
            ran[kind] = ran.GetValueOrDefault(kind) + 1;
            foreach (var item in line.GetProperty("cases").EnumerateArray())
            {
                var (expected, actual) = (item[1].GetRawText(), JsonSerializer.Serialize(Run(kind, line.GetProperty("config"), item[0])));
                if (!JsonElement.DeepEquals(item[1], JsonDocument.Parse(actual).RootElement))
                    differences.Add($"{line.GetProperty("config").GetRawText()} of {item[0].GetRawText()}: {actual} instead of {expected}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(20))}");
        Assert.Equal(2, ran["normalizer"]);
        Assert.Equal(40, ran["pre_tokenizer"]);
        Assert.Equal(1, ran["decoder"]);
    }

    [Fact]
    public void Classes_hold_the_code_points_of_the_reference()
    {
        var differences = new List<string>();
        foreach (var line in Lines(TestData.Require("golden", "tokenizers", "components", "components.jsonl.gz")))
        {
            if (line.GetProperty("kind").GetString() != "regex-class")
                continue;
            var pattern = new CodePointPattern(line.GetProperty("config").GetString()!);
            var expected = new HashSet<int>(line.GetProperty("ranges").EnumerateArray().SelectMany(r => Enumerable.Range(r[0].GetInt32(), r[1].GetInt32() - r[0].GetInt32() + 1)));
            foreach (var point in Enumerable.Range(0, 0x110000).Where(p => p is < 0xd800 or > 0xdfff))
            {
                if (pattern.MatchEnd([point], 0) == 1 != expected.Contains(point))
                    differences.Add($"{pattern.Source} U+{point:X4} {(expected.Contains(point) ? "missing" : "too many")}");
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(40))}");
    }

    internal static Tokenizer Load(string folder)
    {
        var plain = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(plain))
            return Tokenizer.Load(plain);
        using var packed = new GZipStream(File.OpenRead(plain + ".gz"), CompressionMode.Decompress);
        using var json = new MemoryStream();
        packed.CopyTo(json);
        return Tokenizer.Parse(json.ToArray(), plain);
    }

    internal static IEnumerable<JsonElement> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            yield return document.RootElement.Clone();
        }
    }

    private static bool IsSupported(string type, string kind, JsonElement config) => (kind, type) switch
    {
        ("normalizer", "NFC" or "Lowercase") => true,
        ("pre_tokenizer", "ByteLevel" or "Digits" or "Split") => true,
        ("pre_tokenizer", "Sequence") => config.GetProperty("pretokenizers")[1].GetProperty("type").GetString() == "ByteLevel",
        ("decoder", "ByteLevel") => true,
        _ => false,
    };

    private static object Run(string kind, JsonElement config, JsonElement input)
    {
        if (kind == "decoder")
        {
            var decoding = TokenizerFile.Decoder(config).Begin();
            return string.Concat(input.EnumerateArray().Select(t => decoding.Add(t.GetString()!))) + decoding.Finish();
        }

        var text = new MappedText(CodePoints.Of(input.GetString()!));
        if (kind == "normalizer")
            return CodePoints.Text(TokenizerFile.Normalizer(config).Apply(text).Points);
        var pieces = TokenizerFile.PreTokenizer(config).Apply(new(text, text.Length == 0 ? [] : [(0, text.Length)]));
        return pieces.Parts.Select(p => new object[]
        {
            CodePoints.Text(pieces.Text.Points.AsSpan(p.Start, p.End - p.Start)), pieces.Text.StartOf(p.Start), pieces.Text.EndOf(p.End - 1),
        });
    }
}
