using System.Text;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Corpora;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Scanning;

public sealed class CorpusScanTests
{
    private static readonly string[] s_items =
    [
        "A ferry carries forty bicycles over the sound each morning and brings back thirty of them before noon. How many stay on the island?",
        "Marguerite planted eleven rows of tulips, each with seventeen bulbs, and a frost killed half of them. How many bulbs survived the winter?",
        "The lighthouse keeper polishes nine lenses an hour and starts at six. When does he finish the fifty lenses of the tower?",
        "An orchestra of eighty musicians travels in coaches that seat twenty-four. How many coaches does it need?",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Threads_change_nothing(int threads)
    {
        using var folder = new TemporaryFolder();
        var lines = Enumerable.Range(0, 3000).Select(i => JsonSerializer.Serialize(new { id = $"d{i}", text = $"Filler number {i} about nothing. " + (i % 7 == 0 ? s_items[i % 4] : "Nothing here.") }));
        for (var shard = 0; shard < 3; shard++)
            File.WriteAllLines(folder[$"{shard}.jsonl"], lines);
        var one = Scan(folder.Path, 1);
        var many = Scan(folder.Path, threads);
        Assert.Equal(3 * 429, one.Hits.Count);
        Assert.Equal(one.Hits, many.Hits);
        Assert.Equal((one.Words, one.Documents, one.TextBytes), (many.Words, many.Documents, many.TextBytes));
    }

    [Fact]
    public void A_hit_says_where_it_stands_and_what_of_the_item()
    {
        using var folder = new TemporaryFolder();
        const string before = "Übrigens 🚲: ";
        File.WriteAllText(folder["a.jsonl"], JsonSerializer.Serialize(new { id = "x/1", text = before + s_items[1] + " And so on." }) + "\n");
        var hit = Assert.Single(Scan(folder.Path, 1).Hits);
        Assert.Equal(("a.jsonl", 0L, "x/1", "b", "q1"), (hit.Shard, hit.Record, hit.DocumentId, hit.Benchmark, hit.Item));
        Assert.Equal((HitClass.Leak, LeakKind.QuestionOnly), (hit.Class, hit.Kind));
        var text = before + s_items[1] + " And so on.";
        Assert.Equal(hit.Text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)[(int)hit.StartByte..(int)hit.EndByte]));
        var runes = text.EnumerateRunes().ToArray();
        Assert.Equal(hit.Text, string.Concat(runes[(int)hit.StartCharacter..(int)hit.EndCharacter]));
        Assert.Contains("tulips, each with seventeen bulbs", hit.Text, StringComparison.Ordinal);
        Assert.InRange(hit.P, 0.19, 0.21);
    }

    [Fact]
    public void A_long_text_that_comes_in_pieces_has_every_hit_once()
    {
        using var folder = new TemporaryFolder();
        var filler = string.Concat(Enumerable.Repeat("lorem ipsum dolor sit amet ", 40));
        var text = string.Concat(Enumerable.Range(0, 40).Select(i => filler + s_items[i % 4] + " "));
        File.WriteAllText(folder["long.txt"], text);
        var whole = Scan(folder.Path, 1);
        var pieces = Scan(folder.Path, 2, new() { PieceBytes = 8192, PieceOverlapBytes = 1024 });
        Assert.Equal(40, whole.Hits.Count);
        Assert.Equal(whole.Hits.Select(h => (h.Item, h.StartByte)), pieces.Hits.Select(h => (h.Item, h.StartByte)));
    }

    [Fact]
    public void Nothing_that_is_in_a_corpus_ends_a_scan()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["bad.jsonl"], [.. "{\"text\": \"\xff\xfe"u8, 0xFF, 0xFE, .. "<script>alert(1)</script>\"}\n{broken\n"u8, .. Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { text = "\0\0" + s_items[0] })), (byte)'\n']);
        File.WriteAllText(folder["line.jsonl"], $"{{\"text\": \"{new string('a', 5_000_000)} {s_items[3]}\"}}");
        var result = Scan(folder.Path, 2);
        Assert.Equal(["q0", "q3"], result.Hits.Select(h => h.Item).Order(StringComparer.Ordinal));
        Assert.NotEmpty(result.Shards.SelectMany(s => s.Reading.Defects));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Progress_is_told_within_a_large_shard(int threads)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["0.jsonl"], Enumerable.Range(0, 60_000).Select(i => JsonSerializer.Serialize(new { text = $"Filler number {i} about nothing, and more of it than anyone would read in a day." })));
        var length = new FileInfo(folder["0.jsonl"]).Length;
        Assert.True(length > 4 << 20);
        var told = new Told();
        Scan(folder.Path, threads, progress: told);
        Assert.Equal((0, length), (told.Values[0].Done, told.Values[^1].Done));
        Assert.Equal(told.Values.Select(v => v.Done).Order(), told.Values.Select(v => v.Done));
        Assert.True(told.Values.Count(v => v.Done > 0 && v.Done < length) >= 3);
        Assert.All(told.Values, v => Assert.Equal(length, v.Total));
    }

    [Fact]
    public void Planted_items_are_found_and_their_kind_is_not()
    {
        // The bars are those of the reference: at least 99 of 100 of every kind, at most one false in 100.
        var items = BenchmarkItems("data/benchmarks/gsm8k/test.jsonl");
        var index = ScanIndex.Of(items);
        var calibration = ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken);
        var shard = new CorpusShard("corpus.jsonl.gz", TestData.Require("golden", "planted", "corpus.jsonl.gz"), 1);
        var result = new CorpusScan(index, calibration, calibration.Thresholds(), new()).Scan([shard], 2, null, TestContext.Current.CancellationToken);
        var rows = ScanTruth.Read(TestData.Require("golden", "planted", "truth.jsonl.gz"), TestContext.Current.CancellationToken).Measure(result.Hits);
        Assert.Equal(12, rows.Count);
        Assert.All(rows.Where(r => r.IsContaminated), r => Assert.True(r.Share >= 0.99, $"{r.Kind}: {r.RightItem} of {r.Documents}"));
        Assert.All(rows.Where(r => !r.IsContaminated), r => Assert.True(r.Share <= 0.01, $"{r.Kind}: {r.Found} of {r.Documents}"));
    }

    [Fact]
    public void Rephrased_items_are_found_more_often_than_not()
    {
        var index = ScanIndex.Of(BenchmarkItems("data/benchmarks/gsm8k/test.jsonl"));
        var scanner = new TextScanner(index, ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken).Thresholds());
        var texts = File.ReadLines(TestData.Require("data", "contamination", "rephrased", "rephrase_gsm8k.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!).ToList();
        Assert.Equal(1319, texts.Count);
        var found = texts.Where((text, i) => scanner.Scan(Encoding.UTF8.GetBytes(text)).Any(h => h.Class == HitClass.Leak && h.Item.ItemId == $"gsm8k/test/{i}")).Count();
        Assert.True(found >= 660, $"{found} of 1319");
    }

    private static List<ScanItem> BenchmarkItems(string path)
    {
        var file = TestData.Require(path.Split('/'));
        return [.. File.ReadLines(file).Select((line, i) =>
        {
            var item = JsonDocument.Parse(line).RootElement;
            return ScanItem.From("gsm8k", new BenchmarkItem($"gsm8k/test/{i}", i, item.GetProperty("question").GetString()!, item.GetProperty("answer").GetString()!));
        })];
    }

    private static CorpusScanResult Scan(string folder, int threads, CorpusOptions? options = null, IProgress<StepProgress>? progress = null)
    {
        var index = ScanIndex.Of([.. s_items.Select((text, i) => new ScanItem("b", $"q{i}", [new("question", text, ScanRole.Question)]))]);
        var calibration = ScanCalibration.Of(index, threads, TestContext.Current.CancellationToken);
        return new CorpusScan(index, calibration, calibration.Thresholds(), options ?? new()).Scan(CorpusFiles.Find([folder]), threads, progress, TestContext.Current.CancellationToken);
    }

    private sealed class Told : IProgress<StepProgress>
    {
        public List<StepProgress> Values { get; } = [];

        public void Report(StepProgress value)
        {
            lock (Values)
                Values.Add(value);
        }
    }
}
