using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using ForensicKit.Inference.Tokenizers;

namespace ForensicKit.Inference.Tests.Tokenizers;

public sealed class TokenizerTests
{
    /// <summary>A tokenizer as the kit's own trainer writes it: 256 bytes, a few merges, one special token.</summary>
    public static string Small(bool pairs = false)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal) { ["<|end|>"] = 0 };
        foreach (var c in ByteAlphabet.Characters)
            vocabulary.Add(c.ToString(), vocabulary.Count);
        (string, string)[] merges = [("a", "b"), ("Ġ", "ab"), ("ab", "ab"), ("Ġ", "c")];
        foreach (var (left, right) in merges)
            vocabulary.Add(left + right, vocabulary.Count);
        return JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = new[] { new { id = 0, content = "<|end|>", single_word = false, lstrip = false, rstrip = false, normalized = false, special = true } },
            pre_tokenizer = new
            {
                type = "Sequence",
                pretokenizers = new object[]
                {
                    new { type = "Digits", individual_digits = true },
                    new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
                },
            },
            decoder = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            model = new { type = "BPE", vocab = vocabulary, merges = merges.Select(m => pairs ? (object)new[] { m.Item1, m.Item2 } : $"{m.Item1} {m.Item2}") },
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Both_spellings_of_merges_are_read(bool pairs)
    {
        var tokenizer = Parse(Small(pairs));
        Assert.Equal(["abab", "Ġab", "Ġc", "Ġ", "1", "2"], tokenizer.Encode("abab ab c 12").Tokens);
        Assert.Equal(260, tokenizer.MaxId);
        Assert.Equal(0, tokenizer.IdOf("<|end|>"));
        Assert.Equal([0], tokenizer.SpecialIds);
        Assert.Equal(64, tokenizer.Sha256.Length);
    }

    [Fact]
    public void Any_text_comes_back()
    {
        var tokenizer = Parse(Small());
        Gen.OneOf(Gen.String, Gen.String["ab c<|end|>\n"]).Sample(text =>
        {
            var whole = new string([.. text.EnumerateRunes().SelectMany(r => r.ToString())]);
            var encoded = tokenizer.Encode(text);
            Assert.Equal(whole, tokenizer.Decode(encoded.Ids));
            var stream = tokenizer.Stream();
            Assert.Equal(whole, string.Concat(encoded.Ids.Select(stream.Add)) + stream.Finish());
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void Long_words_are_merged_as_short_ones_are()
    {
        // Words that are longer than the limit of one way of merging, and the same parts apart.
        var tokenizer = Parse(Small());
        Assert.Equal(Enumerable.Repeat("abab", 1000), tokenizer.Encode(string.Concat(Enumerable.Repeat("ab", 2000))).Tokens);
        Assert.Equal(["a", .. Enumerable.Repeat("abab", 50), "a"], tokenizer.Encode("a" + string.Concat(Enumerable.Repeat("ab", 100)) + "a").Tokens);
    }

    [Fact]
    public void A_stream_holds_unfinished_characters_back()
    {
        var tokenizer = Parse(Small());
        var stream = tokenizer.Stream(skipSpecialTokens: true);
        Assert.Equal(["", "", "", "😀", ""], tokenizer.Encode("😀<|end|>").Ids.Select(stream.Add));
        Assert.Equal("", stream.Finish());
        var broken = tokenizer.Stream();
        Assert.Equal(["", ""], tokenizer.Encode("😀").Ids.Take(2).Select(broken.Add));
        Assert.Equal("\ufffd", broken.Finish());
    }

    [Theory]
    [InlineData("normalizer", """{"type":"Reverse"}""", "normalizer 'Reverse'")]
    [InlineData("normalizer", """{"type":"Replace"}""", "'pattern' is missing")]
    [InlineData("normalizer", """{"type":"NFC","x":1}""", "'x' of the normalizer NFC")]
    [InlineData("normalizer", "[]", "the normalizer is not an object")]
    [InlineData("normalizer", """{"type":"Strip","strip_left":true}""", "'strip_right' is missing")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"!"}""", "base 64")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"/////w=="}""", "cut short")]
    [InlineData("normalizer", """{"type":"Precompiled","precompiled_charsmap":"AAAAAP8="}""", "no text")]
    [InlineData("pre_tokenizer", """{"type":"Reverse"}""", "pre-tokenizer 'Reverse'")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace"}""", "'replacement' is missing")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"ab"}""", "not one character")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"_","prepend_scheme":"last"}""", "prepend_scheme 'last'")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"_","add_prefix_space":false}""", "disagree")]
    [InlineData("pre_tokenizer", """{"type":"FixedLength","length":0}""", "length of FixedLength")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(?<a>a)"},"behavior":"Isolated"}""", "a group of this kind")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":""},"behavior":"Isolated"}""", "pattern is empty")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Odd"}""", "behaviour 'Odd'")]
    [InlineData("decoder", """{"type":"Reverse"}""", "decoder 'Reverse'")]
    [InlineData("decoder", """{"type":"Strip","content":" ","start":-1,"stop":0}""", "'start' is not a whole number")]
    [InlineData("post_processor", """{"type":"Reverse"}""", "post-processor 'Reverse'")]
    [InlineData("post_processor", """{"type":"BertProcessing","sep":["a"],"cls":["b",1]}""", "'cls' is not a token|'sep' is not a token")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[],"special_tokens":{}}""", "leaves the text out")]
    [InlineData("post_processor", """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}],"special_tokens":{}}""", "'x' is missing")]
    [InlineData("truncation", "{}", "truncates")]
    [InlineData("version", "\"2.0\"", "version '2.0'")]
    [InlineData("surprise", "{}", "'surprise' of the file")]
    [InlineData("model", "null", "no model")]
    [InlineData("model", """{"type":"Reverse"}""", "model 'Reverse'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a a"]}""", "merge of 'a' and 'a'")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}""", "the id of another token")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":-1},"merges":[]}""", "not a whole number")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":1e9},"merges":[]}""", "not a whole number")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":"0"},"merges":[]}""", "not a whole number")]
    [InlineData("model", """{"type":"BPE","vocab":["a"],"merges":[]}""", "'vocab' is not an object")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":{}}""", "'merges' is not a list")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":["a"]}""", "not two tokens")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[["a",1]]}""", "'merges' is not a text")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}""", "dropout")]
    [InlineData("model", """{"type":"BPE","vocab":{"a":0},"merges":[],"fuse_unk":1}""", "'fuse_unk' is not true or false")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a"]]}""", "not a token and its score")]
    [InlineData("model", """{"type":"Unigram","vocab":[["a",0]],"unk_id":1}""", "unk_id")]
    [InlineData("model", """{"type":"WordPiece","vocab":{},"unk_token":"u","continuing_subword_prefix":"##"}""", "'max_input_chars_per_word' is missing")]
    [InlineData("model", """{"type":"WordLevel","vocab":{},"unk_token":"u","prefix":"##"}""", "'prefix' of the model WordLevel")]
    public void What_is_not_supported_is_named(string key, string value, string problem)
    {
        var root = JsonNode.Parse(Small())!.AsObject();
        root[key] = JsonNode.Parse(value);
        var message = Assert.Throws<KitException>(() => Parse(root.ToJsonString())).Message;
        Assert.Contains(problem.Split('|'), p => message.Contains(p, StringComparison.Ordinal));
    }

    [Fact]
    public void Unknown_characters_become_the_unknown_token_or_nothing()
    {
        const string Model = """{"type":"BPE","vocab":{"a":0,"b":1,"<unk>":2,"ab":3},"merges":["a b"]UNK}""";
        Tokenizer With(string unknown) => Parse($$"""{"model":{{Model.Replace("UNK", unknown, StringComparison.Ordinal)}}}""");
        Assert.Equal([3, 3], With("").Encode("axbab").Ids);
        Assert.Equal([0, 2, 2, 1], With(""","unk_token":"<unk>" """).Encode("axxb").Ids);
        var fused = With(""","unk_token":"<unk>","fuse_unk":true""").Encode("axxb");
        Assert.Equal([0, 2, 1], fused.Ids);
        Assert.Equal([(0, 1), (1, 3), (3, 4)], fused.Offsets);
        Assert.Equal("a b", With("").Decode([0, 7, 1]));
        var missing = With(""","unk_token":"<none>" """);
        Assert.Equal([3], missing.Encode("ab").Ids);
        Assert.Contains("'<none>'", Assert.Throws<KitException>(() => missing.Encode("x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Affixes_are_those_of_the_vocabulary()
    {
        var ends = Parse("""{"model":{"type":"BPE","vocab":{"a":0,"b":1,"b</w>":2,"ab</w>":3,"a</w>":4},"merges":["a b</w>"],"end_of_word_suffix":"</w>"},"decoder":{"type":"BPEDecoder","suffix":"</w>"}}""");
        Assert.Equal([3], ends.Encode("ab").Ids);
        Assert.Equal([0, 1, 4], ends.Encode("aba").Ids);
        Assert.Equal("ab ab", ends.Decode([3, 3]));
        var begins = Parse("""{"model":{"type":"BPE","vocab":{"a":0,"##b":1,"ab":2},"merges":["a ##b"],"continuing_subword_prefix":"##"}}""");
        Assert.Equal([2], begins.Encode("ab").Ids);
    }

    [Fact]
    public void A_token_that_white_space_of_another_swallows_is_gone()
    {
        // Both match at the same spaces: the first takes them all, and nothing is left for the second.
        var tokenizer = Parse("""{"added_tokens":[{"id":9,"content":"x","rstrip":true,"normalized":false},{"id":9,"content":" ","lstrip":true,"normalized":false}],"model":{"type":"WordLevel","vocab":{"u":0},"unk_token":"u"}}""");
        Assert.Equal([1, 0], tokenizer.EncodeIds("x  y"));
        Assert.Equal([(0, 3), (3, 4)], tokenizer.Encode("x  y").Offsets);
    }

    [Fact]
    public void Without_a_pre_tokenizer_long_texts_are_cut_only_where_no_token_goes_over()
    {
        // "b▁a" is a token: no cut between b and ▁, but between c and ▁.
        var tokenizer = Parse("""{"model":{"type":"BPE","vocab":{"a":0,"b":1,"▁":2,"c":3,"▁a":4,"b▁a":5,"<unk>":6},"merges":["▁ a","b ▁a"],"unk_token":"<unk>","fuse_unk":true}}""");
        var text = string.Concat(Enumerable.Repeat("ab▁ac▁axx", 20));
        Assert.Equal(Enumerable.Repeat<int[]>([0, 5, 3, 4, 6], 20).SelectMany(i => i), tokenizer.EncodeIds(text));
        Assert.Equal(text.Length, tokenizer.Encode(text).Offsets[^1].End);
    }

    [Fact]
    public async Task Threads_share_a_tokenizer()
    {
        var tokenizer = Parse(Small());
        var texts = Enumerable.Range(0, 500).Select(i => $"ab{i % 37} abab c{i} é{i % 11}").ToList();
        var alone = texts.ConvertAll(t => Parse(Small()).EncodeIds(t));
        await Parallel.ForAsync(0, 4_000, TestContext.Current.CancellationToken, (i, _) =>
        {
            Assert.Equal(alone[i % texts.Count], tokenizer.EncodeIds(texts[i % texts.Count]));
            Assert.Equal(alone[i % texts.Count], tokenizer.Encode(texts[i % texts.Count]).Ids);
            return ValueTask.CompletedTask;
        });
    }

    [Fact]
    public void A_stream_of_byte_fallback_holds_bytes_back()
    {
        var tokenizer = Parse("""{"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},"model":{"type":"BPE","vocab":{"▁a":0,"<0xC3>":1,"<0xA9>":2},"merges":[]}}""");
        var stream = tokenizer.Stream();
        Assert.Equal(["a", "", "", "é a", ""], new[] { 0, 1, 2, 0, 1 }.Select(stream.Add));
        Assert.Equal("\ufffd", stream.Finish());
        Assert.Equal("aé a\ufffd", tokenizer.Decode([0, 1, 2, 0, 1]));
    }

    private static Tokenizer Parse(string json) => Tokenizer.Parse(Encoding.UTF8.GetBytes(json), "tokenizer.json");
}
