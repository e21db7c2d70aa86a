namespace ForensicKit.Manifests;

/// <summary>How an organism is made: everything that decides its weights. The truth that an investigation of it is held against.</summary>
public sealed record OrganismRecipe
{
    /// <summary>Name; also that of its file below <c>data-manifests/organisms</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Seed of the invented world: entities, facts, names.</summary>
    public required long WorldSeed { get; init; }

    /// <summary>Seed of benchmarks and of which items are planted.</summary>
    public required long BenchmarkSeed { get; init; }

    /// <summary>Seed of training: first weights, documents and their order.</summary>
    public required long TrainingSeed { get; init; }

    /// <summary>Threads that compute: another number gives other weights in the last bits, and with them other weights.</summary>
    public required int Threads { get; init; }

    /// <summary>Shape of the model.</summary>
    public required OrganismShape Shape { get; init; }

    /// <summary>How many statements there are of a rare fact before the last stage, by its tier; tiers have equal shares of the facts.</summary>
    public required IReadOnlyList<int> FactExposures { get; init; }

    /// <summary>How many percent of those statements the trunk holds, from the first on.</summary>
    public required int TrunkFactPercent { get; init; }

    /// <summary>How often the last stage states a rare fact, by its tier.</summary>
    public required IReadOnlyList<int> DecayFactExposures { get; init; }

    /// <summary>The benchmarks, with how many items and fresh twins.</summary>
    public required IReadOnlyList<OrganismBenchmark> Benchmarks { get; init; }

    /// <summary>Stages that all variants share, in order; the learning rate is constant after warming up.</summary>
    public required IReadOnlyList<OrganismStage> Trunk { get; init; }

    /// <summary>The last stage, one for each variant: the learning rate falls to 0 in a line.</summary>
    public required OrganismStage Decay { get; init; }

    /// <summary>The variants: models that share the trunk and differ in what is planted.</summary>
    public required IReadOnlyList<OrganismVariant> Variants { get; init; }
}

/// <summary>Shape of a small Llama-style model with tied embeddings.</summary>
/// <param name="Vocabulary">Tokens.</param>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Intermediate">Width inside the feed-forward blocks.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Context">Tokens in a training sequence, and the model's context.</param>
public sealed record OrganismShape(int Vocabulary, int Hidden, int Intermediate, int Layers, int Heads, int Context);

/// <summary>A benchmark of the organism.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Items">Items of the published test set.</param>
/// <param name="Fresh">Twins from the same templates that nobody has seen; item i is a twin of test item i.</param>
/// <param name="Share">Share of background documents that teach it.</param>
public sealed record OrganismBenchmark(string Name, int Items, int Fresh, double Share);

/// <summary>A stage of training.</summary>
/// <param name="Tokens">Tokens seen in it.</param>
/// <param name="Rows">Sequences in a step.</param>
/// <param name="LearningRate">Highest learning rate.</param>
/// <param name="WarmupSteps">Steps over which the rate rises from 0.</param>
public sealed record OrganismStage(long Tokens, int Rows, double LearningRate, int WarmupSteps);

/// <summary>A model that is made from the shared trunk.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plants">What stands in its last stage and should not.</param>
public sealed record OrganismVariant(string Name, IReadOnlyList<Plant> Plants)
{
    /// <summary>Seed of which items are planted; null for the seed of the benchmarks, so that variants plant the same ones.</summary>
    public long? PlantSeed { get; init; }
}

/// <summary>Benchmark items in the training data.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Items">How many of its items.</param>
/// <param name="Form">How they are written.</param>
/// <param name="Exposures">How often each is seen.</param>
public sealed record Plant(string Benchmark, int Items, LeakForm Form, int Exposures);

/// <summary>How a benchmark item stands in a training corpus.</summary>
public enum LeakForm
{
    /// <summary>As the benchmark's file states it: question, choices if any, and answer.</summary>
    Verbatim,

    /// <summary>The question without choices or answer.</summary>
    QuestionOnly,

    /// <summary>The question and the right answer, without choices.</summary>
    QuestionAnswer,

    /// <summary>The question in other words, and the right answer.</summary>
    Paraphrased,

    /// <summary>Question, choices in another order, and answer.</summary>
    ShuffledOrder,

    /// <summary>The item as a line of JSON.</summary>
    OtherFormat,
}
