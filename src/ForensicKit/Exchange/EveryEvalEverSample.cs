using System.Globalization;
using System.Text.Json.Nodes;
using ForensicKit.Evidence;

namespace ForensicKit.Exchange;

/// <summary>One line of an Every Eval Ever 0.3.0 file of samples (instance_level_eval.schema.json): one item under one rule.</summary>
internal static class EveryEvalEverSample
{
    /// <summary>Whether the question or the prompt is known.</summary>
    public static bool HasInput(ExportItem item) => item.Question is not null || item.Responses[0].Prompt is not null;

    /// <summary>The line; null where the rule could not be applied, or nothing of what came back was recorded.</summary>
    /// <remarks>The output of choices that were scored by log-likelihood is their Σ log p in nats as text, in the order of the choices.</remarks>
    public static JsonObject? Line(ExportRun run, ExportItem item, string rule, string evaluation)
    {
        if (item.Scores.GetValueOrDefault(rule) is not (var extracted, { } score))
            return null;
        var responses = run.IsChoices ? item.Responses.Where(r => r.SampleIndex == 0) : item.Responses;
        var output = responses.Select(r => run.IsChoices ? (r.LogLikelihood ?? r.LogLikelihoodPerToken) is { } value ? PythonJson.Repr(value) : null : r.Text).ToList();
        if (output.Contains(null))
            return null;
        var prompt = item.Responses[0].Prompt;
        var raw = item.Question ?? prompt!;
        var input = new JsonObject { ["raw"] = raw };
        if (prompt is not null)
            input["formatted"] = prompt;
        input["reference"] = new JsonArray(item.Gold);
        if (item.Choices.Count > 0)
            input["choices"] = new JsonArray([.. item.Choices.Select(c => (JsonNode?)c)]);
        var metadata = new JsonObject { ["rule"] = rule, ["item_index"] = item.Index.ToString(CultureInfo.InvariantCulture) };
        if (item.Subject is not null)
            metadata["subject"] = item.Subject;
        if (run.IsChoices)
            metadata["output"] = item.Responses[0].LogLikelihood is not null ? "log-likelihood of each choice in nats" : "mean log-likelihood per token of each choice in nats";
        if (item.Responses.Select(r => r.FinishReason).Distinct(StringComparer.Ordinal).ToList() is [{ } reason])
            metadata["finish_reason"] = reason;
        return new JsonObject
        {
            ["schema_version"] = EveryEvalEverExport.SchemaVersion,
            ["evaluation_id"] = evaluation,
            ["model_id"] = run.Model,
            ["evaluation_name"] = run.Task,
            ["evaluation_result_id"] = EveryEvalEverExport.ResultId(run, rule),
            ["sample_id"] = item.Id,
            ["sample_hash"] = EvidenceDatabase.Sha256(raw + item.Gold),
            ["interaction_type"] = "single_turn",
            ["input"] = input,
            ["output"] = new JsonObject { ["raw"] = new JsonArray([.. output.Select(o => (JsonNode?)o)]) },
            // Where the rule read nothing there is nothing to attribute.
            ["answer_attribution"] = extracted is null ? [] : new JsonArray(new JsonObject
            {
                ["turn_idx"] = 0,
                ["source"] = "output.raw",
                ["extracted_value"] = extracted,
                ["extraction_method"] = rule,
                ["is_terminal"] = true,
            }),
            ["evaluation"] = new JsonObject { ["score"] = score, ["is_correct"] = score == 1 },
            ["metadata"] = metadata,
        };
    }
}
