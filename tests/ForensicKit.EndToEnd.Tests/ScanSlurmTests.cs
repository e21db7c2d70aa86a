using System.Diagnostics;
using System.Text.Json;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>A scan on a cluster says what it says on one machine.</summary>
public sealed class ScanSlurmTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // A name with all that a shell could take for something else.
    private string Corpus => _folder["it's $(a) \"corpus\" `of` \\ many; words & more"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Category", "Slow")]
    public void An_array_job_says_what_one_process_says()
    {
        // An sbatch that runs the job here, task after task, and says its id.
        var sbatch = Sbatch("""
            #!/bin/bash
            printf '%s\n' "$*" >> "$(dirname "$0")/calls"
            script="${@: -1}"
            cd /
            tasks=$(sed -n 's/^#SBATCH --array=1-//p' "$script")
            if [ -n "$tasks" ]; then
              for i in $(seq "$tasks"); do SLURM_ARRAY_TASK_ID=$i bash "$script" || exit 1; done
              echo 41
            else
              bash "$script" || exit 1
              echo '42;cluster'
            fi
            """);
        ScanCorpus.Write(Corpus, shards: 5, documents: 300);
        var whole = KitProcess.Run("scan", Corpus, "--benchmarks", "gsm8k", "--out", _folder["whole"]);
        Assert.True(whole.ExitCode == 0, whole.Errors);
        var result = KitProcess.Run(sbatch, "scan", Corpus, "--benchmarks", "gsm8k", "--out", _folder["job's $HOME"], "--slurm", "3", "--slurm-option=--time=10", "--slurm-option=--partition=a b", "--threads", "1");
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Contains("squeue -j 41,42", result.Output, StringComparison.Ordinal);
        ScanCorpus.AssertSame(_folder["whole"], _folder["job's $HOME"]);
        Assert.Equal(
            [$"--parsable {_folder["job's $HOME", "scan.sbatch"]}", $"--parsable --dependency=afterok:41 --kill-on-invalid-dep=yes {_folder["job's $HOME", "merge.sbatch"]}"], File.ReadAllLines(_folder["bin", "calls"]));
        var script = File.ReadAllText(_folder["job's $HOME", "scan.sbatch"]);
        Assert.Contains("\n#SBATCH --array=1-3\n", script, StringComparison.Ordinal);
        Assert.Contains("\n#SBATCH --time=10\n#SBATCH --partition=a b\n", script, StringComparison.Ordinal);
        Assert.Contains("5 of the shards were in the ledger", File.ReadAllText(_folder["job's $HOME", "slurm", "merge.log"]), StringComparison.Ordinal);
        // Three parts of five shards, and no part wrote the report.
        Assert.All(Enumerable.Range(1, 3), part => Assert.Contains($"part {part} of 3", File.ReadAllText(_folder["job's $HOME", "slurm", $"scan-{part}.log"]), StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Slurm_itself_runs_the_job()
    {
        if (!IsUp("sbatch", "--version") || !IsUp("scontrol", "ping"))
            Assert.Skip("Slurm with a running controller is not here (Debian: slurm-wlm).");
        ScanCorpus.Write(Corpus, shards: 5, documents: 300);
        Assert.Equal(0, KitProcess.Run("scan", Corpus, "--benchmarks", "gsm8k", "--out", _folder["whole"]).ExitCode);
        var result = KitProcess.Run("scan", Corpus, "--benchmarks", "gsm8k", "--out", _folder["job's $HOME"], "--slurm", "3", "--slurm-option=--time=10", "--json");
        Assert.True(result.ExitCode == 0, result.Errors);
        var jobs = JsonDocument.Parse(result.Output).RootElement;
        for (var seconds = 0; seconds < 120 && !File.Exists(_folder["job's $HOME", "scan.json"]); seconds++)
            await Task.Delay(1000, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(_folder["job's $HOME", "scan.json"]), $"jobs {jobs.GetProperty("scan_job")}, {jobs.GetProperty("merge_job")}");
        ScanCorpus.AssertSame(_folder["whole"], _folder["job's $HOME"]);
    }

    [Fact]
    public void Without_sbatch_the_scripts_are_written_all_the_same()
    {
        ScanCorpus.Write(Corpus, shards: 1, documents: 10);
        Directory.CreateDirectory(_folder["bin"]);
        var nothing = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = _folder["bin"] };
        KitProcess.Refuses(KitProcess.Run(nothing, "scan", Corpus, "--out", _folder["job"], "--slurm", "2"), ExitCode.EnvironmentLacks, "no sbatch", "scripts are written", "scan.sbatch");
        Assert.True(File.Exists(_folder["job", "scan.sbatch"]) && File.Exists(_folder["job", "merge.sbatch"]));
    }

    [Fact]
    public void What_Slurm_refuses_is_told()
    {
        var sbatch = Sbatch("#!/bin/bash\necho 'sbatch: error: invalid partition' >&2\nexit 1\n");
        ScanCorpus.Write(Corpus, shards: 1, documents: 10);
        KitProcess.Refuses(KitProcess.Run(sbatch, "scan", Corpus, "--out", _folder["job"], "--slurm", "2"), ExitCode.EnvironmentLacks, "invalid partition", "scan.sbatch");
    }

    [Fact]
    public void What_cannot_be_a_job_is_refused()
    {
        ScanCorpus.Write(_folder["corpus"], shards: 1, documents: 10);
        KitResult Run(params string[] arguments) => KitProcess.Run(["scan", .. arguments]);
        KitProcess.Refuses(Run("a\nb", "--out", _folder["job"], "--slurm", "2"), ExitCode.BadInput, "line break");
        KitProcess.Refuses(Run(_folder["corpus"], "--out", _folder["job"], "--slurm", "2", "--slurm-option=--time=1\nrm -r x"), ExitCode.BadInput, "no option of sbatch");
        KitProcess.Refuses(Run(_folder["corpus"], "--out", _folder["job"], "--slurm", "2", "--slurm-option", "rm"), ExitCode.BadInput, "no option of sbatch");
        KitProcess.Refuses(Run("-", "--out", _folder["job"], "--slurm", "2"), ExitCode.BadInput, "standard input");
        KitProcess.Refuses(Run(_folder["corpus"], "--slurm", "2"), ExitCode.BadInput, "--out");
        KitProcess.Refuses(Run(_folder["corpus"], "--out", _folder["job"], "--slurm", "2", "--shard", "1/2"), ExitCode.BadInput, "--shard");
        KitProcess.Refuses(Run(_folder["corpus"], "--shard", "1/2"), ExitCode.BadInput, "--ledger");
        KitProcess.Refuses(Run("-", "--shard", "1/2", "--out", _folder["job"]), ExitCode.BadInput, "standard input");
        KitProcess.Refuses(Run(_folder["corpus"], "--shard", "3/2", "--out", _folder["job"]), ExitCode.BadInput, "i/n");
        KitProcess.Refuses(Run(_folder["corpus"], "--slurm", "0", "--out", _folder["job"]), ExitCode.BadInput, "at least 1");
        Assert.False(Directory.Exists(_folder["job"]));
    }

    private Dictionary<string, string> Sbatch(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A shell that reads scripts is not here.");
        Directory.CreateDirectory(_folder["bin"]);
        File.WriteAllText(_folder["bin", "sbatch"], script.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder["bin", "sbatch"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(StringComparer.Ordinal) { ["PATH"] = _folder["bin"] + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH") };
    }

    private static bool IsUp(string program, string argument)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, argument) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 && !output.Contains("DOWN", StringComparison.Ordinal);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
