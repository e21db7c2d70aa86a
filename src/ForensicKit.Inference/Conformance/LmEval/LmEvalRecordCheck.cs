using System.Globalization;
using System.Text.Json;
using ForensicKit.Conformance;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Exchange;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>
/// What can be said of a run from its files: prompts and hashes made again of the documents, filters and metrics applied again to the recorded responses,
/// aggregates and standard errors computed again.
/// </summary>
internal sealed class LmEvalRecordCheck(LmEvalRun run, string shown)
{
    // Sums in another order.
    private const double Relative = 1e-12;

    private readonly Dictionary<string, Dictionary<string, (double Value, double? Error)>> _values = new(StringComparer.Ordinal);

    /// <summary>Checks a task's documents.</summary>
    /// <param name="task">The task.</param>
    /// <param name="renderer">Renders its documents.</param>
    /// <param name="own">The kit's own task, and what renders its prompts; null where the kit has none.</param>
    public IEnumerable<VectorResult> Documents(LmEvalTaskRun task, LmEvalTask renderer, (LmEvalCounterpart Counterpart, ItemPrompts Prompts)? own)
    {
        var filters = LmEvalFilter.Of(task.Config).ToDictionary(f => f.Name, StringComparer.Ordinal);
        var scores = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        var texts = new List<(double, string)>();
        foreach (var lines in task.Documents)
        {
            var first = lines[0];
            var differences = new List<string>();
            var isRolling = task.OutputType == "loglikelihood_rolling";
            var request = isRolling ? null : renderer.Next(first.Doc);
            if (request is not null)
                CompareArguments(task, first, request, differences);
            if (own is { } kit)
                ComparePrompt("the kit's own task: prompt", kit.Prompts.Next(kit.Counterpart.Item(first.Doc, first.DocId)).Prompt.Text!, first.Arguments[0][0].GetString()!, differences);
            var target = request?.Target ?? renderer.Text(first.Doc);
            if (target != first.Target)
                differences.Add(VectorLines.Difference("target", [target], [first.Target]));
            foreach (var line in lines)
            {
                CompareHashes(line, request?.Prompt.Text ?? target, differences);
                Rescore(task, line, request, filters, scores, differences);
            }

            if (isRolling)
                texts.Add((Number(first.Responses[0][0]), target));
            yield return new(shown, FormattableString.Invariant($"{task.Name} {first.DocId}"), differences);
        }

        yield return new(shown, $"{task.Name} aggregates", [.. Aggregates(task, scores, texts), .. TaskHash(task)]);
    }

    /// <summary>Checks the groups.</summary>
    public IEnumerable<VectorResult> Groups()
    {
        if (!run.Results.TryGetProperty("groups", out var groups) || groups.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var group in groups.EnumerateObject())
        {
            var tasks = Leaves(group.Name).Select(name => run.Tasks.FirstOrDefault(t => t.Name == name)).ToList();
            if (tasks.Count == 0 || tasks.Contains(null))
                continue;
            var differences = new List<string>();
            foreach (var key in _values[tasks[0]!.Name].Keys.Where(k => group.Value.TryGetProperty(k, out _)))
            {
                var own = tasks.Select(t => (Value: _values[t!.Name][key], Items: (long)t.Documents.Count)).ToList();
                var all = own.Sum(t => t.Items);
                CompareNumber(key, own.Sum(t => t.Value.Value * t.Items) / all, group.Value.GetProperty(key), differences);
                CompareNumber(Stderr(key), LmEvalMetrics.PooledStandardError([.. own.Select(t => (t.Value.Error, t.Items))]), group.Value.GetProperty(Stderr(key)), differences);
            }

            yield return new(shown, $"group {group.Name}", differences);
        }
    }

    private IEnumerable<string> Leaves(string name)
    {
        if (!run.Results.GetProperty("group_subtasks").TryGetProperty(name, out var members) || members.GetArrayLength() == 0)
            return [name];
        return members.EnumerateArray().SelectMany(m => Leaves(m.GetString()!));
    }

    private static void CompareArguments(LmEvalTaskRun task, LmEvalSample sample, LmEvalRequest request, List<string> differences)
    {
        var continuations = request.Choices.Select(c => request.Prompt.BeforeAnswer + c).ToList();
        for (var i = 0; i < sample.Arguments.Count; i++)
        {
            var (context, second) = (sample.Arguments[i][0].GetString()!, sample.Arguments[i].ElementAtOrDefault(1));
            if (task.OutputType != "multiple_choice")
            {
                ComparePrompt("prompt", request.Prompt.Text!, context, differences);
            }
            else if (i < continuations.Count)
            {
                ComparePrompt("prompt", request.Prompt.Text!, context, differences);
                ComparePrompt(FormattableString.Invariant($"continuation {i}"), continuations[i], second.GetString()!, differences);
            }
            else
            {
                // acc_mutual_info asks for every choice once more, after nothing.
                ComparePrompt("unconditional prompt", "", context, differences);
            }
        }
    }

    private static void ComparePrompt(string what, string actual, string expected, List<string> differences)
    {
        if (actual == expected)
            return;
        var at = actual.AsSpan().CommonPrefixLength(expected);
        string From(string text) => VectorLines.Shown(text[Math.Max(0, Math.Min(at, text.Length) - 10)..]);
        differences.Add(FormattableString.Invariant($"{what}: from character {at} on {From(actual)} instead of {From(expected)}"));
    }

    private static void CompareHashes(LmEvalSample line, string prompt, List<string> differences)
    {
        void Compare(string name, string text)
        {
            if (EvidenceDatabase.Sha256(text) != line.Line.GetProperty(name).GetString())
                differences.Add($"{name} differs");
        }

        Compare("doc_hash", PythonJson.Write(line.Doc, indent: 2));
        Compare("prompt_hash", prompt);
        Compare("target_hash", line.Target);
    }

    private static void Rescore(
        LmEvalTaskRun task, LmEvalSample line, LmEvalRequest? request, Dictionary<string, LmEvalFilter> filters, Dictionary<string, List<double>> scores, List<string> differences)
    {
        void Score(string metric, double value)
        {
            var key = $"{metric},{line.Filter}";
            (scores.TryGetValue(key, out var all) ? all : scores[key] = []).Add(value);
            if (!line.Line.TryGetProperty(metric, out var recorded) || recorded.GetDouble() != value)
                differences.Add(FormattableString.Invariant($"{key}: {value} instead of {(recorded.ValueKind == JsonValueKind.Undefined ? "nothing" : recorded.GetRawText())}"));
        }

        switch (task.OutputType)
        {
            case "multiple_choice":
                var logLikelihoods = line.Responses.Take(request!.Choices.Count).Select(r => Number(r[0][0])).ToList();
                foreach (var metric in Metrics(task.Config).Where(m => LmEvalMetrics.Ranking(m.Name, logLikelihoods, request.Choices) is not null))
                    Score(metric.Name, LmEvalMetrics.ArgMax(LmEvalMetrics.Ranking(metric.Name, logLikelihoods, request.Choices)!) == request.Gold ? 1 : 0);
                if (line.Responses.Count == 2 * request.Choices.Count && Metrics(task.Config).Any(m => m.Name == "acc_mutual_info"))
                {
                    var without = line.Responses.Skip(request.Choices.Count).Select(r => Number(r[0][0]));
                    Score("acc_mutual_info", LmEvalMetrics.ArgMax([.. logLikelihoods.Zip(without, (with, alone) => with - alone)]) == request.Gold ? 1 : 0);
                }

                break;
            case "generate_until":
                var filtered = filters[line.Filter].Apply([.. line.Responses[0].Select(r => r.GetString()!)]);
                if (!filtered.SequenceEqual(line.Filtered.Select(f => f.GetString()!), StringComparer.Ordinal))
                    differences.Add(VectorLines.Difference("filtered_resps", [.. filtered], [.. line.Filtered.Select(f => f.GetString()!)]));
                foreach (var metric in Metrics(task.Config).Where(m => m.Name == "exact_match"))
                    Score(metric.Name, LmEvalMetrics.ExactMatch(metric.Options, filtered[0], line.Target) ? 1 : 0);
                break;
            case "loglikelihood_rolling":
                foreach (var metric in Metrics(task.Config))
                {
                    var weight = LmEvalMetrics.Weight(metric.Name, line.Target);
                    if (line.Line.GetProperty(metric.Name)[1].GetInt64() != weight)
                        differences.Add(FormattableString.Invariant($"{metric.Name}: {weight} instead of {line.Line.GetProperty(metric.Name)[1].GetRawText()}"));
                }

                break;
            default:
                differences.Add($"the output type '{task.OutputType}' is not supported");
                break;
        }
    }

    private List<string> Aggregates(LmEvalTaskRun task, Dictionary<string, List<double>> scores, List<(double LogLikelihood, string Text)> texts)
    {
        var differences = new List<string>();
        var results = run.Results.GetProperty("results").GetProperty(task.Name);
        var own = _values[task.Name] = new(StringComparer.Ordinal);
        foreach (var (key, values) in scores)
        {
            own[key] = (HarnessMetrics.Mean(values), HarnessMetrics.StandardError(values));
            CompareNumber(key, own[key].Value, results.GetProperty(key), differences);
            CompareNumber(Stderr(key), own[key].Error, results.GetProperty(Stderr(key)), differences);
        }

        foreach (var metric in texts.Count > 0 ? Metrics(task.Config) : [])
        {
            var key = $"{metric.Name},none";
            CompareNumber(key, LmEvalMetrics.Perplexity(metric.Name, [.. texts.Select(t => (t.LogLikelihood, LmEvalMetrics.Weight(metric.Name, t.Text)))]), results.GetProperty(key), differences);
        }

        // What is not computed here is not passed over in silence.
        var known = own.Keys.Concat(texts.Count > 0 ? Metrics(task.Config).Select(m => $"{m.Name},none") : []).ToHashSet(StringComparer.Ordinal);
        differences.AddRange(results.EnumerateObject()
            .Where(r => r.Name.Contains(',', StringComparison.Ordinal) && !r.Name.Contains("_stderr,", StringComparison.Ordinal) && !known.Contains(r.Name))
            .Select(r => $"{r.Name}: the kit does not compute this metric"));
        return differences;
    }

    // Over all lines as they were logged.
    private IEnumerable<string> TaskHash(LmEvalTaskRun task)
    {
        var hashes = string.Concat(task.Samples.SelectMany(s => (string[])["doc_hash", "prompt_hash", "target_hash"], (s, name) => s.Line.GetProperty(name).GetString()));
        if (run.Results.TryGetProperty("task_hashes", out var all) && all.TryGetProperty(task.Name, out var hash) && EvidenceDatabase.Sha256(hashes) != hash.GetString())
            yield return "task_hashes differs";
    }

    private static string Stderr(string key) => key.Replace(",", "_stderr,", StringComparison.Ordinal);

    private static IEnumerable<(string Name, JsonElement Options)> Metrics(JsonElement config) =>
        config.GetProperty("metric_list").EnumerateArray().Select(m => (m.GetProperty("metric").GetString()!, m));

    private static double Number(JsonElement text) => double.Parse(text.GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static void CompareNumber(string what, double? actual, JsonElement expected, List<string> differences)
    {
        // Where there is none, Python says so in words.
        var recorded = expected.ValueKind == JsonValueKind.Number ? expected.GetDouble() : (double?)null;
        var isSame = (actual, recorded) is ({ } a, { } b) ? Math.Abs(a - b) <= Relative * Math.Max(1, Math.Abs(b)) : actual is null && recorded is null;
        if (!isSame)
            differences.Add(FormattableString.Invariant($"{what}: {(actual is { } value ? value.ToString("R", CultureInfo.InvariantCulture) : "N/A")} instead of {expected.GetRawText()}"));
    }
}
