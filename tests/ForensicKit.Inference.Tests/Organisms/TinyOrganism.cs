using ForensicKit.Manifests;

namespace ForensicKit.Inference.Tests.Organisms;

/// <summary>A recipe that is trained in seconds.</summary>
internal static class TinyOrganism
{
    public static OrganismRecipe Recipe { get; } = new()
    {
        Name = "tiny",
        WorldSeed = 11,
        BenchmarkSeed = 12,
        TrainingSeed = 13,
        Threads = 1,
        Shape = new(300, 32, 64, 2, 4, 64),
        FactExposures = [1],
        TrunkFactPercent = 50,
        DecayFactExposures = [1],
        Benchmarks = [new("mini-mmlu", 16, 16, 0.3), new("mini-hellaswag", 20, 20, 0.2), new("mini-gsm8k", 10, 10, 0.3), new("mini-humaneval", 10, 10, 0.2)],
        // 64 tokens to a step: the trainer tells of every 50th.
        Trunk = [new(64 * 120, 1, 0.003, 10), new(64 * 60, 1, 0.002, 0)],
        Decay = new(64 * 60, 1, 0.002, 0),
        Variants = [new("leaky", [new("mini-mmlu", 4, LeakForm.QuestionAnswer, 3)]), new("clean", [])],
    };
}
