namespace ForensicKit.Notebooks.Tests;

public class CellErrorTests
{
    [Fact]
    public async Task A_runtime_error_names_the_line_of_its_cell()
    {
        var run = await Notebooks.RunAsync("var a = 1;\n\n\nvar b = int.Parse(\"x\");");
        var error = Assert.Single(run.Outputs(0))!;
        Assert.Equal("error", error["output_type"]!.GetValue<string>());
        Assert.Equal("FormatException", error["ename"]!.GetValue<string>());
        Assert.Contains("'x'", error["evalue"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(error["traceback"]!.AsArray(), l => l!.GetValue<string>().EndsWith("cell 1, line 4", StringComparison.Ordinal));
        Assert.Equal(4, run.Cells[0].Error!.Line);
        Assert.Equal(NotebookStatus.Failed, run.Status);
    }

    [Theory]
    [InlineData("// one\nawait System.Threading.Tasks.Task.Delay(1);\nthrow new System.InvalidOperationException(\"boo\");", 3, "InvalidOperationException")]
    [InlineData("int F(int n) {\n  return 10 / n;\n}\nF(0)", 2, "DivideByZeroException")]
    [InlineData("class C {\n  public static async System.Threading.Tasks.Task M() {\n    await System.Threading.Tasks.Task.Yield();\n    throw new System.Exception(\"in class\");\n  }\n}\nawait C.M();", 4, "Exception")]
    [InlineData("\n\nint q = \"s\";", 3, "CompilationError")]
    [InlineData("#r \"System.Xml.dll\"\n\nUnknown.Call();", 3, "CompilationError")]
    [InlineData("var s = 1;\r\nvar t = 2;\r\nthrow new System.Exception();", 3, "Exception")]
    [InlineData("System.Threading.Tasks.Task.Run(() => {\n throw new System.NotSupportedException();\n}).Wait();", 2, "NotSupportedException")]
    [InlineData("var list = new System.Collections.Generic.List<int>();\nvar n = new[] { 1 }.Select(x =>\n  list[x]).ToArray();", 3, "ArgumentOutOfRangeException")]
    public async Task Compile_and_runtime_errors_name_the_line(string code, int line, string name)
    {
        var run = await Notebooks.RunAsync("1", code);
        Assert.Equal((name, line), (run.Cells[1].Error!.Name, run.Cells[1].Error!.Line));
    }

    [Fact]
    public async Task An_error_in_a_function_of_an_earlier_cell_names_both_places()
    {
        var run = await Notebooks.RunAsync("void F() {\n  throw new System.Exception(\"x\"); }", "\nF();");
        var error = run.Cells[1].Error!;
        Assert.Equal(2, error.Line);
        Assert.Contains("   at F in cell 1, line 2", error.Traceback);
        Assert.Contains("   at the cell in cell 2, line 2", error.Traceback);
        Assert.DoesNotContain(error.Traceback, l => l.Contains("Microsoft.CodeAnalysis", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_compile_error_shows_every_diagnostic_with_line_and_column()
    {
        var run = await Notebooks.RunAsync("int a = \"x\";\n  Missing();");
        Assert.Equal(
            ["cell 1, line 1, column 9: error CS0029: Cannot implicitly convert type 'string' to 'int'", "cell 1, line 2, column 3: error CS0103: The name 'Missing' does not exist in the current context"],
            run.Cells[0].Error!.Traceback);
    }

    [Fact]
    public async Task What_caused_an_error_is_in_its_traceback()
    {
        var run = await Notebooks.RunAsync("try {\n  int.Parse(\"x\");\n} catch (System.Exception e) {\n  throw new System.InvalidOperationException(\"outer\", e); }");
        Assert.Equal(4, run.Cells[0].Error!.Line);
        Assert.Contains(run.Cells[0].Error!.Traceback, l => l.StartsWith("caused by System.FormatException", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_kit_exception_shows_its_message_and_no_stack_trace()
    {
        var run = await Notebooks.RunAsync($"#r \"{Slashes(Notebooks.KitAssembly)}\"\nthrow new ForensicKit.KitException(\"It is wrong.\", \"file.csv(3,1)\", \"Mend it.\");");
        var error = Assert.Single(run.Outputs(0))!;
        Assert.Equal("KitException", error["ename"]!.GetValue<string>());
        Assert.Equal("file.csv(3,1): It is wrong. Mend it.", error["evalue"]!.GetValue<string>());
        Assert.Equal("""["file.csv(3,1): It is wrong. Mend it."]""", error["traceback"]!.ToJsonString());
        Assert.Equal(ExitCode.BadInput, Assert.IsType<KitException>(run.Cells[0].Error!.Exception).ExitCode);
    }

    [Fact]
    public async Task The_first_error_ends_the_run_and_later_cells_have_no_output()
    {
        var notebook = Notebooks.Of("Console.Write(1);", "throw new System.Exception();", "Console.Write(3);");
        var run = await Notebooks.RunAsync(notebook);
        Assert.Equal([NotebookStatus.Completed, NotebookStatus.Failed, NotebookStatus.NotRun], run.Cells.Select(c => c.Status));
        Assert.Empty(run.Outputs(2));
        Assert.Null(run.Document.Cells[2].ExecutionCount);
    }

    [Fact]
    public async Task A_run_can_go_on_after_errors_with_what_was_assigned_before_them()
    {
        var run = await Notebooks.RunAsync(
            Notebooks.Of("var a = 5;\nConsole.Write(\"before\");\nthrow new System.Exception();", "int b = \"\";", "a"), new NotebookRunOptions { ContinueOnError = true });
        Assert.Equal([NotebookStatus.Failed, NotebookStatus.Failed, NotebookStatus.Completed], run.Cells.Select(c => c.Status));
        Assert.Equal(NotebookStatus.Failed, run.Status);
        Assert.Equal("stdout:before", NotebookRunnerTests.Show(run.Outputs(0)[0]));
        Assert.Equal("5", run.Data(2));
    }

    [Theory]
    [InlineData("#!html\n<b>x</b>", "#!html")]
    [InlineData("#r \"no/such.dll\"", "no/such.dll")]
    public async Task What_this_host_cannot_load_is_named(string code, string part) =>
        Assert.Contains(part, (await Notebooks.RunAsync(code)).Cells[0].Error!.Message, StringComparison.Ordinal);

    internal static string Slashes(string path) => path.Replace('\\', '/');
}
