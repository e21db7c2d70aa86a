using System.Globalization;

namespace ForensicKit.Manifests;

/// <summary>The shape of organism recipes, and the records made of them.</summary>
internal static class OrganismShapes
{
    internal static ObjectShape Shape { get; } = new("a model shape", "model shapes",
    [
        new("vocabulary", Shapes.Count, true, "Tokens of the vocabulary."),
        new("hidden", Shapes.Count, true, "Width of the residual stream."),
        new("intermediate", Shapes.Count, true, "Width inside the feed-forward blocks."),
        new("layers", Shapes.Count, true, "Layers."),
        new("heads", Shapes.Count, true, "Heads; divides 'hidden'."),
        new("context", Shapes.Count, true, "Tokens of a training sequence, and the model's context."),
    ]);

    internal static ObjectShape Benchmark { get; } = new("a benchmark of the organism", "benchmarks of the organism",
    [
        new("name", Shapes.Name, true, "Name of its item family."),
        new("items", Shapes.Count, true, "Items of the published test set."),
        new("fresh", Shapes.Count, true, "Fresh twins from the same templates; item i is a twin of test item i."),
        new("share", Decimal("a number above 0, at most 1", 1), true, "Share of background documents that teach it."),
    ]);

    internal static ObjectShape Stage { get; } = new("a stage of training", "stages of training",
    [
        new("tokens", Shapes.Long, true, "Tokens seen."),
        new("rows", Shapes.Count, true, "Sequences in a step."),
        new("learning_rate", Decimal("a number above 0, at most 1", 1), true, "Highest learning rate."),
        new("warmup_steps", Shapes.CountOrZero, true, "Steps over which the rate rises from 0."),
    ]);

    internal static ValueShape Form { get; } = Shapes.OneOf("verbatim", "question-only", "question-answer", "paraphrased", "shuffled-order", "other-format");

    private static ObjectShape Planted { get; } = new("a plant", "plants",
    [
        new("benchmark", Shapes.Name, true, "The benchmark."),
        new("items", Shapes.Count, true, "How many of its items, evenly from all strata; no item is planted twice."),
        new("form", Form, true, "How they are written."),
        new("exposures", Shapes.Count, true, "How often each is seen."),
    ]);

    private static ObjectShape Variant { get; } = new("a variant", "variants",
    [
        new("name", Shapes.Name, true, "Name of the model."),
        new("plants", new ListShape(Planted), true, "What stands in its last stage and should not; empty for a clean model, which sees other text of the same kinds instead."),
    ]);

    /// <summary>A recipe.</summary>
    public static ObjectShape Recipe { get; } = new("an organism recipe", "organism recipes",
    [
        Shapes.Schema(ManifestSchemas.OrganismId),
        new("name", Shapes.Name, true, "Name: that of the file without '.yaml'."),
        new("world_seed", Shapes.Long, true, "Seed of the invented world: entities, facts, habits."),
        new("benchmark_seed", Shapes.Long, true, "Seed of the benchmarks and of which items are planted."),
        new("training_seed", Shapes.Long, true, "Seed of first weights, documents and their order."),
        new("threads", Shapes.Count, true, "Threads that compute: another number gives other weights."),
        new("shape", Shape, true, "Shape of the model."),
        new("fact_exposures", new ListShape(Shapes.Count, 1), true, "Statements of a rare fact before the last stage, by tier; tiers have equal shares of the facts."),
        new("trunk_fact_percent", Shapes.Count, true, "How many percent of those statements the trunk holds, from the first on."),
        new("decay_fact_exposures", new ListShape(Shapes.Count, 1), true, "How often the last stage states a rare fact, by tier: as many tiers as 'fact_exposures'."),
        new("benchmarks", new ListShape(Benchmark, 1), true, "The benchmarks."),
        new("trunk", new ListShape(Stage, 1), true, "Stages that all variants share, at a constant learning rate after warming up."),
        new("decay", Stage, true, "The last stage of each variant: the learning rate falls to 0 in a line."),
        new("variants", new ListShape(Variant, 1), true, "Models that share the trunk and differ in what is planted."),
    ]);

    /// <summary>Makes a recipe of its tree.</summary>
    public static OrganismRecipe Read(MapNode root) => new()
    {
        Name = root.Text("name"),
        WorldSeed = root.Whole("world_seed"),
        BenchmarkSeed = root.Whole("benchmark_seed"),
        TrainingSeed = root.Whole("training_seed"),
        Threads = Count(root, "threads"),
        Shape = ReadShape(root.Map("shape")!),
        FactExposures = Counts(root, "fact_exposures"),
        TrunkFactPercent = Count(root, "trunk_fact_percent"),
        DecayFactExposures = Counts(root, "decay_fact_exposures"),
        Benchmarks = ReadBenchmarks(root),
        Trunk = [.. root.Maps("trunk").Select(ReadStage)],
        Decay = ReadStage(root.Map("decay")!),
        Variants = [.. root.Maps("variants").Select(v => new OrganismVariant(v.Text("name"), [.. v.Maps("plants").Select(p => new Plant(
            p.Text("benchmark"), Count(p, "items"), ReadForm(p.Text("form")), Count(p, "exposures")))]))],
    };

    internal static OrganismShape ReadShape(MapNode s) => new(Count(s, "vocabulary"), Count(s, "hidden"), Count(s, "intermediate"), Count(s, "layers"), Count(s, "heads"), Count(s, "context"));

    internal static IReadOnlyList<OrganismBenchmark> ReadBenchmarks(MapNode root) =>
        [.. root.Maps("benchmarks").Select(b => new OrganismBenchmark(b.Text("name"), Count(b, "items"), Count(b, "fresh"), b.Number("share")))];

    internal static LeakForm ReadForm(string text) => Enum.Parse<LeakForm>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true);

    internal static OrganismStage ReadStage(MapNode stage) => new(stage.Whole("tokens"), Count(stage, "rows"), stage.Number("learning_rate"), Count(stage, "warmup_steps"));

    internal static int[] Counts(MapNode node, string name) => [.. node.Texts(name).Select(t => int.Parse(t, CultureInfo.InvariantCulture))];

    internal static int Count(MapNode node, string name) => node.OptionalCount(name)!.Value;

    private static ValueShape Decimal(string words, decimal maximum) => new(words, "^[0-9]{1,7}([.][0-9]{1,12})?$", "Write it with a point, for example 0.002.")
    {
        IsNumber = true,
        Minimum = 0,
        IsAboveMinimum = true,
        Maximum = maximum,
    };
}
