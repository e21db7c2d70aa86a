using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>A process killed without warning loses nothing that was committed and never corrupts the case.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 50;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Fifty_kills_at_random_moments_lose_and_repeat_nothing()
    {
        TestData.Require("data", "recorded", "gsm8k-outputs");
        var random = new Random(20260504);
        var folder = _folder["case"];
        var (responses, custody) = (0L, 0);
        var times = new List<int>();
        // Some kills fall before anything is written, most into intake, scoring, judging and publishing.
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = KitProcess.Start("investigate", "gsm8k-recorded", "--out", folder, "--resume");
            times.Add(random.Next(300, 6000));
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(times[^1]));
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            var dossier = new Dossier(folder, TimeProvider.System);
            if (dossier.IsSealed)
            {
                // Done before the kill: what follows starts from the beginning, in a folder of its own.
                Assert.Empty(dossier.Check(CancellationToken.None));
                folder = _folder[$"case-{kill}"];
                (responses, custody) = (0, 0);
                continue;
            }

            var reading = dossier.Custody.Read();
            Assert.Null(reading.Problem);
            Assert.True(reading.Entries.Count >= custody, $"kill {kill} after {times[^1]} ms lost custody entries");
            custody = reading.Entries.Count;
            var stored = CountResponses(dossier);
            Assert.True(stored >= responses, $"kill {kill} after {times[^1]} ms lost responses: {stored} of {responses}");
            responses = stored;
        }

        var last = KitProcess.Run("investigate", "gsm8k-recorded", "--out", folder, "--resume");
        Assert.True(last.ExitCode == 0, last.Errors);
        var whole = KitProcess.Run("investigate", "gsm8k-recorded", "--out", _folder["whole"]);
        Assert.True(whole.ExitCode == 0, whole.Errors);
        // No response twice, none missing, and the same findings as an investigation that was never disturbed.
        Assert.Equal(6 * 1319, CountResponses(new Dossier(folder, TimeProvider.System)));
        Assert.All(FindingComparison.Compare(Findings(_folder["whole"]), Findings(folder)), m => Assert.Equal(FindingOutcome.Match, m.Outcome));
        Assert.Empty(new Dossier(folder, TimeProvider.System).Check(CancellationToken.None));
    }

    private static long CountResponses(Dossier dossier)
    {
        if (!File.Exists(dossier.PathOf(Dossier.EvidenceFile)))
            return 0;
        // Opened as the next run would: a write-ahead log that the killed process left is taken up.
        using var connection = new DuckDB.NET.Data.DuckDBConnection("Data Source=" + dossier.PathOf(Dossier.EvidenceFile));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'responses'";
        if ((long)command.ExecuteScalar()! == 0)
            return 0;
        command.CommandText = "SELECT count(*) FROM responses";
        return (long)command.ExecuteScalar()!;
    }

    private static List<Finding> Findings(string folder) =>
        [.. EvidenceDatabase.OpenReadOnly(Path.Combine(folder, Dossier.EvidenceFile), CancellationToken.None).ReadFindings(CancellationToken.None).Select(f => f.Finding)];
}
