using System.Globalization;
using System.Text.Json.Nodes;

namespace ForensicKit.Exchange;

/// <summary>
/// Runs as Every Eval Ever 0.3.0 records (evaleval/every_eval_ever, eval.schema.json): for each run an aggregate file with a result for each rule, and a file
/// of lines with each item under each rule, at <c>data/BENCHMARK/DEVELOPER/MODEL/UUID.json</c> and <c>UUID_samples.jsonl</c>.
/// </summary>
/// <remarks>
/// <para><b>Scores are proportions</b>: correct items divided by scored items, between <c>min_score</c> 0 and <c>max_score</c> 1, <c>metric_unit</c>
/// <c>proportion</c>. Evidence keeps whole counts; claims in the kit are printed in percent, and no percent is ever written here. The schema itself cannot
/// tell one from the other.</para>
/// <para>What the schema demands and a dossier does not hold says so: organisation <c>unknown</c> and relationship <c>other</c> unless the exporter states
/// them, deployment and availability <c>unknown</c> unless the run itself shows them. Times are those of the run.</para>
/// </remarks>
internal sealed class EveryEvalEverExport : IExportFormat
{
    /// <summary>Version of the schema.</summary>
    public const string SchemaVersion = "0.3.0";

    private const double Level = 0.95;

    /// <inheritdoc/>
    public string Name => "every-eval-ever";

    /// <inheritdoc/>
    public void Write(ExportSource source, ExportStatement statement, ExportFolder folder, CancellationToken cancellationToken)
    {
        foreach (var run in source.Runs.Where(r => r.Rules.Count > 0))
        {
            var items = source.Items(run, cancellationToken);
            var parts = run.Model.Split('/', 2);
            var uuid = ExportFolder.Uuid($"{source.CaseSha256}\n{run.Id}");
            var stem = $"data/{ExportFolder.Safe(run.Benchmark)}/{ExportFolder.Safe(parts.Length == 2 ? parts[0] : "unknown")}/{ExportFolder.Safe(parts[^1])}/{uuid}";
            var record = Record(source, statement, run, items);
            // A line must hold the question or the prompt: where neither is known there are no lines.
            if (items.All(EveryEvalEverSample.HasInput) && run.Rules.Any(rule => items.Any(item => EveryEvalEverSample.Line(run, item, rule, "") is not null)))
            {
                var samples = folder.Lines(
                    $"{stem}_samples.jsonl",
                    run.Rules.SelectMany(rule => items.Select(item => EveryEvalEverSample.Line(run, item, rule, EvaluationId(run))).OfType<JsonObject>().Select(line => PythonJson.Write(line))),
                    cancellationToken);
                record["detailed_evaluation_results"] = new JsonObject
                {
                    ["format"] = "jsonl",
                    ["file_path"] = samples.Path,
                    ["hash_algorithm"] = "sha256",
                    ["checksum"] = samples.Sha256,
                    ["total_rows"] = samples.Rows,
                };
            }

            folder.Text($"{stem}.json", PythonJson.Write(record, indent: 2) + "\n");
        }
    }

    /// <summary>Identifier of one result, the same in the aggregate and in the lines.</summary>
    public static string ResultId(ExportRun run, string rule) => $"{run.Id}/{rule}";

    private static string EvaluationId(ExportRun run) => $"{run.Task}/{run.Model}/{Seconds(run.CompletedAt)}";

    private static JsonObject Record(ExportSource source, ExportStatement statement, ExportRun run, IReadOnlyList<ExportItem> items) => WithTime(run, new()
    {
        ["schema_version"] = SchemaVersion,
        ["evaluation_id"] = EvaluationId(run),
        ["retrieved_timestamp"] = Seconds(run.CompletedAt),
        ["source_metadata"] = new JsonObject
        {
            ["source_name"] = source.Case.Title,
            ["source_type"] = "evaluation_run",
            ["source_organization_name"] = statement.Organization ?? "unknown",
            ["evaluator_relationship"] = statement.Relationship ?? "other",
            ["additional_details"] = Texts(("case", source.Case.Name), ("case_sha256", source.CaseSha256), ("origin", run.Origin), ("run_id", run.Id)),
        },
        ["eval_library"] = new JsonObject
        {
            ["name"] = "forensickit",
            ["version"] = run.KitVersion,
            ["additional_details"] = Texts(("libraries", run.Libraries), ("platform", run.Platform)),
        },
        ["model_info"] = Model(run),
        ["evaluation_results"] = new JsonArray([.. run.Rules.Select(rule => (JsonNode?)Result(run, items, rule)).Where(r => r is not null)]),
    });

    // When a recording was made is not known; it was only taken in here.
    private static JsonObject WithTime(ExportRun run, JsonObject record)
    {
        if (run.Origin == "inference")
            record["evaluation_timestamp"] = Seconds(run.StartedAt);
        return record;
    }

    private static JsonObject Model(ExportRun run)
    {
        var info = new JsonObject { ["name"] = run.ModelTitle, ["id"] = run.Model };
        if (run.Model.Split('/', 2) is [var developer, _])
            info["developer"] = developer;
        var details = Texts(
            ("batch", run.BatchShape), ("device", run.Device), ("dtype", run.DType), ("tokenizer_sha256", run.TokenizerSha256),
            (run.Origin == "inference" ? "weights_sha256" : "recording_sha256", run.ModelSha256));
        // Weights that were loaded were deployed here; who runs a server, and whether anybody may have the weights, nobody has said.
        details["deployment_type"] = run.Origin == "inference" && run.ModelSha256 is not null ? "self_deployed" : "unknown";
        details["model_availability"] = "unknown";
        info["additional_details"] = details;
        return info;
    }

    private static JsonObject? Result(ExportRun run, IReadOnlyList<ExportItem> items, string rule)
    {
        var values = items.Select(i => i.Scores.GetValueOrDefault(rule).Value).OfType<double>().ToList();
        if (values.Count == 0)
            return null;
        var details = Texts(("scored", Text(values.Count)), ("unscorable", Text(items.Count - values.Count)));
        var uncertainty = new JsonObject();
        var isStopped = run.IsStopped(items.Count);
        if (!isStopped && HarnessMetrics.StandardError(values) is { } error)
            uncertainty["standard_error"] = new JsonObject { ["value"] = error, ["method"] = "analytic" };
        // A count of right answers has a binomial interval; shares (maj@k, pass@k) have none.
        if (values.TrueForAll(v => v is 0 or 1))
        {
            var correct = values.Count(v => v == 1);
            var (lower, upper) = isStopped ? new Statistics.ConfidenceSequence(1 - Level).Limits(correct, values.Count - correct) : Ends(Statistics.BinomialInterval.Wilson(correct, values.Count, Level));
            uncertainty["confidence_interval"] = new JsonObject
            {
                ["lower"] = lower,
                ["upper"] = upper,
                ["confidence_level"] = Level,
                ["method"] = isStopped ? "confidence sequence of the beta-binomial mixture, valid at any time of stopping" : "Wilson score",
            };
            details["correct"] = Text(correct);
        }

        if (isStopped)
            details["stopped_early"] = ExportSource.StoppedNote(run, items.Count);

        uncertainty["num_samples"] = values.Count;
        var samples = items.Max(LmEvalSample.SamplesOf);
        var metric = HarnessMetrics.Of(rule, samples);
        var isPass = metric.StartsWith("pass@", StringComparison.Ordinal);
        var result = new JsonObject
        {
            ["evaluation_result_id"] = ResultId(run, rule),
            ["evaluation_name"] = run.Task,
            ["source_data"] = new JsonObject
            {
                ["dataset_name"] = run.Benchmark,
                ["source_type"] = "other",
                ["additional_details"] = Texts(("items", Text(run.BenchmarkItems)), ("items_asked", Text(items.Count)), ("split", run.Protocol.GetValueOrDefault("split"))),
            },
            ["metric_config"] = new JsonObject
            {
                ["evaluation_description"] = HarnessMetrics.Describe(rule),
                ["metric_id"] = isPass ? "pass_at_k" : "accuracy",
                ["metric_name"] = metric,
                ["metric_kind"] = isPass ? "pass_rate" : "accuracy",
                ["metric_unit"] = "proportion",
                ["metric_parameters"] = isPass ? Texts(("k", metric[5..]), ("rule", rule)) : Texts(("rule", rule)),
                ["lower_is_better"] = false,
                ["score_type"] = "continuous",
                ["min_score"] = 0,
                ["max_score"] = 1,
            },
            ["score_details"] = new JsonObject
            {
                ["score"] = HarnessMetrics.Mean(values),
                ["details"] = details,
                ["uncertainty"] = uncertainty,
            },
        };
        if (Generation(run, samples) is { } generation)
            result["generation_config"] = generation;
        return WithTime(run, result);
    }

    private static (double Lower, double Upper) Ends(Statistics.Interval interval) => (interval.Lower, interval.Upper);

    private static JsonObject? Generation(ExportRun run, int samples)
    {
        var arguments = new JsonObject();
        if (!run.IsChoices && run.Origin == "inference")
        {
            var settings = LmEvalSample.GenerationSettings(run);
            if (settings["temperature"]?.DeepClone() is { } temperature)
                arguments["temperature"] = temperature;
            if (settings["top_p"]?.DeepClone() is { } topP)
                arguments["top_p"] = topP;
            if (settings["max_gen_toks"]?.GetValue<long>() is { } tokens and >= 1)
                arguments["max_tokens"] = tokens;
        }

        if (run.Protocol.GetValueOrDefault("template") is { } template)
            arguments["prompt_template"] = template;
        var details = Texts([.. run.Protocol.Where(p => p.Key != "template").Select(p => (p.Key, (string?)p.Value))]);
        details["samples_per_item"] = Text(samples);
        if (run.Seed is { } seed)
            details["seed"] = Text(seed);
        return new() { ["generation_args"] = arguments, ["additional_details"] = details };
    }

    private static JsonObject Texts(params ReadOnlySpan<(string Name, string? Value)> details)
    {
        var texts = new JsonObject();
        foreach (var (name, value) in details)
        {
            if (value is not null)
                texts[name] = value;
        }

        return texts;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Seconds(DateTime time) => Text((time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond);
}
