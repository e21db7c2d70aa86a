using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Manifests;

/// <summary>Where a protocol may stop early.</summary>
public sealed class EarlyStopManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_standard_protocol_with_a_claim_may_stop()
    {
        Assert.True(Assert.Single(Read("role: standard, models: [m], benchmarks: [gsm8k], task: gsm8k, stop_when_refuted: true").Protocols).StopsWhenRefuted);
        Assert.False(Assert.Single(Read("role: standard, models: [m], benchmarks: [gsm8k], task: gsm8k").Protocols).StopsWhenRefuted);
        // Where it says no, nothing is asked of the rest.
        Assert.False(Assert.Single(Read("role: claimed, models: [m], benchmarks: [gsm8k], task: gsm8k, stop_when_refuted: false").Protocols).StopsWhenRefuted);
    }

    [Theory]
    [InlineData("role: claimed, models: [m], benchmarks: [gsm8k], task: gsm8k", "is for standard protocols")]
    [InlineData("role: standard, models: [m, other], benchmarks: [gsm8k], task: gsm8k", "No claim is about 'other' on 'gsm8k'")]
    [InlineData("role: standard, models: [m], benchmarks: [gsm8k, mmlu], task: gsm8k", "No claim is about 'm' on 'mmlu'")]
    [InlineData("role: standard, models: [m], benchmarks: [hellaswag], kind: choices, template: x, rules: [choice/sum]", "Several claims are about 'm' on 'hellaswag'")]
    [InlineData("role: standard, models: [m], benchmarks: [humaneval], kind: generation, template: x, rules: ['code/pass@1']", "The protocol's own rule 'code/pass@1' runs programs")]
    [InlineData("role: standard, models: [m], benchmarks: [humaneval], task: humaneval", "runs programs")]
    public void A_protocol_that_cannot_stop_is_told_why_once(string protocol, string message)
    {
        var told = Assert.Throws<KitException>(() => Read(protocol + ", stop_when_refuted: true")).Message;
        Assert.Contains(message, told, StringComparison.Ordinal);
    }

    private CaseManifest Read(string protocol)
    {
        Directory.CreateDirectory(_folder["small"]);
        File.WriteAllText(_folder["small", "case.yaml"], $$"""
            schema: forensickit/case/v1
            name: small
            title: A small case
            summary: Some claims.
            seed: 1
            alpha: 0.05
            margin_points: 1
            models:
              - { id: m, title: M, role: suspect, manifest: llama-mini }
              - { id: other, title: Other, role: reference, manifest: llama-mini }
            claims:
              - { id: c, model: m, benchmark: gsm8k, metric: accuracy, claimed: "92.1", n: 1319, source: a sheet }
              - { id: p, model: m, benchmark: humaneval, metric: pass@1, claimed: "92.1", n: 164, source: a sheet }
              - { id: h1, model: m, benchmark: hellaswag, metric: accuracy, claimed: "92.1", n: 10042, source: a sheet }
              - { id: h2, model: m, benchmark: hellaswag, metric: accuracy, claimed: "82.1", n: 10042, source: a sheet }
            protocols:
              - { id: p, title: P, {{protocol}} }
            """);
        return RepositoryManifestsTests.Catalogue.Case(_folder["small"]);
    }
}
