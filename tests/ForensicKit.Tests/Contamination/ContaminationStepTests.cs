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
    private static readonly ContaminationPlan s_plan = new(["snippets"], "clean", [new("toy", "toy-fresh")], 1);

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
        Assert.Equal(new OverlapOptions { MinimumCoverage = 1 }, JsonSerializer.Deserialize<OverlapOptions>(row.Options));
        var presence = evidence.ReadPresence(id, CancellationToken.None);
        Assert.Equal(Expected(snippets).OrderBy(p => p.IsFresh).ThenBy(p => p.ItemId, StringComparer.Ordinal), presence);
        Assert.Equal([LeakKind.QuestionAndAnswer, null, null], presence.Select(p => p.Kind));
        Assert.Equal(2, presence[0].Documents);
        var example = evidence.ReadExample(id, "toy", CancellationToken.None)!;
        Assert.Equal(("toy/test/0", s_items[0].Question.TrimEnd('?')), (example.ItemId, example.ItemText.TrimEnd('?')));
        Assert.Equal(example.ItemText, example.DocumentText);

        var again = new Counted();
        Assert.Equal(id, Scan(evidence, snippets, again));
        Assert.Equal(0, again.Reports);
        Assert.Equal(1, evidence.Query("SELECT count(*) FROM scans", r => r.GetInt64(0), CancellationToken.None)[0]);
        Assert.Equal(3, evidence.Query("SELECT count(*) FROM item_presence", r => r.GetInt64(0), CancellationToken.None)[0]);
    }

    [Fact]
    public void Other_text_or_other_options_are_another_scan()
    {
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);
        var first = Scan(evidence, Snippets("first.jsonl", "some text"), null);
        Assert.NotEqual(first, Scan(evidence, Snippets("second.jsonl", "other text"), null));
        Assert.NotEqual(first, ContaminationStep.Run(s_plan with { MinimumCoverage = 0.5 }, Snippets("first.jsonl", "some text"), ItemsOf, evidence, s_clock.Now, null, CancellationToken.None));
    }

    [Fact]
    public void A_scan_that_is_stopped_stores_nothing()
    {
        var evidence = EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var progress = new Counted { Then = stop.Cancel };
        Assert.ThrowsAny<OperationCanceledException>(() =>
            ContaminationStep.Run(s_plan, Snippets("first.jsonl", [.. Enumerable.Repeat(s_items[0].Question, 50)]), ItemsOf, evidence, s_clock.Now, progress, stop.Token));
        Assert.Null(evidence.ReadScan(CancellationToken.None));
    }

    private static IReadOnlyList<ItemPresence> Expected(IReadOnlyList<VerifiedArtifact> snippets)
    {
        var scan = new OverlapScan([.. s_items.Select(i => ScanItem.From("toy", i)), .. s_fresh.Select(i => ScanItem.From("toy", i, isFresh: true))], new OverlapOptions { MinimumCoverage = 1 });
        var matches = File.ReadLines(snippets[0].FilePath).Select((line, i) =>
        {
            using var json = JsonDocument.Parse(line);
            return scan.Scan(new TrainingDocument($"d{i}", "s", json.RootElement.GetProperty("text").GetString()!), CancellationToken.None);
        });
        return ItemPresence.Of(scan, [.. matches.SelectMany(m => m.Matches)]);
    }

    private static string Scan(EvidenceDatabase evidence, IReadOnlyList<VerifiedArtifact> snippets, IProgress<StepProgress>? progress) =>
        ContaminationStep.Run(s_plan, snippets, ItemsOf, evidence, s_clock.Now, progress, CancellationToken.None);

    private static IReadOnlyList<BenchmarkItem> ItemsOf(string benchmark) => benchmark == "toy" ? s_items : s_fresh;

    private IReadOnlyList<VerifiedArtifact> Snippets(string file, params IReadOnlyList<string> texts)
    {
        File.WriteAllLines(_folder[file], texts.Select((text, i) => JsonSerializer.Serialize(new { id = $"d{i}", shard = "s", text })));
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
