using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>The case of the suspect's twin, which has seen no item: by itself, beside the suspect's own.</summary>
[Trait("Category", "Slow")]
public sealed class CleanTwinTests
{
    [Fact]
    public void The_clean_twin_is_accused_of_nothing()
    {
        using var folder = new TemporaryFolder();
        var result = KitProcess.Run("investigate", "llama-mini", "--out", folder["llama-mini"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        var findings = EvidenceDatabase.OpenReadOnly(Path.Combine(folder["llama-mini"], Dossier.EvidenceFile), CancellationToken.None)
            .ReadFindings(CancellationToken.None).Select(f => f.Finding).ToList();
        Assert.Equal(4, findings.Count(f => f.Kind == "gap"));
        Assert.DoesNotContain(findings, f => f.Verdict is { } verdict && verdict.IsAdverse());
        Assert.DoesNotContain(findings, f => f.Kind == "inflation" && f["outcome"].Exact == "shown");
    }
}
