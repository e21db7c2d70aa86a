using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Corpora;
using ForensicKit.Evidence;
using ForensicKit.Reporting;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Scanning;

/// <summary>One test for each way in which a corpus may be made to harm who scans it; the leak behind it is found all the same.</summary>
public sealed class HostileCorpusTests : IDisposable
{
    private const string Item = "A ferry carries forty bicycles over the sound each morning and brings back thirty of them before noon. How many stay on the island?";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Script_tags_are_shown_as_text()
    {
        const string script = "<script>alert(1)</script><img src=x onerror=alert(2)>";
        Lines("a.jsonl", new { id = script, text = "A ferry carries forty bicycles over the sound each morning " + script + " and brings back thirty of them before noon. How many stay on the island?" });
        var hit = Assert.Single(Scan("a.jsonl").Hits);
        Assert.Contains("<script>", hit.Text, StringComparison.Ordinal);
        var place = new SideBySide(hit.Benchmark, "<b>item</b>", hit.ItemField, hit.Shard, hit.Record, hit.DocumentId, hit.TextSha256, hit.StartByte, hit.EndByte, hit.Rule, hit.P, SideBySide.Read(SideBySide.Json(hit.Diff)));
        using var page = new StringWriter();
        Assert.True(new LeakEvidenceFormatterSource.PageFormatter().Format(new LeakEvidence([("<i>name</i>", place)]), page));
        Assert.DoesNotContain("<script>", page.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>item", page.ToString(), StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page.ToString(), StringComparison.Ordinal);
        // What the document has more than the item is marked.
        Assert.Contains("<mark>", page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_a_hundred_megabytes_is_scanned_in_bounded_memory()
    {
        using (var file = File.CreateText(_folder["long.jsonl"]))
        {
            file.Write("{\"text\": \"");
            for (var i = 0; i < 4_000_000; i++)
                file.Write("some words in a row and no end ");
            file.Write(Item + "\"}\n");
        }

        var before = GC.GetTotalAllocatedBytes();
        var result = Scan("long.jsonl");
        Assert.Equal("q", Assert.Single(result.Hits).Item);
        Assert.True(result.TextBytes > 100_000_000);
        // Its pieces are scanned one after the other: nothing of the line's size is made of them beside the line itself.
        Assert.True(GC.GetTotalAllocatedBytes() - before < 2_000_000_000, "A long line costs more than a few times its size.");
    }

    [Fact]
    public void A_zip_bomb_stops_at_the_limit_and_says_so()
    {
        using (var packed = new GZipStream(File.Create(_folder["bomb.jsonl.gz"]), CompressionLevel.Optimal))
        {
            packed.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { text = Item }) + "\n"));
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 200; i++)
                packed.Write(zeros);
        }

        var result = Scan("bomb.jsonl.gz", new() { MaximumExpansion = 100, ExpansionAllowance = 1 << 20 });
        Assert.Equal("q", Assert.Single(result.Hits).Item);
        Assert.Contains(CorpusDefectKind.Expansion, result.Shards[0].Reading.DefectCounts.Keys);
    }

    [Fact]
    public void Endless_nesting_is_one_broken_record()
    {
        File.WriteAllText(_folder["deep.jsonl"], new string('[', 1_000_000) + "\n{\"a\": " + string.Concat(Enumerable.Repeat("{\"a\": ", 100_000)) + "\n" + JsonSerializer.Serialize(new { text = Item }) + "\n");
        var result = Scan("deep.jsonl");
        Assert.Equal(2, Assert.Single(result.Hits).Record);
        Assert.Equal(2, result.Shards[0].Reading.DefectCounts.Values.Sum());
    }

    [Fact]
    public void Bytes_that_are_no_text_are_counted_and_hide_nothing()
    {
        File.WriteAllBytes(_folder["bad.jsonl"], [.. "{\"text\": \""u8, 0xC3, 0x28, 0xF0, 0x9F, 0xFF, .. Encoding.UTF8.GetBytes(" " + Item), 0xED, 0xA0, 0x80, .. "\"}\n"u8]);
        var result = Scan("bad.jsonl");
        Assert.Equal("q", Assert.Single(result.Hits).Item);
        Assert.Equal(1, result.Shards[0].Reading.DefectCounts[CorpusDefectKind.InvalidUtf8]);
    }

    [Fact]
    public void A_NUL_in_a_text_cuts_nothing_off()
    {
        Lines("nul.jsonl", new { id = "d\0evil", text = "before\0 A ferry carries forty bicycles over the sound\0 each morning and brings back thirty of them before noon. How many stay on the island?" });
        var result = Scan("nul.jsonl");
        var hit = Assert.Single(result.Hits);
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
        evidence.AppendScan(
            new ScanRow("scan", "{}", 1, 1, DateTimeOffset.UnixEpoch), [new CaseHit(hit, 0.01, IsPresent: true)],
            [new ItemPresence("b", "q", false, LeakKind.QuestionOnly, 1, 1, 1, false, true)], TestContext.Current.CancellationToken);
        var place = Assert.Single(evidence.ReadExamples("scan", "b", 3, TestContext.Current.CancellationToken));
        Assert.EndsWith("How many stay on the island", string.Concat(place.Pieces.Select(p => p.Text)), StringComparison.Ordinal);
        Assert.Equal("d\uFFFDevil", place.DocumentId);
    }

    [Fact]
    public void Names_in_an_archive_that_lead_elsewhere_are_only_names()
    {
        using (var tar = new System.Formats.Tar.TarWriter(File.Create(_folder["evil.tar"])))
        {
            foreach (var name in (string[])["../../outside.jsonl", "/tmp/outside.jsonl", "C:\\outside.jsonl"])
            {
                tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { text = Item }) + "\n")),
                });
            }

            tar.WriteEntry(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.SymbolicLink, "link") { LinkName = "/etc/passwd" });
        }

        var before = Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Count();
        var result = Scan("evil.tar");
        Assert.Equal(3, result.Hits.Count);
        Assert.Equal(1, result.Shards[0].Reading.DefectCounts[CorpusDefectKind.NotAFile]);
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(_folder.Path, "*", SearchOption.AllDirectories).Count());
        Assert.False(File.Exists(Path.Combine(_folder.Path, "..", "..", "outside.jsonl")));
    }

    private void Lines(string file, params IReadOnlyList<object> records) => File.WriteAllLines(_folder[file], records.Select(r => JsonSerializer.Serialize(r)));

    private CorpusScanResult Scan(string file, CorpusOptions? options = null)
    {
        var index = ScanIndex.Of([new ScanItem("b", "q", [new("question", Item, ScanRole.Question)])]);
        var calibration = ScanCalibration.Of(index, 1, TestContext.Current.CancellationToken);
        return new CorpusScan(index, calibration, calibration.Thresholds(), options ?? new()).Scan(CorpusFiles.Find([_folder[file]]), 1, null, TestContext.Current.CancellationToken);
    }
}
