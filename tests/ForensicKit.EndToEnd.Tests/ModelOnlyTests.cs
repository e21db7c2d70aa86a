using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.TestSupport;

namespace ForensicKit.EndToEnd.Tests;

/// <summary>A case without training text: the model itself is all there is to ask.</summary>
public sealed class ModelOnlyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Memorisation_is_shown_where_no_training_text_is_at_hand_and_presence_is_not_tested()
    {
        Directory.CreateDirectory(_folder["asked"]);
        File.WriteAllText(_folder["asked", "case.yaml"], Case);
        var result = KitProcess.Run("investigate", _folder["asked", "case.yaml"], "--out", _folder["out"]);
        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        var findings = EvidenceDatabase.OpenReadOnly(_folder["out", Dossier.EvidenceFile], CancellationToken.None).ReadFindings(CancellationToken.None).ToDictionary(f => f.Finding.Id, f => f.Finding, StringComparer.Ordinal);
        var verdict = findings["contamination/mmlu"];
        Assert.Equal(("not tested", "shown", "shown"), (verdict["presence"].Display, verdict["memorisation"].Display, verdict["inflation"].Display));
        Assert.Contains("does not fail the same tests", Binding.Print(findings["membership/mmlu"]), StringComparison.Ordinal);
        // No twins, so nothing to compare with: the order of the file is all that could be asked, and it is an order of subjects.
        Assert.Contains("not exchangeable", Binding.Print(findings["membership/mini-hellaswag"]) + Binding.Print(findings["membership/mmlu"]), StringComparison.Ordinal);
        Assert.Contains("no test of memory could be made", Binding.Print(findings["membership/mini-hellaswag"]), StringComparison.Ordinal);
        var html = File.ReadAllText(_folder["out", Dossier.DocumentFile]);
        Assert.Contains("id=\"fig-membership\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"fig-presence\"", html, StringComparison.Ordinal);
        var verified = KitProcess.Run("verify", _folder["out"], "--quick");
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Errors);
    }

    private const string Case =
        """
        schema: forensickit/case/v1
        name: asked
        title: A case without training text
        summary: Nothing but two models and a benchmark.
        seed: 7
        alpha: 0.05
        margin_points: 1
        suspect: opus-mini
        models:
          - { id: opus-mini, title: opus-mini, role: suspect, manifest: opus-mini }
          - { id: llama-mini, title: llama-mini, role: reference, manifest: llama-mini }
        claims:
          - { id: mmlu, model: opus-mini, benchmark: mini-mmlu, metric: accuracy, claimed: "76.9", n: 480, source: its announcement }
        membership:
          items: 240
          tests: [exchangeability, scores, gap]
          reference: llama-mini
          benchmarks:
            - { benchmark: mini-mmlu, fresh: mini-mmlu-fresh }
            - { benchmark: mini-hellaswag }
        """;
}
