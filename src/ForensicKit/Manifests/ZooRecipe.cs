namespace ForensicKit.Manifests;

/// <summary>
/// A zoo: many organisms over sizes, ways of planting and exposures, and others with nothing planted. What the detectors say of them, held
/// against what was planted, is the calibration of every statement about contamination.
/// </summary>
public sealed record ZooRecipe
{
    /// <summary>Name; also that of its file below <c>data-manifests/zoos</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Seed of the invented world.</summary>
    public required long WorldSeed { get; init; }

    /// <summary>Seed of the benchmarks.</summary>
    public required long BenchmarkSeed { get; init; }

    /// <summary>Seed of trunks and members: first weights, documents, and which items are planted in which member.</summary>
    public required long Seed { get; init; }

    /// <summary>As in <see cref="OrganismRecipe.FactExposures"/>.</summary>
    public required IReadOnlyList<int> FactExposures { get; init; }

    /// <summary>As in <see cref="OrganismRecipe.TrunkFactPercent"/>.</summary>
    public required int TrunkFactPercent { get; init; }

    /// <summary>As in <see cref="OrganismRecipe.DecayFactExposures"/>.</summary>
    public required IReadOnlyList<int> DecayFactExposures { get; init; }

    /// <summary>The benchmarks; a member has items of each planted, in a way and a number of exposures of its own for each.</summary>
    public required IReadOnlyList<OrganismBenchmark> Benchmarks { get; init; }

    /// <summary>Ways of planting, by benchmark.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<LeakForm>> Ways { get; init; }

    /// <summary>Items planted of a benchmark.</summary>
    public required int Leaked { get; init; }

    /// <summary>How often each planted item is seen.</summary>
    public required IReadOnlyList<int> Exposures { get; init; }

    /// <summary>Sizes of models.</summary>
    public required IReadOnlyList<ZooSize> Sizes { get; init; }

    /// <summary>The recipe of one size's trunk, without variants.</summary>
    public OrganismRecipe Trunk(ZooSize size) => new()
    {
        Name = Name,
        WorldSeed = WorldSeed,
        BenchmarkSeed = BenchmarkSeed,
        TrainingSeed = Seed,
        Threads = 1,
        Shape = size.Shape,
        FactExposures = FactExposures,
        TrunkFactPercent = TrunkFactPercent,
        DecayFactExposures = DecayFactExposures,
        Benchmarks = [.. Benchmarks.Where(b => size.Benchmarks.Contains(b.Name, StringComparer.Ordinal))],
        Trunk = size.Trunk,
        Decay = size.Decay,
        Variants = [],
    };
}

/// <summary>Models of one size.</summary>
/// <param name="Name">Name of the size.</param>
/// <param name="Shape">Their shape.</param>
/// <param name="Benchmarks">The benchmarks it is trained and examined on.</param>
/// <param name="Start">A model of the kit that all begin as; null for first weights drawn from the seed.</param>
/// <param name="Trunk">Stages that all share; may be empty where they begin as a model.</param>
/// <param name="Decay">The last stage, each member's own.</param>
/// <param name="Contaminated">Members with planted items.</param>
/// <param name="Clean">Members without: suspects that must not be accused, and references of the others; at least 3.</param>
public sealed record ZooSize(
    string Name, OrganismShape Shape, IReadOnlyList<string> Benchmarks, string? Start, IReadOnlyList<OrganismStage> Trunk, OrganismStage Decay, int Contaminated, int Clean);
