using System.Text;
using System.Text.Json.Nodes;
using ForensicKit.TestSupport;

namespace ForensicKit.Notebooks.Tests;

/// <summary>Builds and runs small notebooks.</summary>
internal static class Notebooks
{
    public static string KitAssembly => Path.Combine(TestData.RepositoryRoot, "artifacts", "kit", "ForensicKit.Notebooks.dll");

    public static NotebookDocument Of(params string[] cells)
    {
        var notebook = NotebookDocument.Create();
        foreach (var cell in cells)
            notebook.AddCell(NotebookCellKind.Code, cell);
        return notebook;
    }

    public static NotebookDocument Parse(string json) => NotebookDocument.Parse(Encoding.UTF8.GetBytes(json), "test.ipynb");

    public static Task<NotebookRun> RunAsync(params string[] cells) => RunAsync(Of(cells));

    public static async Task<NotebookRun> RunAsync(
        NotebookDocument notebook, NotebookRunOptions? options = null, IProgress<NotebookProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        await using var runner = new NotebookRunner();
        return await runner.RunAsync(notebook, options, progress, cancellationToken);
    }

    /// <summary>Fails with the error's text where the run did not complete.</summary>
    public static NotebookRun Completed(this NotebookRun run)
    {
        Assert.True(run.Status == NotebookStatus.Completed, string.Join("\n", run.Cells.SelectMany(c => c.Error?.Traceback ?? [])));
        return run;
    }

    public static JsonArray Outputs(this NotebookRun run, int cell) => run.Document.Cells[cell].Outputs;

    /// <summary>The only output of a cell: its text for a mime type.</summary>
    public static string Data(this NotebookRun run, int cell, string mime = "text/plain") =>
        Text(Assert.Single(run.Outputs(cell))!["data"]![mime]);

    public static string Text(JsonNode? node) =>
        node is JsonArray lines ? string.Concat(lines.Select(l => l!.GetValue<string>())) : node!.GetValue<string>();

    /// <summary>An empty folder of its own, below the system's temporary folder.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory("forensickit-notebooks-").FullName;
}
