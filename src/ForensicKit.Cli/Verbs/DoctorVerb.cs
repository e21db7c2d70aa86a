using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using ForensicKit.Cases;
using ForensicKit.Inference.Torch;
using ForensicKit.Models;
using ForensicKit.Notebooks;
using ForensicKit.Reporting;
using ForensicKit.Sandbox;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>doctor</c>: what works here, what is missing, how to get it. Each line is tried, not looked up.</summary>
internal static class DoctorVerb
{
    public static Command Create() => Verb.Create(
        "doctor",
        "Try what the kit needs on this machine and say what is missing and how to get it.",
        "forensickit doctor",
        [],
        RunAsync);

    private static async Task<ExitCode> RunAsync(VerbContext context)
    {
        var checks = new List<Check> { new("Runtime", true, $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Text(Environment.ProcessorCount)} threads") };
        checks.Add(Try("Evidence database", "Reinstall the kit: the native DuckDB library for this system is missing.", DuckDb));
        checks.Add(Try("Figures (SVG, PNG, PDF)", "Reinstall the kit: the native SkiaSharp library for this system is missing.", Figures));
        checks.Add(await TryAsync("Notebooks", "Run from a complete checkout, built with 'dotnet build'.", () => NotebookAsync(context.Cancellation)));
        checks.Add(Try("Models", "Reinstall the kit: libtorch for this system is missing, or set ForensicAccelerator and build again.", Models));
        checks.Add(await TryAsync("Sandbox for JavaScript", "Reinstall the kit.", () => SandboxAsync(context.Cancellation)));
        var catalog = Try("Manifests", "Run inside a checkout of ForensicKit.", () => string.Join(", ", KitFolder.Locate().Manifests.CaseNames));
        checks.Add(catalog);
        if (catalog.Works)
            checks.AddRange(Cases(context.Cancellation));
        checks.Add(Writable());

        foreach (var check in checks)
            context.Terminal.Say($"{(check.Works ? "ok     " : check.IsOptional ? "absent " : "MISSING")}  {check.Name}: {check.Detail}{(check.Works || check.Mend is null ? "" : " " + check.Mend)}");
        context.Terminal.Object(new { checks });
        return checks.All(c => c.Works || c.IsOptional) ? ExitCode.Done : ExitCode.EnvironmentLacks;
    }

    private static string DuckDb()
    {
        using var connection = new DuckDBConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT version()";
        return $"DuckDB {command.ExecuteScalar()}";
    }

    private static string Figures()
    {
        var figure = ForestPlot.Create(new FigureIdentity("fig-doctor", 1, "A test", "A test figure.", "doctor"), "Score", "%", [new ForestRow("Test", new(1), new(2, 1, 3))]);
        return string.Create(CultureInfo.InvariantCulture, $"a test figure of {FigureImage.Png(figure).Length:N0} bytes PNG and {FigureImage.Pdf(figure).Length:N0} bytes PDF");
    }

    private static async Task<string> NotebookAsync(CancellationToken cancellationToken)
    {
        await using var runner = new NotebookRunner();
        var notebook = NotebookDocument.Create();
        notebook.AddCell(NotebookCellKind.Code, "6 * 7");
        var run = await runner.RunAsync(notebook, new NotebookRunOptions { Folder = Path.GetTempPath() }, cancellationToken: cancellationToken);
        return run.Status == NotebookStatus.Completed
            ? string.Create(CultureInfo.InvariantCulture, $"the C# kernel answered in {run.Elapsed.TotalSeconds:0.0} s")
            : throw new InvalidOperationException(run.Cells[0].Error?.Message ?? run.Status.ToString());
    }

    private static string Models()
    {
        TorchRuntime.EnsureLoaded();
        using var sum = TorchSharp.torch.arange(4).sum();
        var cuda = TorchSharp.torch.cuda.is_available() ? "CUDA is there" : "no CUDA, models run on the processor";
        return sum.item<long>() == 6 ? $"libtorch computes; {cuda}{(TorchRuntime.Note is { } note ? "; " + note : "")}" : throw new InvalidOperationException("libtorch computes wrongly.");
    }

    private static async Task<string> SandboxAsync(CancellationToken cancellationToken)
    {
        using var sandbox = new JavaScriptSandbox();
        var result = await sandbox.RunAsync(new SandboxProgram("function twice(x) { return 2 * x; }", "function check(candidate) { assert.equal(candidate(21), 42); }", "twice"), cancellationToken);
        return result.Outcome == SandboxOutcome.Passed ? $"{sandbox.Engine} ran a program and its check" : throw new InvalidOperationException(result.Message);
    }

    /// <summary>Which cases have their files here. A case whose files are elsewhere is absent, not broken.</summary>
    private static IEnumerable<Check> Cases(CancellationToken cancellationToken)
    {
        var kit = KitFolder.Locate();
        foreach (var name in kit.Manifests.CaseNames)
        {
            yield return Try($"Case {name}", null, () =>
            {
                var manifest = kit.Manifests.Case(name);
                var store = kit.StoreFor(manifest);
                var files = manifest.Recordings.SelectMany(manifest.ArtifactsOf).Concat(manifest.Models.Where(m => m.Manifest is not null).SelectMany(m => kit.Manifests.Model(m.Manifest!).Artifacts)).ToList();
                foreach (var artifact in files)
                    store.Resolve(artifact, cancellationToken);
                return files.Count == 0 ? "judged from printed numbers, needs no files" : "all recorded files and models are here";
            }) with
            { IsOptional = true };
        }
    }

    private static Check Writable() => Try("Output folder", "Choose another folder with --out.", () =>
    {
        var folder = Directory.GetCurrentDirectory();
        var probe = Path.Combine(folder, ".forensickit-doctor");
        File.WriteAllText(probe, "");
        File.Delete(probe);
        return string.Create(CultureInfo.InvariantCulture, $"{folder} can be written, {new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace / 1e9:N1} GB free");
    });

    private static Check Try(string name, string? mend, Func<string> work) => TryAsync(name, mend, () => Task.FromResult(work())).GetAwaiter().GetResult();

    private static async Task<Check> TryAsync(string name, string? mend, Func<Task<string>> work)
    {
        try
        {
            return new(name, true, await work());
        }
        // Whatever goes wrong is the answer that was asked for.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(name, false, e.Message.Split('\n')[0], mend);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Check(string Name, bool Works, string Detail, string? Mend = null)
    {
        public bool IsOptional { get; init; }
    }
}
