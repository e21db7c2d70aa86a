using System.CommandLine;
using System.Globalization;
using ForensicKit.Notebooks;

namespace ForensicKit.Cli.Verbs;

/// <summary><c>notebook run PATH</c>: runs any C# notebook without a front end.</summary>
internal static class NotebookVerb
{
    public static Command Create()
    {
        var path = new Argument<FileInfo>("PATH") { Description = "A C# notebook (.ipynb)." };
        var output = new Option<FileInfo?>("--out") { Description = "Where the executed copy goes; NAME.executed.ipynb beside the notebook where not given." };
        var parameters = new Option<string[]>("--parameter", "-p") { Description = "A value for the cell tagged 'parameters', as name=value; may be repeated." };
        var goOn = new Option<bool>("--continue-on-error") { Description = "Run the cells after a failed one too." };
        var run = Verb.Create(
            "run",
            "Run a C# notebook and write an executed copy.",
            "forensickit notebook run notebooks/00-open-the-case.ipynb --out /tmp/00.ipynb -p caseName=opus-claims",
            [path, output, parameters, goOn],
            context => RunAsync(
                context, context.Arguments.GetValue(path)!, context.Arguments.GetValue(output), context.Arguments.GetValue(parameters) ?? [], context.Arguments.GetValue(goOn)));
        var verb = new Command("notebook", "Run C# notebooks.");
        verb.Subcommands.Add(run);
        return verb;
    }

    private static async Task<ExitCode> RunAsync(VerbContext context, FileInfo path, FileInfo? output, string[] parameters, bool continueOnError)
    {
        await using var runner = new NotebookRunner();
        runner.WarmUp();
        var document = NotebookDocument.Load(path.FullName);
        var options = new NotebookRunOptions { ContinueOnError = continueOnError, Parameters = parameters.Select(Split).ToDictionary(p => p.Name, p => (object)p.Value, StringComparer.Ordinal) };
        var run = await runner.RunAsync(document, options, new Cells(context.Terminal, path.Name), context.Cancellation);
        var target = output?.FullName ?? Path.ChangeExtension(path.FullName, ".executed.ipynb");
        run.Document.Save(target);
        foreach (var cell in run.Cells.Where(c => c.Error is not null))
            context.Terminal.Note(string.Create(CultureInfo.InvariantCulture, $"cell {cell.Number} '{cell.CellId}'{(cell.Error!.Line is { } line ? ", line " + line.ToString(CultureInfo.InvariantCulture) : "")}: {cell.Error.Name}: {cell.Error.Message}"));
        context.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{run.Status}: {run.Cells.Count(c => c.Status == NotebookStatus.Completed)} of {run.Cells.Count} cells in {run.Elapsed.TotalSeconds:0.0} s, written to {target}"));
        context.Terminal.Object(new { status = run.Status, output = target, seconds = run.Elapsed.TotalSeconds, cells = run.Cells.Select(c => new { c.Number, c.CellId, c.Status, seconds = c.Elapsed.TotalSeconds, error = c.Error?.Message, line = c.Error?.Line }) });
        return run.Status switch { NotebookStatus.Completed => ExitCode.Done, NotebookStatus.Cancelled => ExitCode.Interrupted, _ => ExitCode.CheckFailed };
    }

    private static (string Name, string Value) Split(string parameter)
    {
        var at = parameter.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (parameter[..at], parameter[(at + 1)..]) : throw new KitException($"'{parameter}' is not name=value.", "--parameter", "Write for example -p caseName=opus-claims.");
    }

    private sealed class Cells(Terminal terminal, string name) : IProgress<NotebookProgress>
    {
        public void Report(NotebookProgress value) => terminal.Report(new StepProgress(name, value.Status is null ? value.Index - 1 : value.Index, value.Count, "cells"));
    }
}
