using ForensicKit.Inference.Conformance;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Tokenizers;

/// <summary>Against what the reference library gave (golden/tokenizers).</summary>
public sealed class TokenizerGoldenTests
{
    [Theory]
    [InlineData("addedtokens-bytelevel")]
    [InlineData("addedtokens-prepend")]
    [InlineData("gemma-style")]
    [InlineData("gpt2-prefix-style")]
    [InlineData("gpt2-style")]
    [InlineData("llama2")]
    [InlineData("llama3_1")]
    [InlineData("metaspace-always-split")]
    [InlineData("metaspace-never-split")]
    [InlineData("mistral-style")]
    [InlineData("mistral-v3-style")]
    [InlineData("neox-style")]
    [InlineData("qwen3")]
    [InlineData("smollm2")]
    [InlineData("unigram-t5-style")]
    [InlineData("wordpiece-uncased-style")]
    public void Every_case_agrees(string name) => Agree(TestData.Require("golden", "tokenizers", name), atLeast: 1_000);

    [Fact]
    public void Every_single_step_agrees() => Agree(TestData.Require("golden", "tokenizers", "components"), atLeast: 20_000);

    private static void Agree(string folder, int atLeast)
    {
        var results = new TokenizerVectors().Run(folder, TestContext.Current.CancellationToken).ToList();
        var failed = results.Where(r => !r.Passed).ToList();
        Assert.True(failed.Count == 0, $"{failed.Count} of {results.Count} differ:\n{string.Join('\n', failed.Take(20).Select(r => $"{r.Case} {string.Join("; ", r.Differences)}"))}");
        Assert.True(results.Count >= atLeast, "Too few cases.");
    }
}
