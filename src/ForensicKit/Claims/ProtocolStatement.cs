namespace ForensicKit.Claims;

/// <summary>
/// What somebody says about how a score was made. Null means that it is not said, which is itself a finding: nothing is assumed.
/// </summary>
public sealed record ProtocolStatement
{
    /// <summary>A statement that says nothing.</summary>
    public static ProtocolStatement Silent { get; } = new();

    /// <summary>Split of the benchmark, for example <c>test</c>.</summary>
    public string? Split { get; init; }

    /// <summary>Worked examples in the prompt.</summary>
    public int? Shots { get; init; }

    /// <summary>Prompt template: its text, or the name and version under which it is published.</summary>
    public string? Template { get; init; }

    /// <summary>Decoding: greedy, or sampling with its temperature and the rest; stop rules and the most tokens.</summary>
    public string? Decoding { get; init; }

    /// <summary>Samples drawn for each item.</summary>
    public int? Samples { get; init; }

    /// <summary>How samples and items become one number: single answer, majority vote, pass@k; micro or macro average.</summary>
    public string? Aggregation { get; init; }

    /// <summary>How an answer is read from what the model wrote, or how a choice is taken from log-likelihoods.</summary>
    public string? AnswerExtraction { get; init; }

    /// <summary>Definition of the metric, where its name leaves a choice.</summary>
    public string? Metric { get; init; }

    /// <summary>Every choice by its name in manifests, in the order of the schema, with what is said; null where nothing is.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Choices =>
    [
        new("split", Split),
        new("shots", Text(Shots)),
        new("template", Template),
        new("decoding", Decoding),
        new("samples", Text(Samples)),
        new("aggregation", Aggregation),
        new("answer_extraction", AnswerExtraction),
        new("metric", Metric),
    ];

    /// <summary>Names (as in manifests) of the choices that are not said.</summary>
    public IReadOnlyList<string> Unstated => [.. Choices.Where(choice => choice.Value is null).Select(choice => choice.Key)];

    private static string? Text(int? count) => count?.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
