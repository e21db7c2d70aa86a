using System.Diagnostics;
using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.TestSupport;

namespace ForensicKit.Notebooks.Tests;

/// <summary>
/// The kit in the stock C# kernel, where it is installed: <c>dotnet tool install Microsoft.dotnet-interactive</c>,
/// <c>dotnet interactive jupyter install</c> and Jupyter's nbconvert.
/// </summary>
public class JupyterKernelTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task The_kit_its_native_libraries_charts_and_rich_output_work_in_the_stock_kernel()
    {
        await RequireKernelAsync();
        // Beside the kit folder, as the notebooks of the repository are.
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Notebooks.KitAssembly))!, "jupyter-test")).FullName;
        var path = Path.Combine(folder, "kit.ipynb");
        Notebooks.Of(
            """
            #r "../kit/ForensicKit.Notebooks.dll"
            ForensicKit.Notebooks.NotebookKit.Load();
            ForensicKit.Notebooks.NotebookExecution.CancellationToken.CanBeCanceled.ToString()
            """,
            """
            var connection = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
            connection.Open();
            var command = connection.CreateCommand();
            command.CommandText = "select (6 * 7)::text";
            command.ExecuteScalar()
            """,
            """
            new Microsoft.Data.Analysis.DataFrame(new Microsoft.Data.Analysis.StringDataFrameColumn("<n>", new[] { "a & b" }))
            """,
            """
            using ForensicKit.Statistics;
            Probability.FromValue(0.5).ToScientific()
            """,
            """
            // Through the reflection that a library's reference amounts to: cells do not name chart types.
            var chart = System.Reflection.Assembly.Load("Plotly.NET").GetType("Plotly.NET.Defaults").GetProperty("DefaultConfig").GetValue(null);
            chart.GetType().Name
            """,
            """
            new ForensicKit.Reporting.PlotlyBootstrap()
            """,
            """
            ForensicKit.Inference.Torch.TorchRuntime.EnsureLoaded();
            TorchSharp.torch.ones(3).sum().item<float>().ToString()
            """).Save(path);
        await JupyterAsync("nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--output", "kit.out.ipynb", path);
        var executed = NotebookDocument.Load(Path.Combine(folder, "kit.out.ipynb"));
        string Result(int cell, string mime) => Notebooks.Text(executed.Cells[cell].Outputs[^1]!["data"]![mime]);
        Assert.All(executed.Cells, c => Assert.DoesNotContain(c.Outputs, o => o!["output_type"]!.GetValue<string>() == "error"));
        Assert.Equal("True", Result(0, "text/plain"));
        Assert.Equal("42", Result(1, "text/plain"));
        Assert.Contains(">&lt;n&gt;</th>", Result(2, "text/html"), StringComparison.Ordinal);
        Assert.Equal("5.0e-1", Result(3, "text/plain"));
        Assert.Equal("Config", Result(4, "text/plain"));
        Assert.Contains("forensicKitPlotly", Result(5, "text/html"), StringComparison.Ordinal);
        Assert.Equal("3", Result(6, "text/plain"));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task The_notebooks_of_the_repository_take_a_case_from_claims_to_document_in_the_stock_kernel()
    {
        await RequireKernelAsync();
        // A folder laid out as the repository is: the notebooks run as they are committed, and their dossier lies beside them.
        using var root = new TemporaryFolder();
        var (notebooks, executed) = (Directory.CreateDirectory(root["notebooks"]).FullName, root["executed"]);
        Directory.CreateDirectory(root["artifacts"]);
        Directory.CreateSymbolicLink(root["artifacts", "kit"], Path.GetDirectoryName(Notebooks.KitAssembly)!);
        Directory.CreateSymbolicLink(root["data-manifests"], Path.Combine(TestData.RepositoryRoot, "data-manifests"));
        foreach (var name in (string[])["00-open-the-case.ipynb", "01-claims-and-reproduction.ipynb", "05-verdict-and-document.ipynb"])
        {
            var path = Path.Combine(notebooks, name);
            File.Copy(Path.Combine(TestData.RepositoryRoot, "notebooks", name), path);
            await JupyterAsync("nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--output-dir", executed, path);
            var cells = NotebookDocument.Load(Path.Combine(executed, name)).Cells;
            Assert.All(cells, c => Assert.DoesNotContain(c.Outputs, o => o!["output_type"]!.GetValue<string>() == "error"));
        }

        var dossier = new Dossier(root["dossiers", "opus-claims"], TimeProvider.System);
        Assert.Null(dossier.Custody.Read().Problem);
        Assert.True(new FileInfo(dossier.PathOf(Dossier.DocumentFile)).Length > 10_000);
        Assert.All((string[])["svg", "png", "pdf", "csv"], form => Assert.True(File.Exists(dossier.PathOf(Dossier.FiguresFolder, "fig-claims." + form)), form));
        var findings = EvidenceDatabase.OpenReadOnly(dossier.PathOf(Dossier.EvidenceFile), CancellationToken.None).ReadFindings(CancellationToken.None);
        Assert.Equal(4, findings.Count(f => f.Finding.Verdict is not null));
    }

    private static async Task RequireKernelAsync()
    {
        if (!(await JupyterAsync("kernelspec", "list")).Contains(".net-csharp", StringComparison.Ordinal))
            Assert.Skip("The stock C# kernel (dotnet interactive) or Jupyter is not installed.");
    }

    private static async Task<string> JupyterAsync(params string[] arguments)
    {
        try
        {
            using var jupyter = Process.Start(new ProcessStartInfo("jupyter", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
            var errors = jupyter.StandardError.ReadToEndAsync();
            var output = await jupyter.StandardOutput.ReadToEndAsync();
            await errors;
            await jupyter.WaitForExitAsync();
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
