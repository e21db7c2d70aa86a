using ForensicKit.Latency;

namespace ForensicKit.Manifests;

/// <summary>What a protocol asks of a model.</summary>
public enum ProtocolKind
{
    /// <summary>The log-likelihood of every choice.</summary>
    Choices,

    /// <summary>A generated answer, or several.</summary>
    Generation,
}

/// <summary>What a protocol is to the case.</summary>
public enum ProtocolRole
{
    /// <summary>The benchmark's own.</summary>
    Standard,

    /// <summary>What the claimant did, or what is thought to explain the number.</summary>
    Claimed,

    /// <summary>A variant of a prompt, to see how far the wording moves a score.</summary>
    Variant,
}

/// <summary>A protocol under which this case asks models itself: everything that turns a model into responses.</summary>
public sealed record RunProtocol
{
    /// <summary>Identifier within the case.</summary>
    public required string Id { get; init; }

    /// <summary>Name for people.</summary>
    public required string Title { get; init; }

    /// <summary>What it is to the case.</summary>
    public required ProtocolRole Role { get; init; }

    /// <summary>What it asks.</summary>
    public required ProtocolKind Kind { get; init; }

    /// <summary>Ids of the models it is asked of.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Names of the benchmarks it is asked on.</summary>
    public required IReadOnlyList<string> Benchmarks { get; init; }

    /// <summary>How prompts are put together.</summary>
    public required PromptRecipe Prompt { get; init; }

    /// <summary>0 for greedy.</summary>
    public double Temperature { get; init; }

    /// <summary>Nucleus; 1 for all tokens.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only so many of the most probable tokens; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Samples for each item.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>How many items, taken evenly from the whole benchmark; null for all.</summary>
    public int? Items { get; init; }

    /// <summary>Whether items are asked in random order, and no more of them once the claim is refuted.</summary>
    public bool StopsWhenRefuted { get; init; }

    /// <summary>Most tokens of an answer.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Texts that end an answer.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Ids of the rules its responses are scored under; the first is the protocol's own.</summary>
    public required IReadOnlyList<string> Rules { get; init; }
}

/// <summary>One run of a case: a model under a protocol on a benchmark.</summary>
/// <param name="Model">Id of the model in the case.</param>
/// <param name="Benchmark">Name of the benchmark's manifest.</param>
/// <param name="Protocol">The protocol.</param>
public sealed record RunPlan(string Model, string Benchmark, RunProtocol Protocol);

/// <summary>Where to look for benchmark items, and with what to compare scores on those that are found.</summary>
/// <param name="Snippets">Ids of the artifacts with training text: JSON lines with <c>id</c>, <c>shard</c> and <c>text</c>.</param>
/// <param name="Reference">Id of a model that was not trained on them.</param>
/// <param name="Benchmarks">Benchmarks with fresh twins that nobody can have trained on: item i is a twin of test item i.</param>
public sealed record ContaminationPlan(IReadOnlyList<string> Snippets, string Reference, IReadOnlyList<TwinBenchmarks> Benchmarks);

/// <summary>What to ask the suspect itself: whether it knows benchmarks that it cannot have been trained on honestly.</summary>
/// <param name="Items">Most items of each set: the first of a benchmark, whose order stays as it is, and evenly chosen ones of its twin.</param>
/// <param name="Tests">Names of the tests; empty for all.</param>
/// <param name="Reference">Id of a model that has seen neither: it takes out how hard items are, and the same tests of it are a control; null where there is none.</param>
/// <param name="Benchmarks">The benchmarks.</param>
public sealed record MembershipPlan(int Items, IReadOnlyList<string> Tests, string? Reference, IReadOnlyList<SuspectedBenchmark> Benchmarks);

/// <summary>A benchmark that a model may have been trained on.</summary>
/// <param name="Benchmark">Name of the published benchmark.</param>
/// <param name="Fresh">Name of a benchmark of the same kind that nobody can have trained on; null where there is none, and most tests refuse.</param>
public sealed record SuspectedBenchmark(string Benchmark, string? Fresh);

/// <summary>A benchmark and its fresh twin.</summary>
/// <param name="Benchmark">Name of the published benchmark.</param>
/// <param name="Fresh">Name of the twin.</param>
public sealed record TwinBenchmarks(string Benchmark, string Fresh);

/// <summary>How far the wording of the prompt moves a score.</summary>
/// <param name="Model">Id of the model.</param>
/// <param name="Benchmark">Name of the benchmark: one with choices.</param>
/// <param name="Items">How many items, evenly from the whole benchmark.</param>
/// <param name="Rule">Id of the scoring rule.</param>
public sealed record SensitivityPlan(string Model, string Benchmark, int Items, string Rule);

/// <summary>Latency claims and how they are measured.</summary>
/// <param name="Model">Id of the model.</param>
/// <param name="Benchmark">Name of the benchmark whose questions are the prompts.</param>
/// <param name="Template">The prompt, as in a protocol.</param>
/// <param name="MaxTokens">Tokens of every answer.</param>
/// <param name="SingleStreamRequests">Requests one after the other.</param>
/// <param name="OpenLoopRequests">Requests at random times.</param>
/// <param name="Claims">The claims.</param>
public sealed record LatencyPlan(
    string Model, string Benchmark, string Template, int MaxTokens, int SingleStreamRequests, int OpenLoopRequests, IReadOnlyList<LatencyStatement> Claims);

/// <summary>A latency claim.</summary>
/// <param name="Id">Identifier within the case.</param>
/// <param name="Metric">What is measured.</param>
/// <param name="Percentile">Percentile that the value is said to hold for, between 0 and 100.</param>
/// <param name="Milliseconds">The claimed value in milliseconds.</param>
/// <param name="RatePerSecond">Load that is stated: requests that arrive in a second, at random times.</param>
/// <param name="Hardware">Hardware that is stated.</param>
/// <param name="Source">Where the claim stands.</param>
public sealed record LatencyStatement(string Id, LatencyMetric Metric, double Percentile, double Milliseconds, double RatePerSecond, string Hardware, string Source);
