using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ForensicKit.Exchange;

/// <summary>
/// Runs in the files of lm-evaluation-harness 0.4.13: for each model a folder with one <c>results_&lt;time&gt;.json</c> and a
/// <c>samples_&lt;task&gt;_&lt;time&gt;.jsonl</c> for each run, a line for each item and rule (lm_eval/loggers/evaluation_tracker.py, result_schema.py).
/// </summary>
/// <remarks>
/// A rule is a filter. Results are proportions from 0 to 1, standard errors by the harness's formula. The time in names is when the last response of
/// the model was stored. Under <c>forensickit</c> stands what the harness has no word for.
/// </remarks>
internal sealed class LmEvalExport : IExportFormat
{
    /// <inheritdoc/>
    public string Name => "lm-eval";

    /// <inheritdoc/>
    public void Write(ExportSource source, ExportStatement statement, ExportFolder folder, CancellationToken cancellationToken)
    {
        foreach (var model in source.Runs.GroupBy(r => r.Model, StringComparer.Ordinal))
        {
            var time = model.Max(r => r.CompletedAt).ToString("yyyy-MM-ddTHH-mm-ss.ffffff", CultureInfo.InvariantCulture);
            var own = ExportFolder.Safe(model.Key);
            var tasks = new List<Task>();
            foreach (var run in model)
            {
                var task = new Task(run);
                folder.Lines($"{own}/samples_{ExportFolder.Safe(run.Task)}_{time}.jsonl", task.Lines(source.Items(run, cancellationToken)), cancellationToken);
                tasks.Add(task);
            }

            folder.Text($"{own}/results_{time}.json", PythonJson.Write(Results(source, [.. model], tasks), indent: 2));
        }
    }

    private static JsonObject Results(ExportSource source, IReadOnlyList<ExportRun> runs, IReadOnlyList<Task> tasks)
    {
        var results = new JsonObject
        {
            ["results"] = ByTask(tasks, t => t.Results()),
            ["group_subtasks"] = new JsonObject(),
            ["configs"] = ByTask(tasks, t => t.Config()),
        };
        // Shots are known where the protocol says so.
        if (ByTask(tasks, t => LmEvalSample.Shots(t.Run)) is { Count: > 0 } shots)
            results["n-shot"] = shots;
        results["higher_is_better"] = ByTask(tasks, t => new JsonObject(t.Metrics.Select(m => KeyValuePair.Create(m, (JsonNode?)true))));
        results["n-samples"] = ByTask(tasks, t => new JsonObject { ["original"] = t.Run.BenchmarkItems, ["effective"] = t.Items });
        results["config"] = Model(runs);
        // When a recording was made is not known; it was only taken in here.
        if (runs.All(r => r.Origin == "inference"))
            results["date"] = (runs.Min(r => r.StartedAt) - DateTime.UnixEpoch).Ticks / (double)TimeSpan.TicksPerSecond;
        if (ByTask(tasks, t => t.TaskHash) is { Count: > 0 } hashes)
            results["task_hashes"] = hashes;
        results["model_source"] = "forensickit";
        results["model_name"] = runs[0].Model;
        results["model_name_sanitized"] = ExportFolder.Safe(runs[0].Model);
        results["forensickit"] = new JsonObject
        {
            ["case"] = source.Case.Name,
            ["case_sha256"] = source.CaseSha256,
            ["model_title"] = runs[0].ModelTitle,
            ["runs"] = ByTask(tasks, t => t.Origin()),
        };
        return results;
    }

    // What all runs of the model share; what differs stands with each run.
    private static JsonObject Model(IReadOnlyList<ExportRun> runs)
    {
        var config = new JsonObject { ["model"] = "forensickit", ["model_args"] = new JsonObject { ["pretrained"] = runs[0].Model } };
        Add("model_dtype", r => r.DType);
        Add("model_sha", r => r.Origin == "inference" ? r.ModelSha256 : null);
        Add("batch_size", r => r.BatchShape);
        Add("device", r => r.Device);
        if (runs.Select(r => r.Seed).Distinct().ToList() is [{ } seed])
            config["random_seed"] = seed;
        return config;

        void Add(string name, Func<ExportRun, string?> value)
        {
            if (runs.Select(value).Distinct(StringComparer.Ordinal).ToList() is [{ } one])
                config[name] = one;
        }
    }

    private static JsonObject ByTask(IReadOnlyList<Task> tasks, Func<Task, JsonNode?> value) =>
        new(tasks.Select(t => KeyValuePair.Create(t.Run.Task, value(t))).Where(p => p.Value is not null));

    /// <summary>One run as a task: what is counted while its lines are written.</summary>
    private sealed class Task(ExportRun run)
    {
        private readonly Dictionary<string, List<double>> _values = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _unscorable = new(StringComparer.Ordinal);
        private readonly IncrementalHash _hashes = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private bool _hasHashes = true;
        private int _samples = 1;

        public ExportRun Run => run;

        public int Items { get; private set; }

        public IEnumerable<string> Metrics => run.Rules.Select(MetricOf).Distinct(StringComparer.Ordinal);

        /// <summary>SHA-256 of the hashes of all lines in their order; absent where a prompt is not known.</summary>
        public string? TaskHash { get; private set; }

        public IEnumerable<string> Lines(IReadOnlyList<ExportItem> items)
        {
            Items = items.Count;
            _samples = items.Max(LmEvalSample.SamplesOf);
            // All items under one filter, then all under the next.
            foreach (var rule in run.Rules)
            {
                var values = _values[rule] = [];
                foreach (var item in items)
                {
                    if (LmEvalSample.Line(run, item, rule, MetricOf(rule)) is not { } line)
                    {
                        _unscorable[rule] = _unscorable.GetValueOrDefault(rule) + 1;
                        continue;
                    }

                    values.Add(line[MetricOf(rule)]!.GetValue<double>());
                    _hasHashes &= line.ContainsKey("prompt_hash");
                    foreach (var hash in (ReadOnlySpan<string>)["doc_hash", "prompt_hash", "target_hash"])
                        _hashes.AppendData(Encoding.ASCII.GetBytes(line[hash]?.GetValue<string>() ?? ""));
                    yield return PythonJson.Write(line);
                }
            }

            TaskHash = _hasHashes && _values.Values.Any(v => v.Count > 0) ? Convert.ToHexStringLower(_hashes.GetHashAndReset()) : null;
        }

        public JsonObject Results()
        {
            var results = new JsonObject { ["name"] = run.Task, ["alias"] = run.Task, ["sample_len"] = Items };
            foreach (var rule in run.Rules.Where(r => _values[r].Count > 0))
            {
                results[$"{MetricOf(rule)},{rule}"] = HarnessMetrics.Mean(_values[rule]);
                results[$"{MetricOf(rule)}_stderr,{rule}"] = !run.IsStopped(Items) && HarnessMetrics.StandardError(_values[rule]) is { } error ? error : "N/A";
            }

            return results;
        }

        public JsonObject Config()
        {
            var config = new JsonObject { ["task"] = run.Task };
            foreach (var (name, key) in (ReadOnlySpan<(string, string)>)[
                ("test_split", "split"), ("doc_to_text", "template"), ("doc_to_target", "target"), ("description", "description"), ("target_delimiter", "before_choice"),
                ("fewshot_delimiter", "between")])
            {
                if (run.Protocol.GetValueOrDefault(key) is { } stated)
                    config[name] = stated;
            }

            if (LmEvalSample.Shots(run) is { } shots)
                config["num_fewshot"] = shots;
            config["metric_list"] = new JsonArray([.. Metrics.Select(m => (JsonNode?)new JsonObject { ["metric"] = m, ["aggregation"] = "mean", ["higher_is_better"] = true })]);
            config["output_type"] = run.IsChoices ? "multiple_choice" : "generate_until";
            if (!run.IsChoices && run.Origin == "inference")
                config["generation_kwargs"] = LmEvalSample.GenerationSettings(run);
            config["repeats"] = _samples;
            config["filter_list"] = new JsonArray([.. run.Rules.Select(r => (JsonNode?)new JsonObject { ["name"] = r, ["description"] = HarnessMetrics.Describe(r) })]);
            return config;
        }

        public JsonObject Origin()
        {
            var origin = new JsonObject { ["run_id"] = run.Id, ["origin"] = run.Origin };
            foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[
                ("sha256", run.ModelSha256), ("tokenizer_sha256", run.TokenizerSha256), ("protocol_sha256", run.ProtocolSha256), ("device", run.Device), ("dtype", run.DType),
                ("batch", run.BatchShape), ("kit", run.KitVersion), ("platform", run.Platform)])
            {
                if (value is not null)
                    origin[name] = value;
            }

            if (run.Seed is { } seed)
                origin["seed"] = seed;
            if (run.IsStopped(Items))
                origin["stopped_early"] = ExportSource.StoppedNote(run, Items);
            origin["protocol"] = new JsonObject(run.Protocol.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
            origin["libraries"] = run.Libraries;
            // Items that a rule could not be applied to have no line and are in no mean.
            origin["unscorable"] = new JsonObject(_unscorable.Select(u => KeyValuePair.Create(u.Key, (JsonNode?)u.Value)));
            return origin;
        }

        private string MetricOf(string rule) => HarnessMetrics.Of(rule, _samples);
    }
}
