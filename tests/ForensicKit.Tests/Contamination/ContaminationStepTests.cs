using System.Security.Cryptography;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination;

public sealed class ContaminationStepTests : IDisposable
{
    private static readonly FixedClock s_clock = new();
    private static readonly ContaminationPlan s_plan = new(["snippets"], "clean", [new("toy", "toy-fresh")]);

    private static readonly IReadOnlyList<BenchmarkItem> s_items =
    [
        new("toy/test/0", 0, "On Monday Ana counts twelve plums and gives five of them to Ben. How many plums has Ana left?", "seven plums"),
        new("toy/test/1", 1, "Which river runs through the old town of Brelgath before it meets the grey sea?", "the Ostrim"),
    ];

    private static readonly IReadOnlyList<BenchmarkItem> s_fresh =
    [
        new("toy-fresh/test/0", 0, "At first Dora owns thirty stamps, then she sells nine of them at the market. How many stamps has she?", "twenty one"),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_scan_is_stored_read_back_and_not_done_again()
    {
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);
        var snippets = Snippets("first.jsonl", $"Question: {s_items[0].Question}\nAnswer: {s_items[0].Gold}", "Nothing to see here, only a few words of ordinary prose.", $"once more: {s_items[0].Question} é");
        var progress = new Counted();
        var id = Scan(evidence, snippets, progress);
        Assert.NotEqual(0, progress.Reports);

        var row = evidence.ReadScan(CancellationToken.None)!;
        Assert.Equal((id, 3L, s_clock.Now), (row.Id, row.Documents, row.ScannedAt));
        var settings = JsonSerializer.Deserialize<ScanSettings>(row.Options)!;
        Assert.Equal((1, 1), (settings.Twins["toy"], settings.NotRead.Count == 0 ? 1 : 0));
        var presence = evidence.ReadPresence(id, CancellationToken.None);
        Assert.Equal([LeakKind.QuestionAndAnswer, null, null], presence.Select(p => p.Kind));
        Assert.Equal(2, presence[0].Documents);
        var example = Assert.Single(evidence.ReadExamples(id, "toy", 5, CancellationToken.None));
        Assert.Equal(("toy/test/0", "first.jsonl", 0L, "d0", 0.5), (example.ItemId, example.Shard, example.Record, example.DocumentId, example.ControlP));
        Assert.Contains(s_items[0].Question.TrimEnd('?'), string.Concat(example.Pieces.Select(p => p.Text)), StringComparison.Ordinal);
        Assert.Equal(2, evidence.Query("SELECT count(*) FROM scan_hits WHERE is_present AND item_id = 'toy/test/0'", r => r.GetInt64(0), CancellationToken.None)[0]);

        var again = new Counted();
        Assert.Equal(id, Scan(evidence, snippets, again));
        Assert.Equal(0, again.Reports);
        Assert.Equal(1, evidence.Query("SELECT count(*) FROM scans", r => r.GetInt64(0), CancellationToken.None)[0]);
        Assert.Equal(3, evidence.Query("SELECT count(*) FROM item_presence", r => r.GetInt64(0), CancellationToken.None)[0]);
    }

    [Fact]
    public void Other_text_is_another_scan()
    {
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);
        var first = Scan(evidence, Snippets("first.jsonl", "some text"), null);
        Assert.NotEqual(first, Scan(evidence, Snippets("second.jsonl", "other text"), null));
    }

    [Fact]
    public void A_scan_that_is_stopped_stores_nothing()
    {
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var progress = new Counted { Then = stop.Cancel };
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ContaminationStep.Run(s_plan, Snippets("first.jsonl", [.. Enumerable.Repeat(s_items[0].Question, 50)]), ItemsOf, _ => [], evidence, s_clock.Now, progress, stop.Token));
        Assert.Null(evidence.ReadScan(CancellationToken.None));
    }

    [Fact]
    public void A_file_that_is_not_the_one_of_its_manifest_is_not_scanned()
    {
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);
        var snippets = Snippets("first.jsonl", "some text");
        File.AppendAllText(snippets[0].FilePath, "more\n");
        Assert.Contains("changed", Assert.Throws<KitException>(() => Scan(evidence, snippets, null)).Message, StringComparison.Ordinal);
        Assert.Null(evidence.ReadScan(CancellationToken.None));
    }

    [Fact]
    public void Files_of_one_name_in_two_folders_are_two()
    {
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);
        foreach (var folder in (string[])["a", "b"])
        {
            Directory.CreateDirectory(_folder[folder]);
            File.WriteAllText(_folder[folder, "part.jsonl"], JsonSerializer.Serialize(new { id = folder, text = s_items[folder == "a" ? 0 : 1].Question }) + "\n");
        }

        var id = Scan(evidence, [.. Verified("a/part.jsonl"), .. Verified("b/part.jsonl")], null);
        Assert.Equal(["a/part.jsonl", "b/part.jsonl"], evidence.Query("SELECT DISTINCT shard FROM scan_hits WHERE scan_id = $id ORDER BY shard", r => r.GetString(0), CancellationToken.None, ("id", id)));
        Assert.Equal(2, JsonSerializer.Deserialize<ScanSettings>(evidence.ReadScan(CancellationToken.None)!.Options)!.Documents.Count);
    }

    [Fact]
    public void Records_that_cannot_be_read_are_counted_in_the_scan()
    {
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);
        File.WriteAllText(_folder["broken.jsonl"], "{\"text\": \"some text\"}\n{broken\n");
        Scan(evidence, Verified("broken.jsonl"), null);
        Assert.Equal(1, JsonSerializer.Deserialize<ScanSettings>(evidence.ReadScan(CancellationToken.None)!.Options)!.NotRead["BadJson"]);
    }

    private static string Scan(EvidenceDatabase evidence, IReadOnlyList<VerifiedArtifact> snippets, IProgress<StepProgress>? progress) =>
        ContaminationStep.Run(s_plan, snippets, ItemsOf, _ => [], evidence, s_clock.Now, progress, CancellationToken.None);

    private static IReadOnlyList<BenchmarkItem> ItemsOf(string benchmark) => benchmark == "toy" ? s_items : s_fresh;

    private IReadOnlyList<VerifiedArtifact> Snippets(string file, params IReadOnlyList<string> texts)
    {
        File.WriteAllLines(_folder[file], texts.Select((text, i) => JsonSerializer.Serialize(new { id = $"d{i}", shard = "s", text })));
        return Verified(file);
    }

    private IReadOnlyList<VerifiedArtifact> Verified(string file)
    {
        var bytes = File.ReadAllBytes(_folder[file]);
        return [new(new Artifact { Id = "snippets", Path = file, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Bytes = bytes.Length, Source = "s", Licence = "MIT" }, _folder[file])];
    }

    private sealed class Counted : IProgress<StepProgress>
    {
        public int Reports { get; private set; }

        public Action Then { get; init; } = () => { };

        public void Report(StepProgress value)
        {
            Reports++;
            Then();
        }
    }
}
