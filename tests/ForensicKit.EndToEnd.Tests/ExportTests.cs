using System.Text.Json;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>A dossier's runs in other tools' files, through the command line.</summary>
public sealed class ExportTests(FinishedDossier dossier) : IClassFixture<FinishedDossier>, IDisposable
{
    private const int Items = 1319;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Recorded_runs_go_over_whole_and_the_same_each_time()
    {
        TestData.Require("data", "recorded", "gsm8k-outputs");
        var finished = _folder["gsm8k"];
        Assert.Equal(0, KitProcess.Run("investigate", "gsm8k-recorded", "--out", finished).ExitCode);
        foreach (var (format, files) in (ReadOnlySpan<(string, int)>)[("lm-eval", 12), ("every-eval-ever", 12)])
        {
            var first = KitProcess.Run("export", format, finished, "--out", _folder[format], "--json");
            Assert.True(first.ExitCode == 0, first.Errors);
            using var told = JsonDocument.Parse(first.Output);
            Assert.Equal((6, files), (told.RootElement.GetProperty("runs").GetInt32(), told.RootElement.GetProperty("files").GetArrayLength()));
            Assert.Empty(told.RootElement.GetProperty("notes").EnumerateArray());
            using var again = JsonDocument.Parse(KitProcess.Run("export", format, finished, "--out", _folder[format + "-again"], "--json").Output);
            Assert.Equal(told.RootElement.GetProperty("files").GetRawText(), again.RootElement.GetProperty("files").GetRawText());
        }

        // The document's and target's hashes are those that lm-evaluation-harness 0.4.13 gives the same item.
        var lines = File.ReadAllText(Directory.GetFiles(_folder["lm-eval", "gpt-4"], "samples_gsm8k_*.jsonl").Single()).Split('\n').Where(l => l.Length > 0).ToList();
        Assert.Equal(5 * Items, lines.Count);
        using var line = JsonDocument.Parse(lines[0]);
        Assert.Equal("986c19252f3c7f6eaeff2229e9a5777f96a85c0ceea931a92d2289084dfd518c", line.RootElement.GetProperty("doc_hash").GetString());
        Assert.Equal("623a0fbdf774fcb55e485a3e6b012e6c3965616af5b8eb9b9aebd2f6712be2eb", line.RootElement.GetProperty("target_hash").GetString());
        using var results = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(_folder["lm-eval", "gpt-4"], "results_*.json").Single()));
        // 1230 of 1319 by its author's own flags: the printed 93.25 is their percentage of it.
        Assert.Equal(1230.0 / Items, results.RootElement.GetProperty("results").GetProperty("gsm8k").GetProperty("exact_match,gsm8k/recorded").GetDouble());
        // Exporting leaves the dossier as it was sealed.
        Assert.Equal(0, KitProcess.Run("verify", finished, "--quick").ExitCode);
        KitProcess.Refuses(KitProcess.Run("export", "lm-eval", finished, "--out", Path.Combine(finished, "export")), ExitCode.BadInput, "inside the dossier");
        KitProcess.Refuses(KitProcess.Run("export", "lm-eval", finished, "--out", _folder["lm-eval"]), ExitCode.BadInput, "other files");
        File.AppendAllText(Path.Combine(finished, "document.html"), " ");
        KitProcess.Refuses(KitProcess.Run("export", "lm-eval", finished, "--out", _folder["tampered"]), ExitCode.Tampered, "document.html");
        Assert.False(Directory.Exists(_folder["tampered"]));
    }

    [Fact]
    public void A_dossier_without_runs_has_nothing_to_hand_over() =>
        KitProcess.Refuses(KitProcess.Run("export", "lm-eval", dossier.Folder, "--out", _folder["none"]), ExitCode.BadInput, "no finished run");
}
