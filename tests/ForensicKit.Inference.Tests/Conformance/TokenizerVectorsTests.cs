using System.IO.Compression;
using System.Text;
using ForensicKit.Inference.Conformance;
using ForensicKit.Inference.Tests.Tokenizers;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Conformance;

public sealed class TokenizerVectorsTests : IDisposable
{
    private const string Case = """{"text":"ab 1","add_special_tokens":true,"ids":[257,33,50],"tokens":["ab","Ġ","1"],"offsets":[[0,2],[2,3],[3,4]],"decoded":"ab 1","decoded_skip":"ab 1"}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folders_at_any_depth_are_run()
    {
        Write("a/b/tokenizer.json", TokenizerTests.Small());
        Write("a/b/cases.jsonl", Case + "\n\n" + Case);
        Write("c/components.jsonl", """{"kind":"normalizer","config":{"type":"Lowercase"},"cases":[["A","a"],["B","b"]]}""");
        var results = new TokenizerVectors().Run(_folder.Path, TestContext.Current.CancellationToken).ToList();
        Assert.Equal([0, 0, 0, 0], results.Select(r => r.Differences.Count));
        Assert.Equal([Path.Combine("a", "b", "cases.jsonl"), Path.Combine("c", "components.jsonl")], results.Select(r => r.File).Distinct());
        Assert.Equal(2, new TokenizerVectors().Run(_folder["a", "b", "cases.jsonl"], TestContext.Current.CancellationToken).Count());
    }

    [Fact]
    public void Packed_files_are_read()
    {
        Pack("cases.jsonl.gz", Case + "\n");
        Pack("tokenizer.json.gz", TokenizerTests.Small());
        Assert.True(Assert.Single(new TokenizerVectors().Run(_folder.Path, TestContext.Current.CancellationToken)).Passed);
    }

    [Theory]
    [InlineData("\"ids\":[257", "\"ids\":[258", "ids: from 0 on [257 33 50] instead of [258 33 50]; decoded")]
    [InlineData("\"Ġ\"", "\"G\"", "tokens: from 1 on ['Ġ' '1'] instead of ['G' '1']")]
    [InlineData("[3,4]", "[3,5]", "offsets: from 2 on [(3, 4)] instead of [(3, 5)]")]
    [InlineData("\"decoded\":\"ab", "\"decoded\":\"xb", "decoded: 'ab 1' instead of 'xb 1'")]
    [InlineData("\"decoded_skip\":\"ab", "\"decoded_skip\":\"xb", "decoded_skip: 'ab 1' instead of 'xb 1'")]
    public void What_differs_is_told(string old, string changed, string difference)
    {
        Write("tokenizer.json", TokenizerTests.Small());
        Write("cases.jsonl", Case.Replace(old, changed, StringComparison.Ordinal));
        Assert.StartsWith(difference, string.Join("; ", Assert.Single(new TokenizerVectors().Run(_folder.Path, TestContext.Current.CancellationToken)).Differences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"normalizer","config":{"type":"Lowercase"},"cases":[["A","b"]]}""", "instead of")]
    [InlineData("""{"kind":"normalizer","config":{"type":"Reverse"},"cases":[["A","b"]]}""", "normalizer 'Reverse'")]
    [InlineData("""{"kind":"pre_tokenizer","config":{"type":"Whitespace"},"cases":[["a b",[["a",0,1]]]]}""", "instead of")]
    [InlineData("""{"kind":"decoder","config":{"type":"Fuse"},"cases":[[["a","b"],"a b"]]}""", "instead of")]
    [InlineData("""{"kind":"regex-class","config":"[ab]","ranges":[[97,97]]}""", "U+0062 is too many")]
    [InlineData("""{"kind":"regex-class","config":"[ab","ranges":[[97,97]]}""", "'[' without its ']'")]
    public void What_differs_in_a_step_is_told(string line, string difference)
    {
        Write("components.jsonl", line);
        Assert.Contains(difference, string.Join("; ", Assert.Single(new TokenizerVectors().Run(_folder.Path, TestContext.Current.CancellationToken)).Differences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cases.jsonl", "{", "Line 1 is no vector")]
    [InlineData("cases.jsonl", "[]", "Line 1 is no vector")]
    [InlineData("cases.jsonl", "{}", "Line 1 is no vector")]
    [InlineData("cases.jsonl", """{"text":null}""", "Line 1 is no vector")]
    [InlineData("cases.jsonl", """{"text":"\ud800"}""", "Line 1 is no vector")]
    [InlineData("cases.jsonl", """{"text":"a","add_special_tokens":true,"ids":[1e99]}""", "Line 1 is no vector")]
    [InlineData("components.jsonl", """{"kind":"model","config":{}}""", "the kind 'model'")]
    [InlineData("components.jsonl", """{"kind":"normalizer","config":{"type":"NFC"},"cases":[["a"]]}""", "Line 1 is no vector")]
    [InlineData("components.jsonl", """{"kind":"decoder","config":{"type":"Fuse"},"cases":[["a","b"]]}""", "Line 1 is no vector")]
    [InlineData("components.jsonl", """{"kind":"regex-class","config":"a","ranges":[[1]]}""", "Line 1 is no vector")]
    [InlineData("components.jsonl.gz", "{}", "cannot be read")]
    public void Hostile_lines_are_named(string file, string line, string problem)
    {
        Write("tokenizer.json", TokenizerTests.Small());
        Write(file, line);
        Assert.Contains(problem, Assert.Throws<KitException>(() => new TokenizerVectors().Run(_folder.Path, TestContext.Current.CancellationToken).Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_broken_tokenizer_fails_each_of_its_cases()
    {
        Write("a/cases.jsonl", Case);
        Write("b/cases.jsonl", Case + "\n" + Case);
        Write("b/tokenizer.json", """{"model":{"type":"Reverse"}}""");
        Write("smollm2/cases.jsonl", Case);
        var results = new TokenizerVectors().Run(_folder.Path, TestContext.Current.CancellationToken).ToList();
        Assert.Equal(4, results.Count);
        Assert.Contains("no tokenizer.json", results[0].Differences[0], StringComparison.Ordinal);
        Assert.Contains("'Reverse'", results[1].Differences[0], StringComparison.Ordinal);
        Assert.Contains("no tokenizer.json", results[3].Differences[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_folder_of_vectors_is_named()
    {
        Assert.Contains("no such folder", Assert.Throws<KitException>(() => new TokenizerVectors().Run(_folder["none"], TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Contains("holds no cases", Assert.Throws<KitException>(() => new TokenizerVectors().Run(_folder.Path, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    private void Write(string file, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.Path, file))!);
        File.WriteAllText(Path.Combine(_folder.Path, file), content);
    }

    private void Pack(string file, string content)
    {
        using var packed = new GZipStream(File.Create(_folder[file]), CompressionLevel.Fastest);
        packed.Write(Encoding.UTF8.GetBytes(content));
    }
}
