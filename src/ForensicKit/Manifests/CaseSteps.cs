using System.Globalization;
using ForensicKit.Latency;

namespace ForensicKit.Manifests;

/// <summary>The parts of a case manifest that say what is asked of models: their shapes, and the records made of them.</summary>
internal static class CaseSteps
{
    private static ValueShape TopP { get; } = Shapes.Decimal("a number above 0, at most 1", 0, 1);

    private static ValueShape Positive { get; } = Shapes.Decimal("a number above 0", 0, 1_000_000);

    /// <summary>A contamination step.</summary>
    public static ObjectShape Contamination { get; } = new("a contamination step", "contamination steps",
    [
        new("snippets", new ListShape(Shapes.Name, 1), true, "Ids of the artifacts with training text: JSON lines with id, shard and text."),
        new("reference", Shapes.Name, true, "Id of a model that was not trained on them."),
        new("benchmarks", new ListShape(new ObjectShape("a benchmark with its twin", "benchmarks with their twins",
        [
            new("benchmark", Shapes.Name, true, "Name of the published benchmark."),
            new("fresh", Shapes.Name, true, "Name of its twin: as many items of the same kinds that nobody can have trained on."),
        ]), 1), true, "Benchmarks to look for."),
    ]);

    /// <summary>A step that asks the suspect itself.</summary>
    public static ObjectShape Membership { get; } = new("a membership step", "membership steps",
    [
        new("items", Shapes.Count, true, "Most items of each set: the first of a benchmark, and evenly chosen ones of its twin. With fewer than about 200 of each, sets are often too small to rule out that they differ without any model."),
        new("tests", new ListShape(Shapes.Name), false, "Names of the tests, as 'forensickit membership --tests' has them. All where not given."),
        new("reference", Shapes.Name, false, "Id of a model that has seen neither set: it takes out how hard items are, and the same tests of it are a control."),
        new("benchmarks", new ListShape(new ObjectShape("a suspected benchmark", "suspected benchmarks",
        [
            new("benchmark", Shapes.Name, true, "Name of the published benchmark."),
            new("fresh", Shapes.Name, false, "Name of a benchmark of the same kind that nobody can have trained on. Most tests refuse without one."),
        ]), 1), true, "Benchmarks to ask about."),
    ]);

    /// <summary>A sensitivity step.</summary>
    public static ObjectShape Sensitivity { get; } = new("a sensitivity step", "sensitivity steps",
    [
        new("model", Shapes.Name, true, "Id of the model."),
        new("benchmark", Shapes.Name, true, "Name of the benchmark: one with choices."),
        new("items", Shapes.Count, true, "How many items, taken evenly from the whole benchmark."),
        new("rule", Shapes.Text, true, "Id of the scoring rule."),
    ]);

    /// <summary>A latency step.</summary>
    public static ObjectShape Latency { get; } = new("a latency step", "latency steps",
    [
        new("model", Shapes.Name, true, "Id of the model."),
        new("benchmark", Shapes.Name, true, "Name of the benchmark whose questions are the prompts."),
        new("template", Shapes.Text, true, "The prompt, as in a protocol."),
        new("max_tokens", Shapes.Count, true, "Most tokens of every answer."),
        new("single_stream_requests", Shapes.Count, true, "Requests one after the other."),
        new("open_loop_requests", Shapes.Count, true, "Requests at random times, at the rate of the claim."),
        new("claims", new ListShape(new ObjectShape("a latency claim", "latency claims",
        [
            new("id", Shapes.Name, true, "Identifier within the case."),
            new("metric", Shapes.OneOf("ttft", "tpot"), true, "Time to first token, or time per output token after the first."),
            new("percentile", Shapes.Decimal("a number above 0 and below 100", 0, 100), true, "Percentile that the value is said to hold for."),
            new("milliseconds", Positive, true, "The claimed value."),
            new("rate_per_second", Positive, true, "Load that is stated: requests in a second, at random times."),
            new("hardware", Shapes.Text, true, "Hardware that is stated."),
            new("source", Shapes.Text, true, "Where the claim stands."),
        ]), 1), true, "The claims."),
    ]);

    /// <summary>Makes a contamination step of its node.</summary>
    public static ContaminationPlan? ReadContamination(MapNode? node) => node is null ? null : new(
        node.Texts("snippets"), node.Text("reference"), [.. node.Maps("benchmarks").Select(b => new TwinBenchmarks(b.Text("benchmark"), b.Text("fresh")))]);

    /// <summary>Makes a step that asks the suspect itself of its node.</summary>
    public static MembershipPlan? ReadMembership(MapNode? node) => node is null ? null : new(
        node.OptionalCount("items")!.Value, node.Texts("tests"), node.OptionalText("reference"),
        [.. node.Maps("benchmarks").Select(b => new SuspectedBenchmark(b.Text("benchmark"), b.OptionalText("fresh")))]);

    /// <summary>Makes a sensitivity step of its node.</summary>
    public static SensitivityPlan? ReadSensitivity(MapNode? node) => node is null ? null : new(
        node.Text("model"), node.Text("benchmark"), node.OptionalCount("items")!.Value, node.Text("rule"));

    /// <summary>Makes a latency step of its node.</summary>
    public static LatencyPlan? ReadLatency(MapNode? node) => node is null ? null : new(
        node.Text("model"), node.Text("benchmark"), Verbatim(node["template"]!), node.OptionalCount("max_tokens")!.Value,
        node.OptionalCount("single_stream_requests")!.Value, node.OptionalCount("open_loop_requests")!.Value,
        [.. node.Maps("claims").Select(c => new LatencyStatement(
            c.Text("id"), c.Text("metric") == "ttft" ? LatencyMetric.TimeToFirstToken : LatencyMetric.TimePerOutputToken, Number(c, "percentile", 0), Number(c, "milliseconds", 0),
            Number(c, "rate_per_second", 0), c.Text("hardware"), c.Text("source")))]);

    // Line feeds and spaces at the ends of a prompt count.
    private static string Verbatim(ManifestNode node) => ((ScalarNode)node).Value;

    private static double Number(MapNode node, string name, double otherwise) =>
        node.OptionalText(name) is { } text ? double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : otherwise;
}
