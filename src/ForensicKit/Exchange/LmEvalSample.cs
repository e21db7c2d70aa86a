using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForensicKit.Evidence;

namespace ForensicKit.Exchange;

/// <summary>
/// One line of <c>samples_&lt;task&gt;_&lt;time&gt;.jsonl</c> of lm-evaluation-harness (0.4.13; lm_eval/result_schema.py, evaluator.py): one item under one
/// filter. What evidence does not hold is absent: <c>arguments</c> and <c>prompt_hash</c> where the prompt is not known, <c>resps</c> where there is neither
/// text nor log-likelihood.
/// </summary>
internal static class LmEvalSample
{
    /// <summary>The line; null where the rule could not be applied to what was recorded.</summary>
    /// <param name="run">The run.</param>
    /// <param name="item">The item.</param>
    /// <param name="rule">The rule, which is the filter.</param>
    /// <param name="metric">The metric's name.</param>
    public static JsonObject? Line(ExportRun run, ExportItem item, string rule, string metric)
    {
        if (item.Scores.GetValueOrDefault(rule) is not (var extracted, { } value))
            return null;
        var doc = Doc(item);
        var target = Target(item);
        var line = new JsonObject { ["doc_id"] = item.Index, ["doc"] = doc, ["target"] = target };
        if (Arguments(run, item) is { } arguments)
            line["arguments"] = arguments;
        if (Responses(run, item) is { } responses)
        {
            line["resps"] = responses;
            // Choices go through whole; of an answer the filter keeps what it read, or the harness's word for nothing.
            line["filtered_resps"] = run.IsChoices ? new JsonArray([.. responses.Select(r => r![0]!.DeepClone())]) : new JsonArray(extracted ?? "[invalid]");
        }

        line["filter"] = rule;
        line["metrics"] = new JsonArray(metric);
        line["doc_hash"] = EvidenceDatabase.Sha256(PythonJson.Write(doc, indent: 2));
        if (item.Responses[0].Prompt is { } prompt)
            line["prompt_hash"] = EvidenceDatabase.Sha256(prompt);
        line["target_hash"] = EvidenceDatabase.Sha256(target);
        line[metric] = value;
        return line;
    }

    /// <summary>Samples of an item.</summary>
    public static int SamplesOf(ExportItem item) => item.Responses.Max(r => r.ChoiceIndex is null ? r.SampleIndex : 0) + 1;

    /// <summary>Worked examples in the prompt; null where the protocol does not say.</summary>
    public static long? Shots(ExportRun run) => run.Protocol.GetValueOrDefault("shots") is { } stated
        ? Whole(stated) ?? ((Parse(stated) as JsonObject)?["Count"] is JsonValue count && count.TryGetValue<JsonElement>(out var number) && number.TryGetInt64(out var shots) ? shots : null)
        // Our own protocols say how the whole prompt is made: without a word of worked examples there are none.
        : run.Origin == "inference" ? 0 : null;

    /// <summary>Settings of generation as the harness names them; absent where the protocol does not say.</summary>
    public static JsonObject GenerationSettings(ExportRun run)
    {
        var settings = new JsonObject();
        if (run.Protocol.GetValueOrDefault("stop") is { } stop && Parse(stop) is JsonArray texts)
            settings["until"] = texts;
        if (Whole(run.Protocol.GetValueOrDefault("max_tokens")) is { } tokens)
            settings["max_gen_toks"] = tokens;
        if (Number(run.Protocol.GetValueOrDefault("temperature")) is { } temperature)
        {
            settings["do_sample"] = temperature > 0;
            settings["temperature"] = temperature;
            if (temperature > 0 && Number(run.Protocol.GetValueOrDefault("top_p")) is { } topP)
                settings["top_p"] = topP;
        }

        return settings;
    }

    /// <summary>A whole number of a protocol; null where it is none.</summary>
    public static long? Whole(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Fields as the benchmarks' own files name them, so that the hash of a document is the harness's where the whole document is at hand.
    private static JsonObject Doc(ExportItem item)
    {
        var doc = new JsonObject();
        if (item.Fields.Count > 0)
        {
            // HumanEval.
            if (item.Fields.TryGetValue("task_id", out var id))
                doc["task_id"] = id;
            doc["prompt"] = item.Question;
            doc["canonical_solution"] = item.Gold;
            foreach (var (name, value) in item.Fields.Where(f => f.Key != "task_id").OrderByDescending(f => f.Key, StringComparer.Ordinal))
                doc[name] = value;
            return doc;
        }

        var isHellaSwag = item.Format?.StartsWith("hellaswag-", StringComparison.Ordinal) == true;
        if (item.Question is not null)
            doc[isHellaSwag ? "query" : "question"] = item.Question;
        if (item.Choices.Count == 0)
        {
            doc["answer"] = item.Gold;
            return doc;
        }

        if (item.Subject is not null && !isHellaSwag)
            doc["subject"] = item.Subject;
        doc["choices"] = new JsonArray([.. item.Choices.Select(c => (JsonNode?)c)]);
        if (item.GoldChoice is { } gold)
            doc[isHellaSwag ? "gold" : "answer"] = gold;
        return doc;
    }

    private static string Target(ExportItem item) =>
        item.GoldChoice is { } gold ? gold.ToString(CultureInfo.InvariantCulture)
        : item.Fields.TryGetValue("test", out var test) && item.Fields.TryGetValue("entry_point", out var entry) ? $"{test}\ncheck({entry})"
        : item.Gold;

    private static JsonObject? Arguments(ExportRun run, ExportItem item)
    {
        // Samples of one prompt are repeats of one request.
        var requests = run.IsChoices ? item.Responses : [item.Responses[0]];
        if (requests.Any(r => r.Prompt is null || (run.IsChoices && r.Text is null)))
            return null;
        return new JsonObject(requests.Select((r, i) => KeyValuePair.Create(
            string.Create(CultureInfo.InvariantCulture, $"gen_args_{i}"),
            (JsonNode?)new JsonObject { ["arg_0"] = r.Prompt, ["arg_1"] = run.IsChoices ? r.Text : GenerationSettings(run) })));
    }

    // Everything is text on disk, numbers as Python's str gives them. Whether a continuation is the greedy one stands there only where it was recorded.
    private static JsonArray? Responses(ExportRun run, ExportItem item)
    {
        if (!run.IsChoices)
            return item.Responses.All(r => r.Text is not null) ? new JsonArray(new JsonArray([.. item.Responses.Select(r => (JsonNode?)r.Text)])) : null;
        if (item.Responses.Any(r => r.LogLikelihood is null))
            return null;
        return new JsonArray([.. item.Responses.Select(r =>
        {
            var pair = new JsonArray(PythonJson.Repr(r.LogLikelihood!.Value));
            if (r.IsGreedy is { } greedy)
                pair.Add((JsonNode?)(greedy ? "True" : "False"));
            return (JsonNode?)new JsonArray(pair);
        })]);
    }

    private static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
