using ForensicKit.Claims;
using ForensicKit.Evidence;

namespace ForensicKit.Manifests;

/// <summary>A benchmark: its files, its items, its metric and its organisers' protocol.</summary>
public sealed record BenchmarkManifest
{
    /// <summary>Name; also that of its file below <c>data-manifests/benchmarks</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>Version of the manifest.</summary>
    public required string Version { get; init; }

    /// <summary>What changed with which version, newest first.</summary>
    public IReadOnlyList<string> Changelog { get; init; } = [];

    /// <summary>What the benchmark measures.</summary>
    public required string Description { get; init; }

    /// <summary>Paper or repository that defines it.</summary>
    public required string Source { get; init; }

    /// <summary>Licence of its items, or <c>none</c>.</summary>
    public required string Licence { get; init; }

    /// <summary>Where its items are.</summary>
    public required BenchmarkItems Items { get; init; }

    /// <summary>Choices of each item; null where answers are generated.</summary>
    public int? Choices { get; init; }

    /// <summary>The metric a score means when nothing else is said.</summary>
    public required string PrimaryMetric { get; init; }

    /// <summary>How item scores become one number.</summary>
    public required string Aggregation { get; init; }

    /// <summary>The organisers' protocol.</summary>
    public required StandardProtocol Standard { get; init; }

    /// <summary>Protocols that can be run, the standard one among them; cases name them by id.</summary>
    public IReadOnlyList<RunProtocol> Tasks { get; init; } = [];

    /// <summary>Items of other splits that worked examples are taken from.</summary>
    public IReadOnlyList<BenchmarkItems> Pools { get; init; } = [];

    /// <summary>Every file of the benchmark; <see cref="BenchmarkItems.Artifacts"/> names those with the split's items.</summary>
    public required IReadOnlyList<Artifact> Artifacts { get; init; }

    /// <summary>The manifest's own file.</summary>
    public required string FilePath { get; init; }

    /// <summary>The files that hold the split's items, in order.</summary>
    public IReadOnlyList<Artifact> ItemArtifacts => ArtifactsOf(Items);

    /// <summary>The files of a split, in order.</summary>
    public IReadOnlyList<Artifact> ArtifactsOf(BenchmarkItems items) => [.. items.Artifacts.Select(id => Artifacts.First(artifact => artifact.Id == id))];

    /// <summary>The pool of that split; null where there is none.</summary>
    public BenchmarkItems? Pool(string? split) => Pools.FirstOrDefault(p => p.Split == split);

    /// <summary>The files that a protocol needs: items, and the pool of its worked examples.</summary>
    public IEnumerable<Artifact> ArtifactsFor(RunProtocol protocol) => Pool(protocol.Prompt.Shots?.Pool) is { } pool ? ItemArtifacts.Concat(ArtifactsOf(pool)) : ItemArtifacts;
}

/// <summary>Where the items of a split are and how many there must be.</summary>
/// <param name="Format">One of <c>BenchmarkFormats</c>.</param>
/// <param name="Split">Name of the split, used in item ids.</param>
/// <param name="N">Items of the split.</param>
/// <param name="Artifacts">Ids of the files, in the order of the items.</param>
public sealed record BenchmarkItems(string Format, string Split, int N, IReadOnlyList<string> Artifacts)
{
    /// <summary>
    /// Where the parts of an item are in a record of the formats <c>json-lines</c> and <c>json-array</c>, as template expressions: <c>question</c>,
    /// <c>choices</c> (a list of texts), <c>gold</c> (the index of the right choice, or the reference answer where there are no choices), <c>subject</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>A benchmark's standard protocol.</summary>
/// <param name="Id">The id that cases name among their admissible protocols.</param>
/// <param name="Protocol">The choices.</param>
/// <param name="Sources">Where each choice comes from, by its name in manifests.</param>
public sealed record StandardProtocol(string Id, ProtocolStatement Protocol, IReadOnlyDictionary<string, string> Sources);
