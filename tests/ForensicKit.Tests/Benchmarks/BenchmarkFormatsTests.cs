using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Tests.Manifests;
using ForensicKit.TestSupport;
using ICSharpCode.SharpZipLib.BZip2;

namespace ForensicKit.Tests.Benchmarks;

public sealed class BenchmarkFormatsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    internal static IReadOnlyList<BenchmarkItem> ReadReal(string name)
    {
        TestData.Require("data", "benchmarks", name);
        var manifest = RepositoryManifestsTests.Catalogue.Benchmark(name);
        return BenchmarkFormats.Read(manifest, ArtifactStore.For(manifest.FilePath, TestData.Root, Path.GetTempPath()), CancellationToken.None);
    }

    [Fact]
    public void Gsm8k_has_its_items()
    {
        var items = ReadReal("gsm8k");
        Assert.Equal(1319, items.Count);
        Assert.Equal("gsm8k/test/0", items[0].Id);
        Assert.StartsWith("Janet’s ducks lay 16 eggs per day.", items[0].Question);
        Assert.EndsWith("\n#### 18", items[0].Gold);
        Assert.All(items, item => Assert.Contains("\n#### ", item.Gold));
    }

    [Fact]
    public void HumanEval_has_its_problems()
    {
        var items = ReadReal("humaneval");
        Assert.Equal(164, items.Count);
        Assert.Equal("humaneval/HumanEval/163", items[163].Id);
        Assert.All(items, item => Assert.Contains($"def {item.Fields["entry_point"]}(", item.Question));
        Assert.All(items, item => Assert.Contains("def check(candidate)", item.Fields["test"]));
    }

    [Fact]
    public void Mmlu_has_its_questions_and_subjects()
    {
        var items = ReadReal("mmlu");
        Assert.Equal(14042, items.Count);
        Assert.Equal(57, items.Select(item => item.Subject).Distinct().Count());
        Assert.Equal(1534, items.Count(item => item.Subject == "professional_law"));
        Assert.Equal("mmlu/test/abstract_algebra/0", items[0].Id);
        Assert.Equal("Find the degree for the given field extension Q(sqrt(2), sqrt(3), sqrt(18)) over Q.", items[0].Question);
        Assert.Equal(["0", "4", "2", "6"], items[0].Choices);
        Assert.Equal((1, "4"), (items[0].GoldChoice, items[0].Gold));
        Assert.Contains(items, item => item.Question.Contains('\n'));
        Assert.Contains(items, item => item.Question.Contains('"'));
    }

    [Fact]
    public void HellaSwag_has_its_items()
    {
        var items = ReadReal("hellaswag");
        Assert.Equal(10042, items.Count);
        Assert.Equal("Roof shingle removal: A man is sitting on a roof. he", items[0].Question);
        Assert.Equal((3, "starts pulling up roofing on a roof."), (items[0].GoldChoice, items[0].Gold));
        Assert.Equal("hellaswag/validation/10041", items[^1].Id);
    }

    [Fact]
    public void Quoted_fields_may_hold_commas_quotes_and_line_breaks()
    {
        var items = Read("mmlu-csv", "s_test.csv", "\"a, \"\"b\"\"\nc\",1,\"\",3,4,B\r\nd,1,2,3,\"4\",D\n"u8.ToArray(), 2, 4);
        Assert.Equal("a, \"b\"\nc", items[0].Question);
        Assert.Equal(["1", "", "3", "4"], items[0].Choices);
        Assert.Equal("4", items[1].Gold);
    }

    [Theory]
    [InlineData("q,1,2,3,4,E\n", "not a question, four choices and a letter")]
    [InlineData("q,1,2,3\n", "not a question, four choices and a letter")]
    [InlineData("q,1,2,3,4,A\n\"open,1,2", "never closed")]
    [InlineData("q\"x,1,2,3,4,A\n", "inside an unquoted field")]
    [InlineData("\"q\"x,1,2,3,4,A\n", "follows a closing quote")]
    [InlineData("q,1,2,3,4,A\nq,1,2,3,4,A\n", "more than 1 items of 'test' where the manifest says 1")]
    [InlineData("", "hold 0 items of 'test' where the manifest says 1")]
    public void A_damaged_csv_is_told_in_one_sentence(string text, string message) =>
        Assert.Contains(message, Assert.Throws<KitException>(() => Read("mmlu-csv", "s_test.csv", Encoding.UTF8.GetBytes(text), 1, 4)).Message);

    [Theory]
    [InlineData("{\"question\":\"q\",\"answer\":\"a\"}\n{\"question\":\"q\",\"ans", "line 2 (byte 30): The line is not whole JSON")]
    [InlineData("{\"question\":\"q\"}\n", "The record has no text 'answer'")]
    [InlineData("[1]\n", "The line is not a JSON object")]
    [InlineData("{\"question\":1,\"answer\":\"a\"}\n", "The record has no text 'question'")]
    public void A_damaged_json_line_is_told_with_line_and_byte(string text, string message) =>
        Assert.Contains(message, Assert.Throws<KitException>(() => Read("gsm8k-jsonl", "test.jsonl", Encoding.UTF8.GetBytes(text), 2, 0)).Message);

    [Fact]
    public void A_line_separator_inside_a_string_does_not_end_the_line()
    {
        var items = Read("gsm8k-jsonl", "test.jsonl", Encoding.UTF8.GetBytes("\uFEFF{\"question\":\"a\u2028b\u0085\",\"answer\":\"c\"}"), 1, 0);
        Assert.Equal("a\u2028b\u0085", items[0].Question);
    }

    [Theory]
    [InlineData("humaneval", "HumanEval.jsonl.gz")]
    [InlineData("hellaswag", "hellaswag_val_full.txt.bz2")]
    [InlineData("gsm8k", "test.jsonl")]
    public void A_file_cut_anywhere_gives_one_clear_error(string benchmark, string file)
    {
        var bytes = File.ReadAllBytes(TestData.Require("data", "benchmarks", benchmark, file));
        var manifest = RepositoryManifestsTests.Catalogue.Benchmark(benchmark);
        foreach (var length in (int[])[0, 1, 5, bytes.Length / 4, bytes.Length / 2, bytes.Length - 20, bytes.Length - 1])
        {
            var exception = Record.Exception(() => Read(manifest.Items.Format, file, bytes[..length], manifest.Items.N, manifest.Choices ?? 0));

            // The last byte may be a line feed or a check sum without which every item is still whole.
            if (exception is null)
                Assert.Equal(bytes.Length - 1, length);
            else
                Assert.Equal(ExitCode.BadInput, Assert.IsType<KitException>(exception).ExitCode);
        }
    }

    [Fact]
    public void Damaged_archives_never_crash_the_reader()
    {
        var random = new Random(1);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(i => $"question {i}\n1\na\nb\nc\nd\n")));
        using var packed = new MemoryStream();
        BZip2.Compress(new MemoryStream(text), packed, isStreamOwner: false, level: 1);
        for (var trial = 0; trial < 300; trial++)
        {
            var bytes = packed.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            var exception = Record.Exception(() => Read("hellaswag-text-bz2", "x.txt.bz2", bytes, 200, 4));
            Assert.True(exception is null or KitException, exception?.ToString());
        }
    }

    [Fact]
    public void An_archive_that_expands_without_end_is_stopped()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
                gzip.Write(zeros);
        }

        Assert.Contains("longer than 16 MiB", Assert.Throws<KitException>(() => Read("humaneval-jsonl-gz", "x.jsonl.gz", packed.ToArray(), 1, 0)).Message);
    }

    [Fact]
    public void HellaSwag_as_json_lines_has_context_endings_and_label()
    {
        var items = Read(
            "hellaswag-jsonl", "x.jsonl",
            """
            {"ind": 24, "activity_label": "Baking", "ctx": "Ana has flour. She", "endings": ["a", "b, \"c\"", "", "d"], "label": 1, "split": "val"}
            {"ind": 7, "ctx": "Ben", "endings": ["a", "b", "c", "d"], "label": 3}

            """u8.ToArray(), 2, 4);
        Assert.Equal(("b/test/0", 0, "Ana has flour. She", "b, \"c\"", "Baking"), (items[0].Id, items[0].Index, items[0].Question, items[0].Gold, items[0].Subject));
        Assert.Equal(["a", "b, \"c\"", "", "d"], items[0].Choices);
        Assert.Equal(("b/test/1", 1, 3, "d", null), (items[1].Id, items[1].Index, items[1].GoldChoice, items[1].Gold, items[1].Subject));
    }

    [Theory]
    [InlineData("\"label\": 4", "not the index of an ending")]
    [InlineData("\"label\": -1", "not the index of an ending")]
    [InlineData("\"lable\": 1", "not the index of an ending")]
    public void A_label_that_no_ending_has_is_refused(string label, string message) =>
        Assert.Contains(message, Assert.Throws<KitException>(() => Read(
            "hellaswag-jsonl", "x.jsonl", Encoding.UTF8.GetBytes($"{{\"ctx\": \"c\", \"endings\": [\"a\", \"b\", \"c\", \"d\"], {label}}}\n"), 1, 4)).Message);

    private IReadOnlyList<BenchmarkItem> Read(string format, string file, byte[] bytes, int n, int choices)
    {
        File.WriteAllBytes(_folder[file], bytes);
        File.WriteAllText(
            _folder["b.yaml"],
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""
                schema: forensickit/benchmark/v1
                name: b
                title: B
                version: "1"
                description: d
                source: s
                licence: MIT
                items: {format: {{format}}, split: test, n: {{n}}, artifacts: [a]}
                {{(choices > 0 ? $"choices: {choices}" : "")}}
                primary_metric: accuracy
                aggregation: mean
                standard:
                  id: standard
                  shots: {value: 0, source: s}
                  template: {value: t, source: s}
                  decoding: {value: d, source: s}
                  samples: {value: 1, source: s}
                  aggregation: {value: a, source: s}
                  answer_extraction: {value: e, source: s}
                  metric: {value: m, source: s}
                artifacts:
                  - {id: a, path: {{file}}, sha256: {{Convert.ToHexStringLower(SHA256.HashData(bytes))}}, bytes: {{bytes.Length}}, source: s, licence: MIT}
                """));
        var manifest = ManifestReader.ReadBenchmark(_folder["b.yaml"]);
        return BenchmarkFormats.Read(manifest, new ArtifactStore([_folder.Path]), CancellationToken.None);
    }
}
