using System.Text;
using System.Text.Json.Nodes;

namespace ForensicKit.Notebooks.Tests;

public class NotebookRunnerTests
{
    [Fact]
    public async Task Cells_share_their_variables_await_and_show_their_last_value()
    {
        var run = (await Notebooks.RunAsync(
            "using System.IO;\nint x = 20;",
            "await System.Threading.Tasks.Task.Delay(1);\nint Twice(int n) => n * 2;\nTwice(x) + 2",
            "x = 5;",
            "new StringReader(\"text\").ReadToEnd() + x")).Completed();
        Assert.Equal("42", run.Data(1));
        Assert.Empty(run.Outputs(2));
        Assert.Equal("text5", run.Data(3));
        Assert.Equal("execute_result", run.Outputs(1)[0]!["output_type"]!.GetValue<string>());
        Assert.Equal([1, 2, 3, 4], run.Document.Cells.Select(c => c.ExecutionCount!.Value));
        Assert.Equal(2, run.Outputs(1)[0]!["execution_count"]!.GetValue<int>());
    }

    [Fact]
    public async Task Output_error_and_displays_stay_in_their_order_across_awaits_and_tasks()
    {
        var run = (await Notebooks.RunAsync("""
            Console.Write("a");
            Console.WriteLine("b");
            Console.Error.WriteLine("e");
            display("shown");
            await System.Threading.Tasks.Task.Delay(5);
            await System.Threading.Tasks.Task.Run(() => Console.Write('t'));
            Console.WriteLine(" {0} {1}", 1, 2.5);
            """)).Completed();
        Assert.Equal(["stdout:ab\n", "stderr:e\n", "display:shown", "stdout:t 1 2.5\n"], run.Outputs(0).Select(Show));
    }

    [Fact]
    public async Task What_other_threads_write_while_a_cell_runs_reaches_the_console_and_not_the_notebook()
    {
        var console = Console.Out;
        var seen = new StringWriter();
        Console.SetOut(seen);
        try
        {
            NotebookRun run;
            var progress = new Reports(p => Console.Write($"[{p.Index} {p.Status}]"));
            run = (await Notebooks.RunAsync(Notebooks.Of("Console.Write(\"cell\");"), progress: progress)).Completed();
            Assert.Equal("[1 ][1 Completed]", seen.ToString());
            Assert.Equal(["stdout:cell"], run.Outputs(0).Select(Show));
            Assert.Same(seen.GetType(), typeof(StringWriter));
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    [Fact]
    public async Task Json_is_an_object_images_are_base64_and_text_is_a_list_of_lines()
    {
        var run = (await Notebooks.RunAsync(
            "display(new FormattedValue(\"application/vnd.plotly.v1+json\", \"{\\\"data\\\": [1, 2]}\"));",
            "\"iVBORw0KGgo=\".DisplayAs(\"image/png\");",
            "display(HTML(\"<b>1</b>\\n<i>2</i>\"));",
            "new FormattedValue(\"application/json\", \"{broken\")")).Completed();
        Assert.Equal("[1,2]", run.Outputs(0)[0]!["data"]!["application/vnd.plotly.v1+json"]!["data"]!.ToJsonString());
        Assert.Equal("iVBORw0KGgo=", run.Outputs(1)[0]!["data"]!["image/png"]!.GetValue<string>());
        Assert.Equal("""["<b>1</b>\n","<i>2</i>"]""", run.Outputs(2)[0]!["data"]!["text/html"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Assert.Equal("{broken", run.Outputs(3)[0]!["data"]!["application/json"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_cell_that_reads_the_console_finds_the_end_of_the_input() =>
        Assert.Equal("True", (await Notebooks.RunAsync("Console.ReadLine() is null")).Completed().Data(0));

    [Fact]
    public async Task A_display_that_is_updated_is_one_output()
    {
        // Updates of what display() returns come under a name that was never shown (a fault of the kernel): the first adds an output, which later ones replace.
        var run = (await Notebooks.RunAsync(
            "var shown = KernelInvocationContext.Current.Display(\"first\");\nConsole.Write(1);\nshown.Update(\"second\");",
            "var value = display(\"a\");\nvalue.Update(\"b\");\nvalue.Update(\"c\");")).Completed();
        Assert.Equal(["display:second", "stdout:1"], run.Outputs(0).Select(Show));
        Assert.Equal(["display:a", "display:c"], run.Outputs(1).Select(Show));
    }

    [Fact]
    public async Task Output_beyond_the_limit_is_dropped_and_a_line_says_so()
    {
        var run = (await Notebooks.RunAsync(
            Notebooks.Of("for (var i = 0; i < 1000; i++) Console.Write(\"0123456789\");"), new NotebookRunOptions { MaxOutputCharacters = 95 })).Completed();
        Assert.Equal(95, Notebooks.Text(run.Outputs(0)[0]!["text"]).Length);
        Assert.Contains("beyond 95 characters", Notebooks.Text(run.Outputs(0)[1]!["text"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loop_that_shows_empty_values_does_not_fill_the_notebook()
    {
        var run = (await Notebooks.RunAsync("for (var i = 0; i < 60_000; i++) { Console.Write('a'); Console.Error.Write('b'); }")).Completed();
        Assert.Equal(50_001, run.Outputs(0).Count);
        Assert.Contains("beyond the first 50000", Notebooks.Text(run.Outputs(0)[^1]!["text"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_at_the_same_time_take_turns_and_do_not_mix()
    {
        var console = Console.Out;
        var folder = Notebooks.NewFolder();
        await using var runner = new NotebookRunner();
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => runner.RunAsync(
            Notebooks.Of($"await System.Threading.Tasks.Task.Delay(20);\nConsole.Write({i});", "System.IO.Directory.GetCurrentDirectory().Length.ToString()"),
            new NotebookRunOptions { Folder = i % 2 == 0 ? folder : null })));
        for (var i = 0; i < runs.Length; i++)
        {
            Assert.Equal([$"stdout:{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}"], runs[i].Completed().Outputs(0).Select(Show));
            Assert.Equal((i % 2 == 0 ? folder : Directory.GetCurrentDirectory()).Length.ToString(System.Globalization.CultureInfo.InvariantCulture), runs[i].Data(1));
        }

        Assert.Same(console, Console.Out);
    }

    [Fact]
    public async Task Cells_run_in_the_notebooks_folder_and_the_process_returns_to_its_own()
    {
        var folder = Notebooks.NewFolder();
        File.WriteAllText(Path.Combine(folder, "data.txt"), "here");
        File.WriteAllText(Path.Combine(folder, "part.csx"), "var loaded = 1;");
        var path = Path.Combine(folder, "a.ipynb");
        Notebooks.Of("System.IO.File.ReadAllText(\"data.txt\")", "#load \"part.csx\"\nloaded + 1").Save(path);
        var before = Directory.GetCurrentDirectory();
        var run = (await Notebooks.RunAsync(NotebookDocument.Load(path))).Completed();
        Assert.Equal("here", run.Data(0));
        Assert.Equal("2", run.Data(1));
        Assert.Equal(before, Directory.GetCurrentDirectory());
    }

    [Fact]
    public async Task An_executed_notebook_names_no_path_of_this_machine()
    {
        var folder = Notebooks.NewFolder();
        var path = Path.Combine(folder, "a.ipynb");
        var notebook = Notebooks.Of("int Bad() => int.Parse(\"x\");\nBad()", "int y = \"s\";");
        notebook.Save(path);
        var run = await Notebooks.RunAsync(
            NotebookDocument.Load(path), new NotebookRunOptions { ContinueOnError = true, Parameters = new Dictionary<string, object>(StringComparer.Ordinal) { ["n"] = 1 } });
        var text = Encoding.UTF8.GetString(run.Document.ToUtf8());
        Assert.DoesNotContain(Path.GetTempPath().TrimEnd(Path.DirectorySeparatorChar), text, StringComparison.Ordinal);
        Assert.DoesNotContain(TestSupport.TestData.RepositoryRoot, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_counts_code_cells()
    {
        var notebook = Notebooks.Of("1");
        notebook.AddCell(NotebookCellKind.Markdown, "prose");
        notebook.AddCell(NotebookCellKind.Code, "2");
        var reports = new List<NotebookProgress>();
        var run = (await Notebooks.RunAsync(notebook, progress: new Reports(reports.Add))).Completed();
        Assert.Equal([(1, 2, null), (1, 2, NotebookStatus.Completed), (2, 2, null), (2, 2, (NotebookStatus?)NotebookStatus.Completed)], reports.Select(r => (r.Index, r.Count, r.Status)));
        Assert.All(reports.Where(r => r.Status is not null), r => Assert.InRange(r.Elapsed, TimeSpan.FromTicks(1), r.Total));
        Assert.Equal([1, 3], run.Cells.Select(c => c.Number));
        Assert.Equal(reports.Select(r => r.CellId).Distinct(), run.Cells.Select(c => c.CellId));
    }

    [Fact]
    public async Task Each_run_has_a_session_of_its_own()
    {
        await using var runner = new NotebookRunner();
        (await runner.RunAsync(Notebooks.Of("var kept = 1;"))).Completed();
        Assert.Equal(NotebookStatus.Failed, (await runner.RunAsync(Notebooks.Of("kept"))).Status);
    }

    [Theory]
    [InlineData("""{"kernelspec": {"name": "python3", "language": "python", "display_name": "x"}}""", "{}", "'python'")]
    [InlineData("{}", """{"polyglot_notebook": {"kernelName": "fsharp"}}""", "'fsharp'")]
    [InlineData("{}", """{"dotnet_interactive": {"language": "html"}}""", "cell 1")]
    public async Task Other_languages_are_refused_before_anything_runs(string metadata, string cellMetadata, string part)
    {
        var notebook = Notebooks.Parse(
            $$"""{"nbformat": 4, "nbformat_minor": 5, "metadata": {{metadata}}, "cells": [{"cell_type": "code", "id": "a", "metadata": {{cellMetadata}}, "source": "1", "outputs": [], "execution_count": null}]}""");
        Assert.Contains(part, (await Assert.ThrowsAsync<KitException>(() => Notebooks.RunAsync(notebook))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_folder_is_an_error_of_its_user() =>
        await Assert.ThrowsAsync<KitException>(() => Notebooks.RunAsync(Notebooks.Of("1"), new NotebookRunOptions { Folder = Path.Combine(Path.GetTempPath(), "no-such-folder-here") }));

    internal static string Show(JsonNode? output) => output!["output_type"]!.GetValue<string>() switch
    {
        "stream" => $"{output["name"]!.GetValue<string>()}:{Notebooks.Text(output["text"])}",
        "display_data" => $"display:{Notebooks.Text(output["data"]!["text/plain"])}",
        var other => other,
    };

    internal sealed class Reports(Action<NotebookProgress> report) : IProgress<NotebookProgress>
    {
        public void Report(NotebookProgress value) => report(value);
    }
}
