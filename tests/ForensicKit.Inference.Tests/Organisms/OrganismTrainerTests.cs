using System.Security.Cryptography;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Torch;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;
using static TorchSharp.torch;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests.Organisms;

/// <summary>The number of threads is the process's: nothing else may compute meanwhile.</summary>
[CollectionDefinition(nameof(OrganismTrainerTests), DisableParallelization = true)]
public sealed class OrganismTrainerCollection;

[Collection(nameof(OrganismTrainerTests))]
public sealed class OrganismTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _threads;

    public OrganismTrainerTests()
    {
        TorchRuntime.EnsureLoaded();
        _threads = get_num_threads();
    }

    public void Dispose()
    {
        set_num_threads(_threads);
        _folder.Dispose();
    }

    [Fact]
    public void Training_gives_the_same_bytes_again_interrupted_or_not()
    {
        Train(TinyOrganism.Recipe, "first", null);
        var first = Hashes("first");
        Assert.Equal(6, first.Count);
        Assert.NotEqual(first["leaky/model.safetensors"], first["clean/model.safetensors"]);

        Train(TinyOrganism.Recipe, "second", null);
        Assert.Equal(first, Hashes("second"));

        // Stopped at every report: twice in the first stage, once in each that follows.
        Directory.CreateDirectory(_folder["stopped", "state"]);
        File.Copy(_folder["first", "state", "tokenizer.json"], _folder["stopped", "state", "tokenizer.json"]);
        var stops = 0;
        while (!TryTrain("stopped"))
            stops++;
        Assert.Equal(5, stops);
        Assert.Equal(first, Hashes("stopped"));
    }

    [Fact]
    public void A_finished_model_is_not_trained_again_and_a_lost_one_comes_back_the_same()
    {
        var recipe = Short(TinyOrganism.Recipe);
        Train(recipe, "out", null);
        var hashes = Hashes("out");
        File.Delete(_folder["out", "clean", "model.safetensors"]);
        File.WriteAllText(_folder["out", "leaky", "model.safetensors"], "kept");
        Train(recipe, "out", null);
        Assert.Equal("kept", File.ReadAllText(_folder["out", "leaky", "model.safetensors"]));
        Assert.Equal(hashes["clean/model.safetensors"], Hashes("out")["clean/model.safetensors"]);
    }

    [Fact]
    public void A_state_of_another_recipe_is_refused()
    {
        var recipe = Short(TinyOrganism.Recipe);
        Train(recipe, "out", null);
        var error = Assert.Throws<KitException>(() => Train(recipe with { TrainingSeed = 99 }, "out", null));
        Assert.Contains("another recipe", error.Message, StringComparison.Ordinal);
        // Nor is it one of another device.
        Assert.NotEqual(OrganismTrainer.Identity(recipe, "cpu"), OrganismTrainer.Identity(recipe, "cuda"));
    }

    [Fact]
    public void A_trained_model_can_be_asked()
    {
        Train(Short(TinyOrganism.Recipe), "out", null);
        using var model = TorchLanguageModel.Load(_folder["out", "leaky"], new("cpu"));
        Assert.Equal(64, model.Description.ContextLength);
        Assert.NotNull(model.Description.WeightsSha256);
    }

    private static OrganismRecipe Short(OrganismRecipe recipe) => recipe with { Trunk = [new(64 * 4, 1, 0.003, 2)], Decay = new(64 * 4, 1, 0.002, 0) };

    private bool TryTrain(string name)
    {
        using var stop = new CancellationTokenSource();
        try
        {
            new OrganismTrainer(new OrganismWorld(TinyOrganism.Recipe), _folder[name]).Train(new Stopper(stop), stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Train(OrganismRecipe recipe, string name, IProgress<StepProgress>? progress) =>
        new OrganismTrainer(new OrganismWorld(recipe), _folder[name]).Train(progress, CancellationToken.None);

    private SortedDictionary<string, string> Hashes(string name)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var variant in TinyOrganism.Recipe.Variants)
        {
            foreach (var file in Directory.EnumerateFiles(_folder[name, variant.Name]))
                hashes[$"{variant.Name}/{Path.GetFileName(file)}"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
        }

        return hashes;
    }

    private sealed class Stopper(CancellationTokenSource stop) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => stop.Cancel();
    }
}
