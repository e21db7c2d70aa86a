using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Manifests;

/// <summary>Mistakes in attributions and controls are told with their line.</summary>
public sealed class AttributionManifestTests : IDisposable
{
    private const string Good =
        """
        schema: forensickit/case/v1
        name: small
        title: A small case
        summary: One claim.
        seed: 1
        alpha: 0.05
        margin_points: 1
        models:
          - { id: m, title: M, role: suspect, manifest: llama-mini }
          - { id: r, title: R, role: reference, manifest: opus-mini }
        claims:
          - { id: c, model: m, benchmark: mini-gsm8k, metric: accuracy, claimed: "92.1", n: 800, source: a sheet }
        protocols:
          - { id: greedy, title: Greedy, role: standard, kind: generation, models: [m, r], benchmarks: [mini-gsm8k], template: "{{question}}", rules: [gsm8k/strict-match, gsm8k/flexible-extract] }
          - { id: vote, title: Vote, role: claimed, kind: generation, models: [m], benchmarks: [mini-gsm8k], template: "{{question}}", samples: 8, temperature: 0.5, rules: [gsm8k/majority-strict, gsm8k/strict-match] }
          - { id: other, title: Other, role: claimed, kind: generation, models: [r], benchmarks: [mini-gsm8k], template: "{{question}}", rules: [gsm8k/strict-match] }
        attribution:
          - claim: c
            factors:
              - { id: sampling, title: Sampling }
              - { id: votes, title: Votes, needs: [sampling] }
            cells:
              - { favourable: [], protocol: greedy, rule: gsm8k/strict-match }
              - { favourable: [sampling], protocol: vote, rule: gsm8k/strict-match }
              - { favourable: [sampling, votes], protocol: vote, rule: gsm8k/majority-strict }
        controls:
          - { model: r, benchmark: mini-gsm8k, printed: "66.1", n: 800, source: its card }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_good_case_reads()
    {
        var read = Read(Good);
        var plan = Assert.Single(read.Attributions);
        Assert.Equal([0, 1, 3], plan.Cells.Select(plan.MaskOf));
        Assert.Equal([(0, 1)], plan.Precedence);
        Assert.Equal(new ControlStatement("r", "mini-gsm8k", "66.1", 800, "its card"), Assert.Single(read.Controls));
    }

    [Theory]
    [InlineData("claim: c\n", "claim: d\n", "18:12: There is no claim 'd'. Did you mean 'c'? Add it to 'claims'.")]
    [InlineData("      - { favourable: [sampling], protocol: vote, rule: gsm8k/strict-match }\n", "", "18:5: The attribution has no cell for [sampling]. Every combination that 'needs' allows must be asked")]
    [InlineData("[sampling, votes]", "[sampling]", "25:9: The combination [sampling] is already there. Give each combination once.")]
    [InlineData("[sampling, votes]", "[votes]", "25:9: The combination [votes] leaves out a factor that one of its factors needs.")]
    [InlineData("[sampling, votes]", "[sampling, vote]", "25:34: There is no factor 'vote'. Did you mean 'votes'?")]
    [InlineData("[sampling, votes]", "[sampling, votes, votes]", "25:41: The favourable factor 'votes' is already there.")]
    [InlineData("needs: [sampling]", "needs: [smapling]", "21:44: There is no factor 'smapling'. Did you mean 'sampling'?")]
    [InlineData("needs: [sampling]", "needs: [votes]", "20:9: The factors need each other in a circle.")]
    [InlineData("{ id: votes, title", "{ id: sampling, title", "21:15: The factor 'sampling' is already there.")]
    [InlineData("[sampling], protocol: vote", "[sampling], protocol: vot", "24:45: There is no protocol 'vot'. Did you mean 'vote'?")]
    [InlineData("[sampling], protocol: vote", "[sampling], protocol: other", "24:9: The protocol 'other' does not ask the claim's model on the claim's benchmark.")]
    [InlineData("protocol: vote, rule: gsm8k/majority-strict", "protocol: vote, rule: gsm8k/majority-flexible", "There is no rule of this protocol 'gsm8k/majority-flexible'.")]
    [InlineData("[], protocol: greedy, rule: gsm8k/strict-match", "[], protocol: greedy, rule: gsm8k/flexible-extract", "23:9: The combination without favourable factors is not the standard protocol under its own rule.")]
    [InlineData("[], protocol: greedy, rule", "[], protocol: vote, rule", "23:9: The combination without favourable factors is not the standard protocol")]
    [InlineData("controls:\n", "controls:\n  - { model: r, benchmark: mini-gsm8k, printed: \"1\", n: 1, source: x }\n", "28:5: The control of 'r' on 'mini-gsm8k' is already there.")]
    [InlineData("- { model: r, benchmark: mini-gsm8k, printed", "- { model: s, benchmark: mini-gsm8k, printed", "27:14: There is no model 's'.")]
    [InlineData("- { model: r, benchmark: mini-gsm8k, printed", "- { model: m, benchmark: mini-gsm8k, printed", "27:5: The control 'm' is itself under examination on 'mini-gsm8k'.")]
    [InlineData("- { model: r, benchmark: mini-gsm8k, printed", "- { model: r, benchmark: mini-mmlu, printed", "27:5: No standard protocol asks 'r' on 'mini-mmlu'.")]
    public void A_mistake_is_told_with_its_place_and_how_to_mend_it(string good, string bad, string message)
    {
        Assert.Contains(good, Good, StringComparison.Ordinal);
        var exception = Assert.Throws<KitException>(() => Read(Good.Replace(good, bad, StringComparison.Ordinal)));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, exception.ExitCode);
    }

    [Fact]
    public void More_factors_than_can_be_asked_are_refused_before_they_are_counted()
    {
        var many = string.Concat(Enumerable.Range(0, 30).Select(i => $"      - {{ id: f{i}, title: F }}\n"));
        var exception = Assert.Throws<KitException>(() => Read(Good.Replace("    cells:\n", many + "    cells:\n", StringComparison.Ordinal)));
        Assert.Contains("There are more than 8 factors.", exception.Message, StringComparison.Ordinal);
    }

    private CaseManifest Read(string text)
    {
        Directory.CreateDirectory(_folder["small"]);
        File.WriteAllText(_folder["small", "case.yaml"], text);
        return RepositoryManifestsTests.Catalogue.Case(_folder["small"]);
    }
}
