namespace ForensicKit.Benchmarks;

/// <summary>One item of a benchmark as the benchmark's own files state it.</summary>
/// <param name="Id">Unique within the benchmark: <c>name/split/index</c>, or the benchmark's own identifier after the name.</param>
/// <param name="Index">0-based position in the split.</param>
/// <param name="Question">The question or context, unrendered.</param>
/// <param name="Gold">The reference answer: the full worked answer, the canonical solution, or the text of the right choice.</param>
public sealed record BenchmarkItem(string Id, int Index, string Question, string Gold)
{
    /// <summary>The choices of a multiple-choice item, in order; empty otherwise.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>0-based index of the right choice; null where there are no choices.</summary>
    public int? GoldChoice { get; init; }

    /// <summary>The subject or group the item belongs to (MMLU: the subject); null where there is none.</summary>
    public string? Subject { get; init; }

    /// <summary>Further fields of the benchmark, for example HumanEval's <c>entry_point</c> and <c>test</c>.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>So many items, evenly from all: every subject of a benchmark that is ordered by subject has its share.</summary>
    public static IReadOnlyList<BenchmarkItem> Evenly(IReadOnlyList<BenchmarkItem> all, int count)
    {
        var taken = Math.Min(count, all.Count);
        return [.. Enumerable.Range(0, taken).Select(i => all[(int)((i + 0.5) * all.Count / taken)])];
    }
}
