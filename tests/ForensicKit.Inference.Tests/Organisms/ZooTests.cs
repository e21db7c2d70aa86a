using ForensicKit.Contamination.Calibration;
using ForensicKit.Inference.Organisms;
using ForensicKit.Inference.Torch;
using ForensicKit.Manifests;
using ForensicKit.TestSupport;
using static TorchSharp.torch;
using FactAttribute = Xunit.FactAttribute;

namespace ForensicKit.Inference.Tests.Organisms;

[Collection(nameof(OrganismTrainerTests))]
public sealed class ZooTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _threads;

    public ZooTests()
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
    public void Every_way_meets_every_number_of_exposures_equally_often_on_every_benchmark()
    {
        var recipe = Recipe() with { Sizes = [Size() with { Contaminated = 12, Clean = 3 }] };
        var members = ZooPlan.Members(recipe);
        Assert.Equal(15, members.Count);
        Assert.Equal(15, members.Select(m => m.Seed).Distinct().Count());
        Assert.Equal(15, members.Select(m => m.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(3, members.Count(m => m.Plants.Count == 0));
        foreach (var benchmark in (string[])["mini-mmlu", "mini-hellaswag"])
        {
            var cells = members.SelectMany(m => m.Plants).Where(p => p.Benchmark == benchmark).CountBy(p => (p.Form, p.Exposures)).ToList();
            Assert.Equal(4, cells.Count);
            Assert.All(cells, c => Assert.Equal(3, c.Value));
        }

        // What is planted differs from member to member.
        var world = new OrganismWorld(recipe.Trunk(recipe.Sizes[0]));
        Assert.InRange(members.Where(m => m.Plants.Count > 0).Select(m => string.Join(' ', world.Planted(m.Variant).Select(p => p.Item.Id).Order(StringComparer.Ordinal))).Distinct(StringComparer.Ordinal).Count(), 10, 12);
    }

    [Fact]
    public async Task Results_do_not_depend_on_threads_and_a_stopped_zoo_goes_on()
    {
        var alone = await Run("alone", 1);
        Assert.Equal(4 * 2, alone.Units.Count);
        Assert.Equal(("tiny", 3), (alone.Clean[0].Size, alone.Clean[0].Organisms));
        Assert.All(alone.Units, u =>
        {
            Assert.Equal((4, 16), (u.Leaked, u.Fresh));
            Assert.True(u.Low <= u.Points && u.Points <= u.High);
            Assert.Equal(u.Exposures == 0, u.Way is null);
        });
        var planted = Assert.Single(alone.Units, u => u is { Exposures: > 0, Benchmark: "mini-hellaswag" });
        Assert.True(planted.Found > 0, "The scan finds none of the stories that were planted word for word.");

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ZooRun(Recipe(), NoModel, _folder["stopped"]).RunAsync("ab", 1, new StopAfter(stop), stop.Token));
        Assert.NotEmpty(Directory.EnumerateFiles(_folder["stopped", "answers"]));
        Assert.Equal(alone.Units, (await Run("stopped", 2)).Units);

        var other = Recipe() with { Seed = 99 };
        var error = await Assert.ThrowsAsync<KitException>(() => new ZooRun(other, NoModel, _folder["alone"]).RunAsync("ab", 1, null, CancellationToken.None));
        Assert.Contains("another recipe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_way_that_a_benchmark_does_not_have_is_refused_before_anything_is_trained()
    {
        var recipe = Recipe() with { Ways = new Dictionary<string, IReadOnlyList<LeakForm>>(StringComparer.Ordinal) { ["mini-mmlu"] = [LeakForm.Verbatim], ["mini-hellaswag"] = [LeakForm.Paraphrased] } };
        var error = await Assert.ThrowsAsync<KitException>(() => new ZooRun(recipe, NoModel, _folder["out"]).RunAsync("ab", 1, null, CancellationToken.None));
        Assert.Contains("paraphrased", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Fact]
    public async Task A_last_stage_that_cannot_hold_what_is_planted_is_refused_before_a_member_is_trained()
    {
        var recipe = Recipe() with { Sizes = [Size() with { Decay = new(64 * 20, 1, 0.002, 0) }] };
        var error = await Assert.ThrowsAsync<KitException>(() => new ZooRun(recipe, NoModel, _folder["out"]).RunAsync("ab", 2, null, CancellationToken.None));
        Assert.Matches("takes [0-9,]+ tokens", error.Message);
        Assert.Contains("has 1,280", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out", "models"]));
    }

    private Task<ZooResults> Run(string folder, int threads) => new ZooRun(Recipe(), NoModel, _folder[folder]).RunAsync("ab", threads, null, CancellationToken.None);

    private static string NoModel(string name) => throw new InvalidOperationException(name);

    private static ZooSize Size() => new("tiny", TinyOrganism.Recipe.Shape, ["mini-mmlu", "mini-hellaswag"], null, [new(64 * 60, 1, 0.003, 10)], new(64 * 200, 1, 0.002, 0), 1, 3);

    private static ZooRecipe Recipe() => new()
    {
        Name = "tiny",
        WorldSeed = 11,
        BenchmarkSeed = 12,
        Seed = 13,
        FactExposures = [1],
        TrunkFactPercent = 50,
        DecayFactExposures = [0],
        Benchmarks = [new("mini-mmlu", 16, 16, 0.6), new("mini-hellaswag", 16, 16, 0.4)],
        Leaked = 4,
        Ways = new Dictionary<string, IReadOnlyList<LeakForm>>(StringComparer.Ordinal)
        {
            ["mini-mmlu"] = [LeakForm.QuestionAnswer, LeakForm.QuestionOnly],
            ["mini-hellaswag"] = [LeakForm.Verbatim, LeakForm.OtherFormat],
        },
        Exposures = [1, 4],
        Sizes = [Size()],
    };

    private sealed class StopAfter(CancellationTokenSource stop) : IProgress<StepProgress>
    {
        public void Report(StepProgress value)
        {
            if (value is { Unit: "organisms", Done: 1 })
                stop.Cancel();
        }
    }
}
