using System.Text.Json;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>The case of a real model on few of its items: what can be said of them and what cannot.</summary>
[Trait("Category", "Slow")]
public sealed class SmolLm2Tests
{
    [Fact]
    public void Few_items_of_a_real_model_give_no_verdict_and_the_number_that_would()
    {
        _ = TestData.Require("golden", "smollm2-135m");
        using var folder = new TemporaryFolder();
        var text = File.ReadAllText(Path.Combine(TestData.RepositoryRoot, "data-manifests", "cases", "smollm2-135m", "case.yaml"));
        foreach (var (all, few) in new[] { ("items: 600", "items: 20"), ("items: 342", "items: 57"), ("items: 60", "items: 2\n    max_tokens: 32") })
        {
            Assert.Contains(all, text, StringComparison.Ordinal);
            text = text.Replace(all, few, StringComparison.Ordinal);
        }

        // A case has the name of its folder.
        Directory.CreateDirectory(folder["smollm2-135m"]);
        var file = Path.Combine(folder["smollm2-135m"], "case.yaml");
        File.WriteAllText(file, text);
        var result = KitProcess.Run("investigate", file, "--out", folder["out"], "--device", "cpu", "--json");
        Assert.True(result.ExitCode == 0, result.Errors + result.Output);
        using var said = JsonDocument.Parse(result.Output);
        var verdicts = said.RootElement.GetProperty("verdicts").EnumerateArray().ToDictionary(v => v.GetProperty("claim").GetString()!, v => v.GetProperty("verdict").GetString(), StringComparer.Ordinal);
        // Twenty items are far from enough for HellaSwag's claim within a point.
        Assert.Equal("InsufficientEvidence", verdicts["hellaswag"]);
        var document = File.ReadAllText(Path.Combine(folder["out"], "document.html"));
        // What could have been seen is said of the items that were asked, not of those that the claim is about.
        Assert.Contains("power/hellaswag\" data-name=\"n\">20 ", document, StringComparison.Ordinal);
        // The same answers under every rule, side by side.
        Assert.Contains("scoring/hellaswag", document, StringComparison.Ordinal);
        Assert.Contains("figures/fig-rules.csv", document, StringComparison.Ordinal);
        Assert.Contains("Q4_1", document, StringComparison.Ordinal);
        Assert.Contains("lighteval", document, StringComparison.Ordinal);
    }
}
