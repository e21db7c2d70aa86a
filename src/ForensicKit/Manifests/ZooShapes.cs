namespace ForensicKit.Manifests;

/// <summary>The shape of zoo recipes, and the records made of them.</summary>
internal static class ZooShapes
{
    private static ObjectShape Size { get; } = new("a size of models", "sizes of models",
    [
        new("name", Shapes.Name, true, "Name of the size."),
        new("shape", OrganismShapes.Shape, true, "Shape of its models."),
        new("benchmarks", new ListShape(Shapes.Name, 1), true, "The benchmarks that they are trained and examined on."),
        new("start", Shapes.Name, false, "A model of the kit that all begin as, of the same shape; first weights are drawn where it is left out."),
        new("trunk", new ListShape(OrganismShapes.Stage), true, "Stages that all models of the size share; may be empty where they begin as a model."),
        new("decay", OrganismShapes.Stage, true, "The last stage, each model's own: the learning rate falls to 0 in a line."),
        new("contaminated", Shapes.Count, true, "Models with planted items."),
        new("clean", new ValueShape("a whole number of at least 3", "^([3-9]|[1-9][0-9]{1,5})$", "Each model is held against a clean one, and what it would be without its leaks is the mean of the others.") { IsNumber = true, Minimum = 3 }, true, "Models without: they must not be accused, and they are the references of all."),
    ]);

    private static ObjectShape Benchmark { get; } = new("a benchmark of the zoo", "benchmarks of the zoo",
    [
        .. OrganismShapes.Benchmark.Fields,
        new("ways", new ListShape(OrganismShapes.Form, 1), true, "Ways in which its items are planted."),
    ]);

    /// <summary>A recipe.</summary>
    public static ObjectShape Recipe { get; } = new("a zoo recipe", "zoo recipes",
    [
        Shapes.Schema(ManifestSchemas.ZooId),
        new("name", Shapes.Name, true, "Name: that of the file without '.yaml'."),
        new("world_seed", Shapes.Long, true, "Seed of the invented world."),
        new("benchmark_seed", Shapes.Long, true, "Seed of the benchmarks."),
        new("seed", Shapes.Long, true, "Seed of first weights, documents, and which items are planted in which model."),
        new("fact_exposures", new ListShape(Shapes.Count, 1), true, "As in an organism recipe."),
        new("trunk_fact_percent", Shapes.Count, true, "As in an organism recipe."),
        new("decay_fact_exposures", new ListShape(Shapes.CountOrZero, 1), true, "As in an organism recipe; may be 0."),
        new("benchmarks", new ListShape(Benchmark, 1), true, "The benchmarks."),
        new("leaked", Shapes.Count, true, "Items planted of each benchmark."),
        new("exposures", new ListShape(Shapes.Count, 1), true, "How often each planted item is seen."),
        new("sizes", new ListShape(Size, 1), true, "Sizes of models."),
    ]);

    /// <summary>Makes a recipe of its tree.</summary>
    public static ZooRecipe Read(MapNode root) => new()
    {
        Name = root.Text("name"),
        WorldSeed = root.Whole("world_seed"),
        BenchmarkSeed = root.Whole("benchmark_seed"),
        Seed = root.Whole("seed"),
        FactExposures = OrganismShapes.Counts(root, "fact_exposures"),
        TrunkFactPercent = OrganismShapes.Count(root, "trunk_fact_percent"),
        DecayFactExposures = OrganismShapes.Counts(root, "decay_fact_exposures"),
        Benchmarks = OrganismShapes.ReadBenchmarks(root),
        Leaked = OrganismShapes.Count(root, "leaked"),
        Ways = root.Maps("benchmarks").ToDictionary(b => b.Text("name"), b => (IReadOnlyList<LeakForm>)[.. b.Texts("ways").Select(OrganismShapes.ReadForm)], StringComparer.Ordinal),
        Exposures = OrganismShapes.Counts(root, "exposures"),
        Sizes = [.. root.Maps("sizes").Select(s => new ZooSize(
            s.Text("name"), OrganismShapes.ReadShape(s.Map("shape")!), s.Texts("benchmarks"), s.OptionalText("start"), [.. s.Maps("trunk").Select(OrganismShapes.ReadStage)], OrganismShapes.ReadStage(s.Map("decay")!),
            OrganismShapes.Count(s, "contaminated"), OrganismShapes.Count(s, "clean")))],
    };
}
