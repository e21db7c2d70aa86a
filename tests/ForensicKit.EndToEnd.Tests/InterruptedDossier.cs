using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>The README's command on the default case: killed while it asks the models, then gone on with to the end.</summary>
public sealed class InterruptedDossier : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public InterruptedDossier()
    {
        using (var process = KitProcess.Start("investigate", "--out", Folder))
        {
            var deadline = DateTime.UtcNow.AddMinutes(10);
            while (!process.HasExited && DateTime.UtcNow < deadline && CompletedRuns() < 3)
                Thread.Sleep(500);
            WasRunning = !process.HasExited;
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        Stored = Responses();
        Result = KitProcess.Run("investigate", "--out", Folder, "--resume");
        Assert.True(Result.ExitCode == 0, Result.Errors + Result.Output);
        Findings = Evidence().ReadFindings(CancellationToken.None).ToDictionary(f => f.Finding.Id, f => f.Finding, StringComparer.Ordinal);
    }

    public string Folder => _folder["opus-mini"];

    /// <summary>Whether the process was still at work when it was killed.</summary>
    public bool WasRunning { get; }

    /// <summary>Every response that was stored when the process was killed, with the place of its row.</summary>
    public IReadOnlyDictionary<string, long> Stored { get; }

    public IReadOnlyDictionary<string, Findings.Finding> Findings { get; }

    internal KitResult Result { get; }

    /// <summary>Every stored response, with the place of its row: a row that was written again would stand elsewhere.</summary>
    public IReadOnlyDictionary<string, long> Responses() => Evidence().Query(
        "SELECT run_id || '/' || item_id || '/' || choice_index || '/' || sample_index, rowid FROM responses", row => (Key: row.GetString(0), Row: row.GetInt64(1)), CancellationToken.None)
        .ToDictionary(r => r.Key, r => r.Row, StringComparer.Ordinal);

    public EvidenceDatabase Evidence() => EvidenceDatabase.OpenReadOnly(Path.Combine(Folder, Dossier.EvidenceFile), CancellationToken.None);

    public void Dispose() => _folder.Dispose();

    private long CompletedRuns()
    {
        try
        {
            return File.Exists(Path.Combine(Folder, Dossier.EvidenceFile)) ? Evidence().Query("SELECT count(*) FROM completed_runs", row => row.GetInt64(0), CancellationToken.None)[0] : 0;
        }
        catch (KitException)
        {
            // The database is being made, or held by the process for a moment.
            return 0;
        }
    }
}
