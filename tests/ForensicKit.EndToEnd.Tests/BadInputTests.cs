using System.Diagnostics;
using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>Bad input and bad circumstances: one clear message each, the documented exit code, nothing half-written.</summary>
public sealed class BadInputTests : IDisposable
{
    private const string Gpt4 = "data/recorded/gsm8k-outputs/gpt4.json";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_unknown_case() =>
        KitProcess.Refuses(Investigate("opus-clams"), ExitCode.BadInput, "opus-clams", "opus-claims");

    [Fact]
    public void A_manifest_with_a_wrong_field() =>
        KitProcess.Refuses(Investigate(Case("margin_points: 1", "margin_pionts: 1")), ExitCode.BadInput, "case.yaml:9:1", "Did you mean 'margin_points'");

    [Fact]
    public void A_claim_of_101_percent() =>
        KitProcess.Refuses(Investigate(Case("claimed: \"82.5\"", "claimed: \"101\"")), ExitCode.BadInput, "case.yaml", "101");

    [Fact]
    public void A_claim_over_no_items() =>
        KitProcess.Refuses(Investigate(Case("n: 164", "n: 0")), ExitCode.BadInput, "case.yaml", "n");

    [Fact]
    public void A_missing_artifact()
    {
        var result = Investigate("gsm8k-recorded", data: _folder.Path);
        KitProcess.Refuses(result, ExitCode.EnvironmentLacks, "gpt4.json", "https://", "FORENSICKIT_DATA");
        Assert.False(File.Exists(Path.Combine(Out, Dossier.DocumentFile)));
    }

    [Fact]
    public void An_altered_artifact()
    {
        var data = CopyData(bytes => bytes[^5] ^= 1);
        KitProcess.Refuses(Investigate("gsm8k-recorded", data), ExitCode.CheckFailed, "gpt4.json", "0b542c136da15bb6");
    }

    [Fact]
    public void A_recorded_file_cut_in_half()
    {
        // As somebody would meet it who made the manifest from the half file: its hash fits, its content does not.
        var data = CopyData(change: null);
        var half = File.ReadAllBytes(Path.Combine(data, Gpt4))[..700_000];
        File.WriteAllBytes(Path.Combine(data, Gpt4), half);
        var text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "data-manifests", "cases", "gsm8k-recorded", "case.yaml"))
            .Replace("0b542c136da15bb64892cdbcc7481348422d1bf41babeed691def90ca94852d5", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(half)), StringComparison.Ordinal)
            .Replace("1492217", "700000", StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["gsm8k-recorded"]);
        File.WriteAllText(_folder["gsm8k-recorded", "case.yaml"], text);
        KitProcess.Refuses(Investigate(_folder["gsm8k-recorded"], data), ExitCode.BadInput, "gpt4.json");
        Assert.Equal(0, CountResponses());
    }

    [Fact]
    public void A_read_only_output_folder()
    {
        using var mount = TemporaryMount.Create(_folder["readonly"], "ro,size=1m");
        KitProcess.Refuses(Run("investigate", "opus-claims", "--out", _folder["readonly", "case"]), ExitCode.EnvironmentLacks, "read-only", "--out");
    }

    [Fact]
    public void A_full_disk()
    {
        using var mount = TemporaryMount.Create(_folder["full"], "size=1m");
        var result = Run("investigate", "opus-claims", "--out", _folder["full", "case"]);
        KitProcess.Refuses(result, ExitCode.EnvironmentLacks, "disk", "full");
        Assert.False(File.Exists(_folder["full", "case", Dossier.ManifestFile]));
        Assert.Empty(Directory.GetFiles(_folder["full"], "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_case_opened_by_another_process()
    {
        Directory.CreateDirectory(Out);
        using var connection = new DuckDB.NET.Data.DuckDBConnection("Data Source=" + Path.Combine(Out, Dossier.EvidenceFile));
        connection.Open();
        KitProcess.Refuses(Run("investigate", "opus-claims", "--out", Out, "--resume"), ExitCode.EnvironmentLacks, "another process", $"process {Environment.ProcessId}");
    }

    [Fact]
    public void A_folder_with_other_files_or_an_unfinished_case()
    {
        Directory.CreateDirectory(Out);
        File.WriteAllText(Path.Combine(Out, "thesis.docx"), "");
        KitProcess.Refuses(Run("investigate", "opus-claims", "--out", Out), ExitCode.BadInput, "other files");
        File.Move(Path.Combine(Out, "thesis.docx"), Path.Combine(Out, Dossier.CustodyFile));
        KitProcess.Refuses(Run("investigate", "opus-claims", "--out", Out), ExitCode.BadInput, "--resume");
        KitProcess.Refuses(Run("verify", Out), ExitCode.BadInput, "not finished");
    }

    [Theory]
    [InlineData("investigate", "--frobnicate")]
    [InlineData("frobnicate")]
    [InlineData("conformance", "statistics")]
    [InlineData("conformance", "astrology", ".")]
    [InlineData("verify", "no-such-folder")]
    [InlineData("notebook", "run", "no-such.ipynb")]
    public void Bad_usage(params string[] arguments)
    {
        var result = Run(arguments);
        Assert.Equal((int)ExitCode.BadInput, result.ExitCode);
        Assert.StartsWith("error: ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(1500)]
    [InlineData(3000)]
    [InlineData(5000)]
    public async Task Ctrl_C_at_any_moment_keeps_the_state(int milliseconds)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("SIGINT cannot be sent to another process on Windows.");
        using var process = KitProcess.Start("investigate", "gsm8k-recorded", "--out", Out);
        var errors = process.StandardError.ReadToEndAsync();
        await Task.Delay(milliseconds);
        await Process.Start("kill", ["-INT", process.Id.ToString()])!.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        // Very early the runtime itself ends the process, and very late the work is done.
        Assert.Contains(process.ExitCode, (int[])[130, 0]);
        if (process.ExitCode == 130)
            Assert.DoesNotContain("   at ", await errors, StringComparison.Ordinal);
        if (process.ExitCode == 130 && Directory.Exists(Out) && Directory.EnumerateFileSystemEntries(Out).Any())
        {
            var resumed = Run("investigate", "gsm8k-recorded", "--out", Out, "--resume");
            Assert.True(resumed.ExitCode == 0, resumed.Errors);
        }
    }

    private string Out => _folder["out"];

    private KitResult Investigate(string caseName, string? data = null) => data is null
        ? Run("investigate", caseName, "--out", Out)
        : KitProcess.Run(new Dictionary<string, string>(StringComparer.Ordinal) { ["FORENSICKIT_DATA"] = data, ["HOME"] = _folder.Path, ["XDG_DATA_HOME"] = _folder.Path }, "investigate", caseName, "--out", Out);

    private static KitResult Run(params string[] arguments) => KitProcess.Run(arguments);

    private string Case(string text, string changed)
    {
        var yaml = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "data-manifests", "cases", "opus-claims", "case.yaml"));
        Assert.Contains(text, yaml, StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["opus-claims"]);
        File.WriteAllText(_folder["opus-claims", "case.yaml"], yaml.Replace(text, changed, StringComparison.Ordinal));
        return _folder["opus-claims", "case.yaml"];
    }

    private string CopyData(Action<byte[]>? change)
    {
        var data = _folder["data-copy"];
        foreach (var source in (string[])["data/recorded/gsm8k-outputs", "data/benchmarks/gsm8k"])
        {
            Directory.CreateDirectory(Path.Combine(data, source));
            foreach (var file in Directory.GetFiles(TestData.Require(source.Split('/'))))
                File.WriteAllBytes(Path.Combine(data, source, Path.GetFileName(file)), File.ReadAllBytes(file));
        }

        if (change is not null)
        {
            var bytes = File.ReadAllBytes(Path.Combine(data, Gpt4));
            change(bytes);
            File.WriteAllBytes(Path.Combine(data, Gpt4), bytes);
        }

        return data;
    }

    private long CountResponses() => EvidenceDatabase.OpenReadOnly(Path.Combine(Out, Dossier.EvidenceFile), CancellationToken.None)
        .Query("SELECT count(*) FROM responses", row => row.GetInt64(0), CancellationToken.None)[0];

    /// <summary>A small file system of its own; needs the rights to mount, so elsewhere these tests are skipped by name.</summary>
    private sealed class TemporaryMount(string folder) : IDisposable
    {
        public static TemporaryMount Create(string folder, string options)
        {
            Directory.CreateDirectory(folder);
            if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !Mount("-t", "tmpfs", "-o", options, "tmpfs", folder))
                Assert.Skip("A small or read-only file system needs the rights to mount one.");
            return new TemporaryMount(folder);
        }

        public void Dispose() => Process.Start("umount", [folder])!.WaitForExit();

        private static bool Mount(params string[] arguments)
        {
            using var mount = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            mount.WaitForExit();
            return mount.ExitCode == 0;
        }
    }
}
