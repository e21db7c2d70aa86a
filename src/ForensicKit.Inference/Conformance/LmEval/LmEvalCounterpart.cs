using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Cases;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>The kit's own benchmark behind a task of lm-evaluation-harness, by its name: <c>gsm8k_cot</c>, <c>mmlu_anatomy</c>, also with <c>fk_</c> before it.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Protocol">Its task.</param>
/// <param name="Subject">The subject that the harness makes a task of its own; null where there is none.</param>
/// <param name="Store">Where its files are.</param>
internal sealed record LmEvalCounterpart(BenchmarkManifest Benchmark, RunProtocol Protocol, string? Subject, ArtifactStore Store)
{
    private const string OwnPrefix = "fk_";

    /// <summary>The benchmark of that task; null where the kit has none.</summary>
    public static LmEvalCounterpart? Of(string task, KitFolder? kit)
    {
        var name = task.StartsWith(OwnPrefix, StringComparison.Ordinal) ? task[OwnPrefix.Length..] : task;
        foreach (var benchmark in kit?.Manifests.Names(ManifestCatalogue.Benchmarks) ?? [])
        {
            var manifest = kit!.Benchmark(benchmark);
            // The longest name wins: gsm8k_cot is not the subject 'cot' of gsm8k.
            var protocol = manifest.Tasks.Where(t => name == t.Id || (t.Prompt.Shots is { SameSubject: true } && name.StartsWith(t.Id + "_", StringComparison.Ordinal))).MaxBy(t => t.Id.Length);
            if (protocol is not null)
            {
                return new(
                    manifest, protocol, name.Length > protocol.Id.Length ? name[(protocol.Id.Length + 1)..] : null,
                    ArtifactStore.For(manifest.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable)));
            }
        }

        return null;
    }

    /// <summary>An item of the benchmark with what a document says.</summary>
    public BenchmarkItem Item(JsonElement doc, int index)
    {
        var question = Text(doc, "question") ?? Text(doc, "query") ?? Text(doc, "prompt") ?? "";
        var choices = doc.TryGetProperty("choices", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(c => c.GetString()!).ToList() : [];
        int? gold = Number(doc, "answer") ?? Number(doc, "gold");
        return new(FormattableString.Invariant($"doc/{index}"), index, question, gold is { } right ? choices[right] : Text(doc, "answer") ?? Text(doc, "canonical_solution") ?? "")
        {
            Choices = choices,
            GoldChoice = gold,
            Subject = Subject,
        };
    }

    /// <summary>The items that the kit's task takes worked examples from.</summary>
    public IReadOnlyList<BenchmarkItem> PoolItems(CancellationToken cancellationToken) =>
        Protocol.Prompt.Shots?.Pool is { } pool ? BenchmarkFormats.ReadPool(Benchmark, pool, Store, cancellationToken) : [];

    /// <summary>
    /// The documents that a configuration takes worked examples from, in the shape of its own; null where the kit does not know the benchmark. A split that is
    /// named comes first, then examples that are written down, then the training, validation and test split (lm_eval/api/task.py, fewshot_docs).
    /// </summary>
    /// <exception cref="KitException">The benchmark's files are not at hand, or are not what they should be.</exception>
    public static LmEvalPool? Pool(JsonElement config, JsonElement shape, long asked, LmEvalCounterpart? counterpart, CancellationToken cancellationToken)
    {
        var fewShot = config.TryGetProperty("fewshot_config", out var own) ? own : default;
        var split = Text(fewShot, "split") ?? Text(config, "fewshot_split");
        if (split is null && fewShot.ValueKind == JsonValueKind.Object && fewShot.TryGetProperty("samples", out var samples) && samples.ValueKind == JsonValueKind.Array)
            return new([.. samples.EnumerateArray()], IsAsked: false);
        if (counterpart is null)
            return null;
        split ??= Text(config, "training_split") ?? Text(config, "validation_split") ?? Text(config, "test_split");
        var isAsked = split == (Text(config, "test_split") ?? Text(config, "validation_split"));
        var (benchmark, store) = (counterpart.Benchmark, counterpart.Store);
        var items = isAsked || split is null ? BenchmarkFormats.Read(benchmark, store, cancellationToken) : BenchmarkFormats.ReadPool(benchmark, split, store, cancellationToken);
        var mine = counterpart.Subject is { } subject ? items.Where(i => i.Subject == subject) : items;
        return new([.. (isAsked ? mine.Take((int)Math.Min(asked, int.MaxValue)) : mine).Select(i => Document(i, shape))], isAsked);
    }

    // The fields in the order that the run's own documents have them.
    private static JsonElement Document(BenchmarkItem item, JsonElement shape) => JsonSerializer.SerializeToElement(shape.EnumerateObject().ToDictionary(
        p => p.Name,
        p => p.Name switch
        {
            "question" or "query" or "prompt" => (object?)item.Question,
            "choices" => item.Choices,
            "answer" or "gold" => p.Value.ValueKind == JsonValueKind.Number ? item.GoldChoice : item.Gold,
            _ => item.Fields.GetValueOrDefault(p.Name),
        },
        StringComparer.Ordinal));

    private static string? Text(JsonElement place, string name) =>
        place.ValueKind == JsonValueKind.Object && place.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement place, string name) =>
        place.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
