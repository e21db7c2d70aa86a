using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Corpora;
using ForensicKit.Evidence;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>scan CORPUS…</c>: looks for benchmark items in training text.</summary>
internal static class ScanVerb
{
    private const string Examples = """
        forensickit scan corpus/*.jsonl.gz --benchmarks gsm8k,mmlu --out scan
          forensickit scan corpus --out scan --shard 2/8
          forensickit scan corpus --out scan --slurm 64 --slurm-option=--time=2:00:00
        """;

    private static readonly Argument<string[]> s_corpora = new("CORPUS") { Description = "Files, folders, patterns (*, ?, **) or - for standard input.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string[]> s_benchmarks = new("--benchmarks") { Description = $"Benchmarks to look for, separated by commas; {string.Join(", ", ScanBenchmarks.Usual)} where their files are here.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> s_fields = new("--field") { Description = "Field or column that holds the text; may be repeated. text and content where not given.", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<FileInfo?> s_truth = new("--truth") { Description = "What was planted where (JSON Lines of id, kind, contaminated, benchmark, item): recall and false positives are printed." };
    private static readonly Option<DirectoryInfo?> s_out = new("--out") { Description = "Folder for scan.json and hits.jsonl." };
    private static readonly Option<int> s_common = new("--common") { Description = "A plain question that stands in more documents than this, in none with its answer or choices, is told as boilerplate; 0 for never.", DefaultValueFactory = _ => CommonQuestions.Documents };
    private static readonly Option<int> s_threads = new("--threads") { Description = "Threads that compare; one for each core where not given.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private static readonly Option<DirectoryInfo?> s_ledger = new("--ledger") { Description = "Folder that keeps what was found in each shard, so that no shard is scanned twice; the folder ledger below --out where not given." };
    private static readonly Option<bool> s_fresh = new("--fresh") { Description = "Scan every shard, whatever the ledger holds." };
    private static readonly Option<string?> s_shard = new("--shard") { Description = "i/n: scan only the i-th of n parts of the shards, into the ledger. The same command without it puts the parts together." };
    private static readonly Option<int?> s_slurm = new("--slurm") { Description = "Run as a Slurm array job of so many tasks and a job that puts the parts together; both scripts are written to --out." };
    private static readonly Option<string[]> s_slurmOptions = new("--slurm-option") { Description = "Option of sbatch for both jobs, for example --slurm-option=--partition=long; may be repeated." };

    static ScanVerb()
    {
        s_threads.Validators.Add(result => AtLeastOne(result, result.GetValueOrDefault<int>()));
        s_common.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0)
                result.AddError("--common takes a number of at least 0.");
        });
        s_slurm.Validators.Add(result => AtLeastOne(result, result.GetValueOrDefault<int?>()));
        s_shard.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } part && CorpusPart.Parse(part) is null)
                result.AddError("--shard takes i/n, with i from 1 to n.");
        });
    }

    public static Command Create() => Verb.Create(
        "scan",
        "Look for benchmark items in training text: whole, in parts, edited or rephrased. Presence is all it says; whether a score gained by it is another question. "
        + "What was interrupted goes on where it was: the same command scans only what the ledger does not hold.",
        Examples,
        [s_corpora, s_benchmarks, s_fields, s_truth, s_out, s_common, s_threads, s_ledger, s_fresh, s_shard, s_slurm, s_slurmOptions],
        context => Task.FromResult(Run(context)));

    private static void AtLeastOne(OptionResult result, int? value)
    {
        if (value < 1)
            result.AddError($"{result.Option.Name} takes a number of at least 1.");
    }

    private static ExitCode Run(VerbContext context)
    {
        var (terminal, arguments) = (context.Terminal, context.Arguments);
        var (folder, part) = (arguments.GetValue(s_out)?.FullName, arguments.GetValue(s_shard) is { } i ? CorpusPart.Parse(i) : null);
        var kept = arguments.GetValue(s_ledger)?.FullName ?? (folder is null ? null : Path.Combine(folder, "ledger"));
        if (part is not null && kept is null)
            throw new KitException("A part of the shards is scanned into a ledger.", "--shard", "Name its folder with --ledger, or with --out.");
        if (arguments.GetValue(s_slurm) is { } tasks)
            return Submit(context, tasks, folder, part);
        if (part is not null && arguments.GetValue(s_corpora)!.Contains("-", StringComparer.Ordinal))
            throw new KitException("Standard input has no parts.", "--shard", "Name files or folders.");
        var truth = arguments.GetValue(s_truth) is { } file && part is null ? ScanTruth.Read(file.FullName, context.Cancellation) : null;
        var shards = CorpusFiles.Find(arguments.GetValue(s_corpora)!, (path, why) => terminal.Note($"note: {path} is passed over: {why}"));
        shards = [.. shards.Where(s => !IsOurs(s, folder, kept))];
        var own = part?.Take(shards) ?? shards;
        var items = Items(Names(arguments), terminal, context.Cancellation);
        var ledger = kept is null ? null : ScanLedger.Open(kept, arguments.GetValue(s_fresh), terminal.Note);
        var clock = Stopwatch.StartNew();
        var index = ScanIndex.Of(items);
        var threads = arguments.GetValue(s_threads);
        var calibration = ScanCalibration.Of(index, threads, context.Cancellation);
        var prepared = clock.Elapsed;
        var thresholds = calibration.Thresholds();
        var scan = new CorpusScan(index, calibration, thresholds, arguments.GetValue(s_fields) is { Length: > 0 } fields ? new() { TextFields = fields } : new());
        CorpusScanResult result;
        try
        {
            result = CommonQuestions.Told(scan.Scan(own, threads, ledger, terminal, context.Cancellation), arguments.GetValue(s_common));
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            throw new KitException(
                kept is null ? "Interrupted." : "Interrupted. The shards that were finished are in the ledger; run the same command again to go on.", exitCode: ExitCode.Interrupted);
        }

        var seconds = (clock.Elapsed - prepared).TotalSeconds;
        var report = ScanReport.Of(index, calibration, thresholds, result, truth);
        if (folder is not null && part is null)
            report.Write(folder, result.Hits);
        Tell(terminal, report, result.KeptShards, prepared.TotalSeconds, seconds);
        if (part is not null)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"\nThis is part {part.Number} of {part.Of}, in the ledger; the same command without --shard puts the parts together."));
        else if (folder is not null)
            terminal.Say($"\nscan.json and hits.jsonl are in {Path.GetRelativePath(Directory.GetCurrentDirectory(), folder)}.");
        terminal.Object(new { report.Documents, report.TextBytes, IndexSeconds = prepared.TotalSeconds, ScanSeconds = seconds, result.KeptShards, report.Benchmarks, report.Shards, report.Truth });
        return ExitCode.Done;
    }

    // What an earlier run wrote into a folder that is scanned is no corpus.
    private static bool IsOurs(CorpusShard shard, string? folder, string? ledger)
    {
        if (shard.Path is null)
            return false;
        var path = Path.GetFullPath(shard.Path);
        bool IsBelow(string other) => path.StartsWith(Path.TrimEndingDirectorySeparator(other) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return (ledger is not null && IsBelow(ledger)) || (folder is not null
            && (IsBelow(Path.Combine(folder, "slurm")) || (Path.GetDirectoryName(path) == Path.TrimEndingDirectorySeparator(folder) && Path.GetFileName(path) is "scan.json" or "hits.jsonl" or "scan.sbatch" or "merge.sbatch")));
    }

    private static ExitCode Submit(VerbContext context, int tasks, string? folder, CorpusPart? part)
    {
        var (terminal, arguments) = (context.Terminal, context.Arguments);
        if (folder is null || part is not null)
            throw new KitException(folder is null ? "The jobs need a folder for their scripts and the result." : "Slurm's tasks choose their parts themselves.", "--slurm", folder is null ? "Name one with --out." : "Leave out --shard.");
        var corpora = arguments.GetValue(s_corpora)!;
        if (corpora.Contains("-", StringComparer.Ordinal))
            throw new KitException("Standard input cannot be handed to Slurm.", "--slurm", "Name files or folders.");
        List<string> task = ["--out", folder];
        if (arguments.GetValue(s_ledger) is { } ledger)
            task.AddRange("--ledger", ledger.FullName);
        if (Names(arguments) is { Count: > 0 } names)
            task.AddRange("--benchmarks", string.Join(',', names));
        foreach (var field in arguments.GetValue(s_fields) ?? [])
            task.AddRange("--field", field);
        if (arguments.GetResult(s_threads) is { Implicit: false })
            task.AddRange("--threads", arguments.GetValue(s_threads).ToString(CultureInfo.InvariantCulture));
        // The tasks' results are what the other job takes up, so only they start afresh.
        List<string> merge = [.. task];
        if (arguments.GetValue(s_truth) is { } truth)
            merge.AddRange("--truth", truth.FullName);
        if (arguments.GetResult(s_common) is { Implicit: false })
            merge.AddRange("--common", arguments.GetValue(s_common).ToString(CultureInfo.InvariantCulture));
        if (arguments.GetValue(s_fresh))
            task.Add("--fresh");
        var job = new SlurmJob(folder, tasks, arguments.GetValue(s_slurmOptions) ?? []);
        job.Write(corpora, task, merge);
        terminal.Note($"note: {Path.GetFileName(job.ScanScript)} and {Path.GetFileName(job.MergeScript)} are in {folder}.");
        var (scan, together) = job.Submit();
        terminal.Say($"Job {scan} scans in {tasks.ToString(CultureInfo.InvariantCulture)} tasks, job {together} puts their results together.");
        terminal.Say($"Watch them with: squeue -j {scan},{together}");
        terminal.Say($"What they say is in {job.Logs}; scan.json and hits.jsonl will be in {folder}.");
        terminal.Say("Where a task fails, run the same command again: what was finished is not scanned again.");
        terminal.Object(new { ScanJob = scan, MergeJob = together, job.ScanScript, job.MergeScript, job.Logs });
        return ExitCode.Done;
    }

    private static List<string> Names(ParseResult arguments) =>
        [.. (arguments.GetValue(s_benchmarks) ?? []).SelectMany(b => b.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];

    // What is named must be there; of the usual ones, those that are.
    private static List<ScanItem> Items(IReadOnlyList<string> named, Terminal terminal, CancellationToken cancellationToken)
    {
        var kit = KitFolder.Locate();
        var items = new List<ScanItem>();
        foreach (var name in named.Count > 0 ? named : ScanBenchmarks.Usual)
        {
            try
            {
                items.AddRange(ScanBenchmarks.Read(kit, name, cancellationToken));
            }
            catch (KitException e) when (named.Count == 0 && e.ExitCode == ExitCode.EnvironmentLacks)
            {
                terminal.Note($"note: {name} is not looked for: its files are not here.");
            }
        }

        return items.Count > 0 ? items : throw new KitException(
            "The files of no benchmark are here.", string.Join(", ", ScanBenchmarks.Usual), $"Set {ArtifactStore.DataVariable} to the folder that holds them, or name benchmarks with --benchmarks.", ExitCode.EnvironmentLacks);
    }

    private static void Tell(Terminal terminal, ScanReport report, int keptShards, double prepared, double seconds)
    {
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Documents:N0} documents, {report.TextBytes / 1e6:N1} MB of text in {report.Shards.Count} shards; {seconds:N1} s ({report.TextBytes / 1e6 / Math.Max(seconds, 1e-3):N0} MB/s) after {prepared:N1} s of preparation"));
        if (keptShards > 0)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"  {keptShards} of the shards were in the ledger and not scanned again"));
        if (report.Shards.Count(s => s.CopyOf is not null) is var copies and > 0)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"  {copies} of the shards are copies of others; their hits are told for each"));
        foreach (var b in report.Benchmarks.Where(b => b.Scans.Any(s => s.Benchmarks.Count < report.Benchmarks.Count)))
            terminal.Say($"  {b.Benchmark}: found in part with an earlier scan, of {string.Join(" and of ", b.Scans.Where(s => s.Benchmarks.Count < report.Benchmarks.Count).Select(s => string.Join(", ", s.Benchmarks)))}; --fresh scans anew");
        if (report.Benchmarks.Where(b => b.Examples > 0).ToList() is { Count: > 0 } held)
            terminal.Say($"  held against items of other splits: {string.Join(", ", held.Select(b => $"{b.Benchmark} {b.Examples.ToString("N0", CultureInfo.InvariantCulture)}"))}");
        foreach (var shard in report.Shards.Where(s => s.NotRead.Count > 0))
            terminal.Say($"  not read as it should be, {shard.Name}: {string.Join(", ", shard.NotRead.Select(n => $"{n.Key} {n.Value.ToString(CultureInfo.InvariantCulture)}"))}; first: {shard.FirstDefects[0]}");
        terminal.Say();
        terminal.Say($"{"benchmark",-16}{"items",8}{"question only",15}{"with answer",13}{"answer only",13}{"leaks",8}{"other hits",12}");
        foreach (var b in report.Benchmarks)
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{b.Benchmark,-16}{b.Items,8}{b.QuestionOnly,15}{b.QuestionAndAnswer,13}{b.AnswerOnly,13}{b.Leaks,8}{b.OtherHits,12}"));
        terminal.Say("Presence is not inflation: a model may have gained nothing from what stands here.");
        if (report.Truth is not { } truth)
            return;
        terminal.Say();
        terminal.Say($"{"planted",-46}{"documents",10}{"found",8}{"right",8}   share [95 %]");
        foreach (var row in truth)
        {
            terminal.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{$"{row.Benchmark} {row.Kind}".Trim(),-46}{row.Documents,10}{row.Found,8}{(row.IsContaminated ? row.RightItem.ToString(CultureInfo.InvariantCulture) : ""),8}   {(row.IsContaminated ? "recall" : "false positives")} {row.Share:F4} [{row.Interval.Lower:F4}, {row.Interval.Upper:F4}]"));
        }
    }
}
