using System.Text.Json;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>One line of a samples file: a document under one filter.</summary>
/// <param name="DocId">0-based position in the split.</param>
/// <param name="Doc">The document.</param>
/// <param name="Target">The reference, as text.</param>
/// <param name="Arguments">The requests' arguments, in order: context, then continuation or settings where there is one.</param>
/// <param name="Responses">For each request its responses: a text, or log-likelihood and whether it is greedy, all as texts.</param>
/// <param name="Filtered">What the filter left.</param>
/// <param name="Filter">The filter.</param>
/// <param name="Line">The whole line.</param>
internal sealed record LmEvalSample(
    int DocId, JsonElement Doc, string Target, IReadOnlyList<IReadOnlyList<JsonElement>> Arguments, IReadOnlyList<IReadOnlyList<JsonElement>> Responses,
    IReadOnlyList<JsonElement> Filtered, string Filter, JsonElement Line)
{
    public static LmEvalSample Of(JsonElement line) => new(
        line.GetProperty("doc_id").GetInt32(),
        line.GetProperty("doc"),
        line.GetProperty("target").GetString()!,
        [.. line.GetProperty("arguments").EnumerateObject().OrderBy(a => Number(a.Name)).Select(a => (IReadOnlyList<JsonElement>)[.. a.Value.EnumerateObject().OrderBy(v => Number(v.Name)).Select(v => v.Value)])],
        [.. line.GetProperty("resps").EnumerateArray().Select(r => (IReadOnlyList<JsonElement>)[.. r.EnumerateArray()])],
        [.. line.GetProperty("filtered_resps").EnumerateArray()],
        line.GetProperty("filter").GetString()!,
        line);

    // gen_args_10 comes after gen_args_9.
    private static int Number(string name) => int.Parse(name[(name.LastIndexOf('_') + 1)..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A task of a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">Its samples file.</param>
/// <param name="Config">Its configuration as the results file has it.</param>
/// <param name="Samples">Its lines.</param>
internal sealed record LmEvalTaskRun(string Name, string File, JsonElement Config, IReadOnlyList<LmEvalSample> Samples)
{
    /// <summary>The documents in the order they were asked, each with its lines.</summary>
    public IReadOnlyList<IReadOnlyList<LmEvalSample>> Documents { get; } =
        [.. Samples.GroupBy(s => s.DocId).OrderBy(g => g.Key).Select(g => (IReadOnlyList<LmEvalSample>)[.. g])];

    public string OutputType => Config.GetProperty("output_type").GetString()!;
}

/// <summary>The output of one run of lm-evaluation-harness.</summary>
/// <param name="File">The results file.</param>
/// <param name="Results">Its content.</param>
/// <param name="Tasks">Its tasks that have samples.</param>
internal sealed record LmEvalRun(string File, JsonElement Results, IReadOnlyList<LmEvalTaskRun> Tasks)
{
    private const long MaxResults = 256 << 20;

    /// <summary>Reads a run.</summary>
    /// <exception cref="KitException">A file cannot be read or is not what it should be.</exception>
    public static LmEvalRun Read(string file, CancellationToken cancellationToken)
    {
        if (new FileInfo(file).Length > MaxResults)
            throw new KitException("The results file is larger than 256 MiB.", file);
        var results = VectorLines.Checked(file, 1, () =>
        {
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(file), new JsonDocumentOptions { MaxDepth = 128 });
            return document.RootElement.Clone();
        });
        var date = Path.GetFileNameWithoutExtension(file)["results_".Length..];
        var tasks = new List<LmEvalTaskRun>();
        foreach (var config in VectorLines.Checked(file, 1, () => results.GetProperty("configs").EnumerateObject().ToList()))
        {
            // A name from a file never becomes a path unless a listed file bears it.
            var name = $"samples_{config.Name}_{date}.jsonl";
            var samples = Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(file))!, "samples_*.jsonl*").FirstOrDefault(f => Path.GetFileName(f) is var n && (n == name || n == name + ".gz"));
            if (samples is not null)
                tasks.Add(new(config.Name, samples, config.Value, [.. VectorLines.Read(samples, cancellationToken).Select(l => VectorLines.Checked(samples, l.Number, () => LmEvalSample.Of(l.Line)))]));
        }

        return tasks.Count > 0 ? new(file, results, tasks) : throw new KitException("No samples file lies beside the results.", file, "Run lm-evaluation-harness with --log_samples.");
    }

    /// <summary>Seed of the draws of worked examples.</summary>
    public long FewShotSeed => Results.TryGetProperty("config", out var config) && config.TryGetProperty("fewshot_seed", out var seed) && seed.ValueKind == JsonValueKind.Number ? seed.GetInt64() : 1234;

    public string? Text(string name) => Results.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool IsTrue(string name) => Results.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
