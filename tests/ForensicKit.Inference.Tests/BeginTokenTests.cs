using ForensicKit.Models;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests;

/// <summary>The token that begins texts, on SmolLM2-135M-Instruct, where it is written <c>&lt;|im_start|&gt;</c>.</summary>
public sealed class BeginTokenTests
{
    private const string Begin = "<|im_start|>";

    [Fact]
    public async Task It_is_what_its_text_is_and_stands_there_once()
    {
        using var model = TorchLanguageModel.Load(TestData.Require("golden", "smollm2-135m"), new("cpu") { Deterministic = true });
        var scores = new double[4];
        ContinuationRequest[] requests =
        [
            new(0, "The sky is", " blue"), new(1, Begin + "The sky is", " blue"),
            new(2, "The sky is", " blue") { AddsBeginToken = true }, new(3, Begin + "The sky is", " blue") { AddsBeginToken = true },
        ];
        await foreach (var scored in model.ScoreAsync(requests, TestContext.Current.CancellationToken))
            scores[scored.Id] = scored.LogProbs.Sum();
        Assert.NotEqual(scores[0], scores[1]);
        Assert.Equal([scores[1], scores[1]], scores[2..]);

        var texts = new string[4];
        GenerationRequest[] prompts =
        [
            new(0, "The sky is", 5, [], Sampling.Greedy), new(1, Begin + "The sky is", 5, [], Sampling.Greedy),
            new(2, "The sky is", 5, [], Sampling.Greedy) { AddsBeginToken = true }, new(3, Begin + "The sky is", 5, [], Sampling.Greedy) { AddsBeginToken = true },
        ];
        await foreach (var generated in model.GenerateAsync(prompts, TestContext.Current.CancellationToken))
            texts[generated.Id] = generated.Text;
        Assert.Equal([texts[1], texts[1]], texts[2..]);
    }
}
