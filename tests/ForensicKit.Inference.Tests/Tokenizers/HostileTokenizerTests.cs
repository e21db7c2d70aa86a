using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Tokenizers;

/// <summary>Files and texts that are made to hold the reader up, or to make it fail without a word.</summary>
public sealed class HostileTokenizerTests
{
    private const string Model = """{"type":"WordLevel","vocab":{"u":0},"unk_token":"u"}""";

    [Theory]
    [InlineData("(?:a|a)+b")]
    [InlineData("(?:a+a+)+b")]
    [InlineData("(?:(?:a?b?)c|a)*d")]
    [InlineData("(?=(?:a|aa)+b)a")]
    [InlineData("(?:a{1,50}){1,50}b")]
    [InlineData("a*a*a*a*b")]
    public void A_pattern_that_explodes_ends_in_an_error(string pattern)
    {
        var clock = Stopwatch.StartNew();
        foreach (var place in (string[])["pre_tokenizer", "normalizer"])
        {
            var step = place == "normalizer"
                ? $$"""{"type":"Replace","pattern":{"Regex":{{JsonSerializer.Serialize(pattern)}}},"content":""}"""
                : $$"""{"type":"Split","pattern":{"Regex":{{JsonSerializer.Serialize(pattern)}}},"behavior":"Isolated","invert":false}""";
            var tokenizer = Parse($$"""{"{{place}}":{{step}},"model":{{Model}}}""");
            Assert.Contains("takes too long", Assert.Throws<KitException>(() => tokenizer.Encode(new string('a', 5_000))).Message, StringComparison.Ordinal);
        }

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "A bounded number of steps takes seconds at most.");
    }

    [Fact]
    public void Pieces_share_the_steps_of_a_text()
    {
        // Each piece alone takes few enough steps; all of them together do not.
        var tokenizer = Parse($$"""{"added_tokens":[{"id":1,"content":"x","normalized":false}],"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Split","pattern":{"Regex":"(?:a|a)+b"},"behavior":"Isolated"}]},"model":{{Model}}}""");
        foreach (var separator in (string[])[" ", "x"])
            Assert.Contains("takes too long", Assert.Throws<KitException>(() => tokenizer.EncodeIds(string.Concat(Enumerable.Repeat(new string('a', 14) + separator, 20_000)))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"\s+(?!\S)|\s+", " ")]
    [InlineData(@"\s*[\r\n]+|\s+(?!\S)|\s+", " ")]
    [InlineData(@"'s| ?\p{L}+", "a")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}", "1")]
    public void Patterns_in_use_take_long_texts(string pattern, string unit)
    {
        var tokenizer = Parse($$"""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":{{JsonSerializer.Serialize(pattern)}}},"behavior":"Isolated"},"model":{{Model}}}""");
        Assert.NotEmpty(tokenizer.EncodeIds(string.Concat(Enumerable.Repeat(unit, 1_000_000)) + "x"));
    }

    [Fact]
    public void Nested_steps_end_in_an_error()
    {
        foreach (var (key, list) in new[] { ("normalizer", "normalizers"), ("pre_tokenizer", "pretokenizers"), ("decoder", "decoders"), ("post_processor", "processors") })
        {
            var nested = string.Concat(Enumerable.Repeat($$"""{"type":"Sequence","{{list}}":[""", 10_000)) + string.Concat(Enumerable.Repeat("]}", 10_000));
            Assert.Contains("not valid JSON", Assert.Throws<KitException>(() => Parse($$"""{"{{key}}":{{nested}},"model":{{Model}}}""")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nested_groups_end_in_an_error()
    {
        foreach (var pattern in (string[])[new string('(', 100_000), new string('[', 100_000), string.Concat(Enumerable.Repeat("(?=", 10_000)), string.Concat(Enumerable.Repeat("(?:a{1000}", 6)) + "){1000}){1000}){1000}){1000}){1000}){1000}"])
        {
            var step = $$"""{"type":"Split","pattern":{"Regex":{{JsonSerializer.Serialize(pattern)}}},"behavior":"Isolated"}""";
            Assert.Contains("is not supported", Assert.Throws<KitException>(() => Parse($$"""{"pre_tokenizer":{{step}},"model":{{Model}}}""")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_great_id_takes_no_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var tokenizer = Parse("""{"model":{"type":"BPE","vocab":{"a":16777215,"b":1,"ab":2},"merges":["a b"]}}""");
        Assert.Equal(16_777_215, tokenizer.MaxId);
        Assert.Equal("a", tokenizer.TextOf(16_777_215));
        Assert.Equal([2, 16_777_215], tokenizer.EncodeIds("aba"));
        Assert.Null(tokenizer.TextOf(-1));
        Assert.Null(tokenizer.TextOf(int.MaxValue));
        Assert.Equal("a b", tokenizer.Decode([-5, 16_777_215, int.MaxValue, 1]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void Merges_in_a_circle_come_to_an_end()
    {
        var tokenizer = Parse("""{"model":{"type":"BPE","vocab":{"a":0,"":1,"aa":2},"merges":[["a",""],["","a"],["a","a"],["aa",""]]}}""");
        Assert.Equal([2, 2, 0], tokenizer.EncodeIds("aaaaa"));
        Assert.Equal(50_001, tokenizer.EncodeIds(new string('a', 100_001)).Length);
    }

    [Theory]
    [InlineData("""[{"id":1,"content":" ","rstrip":true,"normalized":false}]""", " ")]
    [InlineData("""[{"id":1,"content":" ","lstrip":true,"normalized":false}]""", " ")]
    [InlineData("""[{"id":1,"content":"aaaaaaaaaaaaaaaaaaaaaaaaab","normalized":false},{"id":2,"content":"aaaaaaaaaaaaaaaaaaaaaaac","normalized":true}]""", "a")]
    public void Added_tokens_take_time_in_proportion_to_a_text(string added, string unit)
    {
        var tokenizer = Parse($$"""{"added_tokens":{{added}},"model":{{Model}}}""");
        Assert.NotEmpty(tokenizer.EncodeIds(string.Concat(Enumerable.Repeat(unit, 300_000))));
    }

    [Fact]
    public void Added_tokens_that_overlap_take_bounded_memory()
    {
        var tokenizer = Parse($$"""{"added_tokens":[{"id":1,"content":" ","rstrip":true,"normalized":false}],"model":{{Model}}}""");
        Assert.Contains("overlap too much", Assert.Throws<KitException>(() => tokenizer.Encode(new string(' ', 100_000))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"Unigram","vocab":[["a",-1],["aa",-1.5],["TOKEN",-2]],"unk_id":0}""")]
    [InlineData("""{"type":"WordPiece","vocab":{"a":0,"##a":1,"TOKEN":2},"unk_token":"a","continuing_subword_prefix":"##","max_input_chars_per_word":2000000000}""")]
    [InlineData("""{"type":"BPE","vocab":{"a":0,"aa":1,"aaaa":2},"merges":["a a","aa aa"]}""")]
    public void A_word_as_long_as_a_book_takes_seconds(string model)
    {
        var tokenizer = Parse($$"""{"model":{{model.Replace("TOKEN", new string('a', 500), StringComparison.Ordinal)}}}""");
        var ids = tokenizer.EncodeIds(new string('a', 200_000));
        Assert.NotEmpty(ids);
        Assert.Contains("longer than 4096", Assert.Throws<KitException>(() => Parse("""{"model":{"type":"Unigram","vocab":[["TOKEN",0]]}}""".Replace("TOKEN", new string('a', 5_000), StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_tokenizers_are_named()
    {
        using var folder = new TemporaryFolder();
        var bomb = Path.Combine(folder.Path, "bomb.json.gz");
        using (var packed = new GZipStream(File.Create(bomb), CompressionLevel.Fastest))
        {
            var block = new byte[1 << 20];
            for (var i = 0; i < 300; i++)
                packed.Write(block);
        }

        Assert.Contains("too large", Assert.Throws<KitException>(() => Tokenizer.Load(bomb)).Message, StringComparison.Ordinal);
        var broken = Path.Combine(folder.Path, "broken.json.gz");
        File.WriteAllText(broken, "{}");
        Assert.Contains("cannot be read", Assert.Throws<KitException>(() => Tokenizer.Load(broken)).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Throws<KitException>(() => Tokenizer.Load(Path.Combine(folder.Path, "none.json"))).Message, StringComparison.Ordinal);
    }

    private static Tokenizer Parse(string json) => Tokenizer.Parse(Encoding.UTF8.GetBytes(json), "tokenizer.json");
}
