using ForensicKit.Claims;
using ForensicKit.Evidence;

namespace ForensicKit.Manifests;

/// <summary>Reads a manifest: checks its tree against the schema and its references, and only then makes records of it.</summary>
internal static class ManifestReader
{
    /// <exception cref="KitException">The file has errors; all of them are in the message.</exception>
    public static BenchmarkManifest ReadBenchmark(string path)
    {
        var root = Checked(path, ManifestSchemas.Benchmark, Path.GetFileNameWithoutExtension(path), references => references.CheckBenchmark());
        return new BenchmarkManifest
        {
            Name = root.Text("name"),
            Title = root.Text("title"),
            Version = root.Text("version"),
            Changelog = root.Texts("changelog"),
            Description = root.Text("description"),
            Source = root.Text("source"),
            Licence = root.Text("licence"),
            Items = Split(root.Map("items")!),
            Choices = root.OptionalCount("choices"),
            PrimaryMetric = root.Text("primary_metric"),
            Aggregation = root.Text("aggregation"),
            Standard = Standard(root.Map("standard")!),
            Tasks = [.. root.Maps("tasks").Select(t => ProtocolShapes.Read(t) with { Benchmarks = [root.Text("name")] })],
            Pools = [.. root.Maps("pools").Select(Split)],
            Artifacts = Artifacts(root),
            FilePath = path,
        };
    }

    /// <inheritdoc cref="ReadBenchmark"/>
    public static ModelManifest ReadModel(string path)
    {
        var root = Checked(path, ManifestSchemas.Model, Path.GetFileNameWithoutExtension(path), references => references.CheckModel());
        return new ModelManifest
        {
            Name = root.Text("name"),
            Title = root.Text("title"),
            Source = root.Text("source"),
            Licence = root.Text("licence"),
            Artifacts = Artifacts(root),
            Endpoint = root.Map("endpoint") is { } endpoint ? EndpointShapes.Read(endpoint) : null,
            Notes = root.Texts("notes"),
            FilePath = path,
        };
    }

    /// <inheritdoc cref="ReadBenchmark"/>
    public static ToolManifest ReadTool(string path)
    {
        var root = Checked(path, ManifestSchemas.Tool, Path.GetFileNameWithoutExtension(path));
        return new ToolManifest
        {
            Name = root.Text("name"),
            Title = root.Text("title"),
            Version = root.Text("version"),
            Description = root.Text("description"),
            Source = root.Text("source"),
            Licence = root.Text("licence"),
            Artifacts = Artifacts(root),
            FilePath = path,
        };
    }

    /// <inheritdoc cref="ReadBenchmark"/>
    /// <param name="path">The file.</param>
    /// <param name="catalogue">Where benchmarks and models are looked up.</param>
    /// <param name="expectedName">The name it must have; null for any.</param>
    public static CaseManifest ReadCase(string path, ManifestCatalogue catalogue, string? expectedName)
    {
        var root = Checked(path, ManifestSchemas.Case, expectedName, references => references.CheckCase(catalogue));
        return new CaseManifest
        {
            Name = root.Text("name"),
            Title = root.Text("title"),
            Summary = root.Text("summary"),
            Seed = root.Whole("seed"),
            Alpha = root.Number("alpha"),
            MarginPoints = root.Number("margin_points"),
            Suspect = root.OptionalText("suspect"),
            Models = [.. root.Maps("models").Select(model => new CaseModel(model.Text("id"), model.Text("title"), Word<ModelRole>(model.Text("role")), model.OptionalText("manifest")))],
            Claims = [.. root.Maps("claims").Select(ReadClaim)],
            Recordings = [.. root.Maps("recordings").Select(ReadRecording)],
            Protocols = [.. root.Maps("protocols").Select(p => ProtocolShapes.Read(p, p.OptionalText("task") is { } task ? catalogue.TaskNode(p.Texts("benchmarks")[0], task) : null))],
            Contamination = CaseSteps.ReadContamination(root.Map("contamination")),
            Membership = CaseSteps.ReadMembership(root.Map("membership")),
            Sensitivity = CaseSteps.ReadSensitivity(root.Map("sensitivity")),
            Latency = CaseSteps.ReadLatency(root.Map("latency")),
            Attributions = AttributionShapes.Read(root),
            Controls = ControlShapes.Read(root),
            AdmissibleProtocols = root.Texts("admissible_protocols"),
            NotChecked = root.Texts("not_checked"),
            Artifacts = Artifacts(root),
            FilePath = path,
        };
    }

    /// <inheritdoc cref="ReadBenchmark"/>
    public static OrganismRecipe ReadOrganism(string path) => OrganismShapes.Read(Checked(path, OrganismShapes.Recipe, Path.GetFileNameWithoutExtension(path)));

    /// <summary>Reads a zoo recipe.</summary>
    /// <exception cref="KitException">The file is missing or has errors.</exception>
    public static ZooRecipe ReadZoo(string path) => ZooShapes.Read(Checked(path, ZooShapes.Recipe, Path.GetFileNameWithoutExtension(path)));

    /// <summary>A task of a benchmark as it is written; null where there is none of that id.</summary>
    public static MapNode? TaskNode(string path, string id) => ManifestYaml.ReadFile(path).Maps("tasks").FirstOrDefault(t => t.OptionalText("id") == id);

    private static BenchmarkItems Split(MapNode items) => new(items.Text("format"), items.Text("split"), items.OptionalCount("n")!.Value, items.Texts("artifacts"))
    {
        Fields = items.Map("fields")?.Entries.ToDictionary(f => f.Key.Value, f => ((ScalarNode)f.Value).Value, StringComparer.Ordinal) ?? new Dictionary<string, string>(StringComparer.Ordinal),
    };

    private static MapNode Checked(string path, ObjectShape shape, string? expectedName, Action<ManifestReferences>? checkReferences = null)
    {
        var root = ManifestYaml.ReadFile(path);
        var errors = new ManifestErrors(path);
        shape.Check(root, "manifest", errors);
        var references = new ManifestReferences(root, errors);
        references.CheckCommon(expectedName);
        checkReferences?.Invoke(references);
        errors.ThrowIfAny();
        return root;
    }

    private static Claim ReadClaim(MapNode claim) => new()
    {
        Id = claim.Text("id"),
        Model = claim.Text("model"),
        Benchmark = claim.Text("benchmark"),
        Metric = claim.Text("metric"),
        Claimed = claim.Text("claimed"),
        N = claim.OptionalCount("n")!.Value,
        SamplesPerItem = claim.OptionalCount("samples_per_item"),
        Protocol = Protocol(claim.Map("protocol")),
        Reported =
        [
            .. claim.Maps("reported").Select(reported => new ReportedScore
            {
                Role = Word<ReportedRole>(reported.Text("role")),
                Model = reported.OptionalText("model"),
                Value = reported.Text("value"),
                N = reported.OptionalCount("n"),
                Protocol = Protocol(reported.Map("protocol")),
                Source = reported.Text("source"),
            }),
        ],
        Source = claim.Text("source"),
    };

    private static RecordingStatement ReadRecording(MapNode recording) => new()
    {
        Id = recording.Text("id"),
        Model = recording.Text("model"),
        Benchmark = recording.Text("benchmark"),
        Format = recording.Text("format"),
        Artifacts = recording.Texts("artifacts"),
        Rules = recording.Texts("rules"),
        Protocol = Protocol(recording.Map("protocol")),
        Note = recording.OptionalText("note"),
    };

    private static IReadOnlyList<Artifact> Artifacts(MapNode root) =>
    [
        .. root.Maps("artifacts").Select(node => new Artifact
        {
            Id = node.Text("id"),
            Path = node.Text("path"),
            Sha256 = node.Text("sha256"),
            Bytes = node.Whole("bytes"),
            Url = node.OptionalText("url"),
            Source = node.Text("source"),
            Licence = node.Text("licence"),
            Note = node.OptionalText("note"),
        }),
    ];

    // The choices of a standard protocol are those of any protocol, each wrapped with its source.
    private static StandardProtocol Standard(MapNode standard)
    {
        var choices = standard.Entries.Where(entry => entry.Value is MapNode).Select(entry => (entry.Key, Choice: (MapNode)entry.Value)).ToList();
        return new(
            standard.Text("id"),
            Protocol(new MapNode(standard.At, [.. choices.Select(c => KeyValuePair.Create(c.Key, c.Choice["value"]!))])),
            choices.ToDictionary(c => c.Key.Value, c => c.Choice.Text("source"), StringComparer.Ordinal));
    }

    private static ProtocolStatement Protocol(MapNode? node) => node is null ? ProtocolStatement.Silent : new ProtocolStatement
    {
        Split = node.OptionalText("split"),
        Shots = node.OptionalCount("shots"),
        Template = node.OptionalText("template"),
        Decoding = node.OptionalText("decoding"),
        Samples = node.OptionalCount("samples"),
        Aggregation = node.OptionalText("aggregation"),
        AnswerExtraction = node.OptionalText("answer_extraction"),
        Metric = node.OptionalText("metric"),
    };

    private static TEnum Word<TEnum>(string word)
        where TEnum : struct, Enum => Enum.Parse<TEnum>(word, ignoreCase: true);
}
