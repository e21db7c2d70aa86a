using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Conformance;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Tests.Organisms;
using ForensicKit.Inference.Torch;
using ForensicKit.Models;
using ForensicKit.TestSupport;
using static TorchSharp.torch;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests;

/// <summary>On a GPU everything is as on the processor, but for rounding. Skipped where there is none.</summary>
[Collection(nameof(OrganismTrainerTests))]
public sealed class CudaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _threads;

    public CudaTests()
    {
        TorchRuntime.EnsureLoaded();
        _threads = get_num_threads();
        Assert.SkipUnless(cuda_is_available(), "There is no CUDA device that libtorch can use.");
    }

    public void Dispose()
    {
        set_num_threads(_threads);
        _folder.Dispose();
    }

    [Fact]
    public void Every_architecture_gives_the_reference_implementations_outputs()
    {
        var results = new ArchitectureVectors("cuda").Run(TestData.Require("golden", "architectures"), TestContext.Current.CancellationToken).ToList();
        Assert.InRange(results.Count, 19, int.MaxValue);
        Assert.All(results, r => Assert.True(r.Differences.Count == 0, $"{r.File} {r.Case}: {string.Join("; ", r.Differences)}"));
    }

    [Fact]
    public async Task A_model_scores_and_generates_as_on_the_processor()
    {
        using var here = Load("cpu");
        using var there = Load("cuda");
        Assert.StartsWith("cuda", there.Description.Device, StringComparison.Ordinal);
        var questions = Enumerable.Range(0, 300).Select(i => $"Question: Tom has {i + 3} apples and buys {i % 7} more. How many apples does he have now?\nAnswer:").ToList();
        var continuations = questions.SelectMany((q, i) => new[] { new ContinuationRequest(2 * i, q, $" {i + 3 + (i % 7)}") { Moments = true }, new ContinuationRequest((2 * i) + 1, q, " a tall tree") }).ToList();
        var (expected, actual) = (await Scores(here, continuations), await Scores(there, continuations));
        foreach (var (id, score) in expected)
        {
            Assert.Equal(score.TokenIds, actual[id].TokenIds);
            Assert.All(score.LogProbs.Zip(actual[id].LogProbs), pair => Assert.Equal(pair.First, pair.Second, TorchLanguageModel.BatchTolerance));
            Assert.All(score.Details.Zip(actual[id].Details), pair =>
            {
                Assert.Equal(pair.First.Margin, pair.Second.Margin, TorchLanguageModel.BatchTolerance);
                Assert.Equal(pair.First.MeanLogProb, pair.Second.MeanLogProb, TorchLanguageModel.BatchTolerance);
                Assert.Equal(pair.First.VarianceLogProb, pair.Second.VarianceLogProb, 10 * TorchLanguageModel.BatchTolerance);
                // Where two are all but equally likely, they may change places.
                Assert.InRange(pair.Second.Rank - pair.First.Rank, -1, 1);
            });
        }

        var prompts = questions.Take(100).Select((q, i) => new GenerationRequest(i, q, 48, ["\n"], i % 2 == 0 ? Sampling.Greedy : new(0.8), i)).ToList();
        var (texts, others) = (await Texts(here, prompts), await Texts(there, prompts));
        // A draw or a choice between two that are all but equally likely may go the other way.
        Assert.InRange(prompts.Count(p => texts[p.Id].Text == others[p.Id].Text), 98, 100);
    }

    [Fact]
    public void Training_comes_to_the_weights_of_the_processor()
    {
        new OrganismTrainer(new OrganismWorld(TinyOrganism.Recipe), _folder["here"]).Train(null, TestContext.Current.CancellationToken);
        new OrganismTrainer(new OrganismWorld(TinyOrganism.Recipe), _folder["there"], "cuda").Train(null, TestContext.Current.CancellationToken);
        foreach (var variant in TinyOrganism.Recipe.Variants)
        {
            using var scope = NewDisposeScope();
            using var here = SafetensorsFile.Open(_folder["here", variant.Name, "model.safetensors"]);
            using var there = SafetensorsFile.Open(_folder["there", variant.Name, "model.safetensors"]);
            foreach (var name in here.Entries.Keys)
            {
                var (expected, actual) = (here.Read(name).to(ScalarType.Float64), there.Read(name).to(ScalarType.Float64));
                var error = ((actual - expected).norm() / expected.norm()).item<double>();
                Assert.True(error < 0.01, $"{variant.Name} {name}: {error}");
            }
        }
    }

    private static TorchLanguageModel Load(string device) =>
        TorchLanguageModel.Load(Path.Combine(TestData.RepositoryRoot, "data-manifests", "cases", "opus-mini", "models", "llama-mini"), new(device));

    private static async Task<Dictionary<int, ScoredContinuation>> Scores(TorchLanguageModel model, IReadOnlyList<ContinuationRequest> requests)
    {
        var scores = new Dictionary<int, ScoredContinuation>();
        await foreach (var score in model.ScoreAsync(requests, TestContext.Current.CancellationToken))
            scores.Add(score.Id, score);
        return scores;
    }

    private static async Task<Dictionary<int, GeneratedText>> Texts(TorchLanguageModel model, IReadOnlyList<GenerationRequest> requests)
    {
        var texts = new Dictionary<int, GeneratedText>();
        await foreach (var text in model.GenerateAsync(requests, TestContext.Current.CancellationToken))
            texts.Add(text.Id, text);
        return texts;
    }
}
