using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ForensicKit.Evidence;

namespace ForensicKit.Cli;

/// <summary>A scan as a Slurm array job, each task with its part of the shards, and a job that puts the parts together.</summary>
internal sealed class SlurmJob
{
    private static readonly string[] s_handedOn = ["FORENSICKIT_DATA", "DOTNET_ROOT"];

    private readonly string _folder;
    private readonly int _tasks;
    private readonly IReadOnlyList<string> _options;

    /// <param name="folder">Folder for the scripts and what the jobs say.</param>
    /// <param name="tasks">Tasks of the array, at least 1.</param>
    /// <param name="options">Options of sbatch for both jobs, each as it would stand behind <c>#SBATCH</c>.</param>
    /// <exception cref="KitException">An option is none, or would be more than one line.</exception>
    public SlurmJob(string folder, int tasks, IReadOnlyList<string> options)
    {
        foreach (var option in options)
        {
            if (!option.StartsWith('-') || option.Any(char.IsControl))
                throw new KitException("This is no option of sbatch.", $"--slurm-option {OnOneLine(option)}", "Give one option on one line, for example --slurm-option=--partition=long.");
        }

        (_folder, _tasks, _options) = (Path.GetFullPath(folder), tasks, options);
    }

    /// <summary>The script of the array.</summary>
    public string ScanScript => Path.Combine(_folder, "scan.sbatch");

    /// <summary>The script that puts the parts together.</summary>
    public string MergeScript => Path.Combine(_folder, "merge.sbatch");

    /// <summary>Folder of what the jobs say.</summary>
    public string Logs => Path.Combine(_folder, "slurm");

    /// <summary>Writes both scripts.</summary>
    /// <param name="corpora">What is scanned.</param>
    /// <param name="task">Options of a task, without <c>--shard</c>.</param>
    /// <param name="merge">Options of the run that puts the parts together.</param>
    /// <exception cref="KitException">An argument holds a line break or another control character, or the folder cannot be written.</exception>
    public void Write(IReadOnlyList<string> corpora, IReadOnlyList<string> task, IReadOnlyList<string> merge)
    {
        var tasks = _tasks.ToString(CultureInfo.InvariantCulture);
        var scan = Script("forensickit-scan", "scan-\"$SLURM_ARRAY_TASK_ID\".log", $"#SBATCH --array=1-{tasks}", Command(task, $" --shard \"$SLURM_ARRAY_TASK_ID\"/{tasks}", corpora));
        var together = Script("forensickit-merge", "merge.log", null, Command(merge, "", corpora));
        Directory.CreateDirectory(Logs);
        AtomicFile.WriteText(ScanScript, scan);
        AtomicFile.WriteText(MergeScript, together);
    }

    /// <summary>Submits both; the second waits until every task of the first is done.</summary>
    /// <returns>The jobs' ids.</returns>
    /// <exception cref="KitException">There is no sbatch, or it refuses.</exception>
    public (string Scan, string Merge) Submit()
    {
        var scan = Submit(ScanScript);
        // Where a task fails there is nothing to wait for.
        return (scan, Submit("--dependency=afterok:" + scan, "--kill-on-invalid-dep=yes", MergeScript));
    }

    /// <summary>A word that the shell takes as it is.</summary>
    /// <exception cref="KitException">It holds a control character, which no line of a script can.</exception>
    public static string Quoted(string word) => word.Any(char.IsControl)
        ? throw new KitException("An argument with a line break or another control character cannot be handed to Slurm.", OnOneLine(word), "Rename the file or folder.")
        : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private static string OnOneLine(string word) => string.Concat(word.Select(c => char.IsControl(c) ? '\u2423' : c));

    private string Script(string name, string log, string? array, string command)
    {
        var lines = new List<string> { "#!/bin/bash", $"#SBATCH --job-name={name}" };
        if (array is not null)
            lines.Add(array);
        // What is said goes where the path may have spaces, which Slurm's own option does not take.
        lines.Add("#SBATCH --output=/dev/null");
        lines.AddRange(_options.Select(o => "#SBATCH " + o));
        lines.Add("set -eu");
        lines.Add($"mkdir -p {Quoted(Logs)}");
        lines.Add($"exec > {Quoted(Logs + "/")}{log} 2>&1");
        lines.Add($"cd {Quoted(Directory.GetCurrentDirectory())}");
        foreach (var variable in s_handedOn)
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
                lines.Add($"export {variable}={Quoted(value)}");
        }

        lines.Add(command);
        return string.Join('\n', lines) + "\n";
    }

    // As this process was started: the program itself, or dotnet with the assembly.
    private static string Command(IReadOnlyList<string> options, string part, IReadOnlyList<string> corpora)
    {
        var program = Environment.ProcessPath ?? "forensickit";
        var assembly = typeof(SlurmJob).Assembly.Location;
        string[] start = Path.GetFileNameWithoutExtension(program) == "dotnet" && assembly.Length > 0 ? [program, assembly] : [program];
        return $"{string.Join(' ', [.. start.Select(Quoted), "scan", .. options.Select(Quoted)])}{part} -- {string.Join(' ', corpora.Select(Quoted))}";
    }

    private static string Submit(params string[] arguments)
    {
        var start = new ProcessStartInfo("sbatch") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        foreach (var argument in (string[])["--parsable", .. arguments])
            start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            // "id", or "id;cluster".
            return process.ExitCode == 0 && output.Split(';')[0].Trim() is { Length: > 0 } id && id.All(char.IsAsciiDigit)
                ? id
                : throw new KitException($"sbatch refuses it: {errors.Result.ReplaceLineEndings(" ").Trim().TrimEnd('.')}.", arguments[^1], "Mend it and submit the scripts by hand, or run the same command again.", ExitCode.EnvironmentLacks);
        }
        catch (Win32Exception e)
        {
            throw new KitException(
                "There is no sbatch here. The scripts are written.", arguments[^1],
                "Submit them where there is Slurm: sbatch --parsable scan.sbatch, then sbatch --dependency=afterok:JOB merge.sbatch.", ExitCode.EnvironmentLacks, e);
        }
    }
}
