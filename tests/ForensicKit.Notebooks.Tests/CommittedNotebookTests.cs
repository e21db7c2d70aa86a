using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ForensicKit.Findings;
using ForensicKit.TestSupport;

namespace ForensicKit.Notebooks.Tests;

/// <summary>What holds for every notebook of the repository.</summary>
public partial class CommittedNotebookTests
{
    public static TheoryData<string> All => [.. Directory.GetFiles(Path.Combine(TestData.RepositoryRoot, "notebooks"), "*.ipynb").Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public void It_holds_no_outputs(string name)
    {
        Assert.All(Load(name).Cells, c =>
        {
            Assert.Empty(c.Outputs);
            Assert.Null(c.ExecutionCount);
        });
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Less_than_a_third_of_it_is_code(string name)
    {
        var cells = Load(name).Cells;
        var (code, total) = (cells.Where(c => c.Kind == NotebookCellKind.Code).Sum(c => c.Source.Length), cells.Sum(c => c.Source.Length));
        Assert.True(3 * code < total, $"{code} of {total} characters are code.");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Its_prose_holds_no_number_that_somebody_typed(string name)
    {
        Assert.All(Load(name).Cells.Where(c => c.Kind == NotebookCellKind.Markdown), c => Assert.Empty(TypedNumbers(c.Source)));
    }

    [Theory]
    [InlineData("## 2. What is claimed\n\nSee `01-claims-and-reproduction`, case `gsm8k 2024`.", 0)]
    [InlineData("### 2.1 Rules\n\n1. First\n2. Second", 0)]
    [InlineData("The gap is 8.4 points.", 1)]
    [InlineData("## 12 models\n\nNo number here.", 1)]
    public void A_typed_number_is_found_and_a_numbered_heading_or_a_name_is_none(string prose, int count) => Assert.Equal(count, TypedNumbers(prose).Count);

    [Theory]
    [MemberData(nameof(All))]
    public void It_asks_for_the_csharp_kernel_and_loads_the_kit_first(string name)
    {
        var document = Load(name);
        Assert.Equal(".net-csharp", document.Metadata["kernelspec"]!["name"]!.GetValue<string>());
        var first = document.Cells.First(c => c.Kind == NotebookCellKind.Code);
        Assert.Equal("#r \"../artifacts/kit/ForensicKit.Notebooks.dll\"\nForensicKit.Notebooks.NotebookKit.Load();", first.Source);
        Assert.Single(document.Cells, c => c.Tags.Contains("parameters"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_cell_has_an_id_of_its_own_in_the_file(string name)
    {
        // In the file itself: reading it would mend what is missing.
        var cells = JsonNode.Parse(File.ReadAllBytes(PathOf(name)))!["cells"]!.AsArray();
        var ids = cells.Select(c => c!["id"]?.GetValue<string>()).ToArray();
        Assert.All(ids, id => Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", id ?? ""));
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
    }

    // Names in code spans, and the numbers of headings and lists, are no results.
    private static IReadOnlyList<string> TypedNumbers(string prose) => Binding.LiteralNumbers(Names().Replace(prose, ""));

    [GeneratedRegex(@"`[^`\n]*`|^\s*(#+\s+[0-9]+(\.[0-9]+)+\.?\s|(#+\s+)?[0-9]+\.\s)", RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Names();

    private static NotebookDocument Load(string name) => NotebookDocument.Load(PathOf(name));

    private static string PathOf(string name) => Path.Combine(TestData.RepositoryRoot, "notebooks", name);
}
