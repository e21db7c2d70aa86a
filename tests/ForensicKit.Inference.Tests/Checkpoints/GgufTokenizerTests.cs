using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Checkpoints;

public sealed class GgufTokenizerTests
{
    [Fact]
    public void The_tokenizer_of_a_real_model_is_the_reference_one()
    {
        using var checkpoint = GgufCheckpoint.Open(TestData.Require("golden", "smollm2-135m", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var expected = JsonDocument.Parse(File.ReadAllBytes(TestData.Require("golden", "smollm2-135m", "tokenizer.json")));
        using var actual = JsonDocument.Parse(checkpoint.Tokenizer);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement));
        Agree(Tokenizer.Parse(checkpoint.Tokenizer, "x.gguf"), "smollm2");
    }

    [Theory]
    [InlineData("llama3_1", "llama-bpe")]
    [InlineData("qwen3", "qwen2")]
    [InlineData("gpt2-style", "gpt-2")]
    [InlineData("neox-style", "olmo")]
    public void Byte_level_tokenizers_give_the_tokens_of_the_original(string name, string pre) => Agree(Tokenizer.Parse(Convert(name, "gpt2", pre), "x.gguf"), name);

    [Theory]
    [InlineData("llama2")]
    [InlineData("mistral-style")]
    [InlineData("gemma-style")]
    public void Sentence_pieces_give_the_tokens_of_the_original(string name) => Agree(Tokenizer.Parse(Convert(name, "llama", "default"), "x.gguf"), name);

    [Fact]
    public void The_merges_of_sentence_pieces_are_those_of_the_original()
    {
        using var expected = Original("llama2");
        using var actual = JsonDocument.Parse(Convert("llama2", "llama", "default"));
        static IEnumerable<string> Merges(JsonDocument tokenizer) => tokenizer.RootElement.GetProperty("model").GetProperty("merges").EnumerateArray()
            .Select(merge => merge.ValueKind == JsonValueKind.String ? merge.GetString()! : $"{merge[0].GetString()} {merge[1].GetString()}");
        Assert.Equal(Merges(expected), Merges(actual));
        foreach (var part in (string[])["normalizer", "pre_tokenizer", "post_processor", "decoder", "added_tokens"])
            Assert.True(JsonElement.DeepEquals(expected.RootElement.GetProperty(part), actual.RootElement.GetProperty(part)), part);
        Assert.Equal("<unk>", actual.RootElement.GetProperty("model").GetProperty("unk_token").GetString());
        Assert.True(actual.RootElement.GetProperty("model").GetProperty("byte_fallback").GetBoolean());
        Assert.True(actual.RootElement.GetProperty("model").GetProperty("fuse_unk").GetBoolean());
    }

    [Fact]
    public void Every_known_way_to_cut_texts_can_be_parsed()
    {
        Assert.All(GgufPreTokenizer.Names, pre =>
        {
            var tokenizer = Tokenizer.Parse(Made(image => image.Add("tokenizer.ggml.pre", pre)), "x.gguf");
            Assert.Equal("ab", tokenizer.Decode(tokenizer.Encode("ab", addSpecialTokens: false).Ids));
        });
    }

    [Theory]
    [InlineData("model", "bert", "'tokenizer.ggml.model' is 'bert', which is not supported (supported: gpt2, llama)")]
    [InlineData("model", null, "'tokenizer.ggml.model' is missing")]
    [InlineData("pre", "viking", "'tokenizer.ggml.pre' is 'viking', which is not supported (supported: dbrx,")]
    [InlineData("pre", null, "does not say how texts are cut")]
    [InlineData("merges", null, "'tokenizer.ggml.merges' is missing")]
    [InlineData("merges", new[] { "ab" }, "holds 'ab', which is not two pieces")]
    [InlineData("tokens", new[] { "a", "a" }, "is not as long as the list of tokens")]
    [InlineData("tokens", null, "'tokenizer.ggml.tokens' is missing")]
    [InlineData("token_type", new[] { 1 }, "is not as long as the list of tokens")]
    [InlineData("bos_token_id", 400, "'tokenizer.ggml.bos_token_id' must be a whole number")]
    [InlineData("add_sep_token", true, "'tokenizer.ggml.add_sep_token' is true")]
    public void What_is_not_understood_is_named(string key, object? value, string problem) => Assert.Contains(problem, Assert.Throws<KitException>(() => Made(image =>
    {
        if (key != "pre")
            image.Add("tokenizer.ggml.pre", "gpt-2");
        if (value is not null)
            image.Add("tokenizer.ggml." + key, value);
    }, without: key)).Message, StringComparison.Ordinal);

    private static ReadOnlyMemory<byte> Made(Action<GgufImage> more, string? without = null)
    {
        using var folder = new TemporaryFolder();
        var tokens = Enumerable.Range(0, 256).Select(b => ((char)ByteAlphabet.PointOf((byte)b)).ToString()).Append("<s>").ToArray();
        var image = new GgufImage();
        foreach (var (key, value) in ((string, object)[])[("model", "gpt2"), ("tokens", tokens), ("merges", Array.Empty<string>()), ("token_type", tokens.Select(t => t == "<s>" ? 3 : 1).ToArray()), ("bos_token_id", 256)])
        {
            if (key != without)
                image.Add("tokenizer.ggml." + key, value);
        }

        more(image);
        File.WriteAllBytes(folder["x.gguf"], image.ToArray());
        using var file = GgufFile.Open(folder["x.gguf"]);
        return GgufTokenizer.ToJson(file.Metadata);
    }

    // As conversion/base.py writes a tokenizer of this kind.
    private static ReadOnlyMemory<byte> Convert(string name, string model, string pre)
    {
        using var folder = new TemporaryFolder();
        using var original = Original(name);
        var root = original.RootElement;
        var vocabulary = root.GetProperty("model").GetProperty("vocab").EnumerateObject().ToDictionary(t => t.Value.GetInt32(), t => t.Name);
        var added = root.GetProperty("added_tokens").EnumerateArray().ToDictionary(t => t.GetProperty("id").GetInt32());
        var count = vocabulary.Keys.Concat(added.Keys).Max() + 3;
        var tokens = Enumerable.Range(0, count).Select(id => added.TryGetValue(id, out var token) ? token.GetProperty("content").GetString()! : vocabulary.GetValueOrDefault(id, $"[PAD{id}]")).ToArray();
        var types = Enumerable.Range(0, count).Select(id => added.TryGetValue(id, out var token) ? tokens[id] == "<unk>" ? 2 : token.GetProperty("special").GetBoolean() ? 3 : 4
            : !vocabulary.ContainsKey(id) ? 5 : model == "llama" && tokens[id].StartsWith("<0x", StringComparison.Ordinal) ? 6 : 1).ToArray();
        var image = new GgufImage().Add("tokenizer.ggml.model", model).Add("tokenizer.ggml.pre", pre).Add("tokenizer.ggml.tokens", tokens).Add("tokenizer.ggml.token_type", types);
        if (model == "gpt2")
            image.Add("tokenizer.ggml.merges", root.GetProperty("model").GetProperty("merges").EnumerateArray().Select(m => m.ValueKind == JsonValueKind.String ? m.GetString()! : $"{m[0].GetString()} {m[1].GetString()}").ToArray());
        else
            image.Add("tokenizer.ggml.scores", Scores(root, tokens, types)).Add("tokenizer.ggml.add_space_prefix", root.GetProperty("normalizer").GetRawText().Contains("Prepend", StringComparison.Ordinal));
        if (root.GetProperty("post_processor").GetRawText() is var post && post.Contains("TemplateProcessing", StringComparison.Ordinal))
            image.Add("tokenizer.ggml.bos_token_id", (uint)Array.FindIndex(tokens, t => t is "<s>" or "<|begin_of_text|>")).Add("tokenizer.ggml.add_bos_token", true);
        File.WriteAllBytes(folder["x.gguf"], image.ToArray());
        using var file = GgufFile.Open(folder["x.gguf"]);
        return GgufTokenizer.ToJson(file.Metadata);
    }

    // The earlier a piece is merged first, the higher its score.
    private static float[] Scores(JsonElement root, string[] tokens, int[] types)
    {
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var merge in root.GetProperty("model").GetProperty("merges").EnumerateArray())
            first.TryAdd(merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Replace(" ", "", StringComparison.Ordinal) : merge[0].GetString() + merge[1].GetString(), first.Count);
        return [.. tokens.Select((token, id) => types[id] == 1 ? -(float)first.GetValueOrDefault(token, 1 << 20) : 0)];
    }

    private static void Agree(Tokenizer tokenizer, string name)
    {
        var differences = new List<string>();
        var cases = 0;
        foreach (var line in Lines(TestData.Require("golden", "tokenizers", name, "cases.jsonl.gz")))
        {
            cases++;
            var text = line.GetProperty("text").GetString()!;
            var expected = line.GetProperty("ids").EnumerateArray().Select(v => v.GetInt32()).ToArray();
            var actual = tokenizer.Encode(text, line.GetProperty("add_special_tokens").GetBoolean()).Ids;
            if (!expected.SequenceEqual(actual))
                differences.Add($"{line.GetProperty("text").GetRawText()}: {string.Join(' ', actual)} instead of {string.Join(' ', expected)}");
            if (tokenizer.Decode(expected) != line.GetProperty("decoded").GetString())
                differences.Add($"text of {string.Join(' ', expected)}");
        }

        Assert.True(cases > 1000, "Too few cases.");
        Assert.True(differences.Count == 0, $"{differences.Count} differences in {cases} cases:\n{string.Join('\n', differences.Take(20))}");
    }

    private static JsonDocument Original(string name)
    {
        var plain = Path.Combine(TestData.Require("golden", "tokenizers", name), "tokenizer.json");
        if (File.Exists(plain))
            return JsonDocument.Parse(File.ReadAllBytes(plain));
        using var unpacked = new GZipStream(File.OpenRead(plain + ".gz"), CompressionMode.Decompress);
        return JsonDocument.Parse(unpacked);
    }

    private static IEnumerable<JsonElement> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
            yield return JsonDocument.Parse(line).RootElement;
    }
}
