using ForensicKit.Manifests;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Manifests;

/// <summary>Protocols of a case that build on tasks of a benchmark.</summary>
public sealed class TaskManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_protocol_takes_from_its_task_what_it_leaves_out()
    {
        var protocol = Assert.Single(Read("task: gsm8k, max_tokens: 99, shots: { count: 2, sampler: random, pool: train }").Protocols);
        Assert.Equal(("p", ProtocolKind.Generation, 99), (protocol.Id, protocol.Kind, protocol.MaxTokens));
        Assert.Equal(("Question: {{question}}\nAnswer:", "{{gold}}", " ", "\n\n"), (protocol.Prompt.Template, protocol.Prompt.Target, protocol.Prompt.BeforeAnswer, protocol.Prompt.Between));
        Assert.Equal((2, ShotSampler.Random, 1234L, "train"), (protocol.Prompt.Shots!.Count, protocol.Prompt.Shots.Sampler, protocol.Prompt.Shots.Seed, protocol.Prompt.Shots.Pool));
        Assert.Equal(["Question:", "</s>", "<|im_end|>"], protocol.Stop);
        Assert.Equal(["gsm8k/strict-match", "gsm8k/flexible-extract"], protocol.Rules);
    }

    [Fact]
    public void A_protocol_can_say_everything_itself()
    {
        var prompt = Assert.Single(Read(
            "kind: choices, template: 'Q {{question}}', description: 'About. ', answers: [A, B], before_answer: '', between: '; ', chat: { system: Hi, multiturn: false }, begin_token: true, unconditional: '', top_k: 5, rules: [choice/sum]").Protocols).Prompt;
        Assert.Equal(("About. ", "", "; ", true, ""), (prompt.Description, prompt.BeforeAnswer, prompt.Between, prompt.AddsBeginToken, prompt.Unconditional));
        Assert.Equal(new ChatForm("Hi", false), prompt.Chat);
        Assert.Equal(["A", "B"], prompt.Answers!);
    }

    [Theory]
    [InlineData("task: gsm9k", "The benchmark 'gsm8k' has no task 'gsm9k'.")]
    [InlineData("kind: generation, rules: [gsm8k/strict-match]", "The protocol has no 'template'.")]
    [InlineData("template: x, rules: [gsm8k/strict-match]", "The protocol has no 'kind'.")]
    [InlineData("task: gsm8k, shots: { count: 2, sampler: first, pool: dev }", "There is no pool 'dev'. Add it to the benchmark's 'pools'.")]
    [InlineData("task: gsm8k, shots: { count: 2, sampler: first }", "Worked examples come from a pool or are written down.")]
    [InlineData("task: gsm8k, rules: [gsm8k/maj@8-lax]", "There is no scoring rule 'gsm8k/maj@8-lax'.")]
    [InlineData("task: gsm8k, shots: { count: 2, sampler: best, pool: train }", "one of first, random")]
    public void A_mistake_is_told(string protocol, string message) => Assert.Contains(message, Assert.Throws<KitException>(() => Read(protocol)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("gsm8k/maj@8-flexible")]
    [InlineData("code/pass@10")]
    public void Rules_with_a_number_are_known(string rule) => Assert.Equal([rule], Assert.Single(Read($"task: gsm8k, rules: [{rule}]").Protocols).Rules);

    private CaseManifest Read(string protocol)
    {
        Directory.CreateDirectory(_folder["small"]);
        File.WriteAllText(_folder["small", "case.yaml"], $$"""
            schema: forensickit/case/v1
            name: small
            title: A small case
            summary: One claim.
            seed: 1
            alpha: 0.05
            margin_points: 1
            models:
              - { id: m, title: M, role: suspect, manifest: llama-mini }
            claims:
              - { id: c, model: m, benchmark: gsm8k, metric: accuracy, claimed: "92.1", n: 1319, source: a sheet }
            protocols:
              - { id: p, title: P, role: standard, models: [m], benchmarks: [gsm8k], {{protocol}} }
            """);
        return RepositoryManifestsTests.Catalogue.Case(_folder["small"]);
    }
}
