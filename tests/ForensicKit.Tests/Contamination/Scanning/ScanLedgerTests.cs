using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Corpora;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Scanning;

/// <summary>What stands in a ledger is as good as what is scanned, and what is not as it should be is scanned.</summary>
public sealed class ScanLedgerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _notes = [];

    public ScanLedgerTests()
    {
        Directory.CreateDirectory(_folder["corpus"]);
        for (var shard = 0; shard < 6; shard++)
            WriteShard(shard);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_second_run_scans_nothing_and_says_the_same(int threads)
    {
        var plain = Scan("whole", ["a", "b"], ledger: false, threads: threads);
        var first = Scan("first", ["a", "b"], threads: threads);
        var second = Scan("second", ["a", "b"], threads: threads);
        Assert.NotEmpty(plain.Hits);
        Assert.Equal((0, 0, 6), (plain.KeptShards, first.KeptShards, second.KeptShards));
        AssertSame("whole", "first");
        AssertSame("whole", "second");
        Assert.Equal(6, LedgerFiles().Count);
        Assert.Empty(_notes);
    }

    [Fact]
    public void A_shard_more_is_scanned_alone()
    {
        Scan("before", ["a", "b"]);
        WriteShard(6);
        Assert.Equal(6, Scan("more", ["a", "b"]).KeptShards);
        Scan("whole", ["a", "b"], ledger: false);
        AssertSame("whole", "more");
        // And one less.
        File.Delete(_folder["corpus", "2.jsonl"]);
        Assert.Equal(6, Scan("less", ["a", "b"]).KeptShards);
        Scan("whole", ["a", "b"], ledger: false);
        AssertSame("whole", "less");
    }

    [Fact]
    public void A_benchmark_more_is_looked_for_alone_and_found_as_if_all_were()
    {
        var before = Scan("before", ["a", "b"]);
        WriteShard(6);
        var more = Scan("more", ["a", "b", "c"]);
        var whole = Scan("whole", ["a", "b", "c"], ledger: false);
        Assert.Equal(whole.Hits.Where(h => h.Benchmark == "c"), more.Hits.Where(h => h.Benchmark == "c"));
        Assert.Contains(more.Hits, h => h.Benchmark == "c");
        // The others stay as they were found; where they were not looked for yet, they are found as now.
        Assert.Equal(before.Hits, more.Hits.Where(h => h.Benchmark != "c" && h.Shard != "6.jsonl"));
        Assert.Equal(whole.Hits.Where(h => h.Shard == "6.jsonl"), more.Hits.Where(h => h.Shard == "6.jsonl"));
        // And it is said which were found how.
        var report = JsonDocument.Parse(File.ReadAllBytes(_folder["more", "scan.json"])).RootElement.GetProperty("benchmarks").EnumerateArray()
            .ToDictionary(b => b.GetProperty("benchmark").GetString()!, b => b.GetProperty("scans").EnumerateArray()
                .Select(s => (string.Concat(s.GetProperty("benchmarks").EnumerateArray().Select(n => n.GetString())), s.GetProperty("shards").GetInt32())).ToArray(), StringComparer.Ordinal);
        Assert.Equal([("abc", 1), ("ab", 6)], report["a"]);
        Assert.Equal([("abc", 7)], report["c"]);
        // The same again, and afresh.
        Assert.Equal(7, Scan("again", ["a", "b", "c"]).KeptShards);
        AssertSame("more", "again");
        Scan("fresh", ["a", "b", "c"], fresh: true);
        AssertSame("whole", "fresh");
        Scan("after", ["a", "b", "c"]);
        AssertSame("whole", "after");
    }

    [Fact]
    public void A_benchmark_less_is_not_what_more_benchmarks_left_of_it()
    {
        Scan("more", ["a", "b", "c"]);
        Scan("less", ["a", "c"]);
        Scan("whole", ["a", "c"], ledger: false);
        AssertSame("whole", "less");
    }

    [Fact]
    public void A_benchmark_of_other_items_is_another()
    {
        Scan("before", ["a"]);
        var scan = Scan("other", ["a"], items: Items("a").Select(i => i with { Fields = [.. i.Fields, new("answer", "forty two", ScanRole.Answer)] }));
        Assert.Equal(0, scan.KeptShards);
        Assert.Equal(0, Scan("fields", ["a"], options: new() { TextFields = ["body", "text"] }).KeptShards);
    }

    [Fact]
    public void What_is_damaged_or_forged_is_named_and_scanned_again()
    {
        Scan("whole", ["a", "b"]);
        var random = new Random(5);
        Action<string, byte[]>[] harms =
        [
            (file, bytes) => File.WriteAllBytes(file, bytes[..random.Next(bytes.Length)]),
            (file, bytes) => File.WriteAllBytes(file, []),
            (file, bytes) => File.WriteAllText(file, "{}\n{}\n"),
            (file, bytes) =>
            {
                bytes[random.Next(bytes.Length)] ^= 0x10;
                File.WriteAllBytes(file, bytes);
            },
            // The result of another shard.
            (file, bytes) => File.Copy(LedgerFiles().First(f => f != file), file, overwrite: true),
            // A digest that fits, ids that do not, and hits of what was not looked for.
            (file, bytes) => Forge(file, bytes, body => body.Replace("\"method\":6", "\"method\":2", StringComparison.Ordinal)),
            (file, bytes) => Forge(file, bytes, body => body.Replace("\"benchmark\":\"a\"", "\"benchmark\":\"z\"", StringComparison.Ordinal)),
            (file, bytes) => Forge(file, bytes, body => body.Replace("\"hits\":[", "\"hits\":[null,", StringComparison.Ordinal)),
            (file, bytes) => Forge(file, bytes, body => "[" + body + "]"),
        ];
        foreach (var harm in harms)
        {
            var file = LedgerFiles().First(f => File.ReadAllText(f).Contains("\"benchmark\":\"a\"", StringComparison.Ordinal));
            harm(file, File.ReadAllBytes(file));
            _notes.Clear();
            Assert.Equal(5, Scan("again", ["a", "b"]).KeptShards);
            Assert.Contains(Path.GetFileName(file), Assert.Single(_notes), StringComparison.Ordinal);
            AssertSame("whole", "again");
            Assert.Equal(6, Scan("healed", ["a", "b"]).KeptShards);
        }
    }

    [Fact]
    public void Copies_are_scanned_once_and_their_hits_told_for_each()
    {
        File.Copy(_folder["corpus", "1.jsonl"], _folder["corpus", "copy.jsonl"]);
        // The same bytes, read as one text.
        File.Copy(_folder["corpus", "1.jsonl"], _folder["corpus", "copy.txt"]);
        Scan("whole", ["a"], ledger: false);
        var scan = Scan("copies", ["a"], threads: 1);
        AssertSame("whole", "copies");
        Assert.Contains("copy.jsonl has the content of 1.jsonl", Assert.Single(_notes), StringComparison.Ordinal);
        Assert.Equal(
            scan.Hits.Where(h => h.Shard == "1.jsonl").Select(h => h with { Shard = "" }), scan.Hits.Where(h => h.Shard == "copy.jsonl").Select(h => h with { Shard = "" }));
        Assert.Equal(7, LedgerFiles().Count);
        var shards = JsonDocument.Parse(File.ReadAllBytes(_folder["copies", "scan.json"])).RootElement.GetProperty("shards").EnumerateArray().ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("copy_of").GetString(), StringComparer.Ordinal);
        Assert.Equal(("1.jsonl", null), (shards["copy.jsonl"], shards["1.jsonl"]));
    }

    [Fact]
    public void Entries_of_archives_and_defects_keep_their_names_under_another_name()
    {
        Directory.CreateDirectory(_folder["tar"]);
        File.WriteAllText(_folder["tar", "broken.jsonl"], "{broken\n");
        File.Copy(_folder["corpus", "0.jsonl"], _folder["tar", "in.jsonl"]);
        System.Formats.Tar.TarFile.CreateFromDirectory(_folder["tar"], _folder["corpus", "one.tar"], includeBaseDirectory: false);
        Scan("before", ["a"]);
        File.Move(_folder["corpus", "one.tar"], _folder["corpus", "other.tar"]);
        Assert.Equal(7, Scan("moved", ["a"]).KeptShards);
        Scan("whole", ["a"], ledger: false);
        AssertSame("whole", "moved");
        Assert.Contains("other.tar!broken.jsonl", File.ReadAllText(_folder["moved", "scan.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_put_together_are_the_whole()
    {
        Scan("whole", ["a", "b"], ledger: false);
        for (var part = 1; part <= 3; part++)
            Scan("part", ["a", "b"], part: new(part, 3));
        Assert.Equal(6, Scan("together", ["a", "b"]).KeptShards);
        AssertSame("whole", "together");
    }

    [Fact]
    public void A_result_is_pinned_to_the_version_of_the_method()
    {
        // Where this fails, a scan finds something else or tells it otherwise: raise ScanIdentity.MethodVersion, so that no earlier result is taken up.
        var hits = Scan("pinned", ["a", "b", "c"], ledger: false).Hits;
        var told = string.Concat(hits.Select(h => JsonSerializer.Serialize(h with { Score = Math.Round(h.Score, 4), Threshold = Math.Round(h.Threshold, 4), MatchedNats = Math.Round(h.MatchedNats, 3), QuestionShare = Math.Round(h.QuestionShare, 4), AnswerShare = Math.Round(h.AnswerShare, 4), Coverage = Math.Round(h.Coverage, 4) })));
        Assert.Equal((6, "c14c62d038033331"), (ScanIdentity.MethodVersion, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(told)))[..16]));
    }

    private static void Forge(string file, byte[] bytes, Func<string, string> change)
    {
        var body = change(Encoding.UTF8.GetString(bytes).Split('\n')[1]);
        Assert.NotEqual(Encoding.UTF8.GetString(bytes).Split('\n')[1], body);
        File.WriteAllText(file, $"{{\"sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}\"}}\n{body}\n");
    }

    private List<string> LedgerFiles() => [.. Directory.EnumerateFiles(_folder["ledger"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private void AssertSame(string expected, string actual)
    {
        foreach (var file in (string[])["hits.jsonl", "scan.json"])
            Assert.Equal(File.ReadAllText(_folder[expected, file]), File.ReadAllText(_folder[actual, file]));
    }

    private CorpusScanResult Scan(
        string output, string[] benchmarks, bool ledger = true, bool fresh = false, int threads = 2, CorpusPart? part = null, IEnumerable<ScanItem>? items = null, CorpusOptions? options = null)
    {
        var index = ScanIndex.Of([.. items ?? benchmarks.SelectMany(Items)]);
        var calibration = ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken);
        var shards = CorpusFiles.Find([_folder["corpus"]]);
        var kept = ledger ? ScanLedger.Open(_folder["ledger"], fresh, note => _notes.Add(note)) : null;
        var result = new CorpusScan(index, calibration, calibration.Thresholds(), options ?? new()).Scan(part?.Take(shards) ?? shards, threads, kept, null, TestContext.Current.CancellationToken);
        ScanReport.Of(index, calibration, calibration.Thresholds(), result, null).Write(_folder[output], result.Hits);
        return result;
    }

    private void WriteShard(int shard)
    {
        var random = new Random(shard);
        File.WriteAllLines(_folder["corpus", $"{shard}.jsonl"], Enumerable.Range(0, 200).Select(i =>
        {
            var items = Items("abc"[random.Next(3)].ToString());
            var text = items[random.Next(items.Count)].Fields[0].Text;
            var said = random.Next(4) switch { 0 => text, 1 => string.Join(' ', text.Split(' ').Where(_ => random.Next(12) > 0)), 2 => text + " And then again: " + Words(random, 30), _ => Words(random, 60) };
            return JsonSerializer.Serialize(new { id = $"{shard}-{i}", text = $"Übrigens {i} — {said}" });
        }));
    }

    // Benchmark c asks some of what a asks, in nearly the same words.
    private static List<ScanItem> Items(string benchmark) =>
        [.. Enumerable.Range(0, 60).Select(i =>
        {
            var text = Words(new Random(i + (benchmark == "b" ? 1000 : 0)), 25 + (i % 20)) + "?";
            return new ScanItem(benchmark, $"{benchmark}{i}", [new("question", benchmark == "c" ? (i % 2 == 0 ? text.Replace("o", "u", StringComparison.Ordinal) : Words(new Random(i + 2000), 30)) : text, ScanRole.Question)]);
        })];

    private static string Words(Random random, int count) =>
        string.Join(' ', Enumerable.Range(0, count).Select(_ => string.Concat(Enumerable.Range(0, 3).Select(_ => "bdfgklmnprstvz"[random.Next(14)] + "" + "aeiou"[random.Next(5)]))));
}
