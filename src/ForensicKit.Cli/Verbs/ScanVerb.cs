using System.CommandLine;
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
    public static Command Create()
    {
        var corpora = new Argument<string[]>("CORPUS") { Description = "Files, folders, patterns (*, ?, **) or - for standard input.", Arity = ArgumentArity.OneOrMore };
        var benchmarks = new Option<string[]>("--benchmarks") { Description = $"Benchmarks to look for, separated by commas; {string.Join(", ", ScanBenchmarks.Usual)} where their files are here.", AllowMultipleArgumentsPerToken = true };
        var fields = new Option<string[]>("--field") { Description = "Field or column that holds the text; may be repeated. text and content where not given.", AllowMultipleArgumentsPerToken = true };
        var truth = new Option<FileInfo?>("--truth") { Description = "What was planted where (JSON Lines of id, kind, contaminated, benchmark, item): recall and false positives are printed." };
        var output = new Option<DirectoryInfo?>("--out") { Description = "Folder for scan.json and hits.jsonl." };
        var threads = new Option<int>("--threads") { Description = "Threads that compare; one for each core where not given.", DefaultValueFactory = _ => Environment.ProcessorCount };
        threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("--threads takes a number of at least 1.");
        });
        return Verb.Create(
            "scan",
            "Look for benchmark items in training text: whole, in parts, edited or rephrased. Presence is all it says; whether a score gained by it is another question.",
            "forensickit scan corpus/*.jsonl.gz --benchmarks gsm8k,mmlu --out scan",
            [corpora, benchmarks, fields, truth, output, threads],
            context => Task.FromResult(Run(
                context, context.Arguments.GetValue(corpora)!, context.Arguments.GetValue(benchmarks) ?? [], context.Arguments.GetValue(fields) ?? [],
                context.Arguments.GetValue(truth)?.FullName, context.Arguments.GetValue(output)?.FullName, context.Arguments.GetValue(threads))));
    }

    private static ExitCode Run(VerbContext context, string[] corpora, string[] benchmarks, string[] fields, string? truthFile, string? folder, int threads)
    {
        var terminal = context.Terminal;
        var truth = truthFile is null ? null : ScanTruth.Read(truthFile, context.Cancellation);
        var shards = CorpusFiles.Find(corpora, (path, why) => terminal.Note($"note: {path} is passed over: {why}"));
        var items = Items([.. benchmarks.SelectMany(b => b.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))], terminal, context.Cancellation);
        var clock = Stopwatch.StartNew();
        var index = ScanIndex.Of(items);
        var calibration = ScanCalibration.Of(index, threads, context.Cancellation);
        var prepared = clock.Elapsed;
        var thresholds = calibration.Thresholds();
        var scan = new CorpusScan(index, calibration, thresholds, fields.Length > 0 ? new() { TextFields = fields } : new());
        var result = scan.Scan(shards, threads, terminal, context.Cancellation);
        var seconds = (clock.Elapsed - prepared).TotalSeconds;
        var report = ScanReport.Of(index, calibration, thresholds, result, truth);
        if (folder is not null)
            report.Write(folder, result.Hits);
        Tell(terminal, report, prepared.TotalSeconds, seconds);
        if (folder is not null)
            terminal.Say($"\nscan.json and hits.jsonl are in {Path.GetRelativePath(Directory.GetCurrentDirectory(), folder)}.");
        terminal.Object(new { report.Documents, report.TextBytes, IndexSeconds = prepared.TotalSeconds, ScanSeconds = seconds, report.Benchmarks, report.Shards, report.Truth });
        return ExitCode.Done;
    }

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

    private static void Tell(Terminal terminal, ScanReport report, double prepared, double seconds)
    {
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Documents:N0} documents, {report.TextBytes / 1e6:N1} MB of text in {report.Shards.Count} shards; {seconds:N1} s ({report.TextBytes / 1e6 / Math.Max(seconds, 1e-3):N0} MB/s) after {prepared:N1} s of preparation"));
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
