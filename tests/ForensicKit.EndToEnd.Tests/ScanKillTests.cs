using System.Diagnostics;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>A scan killed without warning goes on where it was, and says in the end what an undisturbed one says.</summary>
public sealed class ScanKillTests : IDisposable
{
    private const int Kills = 12;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Kills_at_random_moments_change_nothing()
    {
        ScanCorpus.Write(_folder["corpus"], shards: 48, documents: 6000);
        string[] command = ["scan", _folder["corpus"], "--benchmarks", "gsm8k", "--out"];
        var clock = Stopwatch.StartNew();
        var undisturbed = KitProcess.Run([.. command, _folder["undisturbed"]]);
        Assert.True(undisturbed.ExitCode == 0, undisturbed.Errors);
        // From before the first shard is finished to the middle of the scan.
        var longest = (int)clock.ElapsedMilliseconds;
        var random = new Random(20261127);
        var (killed, kept) = (0, new List<int>());
        while (killed < Kills)
        {
            using var process = KitProcess.Start([.. command, _folder["killed"]]);
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(random.Next(longest / 5, longest * 2 / 3)));
            if (!process.HasExited)
                killed++;
            process.Kill();
            await process.WaitForExitAsync();
            kept.Add(Kept(_folder["killed"]));
            Assert.True(kept.Count < 3 * Kills);
            // Where all is done already, from the start again.
            if (File.Exists(_folder["killed", "scan.json"]) && killed < Kills)
            {
                ScanCorpus.AssertSame(_folder["undisturbed"], _folder["killed"]);
                Directory.Delete(_folder["killed"], recursive: true);
            }
        }

        Assert.Contains(kept, k => k is > 0 and < 48);
        var last = KitProcess.Run([.. command, _folder["killed"]]);
        Assert.True(last.ExitCode == 0, last.Errors);
        ScanCorpus.AssertSame(_folder["undisturbed"], _folder["killed"]);
        Assert.Equal(48, Kept(_folder["killed"]));
        TestContext.Current.TestOutputHelper?.WriteLine($"undisturbed {longest} ms; shards in the ledger after each kill: {string.Join(", ", kept)}");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Parts_of_several_processes_at_once_are_the_whole()
    {
        ScanCorpus.Write(_folder["corpus"], shards: 9, documents: 500);
        string[] command = ["scan", _folder["corpus"], "--benchmarks", "gsm8k", "--out"];
        Assert.Equal(0, KitProcess.Run([.. command, _folder["whole"]]).ExitCode);
        // The first part twice at the same time.
        var parts = ((string[])["1/3", "2/3", "3/3", "1/3"]).Select(part => KitProcess.Start([.. command, _folder["parts"], "--shard", part])).ToList();
        foreach (var part in parts)
        {
            part.StandardOutput.ReadToEnd();
            part.WaitForExit();
            Assert.Equal(0, part.ExitCode);
            part.Dispose();
        }

        Assert.False(File.Exists(_folder["parts", "scan.json"]));
        var together = KitProcess.Run([.. command, _folder["parts"]]);
        Assert.Contains("9 of the shards were in the ledger", together.Output, StringComparison.Ordinal);
        ScanCorpus.AssertSame(_folder["whole"], _folder["parts"]);
    }

    [Fact]
    public void What_a_scan_writes_into_the_folder_that_it_scans_is_no_corpus()
    {
        ScanCorpus.Write(_folder["corpus"], shards: 2, documents: 100);
        string[] command = ["scan", _folder["corpus"], "--benchmarks", "gsm8k", "--out", _folder["corpus"]];
        Assert.Equal(0, KitProcess.Run(command).ExitCode);
        var first = File.ReadAllBytes(_folder["corpus", "scan.json"]);
        Assert.Equal(0, KitProcess.Run(command).ExitCode);
        Assert.Equal(first, File.ReadAllBytes(_folder["corpus", "scan.json"]));
    }

    private static int Kept(string folder) =>
        Directory.Exists(Path.Combine(folder, "ledger")) ? Directory.EnumerateFiles(Path.Combine(folder, "ledger"), "*.json", SearchOption.AllDirectories).Count() : 0;
}
