using System.Globalization;

namespace ForensicKit.Exchange;

/// <summary>A finished run as a dossier's evidence holds it; null stands for what the evidence does not say.</summary>
internal sealed record ExportRun
{
    /// <summary>Identifier of the run.</summary>
    public required string Id { get; init; }

    /// <summary>Name in other tools: the benchmark, with the protocol or recording behind it where the model has several runs of it.</summary>
    public required string Task { get; init; }

    /// <summary>Model id of the case.</summary>
    public required string Model { get; init; }

    /// <summary>Its name for people.</summary>
    public required string ModelTitle { get; init; }

    /// <summary>Benchmark name.</summary>
    public required string Benchmark { get; init; }

    /// <summary><c>recorded</c> or <c>inference</c>.</summary>
    public required string Origin { get; init; }

    /// <summary>What is stated of the protocol, by name.</summary>
    public required IReadOnlyDictionary<string, string> Protocol { get; init; }

    /// <summary>Hash of that statement.</summary>
    public required string ProtocolSha256 { get; init; }

    /// <summary>Hash of the weights, or of the recorded files.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Hash of the tokenizer.</summary>
    public string? TokenizerSha256 { get; init; }

    /// <summary>Device.</summary>
    public string? Device { get; init; }

    /// <summary>Data type of the computation.</summary>
    public string? DType { get; init; }

    /// <summary>Batch shape or policy.</summary>
    public string? BatchShape { get; init; }

    /// <summary>Seed of sampling.</summary>
    public long? Seed { get; init; }

    /// <summary>Version and commit of the kit that stored it.</summary>
    public required string KitVersion { get; init; }

    /// <summary>Versions of libraries, as JSON.</summary>
    public required string Libraries { get; init; }

    /// <summary>Operating system, architecture and runtime.</summary>
    public required string Platform { get; init; }

    /// <summary>When it began, UTC.</summary>
    public required DateTime StartedAt { get; init; }

    /// <summary>When its last response was stored, UTC.</summary>
    public required DateTime CompletedAt { get; init; }

    /// <summary>Ids of the rules it was scored under, in ordinal order.</summary>
    public required IReadOnlyList<string> Rules { get; init; }

    /// <summary>Items that the benchmark's split has, asked or not.</summary>
    public required int BenchmarkItems { get; init; }

    /// <summary>Items that it would have asked; fewer answers than that are those of a run that stopped once the claim was refuted.</summary>
    public int PlannedItems => Protocol.TryGetValue("items", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var items) ? Math.Min(items, BenchmarkItems) : BenchmarkItems;

    /// <summary>Whether it stopped early: a fixed number of items then gives neither errors nor intervals.</summary>
    /// <param name="asked">Items that were asked.</param>
    public bool IsStopped(int asked) => Protocol.GetValueOrDefault("stop_when_refuted") == "true" && asked < PlannedItems;

    /// <summary>Whether it scores choices by log-likelihood; otherwise it generates.</summary>
    public required bool IsChoices { get; init; }
}

/// <summary>One item of a run with everything that was stored for it.</summary>
internal sealed record ExportItem
{
    /// <summary>Identifier of the item.</summary>
    public required string Id { get; init; }

    /// <summary>0-based position in its split.</summary>
    public required int Index { get; init; }

    /// <summary>Subject or group.</summary>
    public string? Subject { get; init; }

    /// <summary>The question; null where the benchmark's file is not at hand (evidence has its hash only).</summary>
    public string? Question { get; init; }

    /// <summary>Further fields of the benchmark's file; empty where it is not at hand.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Format of the benchmark's file; null where it is not at hand.</summary>
    public string? Format { get; init; }

    /// <summary>Reference answer as the benchmark states it.</summary>
    public required string Gold { get; init; }

    /// <summary>0-based index of the right choice.</summary>
    public int? GoldChoice { get; init; }

    /// <summary>Texts of the choices, in order.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>
    /// Its responses: choices in order, samples in order. Where choices were scored without the question too, those answers follow the others, in the
    /// order in which lm-evaluation-harness asks for them.
    /// </summary>
    public required IReadOnlyList<Evidence.Response> Responses { get; init; }

    /// <summary>What each rule read, and the score from 0 to 1 it gave (null where it could not be applied), by rule.</summary>
    public required IReadOnlyDictionary<string, (string? Extracted, double? Value)> Scores { get; init; }
}
