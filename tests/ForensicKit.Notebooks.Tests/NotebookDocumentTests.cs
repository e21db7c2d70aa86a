using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ForensicKit.Notebooks.Tests;

public class NotebookDocumentTests
{
    private const string WithUnknown = """
        {
         "zzz_first": {"b": 1, "a": [1.0, 1e400, 12345678901234567890123, "\u00e9<é&"]},
         "metadata": {"vendor": {"deep": {"x": null, "y": 1.50}}, "kernelspec": {"name": ".net-csharp", "language": "C#", "display_name": "x"}, "widgets": {"s": 1}},
         "nbformat_minor": 5,
         "cells": [
          {"id": "abc-1_Z", "cell_type": "markdown", "metadata": {"mine": true}, "source": "# Title\r\ntext", "attachments": {"a.png": {"image/png": "iVBO"}}},
          {"cell_type": "code", "x_unknown": [1, {"k": "v"}], "id": "c2", "execution_count": 7, "source": ["1 +", "1"],
           "metadata": {"tags": ["parameters"], "execution": {"iopub.execute_input": "2024"}, "ExecuteTime": 1, "collapsed": false},
           "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}]}
         ],
         "nbformat": 4
        }
        """;

    [Fact]
    public void Unknown_members_their_order_and_their_digits_survive_a_round_trip()
    {
        var written = Encoding.UTF8.GetString(Notebooks.Parse(WithUnknown).ToUtf8());
        AssertSame(JsonDocument.Parse(WithUnknown).RootElement, JsonDocument.Parse(written).RootElement);
        Assert.Contains("12345678901234567890123", written, StringComparison.Ordinal);
        Assert.Contains("1e400", written, StringComparison.Ordinal);
        Assert.Contains("1.50", written, StringComparison.Ordinal);
        Assert.Contains("é<é&", written, StringComparison.Ordinal);
        Assert.EndsWith("}\n", written, StringComparison.Ordinal);
        Assert.Equal(written, Encoding.UTF8.GetString(Notebooks.Parse(written).ToUtf8()));
    }

    [Fact]
    public void Clearing_removes_outputs_and_what_is_noted_about_runs_and_nothing_else()
    {
        var notebook = Notebooks.Parse(WithUnknown);
        notebook.ClearOutputs();
        var expected = JsonNode.Parse(WithUnknown)!;
        var cell = expected["cells"]![1]!.AsObject();
        cell["outputs"] = new JsonArray();
        cell["execution_count"] = null;
        cell["metadata"]!.AsObject().Remove("execution");
        cell["metadata"]!.AsObject().Remove("ExecuteTime");
        expected["metadata"]!.AsObject().Remove("widgets");
        AssertSame(JsonDocument.Parse(expected.ToJsonString()).RootElement, JsonDocument.Parse(notebook.ToUtf8()).RootElement);
    }

    [Fact]
    public void A_run_keeps_ids_and_unknown_members_and_leaves_its_input_alone()
    {
        var notebook = Notebooks.Parse(WithUnknown);
        var before = notebook.ToUtf8();
        var copy = notebook.Clone();
        copy.ClearOutputs();
        copy.AddCell(NotebookCellKind.Code, "x");
        Assert.Equal(before, notebook.ToUtf8());
        Assert.Equal(["abc-1_Z", "c2", "cell-002"], copy.Cells.Select(c => c.Id));
    }

    [Fact]
    public void Cells_show_their_kind_source_tags_and_outputs()
    {
        var notebook = Notebooks.Parse(WithUnknown);
        Assert.Equal([NotebookCellKind.Markdown, NotebookCellKind.Code], notebook.Cells.Select(c => c.Kind));
        Assert.Equal("1 +1", notebook.Cells[1].Source);
        Assert.Equal(["parameters"], notebook.Cells[1].Tags);
        Assert.Equal(7, notebook.Cells[1].ExecutionCount);
        Assert.Equal("old", notebook.Cells[1].Outputs[0]!["text"]!.GetValue<string>());
        Assert.Equal("C#", notebook.Language);
    }

    [Fact]
    public void Older_minor_formats_get_ids_that_are_the_same_every_time()
    {
        const string Old = """
            {"cells": [{"cell_type": "markdown", "metadata": {}, "source": ""}, {"cell_type": "raw", "metadata": {}, "source": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}
            """;
        var notebook = Notebooks.Parse(Old);
        Assert.Equal(["cell-000", "cell-001"], notebook.Cells.Select(c => c.Id));
        Assert.Contains("\"nbformat_minor\": 5", Encoding.UTF8.GetString(notebook.ToUtf8()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_notebook_has_the_metadata_front_ends_look_for()
    {
        var metadata = Notebooks.Of("1").Metadata;
        Assert.Equal(".net-csharp", metadata["kernelspec"]!["name"]!.GetValue<string>());
        Assert.Equal("csharp", metadata["polyglot_notebook"]!["kernelInfo"]!["defaultKernelName"]!.GetValue<string>());
        Assert.Equal("C#", metadata["language_info"]!["name"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("", "(1,1)")]
    [InlineData("[1]", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("{}", "'nbformat' is missing")]
    [InlineData("""{"nbformat": "4"}""", "'nbformat' is missing or no whole number")]
    [InlineData("""{"nbformat": 3, "nbformat_minor": 0}""", "format 3")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": {}, "metadata": {}}""", "cells is missing or no list")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": []}""", "metadata is missing or no object")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [7], "metadata": {}}""", "cells[0] is no object")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "heading"}], "metadata": {}}""", "cells[0].cell_type")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "raw", "metadata": {}, "source": [1]}], "metadata": {}}""", "cells[0].source")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "raw", "source": ""}], "metadata": {}}""", "cells[0].metadata")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "code", "metadata": {}, "source": ""}], "metadata": {}}""", "cells[0].outputs")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "code", "metadata": {}, "source": "", "outputs": [1]}], "metadata": {}}""", "cells[0].outputs")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "code", "metadata": {}, "source": "", "outputs": [], "execution_count": "1"}], "metadata": {}}""", "execution_count")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "raw", "metadata": {"tags": "x"}, "source": ""}], "metadata": {}}""", "tags")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "raw", "metadata": {}, "source": "", "id": "a b"}], "metadata": {}}""", "cells[0].id")]
    [InlineData("""{"nbformat": 4, "nbformat_minor": 5, "cells": [{"cell_type": "raw", "metadata": {}, "source": "", "id": "a"}, {"cell_type": "raw", "metadata": {}, "source": "", "id": "a"}], "metadata": {}}""", "the id 'a'")]
    [InlineData("{\n \"metadata\": {\"a\": \"\\ud800\"}}", "test.ipynb(2,20)")]
    [InlineData("{\n \"metadata\": {\"a\": 1, \"a\": 2}}", "test.ipynb")]
    [InlineData("{\n \"metadata\": tru", "test.ipynb(2,")]
    public void What_is_no_notebook_is_refused_and_the_message_says_where(string content, string part)
    {
        var error = Assert.Throws<KitException>(() => Notebooks.Parse(content));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains("test.ipynb", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, error.ExitCode);
    }

    [Fact]
    public void Every_prefix_of_a_notebook_is_refused()
    {
        var whole = Encoding.UTF8.GetBytes(WithUnknown.TrimEnd());
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<KitException>(() => NotebookDocument.Parse(whole.AsMemory(0, length), "cut.ipynb"));
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        foreach (var depth in (int[])[200, 100_000])
        {
            var content = "{\"nbformat\": 4, \"nbformat_minor\": 5, \"cells\": [], \"metadata\": {\"a\": " + new string('[', depth) + new string(']', depth) + "}}";
            Assert.Contains("depth", Assert.Throws<KitException>(() => Notebooks.Parse(content)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Text_that_is_not_utf8_is_refused() =>
        Assert.Contains("UTF-8", Assert.Throws<KitException>(() => NotebookDocument.Parse(new byte[] { 0x7b, 0x22, 0xff, 0x22 }, "x.ipynb")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_byte_order_mark_is_no_error() =>
        Assert.Empty(NotebookDocument.Parse(Encoding.UTF8.GetBytes("\ufeff{\"nbformat\":4,\"nbformat_minor\":5,\"cells\":[],\"metadata\":{}}"), "x.ipynb").Cells);

    [Fact]
    public void A_huge_file_is_refused_before_it_is_read()
    {
        var path = Path.Combine(Notebooks.NewFolder(), "huge.ipynb");
        using (var file = File.Create(path))
            file.SetLength(NotebookDocument.MaxBytes + 1L);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("too large", Assert.Throws<KitException>(() => NotebookDocument.Load(path)).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        File.Delete(path);
    }

    [Theory]
    [InlineData("missing.ipynb")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_path_without_a_notebook_is_an_error_of_its_user(string name) =>
        Assert.Throws<KitException>(() => NotebookDocument.Load(name.Length == 0 ? Path.GetTempPath() : name));

    [Fact]
    public void Saving_replaces_the_file_and_leaves_nothing_beside_it()
    {
        var folder = Notebooks.NewFolder();
        var path = Path.Combine(folder, "a.ipynb");
        File.WriteAllText(path, "before");
        var notebook = Notebooks.Of("1 + 1");
        notebook.Save(path);
        Assert.Equal(notebook.ToUtf8(), File.ReadAllBytes(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(folder));
        Assert.Equal(Path.GetFullPath(path), NotebookDocument.Load(path).Path);
    }

    [Fact]
    public void A_failed_save_keeps_what_was_there_and_leaves_nothing_beside_it()
    {
        var folder = Notebooks.NewFolder();
        var path = Path.Combine(folder, "a.ipynb");
        // A folder that is not empty cannot be replaced by a file, on any system.
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "kept"), "");
        Assert.Throws<KitException>(() => Notebooks.Of("1").Save(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(folder));
        Assert.True(File.Exists(Path.Combine(path, "kept")));
    }

    // Same members in the same order, same values; numbers by their text.
    private static void AssertSame(JsonElement expected, JsonElement actual, string at = "$")
    {
        Assert.True(expected.ValueKind == actual.ValueKind, $"{at}: {expected.ValueKind} became {actual.ValueKind}");
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(expected.EnumerateObject().Select(p => p.Name), actual.EnumerateObject().Select(p => p.Name));
                foreach (var member in expected.EnumerateObject())
                    AssertSame(member.Value, actual.GetProperty(member.Name), $"{at}.{member.Name}");
                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), actual.GetArrayLength());
                for (var i = 0; i < expected.GetArrayLength(); i++)
                    AssertSame(expected[i], actual[i], string.Create(CultureInfo.InvariantCulture, $"{at}[{i}]"));
                break;
            case JsonValueKind.String:
                Assert.Equal(expected.GetString(), actual.GetString());
                break;
            default:
                Assert.Equal(expected.GetRawText(), actual.GetRawText());
                break;
        }
    }
}
