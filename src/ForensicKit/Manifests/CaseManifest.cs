using ForensicKit.Claims;
using ForensicKit.Evidence;

namespace ForensicKit.Manifests;

/// <summary>One investigation as it is set out before the first run: claims, models, recordings, seed, α and margin.</summary>
public sealed record CaseManifest
{
    /// <summary>Name; also that of its folder below <c>data-manifests/cases</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Title of the document.</summary>
    public required string Title { get; init; }

    /// <summary>What the case is about, in a few sentences.</summary>
    public required string Summary { get; init; }

    /// <summary>Seed of everything that draws.</summary>
    public required long Seed { get; init; }

    /// <summary>Error level of the whole case, between 0 and 1.</summary>
    public required double Alpha { get; init; }

    /// <summary>Difference that is tolerated, in percentage points, greater than 0.</summary>
    public required double MarginPoints { get; init; }

    /// <summary>Id of the model under scrutiny; null where all models are looked at alike.</summary>
    public string? Suspect { get; init; }

    /// <summary>Id of the model that contamination is looked for in: the suspect, or the first model where all are looked at alike.</summary>
    public string SuspectId => Suspect ?? Models[0].Id;

    /// <summary>Every model of the case.</summary>
    public required IReadOnlyList<CaseModel> Models { get; init; }

    /// <summary>The claims, in the order of the document.</summary>
    public required IReadOnlyList<Claim> Claims { get; init; }

    /// <summary>Runs that somebody else made and recorded.</summary>
    public IReadOnlyList<RecordingStatement> Recordings { get; init; } = [];

    /// <summary>Protocols under which this case asks models itself.</summary>
    public IReadOnlyList<RunProtocol> Protocols { get; init; } = [];

    /// <summary>Training text to look for benchmark items in; null where none is at hand.</summary>
    public ContaminationPlan? Contamination { get; init; }

    /// <summary>What the suspect itself is asked about benchmarks; null where it is not.</summary>
    public MembershipPlan? Membership { get; init; }

    /// <summary>How far the wording of the prompt moves a score; null where this is not asked.</summary>
    public SensitivityPlan? Sensitivity { get; init; }

    /// <summary>Latency claims; null where there are none.</summary>
    public LatencyPlan? Latency { get; init; }

    /// <summary>Claims whose gap is divided among the choices in which protocols differ.</summary>
    public IReadOnlyList<AttributionPlan> Attributions { get; init; } = [];

    /// <summary>Models whose scores are known: positive controls of the harness.</summary>
    public IReadOnlyList<ControlStatement> Controls { get; init; } = [];

    /// <summary>Ids of the protocols under which a claim may be understood.</summary>
    public IReadOnlyList<string> AdmissibleProtocols { get; init; } = [];

    /// <summary>What the case does not look at, as sentences for the document.</summary>
    public IReadOnlyList<string> NotChecked { get; init; } = [];

    /// <summary>The files of the case.</summary>
    public IReadOnlyList<Artifact> Artifacts { get; init; } = [];

    /// <summary>The manifest's own file.</summary>
    public required string FilePath { get; init; }

    /// <summary>The folder of the manifest, where the case's own files lie.</summary>
    public string Folder => Path.GetDirectoryName(Path.GetFullPath(FilePath))!;

    /// <summary>Every run of the protocols: models and benchmarks of each, in their order.</summary>
    public IEnumerable<RunPlan> Runs => Protocols.SelectMany(p => p.Models.SelectMany(m => p.Benchmarks.Select(b => new RunPlan(m, b, p))));

    /// <summary>The model of that id.</summary>
    /// <exception cref="KeyNotFoundException">The case has no such model.</exception>
    public CaseModel Model(string id) => Models.FirstOrDefault(model => model.Id == id)
        ?? throw new KeyNotFoundException($"Case '{Name}' has no model '{id}'.");

    /// <summary>The files of a recording, in its order.</summary>
    public IReadOnlyList<Artifact> ArtifactsOf(RecordingStatement recording) =>
        [.. recording.Artifacts.Select(id => Artifacts.First(artifact => artifact.Id == id))];
}

/// <summary>Why a model is in a case.</summary>
public enum ModelRole
{
    /// <summary>Its claims are examined.</summary>
    Suspect,

    /// <summary>It is there for comparison.</summary>
    Reference,

    /// <summary>Only recorded answers of it are at hand.</summary>
    Recorded,
}

/// <summary>A model of a case.</summary>
/// <param name="Id">Identifier within the case.</param>
/// <param name="Title">Name for people.</param>
/// <param name="Role">Why it is there.</param>
/// <param name="Manifest">Name of its manifest below <c>data-manifests/models</c>; null where the case never runs it.</param>
public sealed record CaseModel(string Id, string Title, ModelRole Role, string? Manifest = null);

/// <summary>A run that somebody else made: where its answers are and under which rules they are scored again.</summary>
public sealed record RecordingStatement
{
    /// <summary>Identifier within the case.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the model in the case.</summary>
    public required string Model { get; init; }

    /// <summary>Name of the benchmark's manifest.</summary>
    public required string Benchmark { get; init; }

    /// <summary>Format of its files, one of <c>RecordedFormats</c>.</summary>
    public required string Format { get; init; }

    /// <summary>Ids of its files among the case's artifacts.</summary>
    public required IReadOnlyList<string> Artifacts { get; init; }

    /// <summary>Ids of the scoring rules to apply.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>What the recording says of its protocol.</summary>
    public ProtocolStatement Protocol { get; init; } = ProtocolStatement.Silent;

    /// <summary>What else should be known of it.</summary>
    public string? Note { get; init; }
}
