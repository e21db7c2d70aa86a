namespace ForensicKit.Notebooks.Tests;

public class NotebookParametersTests
{
    [Fact]
    public async Task Values_come_in_a_tagged_cell_behind_the_parameters_and_take_their_declared_types()
    {
        var notebook = NotebookDocument.Create();
        notebook.AddCell(NotebookCellKind.Markdown, "# Title");
        notebook.AddCell(NotebookCellKind.Code, "double margin = 0.5;\nvar name = \"x\";\nint? limit = null;\nvar on = false;\ndecimal price = 1m;", ["parameters"]);
        notebook.AddCell(NotebookCellKind.Code, "$\"{margin / 2} {name} {limit} {on} {price} {extra}\"");
        var run = (await Notebooks.RunAsync(notebook, With(("margin", "1"), ("name", "1e\"\\\n5"), ("limit", "7"), ("on", "true"), ("price", "2.50"), ("extra", "-1.5")))).Completed();
        var injected = run.Document.Cells[2];
        Assert.Equal(["injected-parameters"], injected.Tags);
        Assert.Equal("// Parameters of this run.\nmargin = 1d;\nname = \"1e\\\"\\\\\\n5\";\nlimit = 7;\non = true;\nprice = 2.50m;\nvar extra = -1.5d;", injected.Source);
        Assert.Equal("0.5 1e\"\\\n5 7 True 2.50 -1.5", run.Data(3));
        Assert.Equal(3, notebook.Cells.Count);
    }

    [Fact]
    public async Task Without_a_parameters_cell_they_come_first()
    {
        var run = (await Notebooks.RunAsync(Notebooks.Of("text + flag + number"), With(("text", "abc"), ("flag", true), ("number", 3)))).Completed();
        Assert.Equal("// Parameters of this run.\nvar text = \"abc\";\nvar flag = true;\nvar number = 3;", run.Document.Cells[0].Source);
        Assert.Equal("abcTrue3", run.Data(1));
    }

    [Fact]
    public async Task A_second_run_replaces_the_cell_of_the_first()
    {
        var first = (await Notebooks.RunAsync(Notebooks.Of("a"), With(("a", "1")))).Completed();
        var second = (await Notebooks.RunAsync(first.Document, With(("a", "2")))).Completed();
        Assert.Equal(2, second.Document.Cells.Count);
        Assert.Equal("2", second.Data(1));
        Assert.Equal(second.Document.Cells.Select(c => c.Id).Distinct(), second.Document.Cells.Select(c => c.Id));
    }

    [Theory]
    [InlineData("1a", "x")]
    [InlineData("class", "x")]
    [InlineData("a; Evil()", "x")]
    [InlineData("limit", "many")]
    [InlineData("limit", "1.5")]
    public async Task Names_and_values_that_do_not_fit_are_refused(string name, string value)
    {
        var notebook = NotebookDocument.Create();
        notebook.AddCell(NotebookCellKind.Code, "int limit = 3;", ["parameters"]);
        Assert.Contains($"'{name}'", (await Assert.ThrowsAsync<KitException>(() => Notebooks.RunAsync(notebook, With((name, value))))).Message, StringComparison.Ordinal);
    }

    private static NotebookRunOptions With(params (string Name, object Value)[] parameters) =>
        new() { Parameters = parameters.ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal) };
}
