using ForensicKit.Benchmarks;
using ForensicKit.Importing;

namespace ForensicKit.Manifests;

/// <summary>The kinds of manifests, described once: readers, documentation and the JSON Schema all follow from here.</summary>
internal static class ManifestSchemas
{
    /// <summary>Names of the kinds, with their schemas.</summary>
    public static IReadOnlyList<(string Id, string Folder, ObjectShape Shape)> All =>
    [
        (BenchmarkId, "benchmarks/NAME.yaml", Benchmark),
        (ModelId, "models/NAME.yaml", Model),
        (ToolId, "tools/NAME.yaml", Tool),
        (CaseId, "cases/NAME/case.yaml", Case),
        (OrganismId, "organisms/NAME.yaml", OrganismShapes.Recipe),
        (ZooId, "zoos/NAME.yaml", ZooShapes.Recipe),
    ];

    /// <summary>Schema id of benchmark manifests.</summary>
    public const string BenchmarkId = "forensickit/benchmark/v1";

    /// <summary>Schema id of model manifests.</summary>
    public const string ModelId = "forensickit/model/v1";

    /// <summary>Schema id of tool manifests.</summary>
    public const string ToolId = "forensickit/tool/v1";

    /// <summary>Schema id of case manifests.</summary>
    public const string CaseId = "forensickit/case/v1";

    /// <summary>Schema id of organism recipes.</summary>
    public const string OrganismId = "forensickit/organism/v1";

    /// <summary>Schema id of zoo recipes.</summary>
    public const string ZooId = "forensickit/zoo/v1";

    private static ListShape Artifacts { get; } = new(Shapes.Artifact);

    private static ListShape Sentences { get; } = new(Shapes.Text);

    private static ObjectShape Fields { get; } = new("the fields of a record", "fields of a record",
    [
        new("question", Shapes.Text, true, "Expression that gives the question."),
        new("choices", Shapes.Text, false, "Expression that gives the list of choices."),
        new("gold", Shapes.Text, true, "Expression that gives the index of the right choice, or the reference answer where there are no choices."),
        new("subject", Shapes.Text, false, "Expression that gives the subject."),
    ]);

    private static ObjectShape Items { get; } = new("the items", "items",
    [
        new("format", Shapes.OneOf([.. BenchmarkFormats.All.Select(format => format.Name)]), true, "Format of the files."),
        new("split", Shapes.Name, true, "Name of the split; item ids carry it."),
        new("n", Shapes.Count, true, "Items of the split; another number in the files is an error."),
        new("artifacts", new ListShape(Shapes.Name, 1), true, "Ids of the files among 'artifacts', in the order of the items."),
        new("fields", Fields, false, "Where the parts of an item are in a record: for the formats json-lines and json-array."),
    ]);

    private static ObjectShape Standard { get; } = new("a standard protocol", "standard protocols",
    [
        new("id", Shapes.Name, true, "Identifier; cases name it among their admissible protocols."),
        .. Shapes.Protocol.Fields.Select(field => field with { Shape = Sourced(field.Shape), IsRequired = field.Name != "split" }),
    ]);

    /// <summary>A benchmark.</summary>
    public static ObjectShape Benchmark { get; } = new("a benchmark manifest", "benchmark manifests",
    [
        Shapes.Schema(BenchmarkId),
        new("name", Shapes.Name, true, "Name: that of the file without '.yaml'."),
        new("title", Shapes.Text, true, "Name for people."),
        new("version", Shapes.Text, true, "Version of the manifest; raise it when anything that can change a score changes."),
        new("changelog", Sentences, false, "What changed with which version, newest first."),
        new("description", Shapes.Text, true, "What the benchmark measures."),
        new("source", Shapes.Text, true, "Paper or repository that defines it."),
        new("licence", Shapes.Text, true, "SPDX identifier of the licence of its items, or 'none'."),
        new("items", Items, true, "Where the items are and how many there must be."),
        new("choices", Shapes.Count, false, "Choices of each item. Leave it out where answers are generated."),
        new("primary_metric", Shapes.Name, true, "The metric that a score means when nothing else is said."),
        new("aggregation", Shapes.Text, true, "How item scores become one number."),
        new("standard", Standard, true, "The organisers' protocol, each choice with its source."),
        new("tasks", new ListShape(ProtocolShapes.Task), false, "Protocols that can be run; cases name them by id. The first is the standard one."),
        new("pools", new ListShape(Items), false, "Items of other splits that worked examples are taken from."),
        new("artifacts", new ListShape(Shapes.Artifact, 1), true, "Every file of the benchmark."),
    ]);

    /// <summary>A model.</summary>
    public static ObjectShape Model { get; } = new("a model manifest", "model manifests",
    [
        Shapes.Schema(ModelId),
        new("name", Shapes.Name, true, "Name: that of the file without '.yaml'."),
        new("title", Shapes.Text, true, "Name for people."),
        new("source", Shapes.Text, true, "Model card, paper or repository."),
        new("licence", Shapes.Text, true, "SPDX identifier or name of the licence of the weights, or 'none'."),
        new("artifacts", Artifacts, false, "Weights, configuration and tokenizer. Leave it out where the kit never runs the model."),
        new("endpoint", EndpointShapes.Endpoint, false, "A server that answers for the model: the kit then asks it and runs nothing itself."),
        new("notes", Sentences, false, "What else should be known of it."),
    ]);

    /// <summary>A tool.</summary>
    public static ObjectShape Tool { get; } = new("a tool manifest", "tool manifests",
    [
        Shapes.Schema(ToolId),
        new("name", Shapes.Name, true, "Name: that of the file without '.yaml'."),
        new("title", Shapes.Text, true, "Name for people."),
        new("version", Shapes.Text, true, "Version of the tool."),
        new("description", Shapes.Text, true, "What it is used for."),
        new("source", Shapes.Text, true, "Where it comes from."),
        new("licence", Shapes.Text, true, "SPDX expression of its licence, or 'none'."),
        new("artifacts", new ListShape(Shapes.Artifact, 1), true, "Its files."),
    ]);

    private static ObjectShape CaseModel { get; } = new("a model of the case", "models",
    [
        new("id", Shapes.Name, true, "Identifier within the case."),
        new("title", Shapes.Text, true, "Name for people."),
        new("role", Shapes.OneOf("suspect", "reference", "recorded"), true, "Why it is in the case: its claims are examined, it is there for comparison, or only recorded answers of it are at hand."),
        new("manifest", Shapes.Name, false, "Name of its model manifest. Leave it out where the case never runs it."),
    ]);

    private static ObjectShape Reported { get; } = new("a reported score", "reported scores",
    [
        new("role", Shapes.OneOf("reproduced", "reference"), true, "Whose score it is: the claim's own model run by somebody else, or another model for comparison."),
        new("model", Shapes.Name, false, "Id of the model in the case. Leave it out where it is the claim's own."),
        new("value", Shapes.Percent, true, "The score in percent, exactly as printed: quote it to keep a last zero."),
        new("n", Shapes.Count, false, "Items it is over. Left out, the claim's n is assumed aloud."),
        new("protocol", Shapes.Protocol, false, "What is said of the protocol; what is missing counts as not said."),
        new("source", Shapes.Text, true, "Where the score stands."),
    ]);

    private static ObjectShape Claim { get; } = new("a claim", "claims",
    [
        new("id", Shapes.Name, true, "Identifier within the case."),
        new("model", Shapes.Name, true, "Id of the model in the case."),
        new("benchmark", Shapes.Name, true, "Name of the benchmark manifest."),
        new("metric", Shapes.Text, true, "The metric by name, for example accuracy or pass@1."),
        new("claimed", Shapes.Percent, true, "The score in percent, exactly as printed: quote it to keep a last zero."),
        new("n", Shapes.Count, true, "Items the score is said to be over."),
        new("samples_per_item", Shapes.Count, false, "Samples per item that the score averages over. Left out, 1 is assumed aloud."),
        new("protocol", Shapes.Protocol, false, "What is said of the protocol; what is missing is itself a finding."),
        new("reported", new ListShape(Reported), false, "Scores that others report for comparison."),
        new("source", Shapes.Text, true, "Where the claim stands: document, table, version."),
    ]);

    private static ObjectShape Recording { get; } = new("a recording", "recordings",
    [
        new("id", Shapes.Name, true, "Identifier within the case."),
        new("model", Shapes.Name, true, "Id of the model in the case."),
        new("benchmark", Shapes.Name, true, "Name of the benchmark manifest."),
        new("format", Shapes.OneOf([.. RecordedFormats.All.Select(format => format.Name)]), true, "Format of the files."),
        new("artifacts", new ListShape(Shapes.Name, 1), true, "Ids of the files among 'artifacts': those of one run."),
        new("rules", new ListShape(Shapes.Text, 1), true, "Ids of the scoring rules to apply."),
        new("protocol", Shapes.Protocol, false, "What the recording says of its protocol."),
        new("note", Shapes.Text, false, "What else should be known of it."),
    ]);

    /// <summary>A case.</summary>
    public static ObjectShape Case { get; } = new("a case manifest", "case manifests",
    [
        Shapes.Schema(CaseId),
        new("name", Shapes.Name, true, "Name: that of the case's folder where it lies below 'cases'."),
        new("title", Shapes.Text, true, "Title of the document."),
        new("summary", Shapes.Text, true, "What the case is about, in a few sentences."),
        new("seed", Shapes.Long, true, "Seed of everything that draws."),
        new("alpha", Share, true, "Error level of the whole case."),
        new("margin_points", Points, true, "Difference that is tolerated, in percentage points."),
        new("suspect", Shapes.Name, false, "Id of the model under scrutiny. Leave it out where all models are looked at alike."),
        new("models", new ListShape(CaseModel, 1), true, "Every model of the case."),
        new("claims", new ListShape(Claim), true, "The claims, in the order of the document."),
        new("recordings", new ListShape(Recording), false, "Runs that somebody else made and recorded."),
        new("protocols", new ListShape(ProtocolShapes.Protocol), false, "Protocols under which this case asks models itself."),
        new("contamination", CaseSteps.Contamination, false, "Training text to look for benchmark items in. Leave it out where none is at hand."),
        new("membership", CaseSteps.Membership, false, "Tests that ask the suspect itself whether it knows benchmarks. Leave it out where the model cannot be asked."),
        new("sensitivity", CaseSteps.Sensitivity, false, "How far the wording of the prompt moves a score. Leave it out where no model can be asked."),
        new("latency", CaseSteps.Latency, false, "Latency claims and the load they are measured under. Leave it out where there are none."),
        new("attribution", new ListShape(AttributionShapes.Attribution), false, "Claims whose gap is divided among the choices in which protocols differ."),
        new("controls", new ListShape(ControlShapes.Control), false, "Models whose scores are known: what this case measures of them must be what is printed, or no verdict speaks against a claim."),
        new("admissible_protocols", new ListShape(Shapes.Name), false, "Ids of the protocols under which a claim may be understood. Those of role claimed count too where a claim is refuted."),
        new("not_checked", Sentences, false, "What the case does not look at, as sentences for the document."),
        new("artifacts", Artifacts, false, "The files of the case."),
    ]);

    private static ValueShape Share => new("a number between 0 and 1", "^[0-9]{1,3}([.][0-9]{1,12})?$", "Write it with a point, for example 0.05.")
    {
        IsNumber = true,
        Minimum = 0,
        IsAboveMinimum = true,
        Maximum = 1,
        IsBelowMaximum = true,
    };

    private static ValueShape Points => new("a number above 0 and below 100", "^[0-9]{1,3}([.][0-9]{1,12})?$", "Write percentage points, for example 1 or 0.5.")
    {
        IsNumber = true,
        Minimum = 0,
        IsAboveMinimum = true,
        Maximum = 100,
        IsBelowMaximum = true,
    };

    private static ObjectShape Sourced(Shape value) => new("a choice with its source", "choices with their sources",
    [
        new("value", value, true, "The choice."),
        new("source", Shapes.Text, true, "Where it is laid down."),
    ]);
}
