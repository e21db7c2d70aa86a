using System.Text.Json;
using System.Text.RegularExpressions;
using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.Findings;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>The claim sheet from claims to dossier, and what a reader finds in it.</summary>
public sealed partial class ClaimSheetTests(FinishedDossier dossier) : IClassFixture<FinishedDossier>
{
    [Fact]
    public void The_claim_sheet_is_judged_as_published()
    {
        var findings = Findings();
        Assert.Equal(
            [Verdict.Overstated, Verdict.Overstated, Verdict.Overstated, Verdict.NotReproducible],
            ((string[])["gap/mmlu", "gap/hellaswag", "gap/gsm8k", "gap/humaneval"]).Select(id => findings[id].Verdict!.Value));
        Assert.Contains("impossible", Binding.Print(findings["arithmetic/humaneval"]), StringComparison.Ordinal);
        Assert.Equal("64.6", findings["arithmetic/humaneval"]["reproduced_below"].Display);
        Assert.Equal("65.2", findings["arithmetic/humaneval"]["reproduced_above"].Display);
    }

    [Theory]
    [InlineData("mmlu", "8.4", "7.58", "2.0×10⁻¹³⁶", "2.0×10⁻⁶⁵", "1.2×10⁻³⁵⁵", "7.5×10⁻⁵²", "1.0×10⁻¹⁰³", "2.1×10⁻⁴¹")]
    [InlineData("hellaswag", "7.4", "6.50", "1.5×10⁻⁹⁵", "2.6×10⁻⁴⁵", "4.3×10⁻²²⁴", "2.5×10⁻³⁸", "2.3×10⁻⁶⁹", "1.1×10⁻²⁹")]
    [InlineData("gsm8k", "7.8", "5.61", "5.5×10⁻²¹", "5.0×10⁻¹⁰", "2.0×10⁻³¹", "5.3×10⁻⁹", "1.7×10⁻¹⁵", "1.2×10⁻⁷")]
    public void Numbers_of_the_published_table_stand_in_the_findings(string claim, params string[] printed)
    {
        var finding = Findings()["gap/" + claim];
        Assert.Equal(
            printed,
            ((string[])["gap", "gap_lower", "p_a", "p_b", "p_c_min", "p_c_max", "p_a_margin", "p_c_margin"]).Select(name => finding[name].Display));
    }

    [Fact]
    public void The_page_asks_for_nothing_from_elsewhere()
    {
        var html = File.ReadAllText(Path.Combine(dossier.Folder, "document.html"));
        Assert.Contains("default-src 'none'", html, StringComparison.Ordinal);
        Assert.Empty(Loads().Matches(html).Select(m => m.Value));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_number_bound_in_the_page_is_the_findings_own()
    {
        var findings = Findings();
        var html = File.ReadAllText(Path.Combine(dossier.Folder, "document.html"));
        var bound = Bound().Matches(html);
        Assert.True(bound.Count > 60, $"{bound.Count} bound numbers");
        Assert.All(bound, m => Assert.Equal(findings[m.Groups["finding"].Value][m.Groups["name"].Value].Exact, System.Net.WebUtility.HtmlDecode(m.Groups["exact"].Value)));
    }

    [Fact]
    public void Executed_notebooks_are_kept_and_say_nothing_of_the_machine()
    {
        foreach (var name in (string[])["00-open-the-case.ipynb", "01-claims-and-reproduction.ipynb", "05-verdict-and-document.ipynb"])
        {
            var text = File.ReadAllText(Path.Combine(dossier.Folder, "notebooks", name));
            using var notebook = JsonDocument.Parse(text);
            var code = notebook.RootElement.GetProperty("cells").EnumerateArray().Where(c => c.GetProperty("cell_type").GetString() == "code").ToList();
            Assert.All(code, c => Assert.NotEqual(JsonValueKind.Null, c.GetProperty("execution_count").ValueKind));
            Assert.DoesNotContain(code.SelectMany(c => c.GetProperty("outputs").EnumerateArray()), o => o.GetProperty("output_type").GetString() == "error");
            Assert.DoesNotContain(ForensicKit.TestSupport.TestData.RepositoryRoot, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_figure_is_there_in_every_form()
    {
        foreach (var file in (string[])["fig-claims.svg", "fig-claims-dark.svg", "fig-claims-print.svg", "fig-claims.png", "fig-claims.pdf", "fig-claims.csv"])
            Assert.True(new FileInfo(Path.Combine(dossier.Folder, "figures", file)).Length > 100, file);
    }

    [Fact]
    public void Verify_confirms_every_finding_both_ways()
    {
        foreach (var arguments in (string[][])[["verify", dossier.Folder, "--quick"], ["verify", dossier.Folder, "--json"]])
        {
            var result = KitProcess.Run(arguments);
            Assert.True(result.ExitCode == 0, result.Output + result.Errors);
            Assert.DoesNotContain("DIFFERENT", result.Output, StringComparison.Ordinal);
        }
    }

    private Dictionary<string, Finding> Findings() => EvidenceDatabase.OpenReadOnly(Path.Combine(dossier.Folder, Dossier.EvidenceFile), CancellationToken.None)
        .ReadFindings(CancellationToken.None).ToDictionary(f => f.Finding.Id, f => f.Finding, StringComparer.Ordinal);

    [GeneratedRegex("""(?:src|href|data|xlink:href|action)\s*=\s*["'](?!#)[^"']*|url\((?!#)[^)]*\)|@import[^;]*""", RegexOptions.None, 10_000)]
    private static partial Regex Loads();

    [GeneratedRegex("""<data value="(?<exact>[^"]*)" data-finding="(?<finding>[^"]*)" data-name="(?<name>[^"]*)">""", RegexOptions.None, 10_000)]
    private static partial Regex Bound();
}
