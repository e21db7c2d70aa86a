using ForensicKit.Contamination.Membership;
using ForensicKit.Evaluation;

namespace ForensicKit.Manifests;

/// <summary>
/// Checks what a schema cannot: that names lead somewhere and ids differ. Works on any tree, so that these errors are told together with the schema's.
/// </summary>
internal sealed class ManifestReferences(MapNode root, ManifestErrors errors)
{
    private IReadOnlyList<string> Artifacts { get; } = Ids(root, "artifacts");

    /// <summary>For every kind: the manifest's name, its artifacts.</summary>
    public void CheckCommon(string? expectedName)
    {
        if (expectedName is not null && root["name"] is ScalarNode name && name.Value.Trim() != expectedName)
            errors.Add(name.At, $"The name '{name.Value.Trim()}' is not that of the file.", $"Call it '{expectedName}', or rename the file or folder.");
        MustDiffer(IdNodes("artifacts"), "artifact");
    }

    /// <summary>For benchmarks: the files of the items.</summary>
    public void CheckBenchmark()
    {
        var files = root.Map("items")?.Scalars("artifacts").ToList() ?? [];
        CheckArtifacts(files);
        foreach (var pool in root.Maps("pools"))
            CheckArtifacts([.. pool.Scalars("artifacts")]);
        foreach (var split in root.Maps("pools").Append(root.Map("items")).OfType<MapNode>())
            CheckFields(split);
        MustDiffer(IdNodes("tasks"), "task");
        var pools = root.Maps("pools").Select(p => p["split"]).OfType<ScalarNode>().Select(s => s.Value.Trim()).ToList();
        foreach (var task in root.Maps("tasks"))
        {
            CheckShots(task, pools);
            foreach (var rule in task.Scalars("rules"))
                CheckRule(rule);
        }
    }

    private void CheckFields(MapNode split)
    {
        var needs = split.OptionalText("format") is { } format && Benchmarks.JsonFields.Names.Contains(format, StringComparer.Ordinal);
        if (needs && split["fields"] is null)
            errors.Add(split.At, "This format does not say where an item's parts are.", "Give 'fields'.");
        if (!needs && split["fields"] is { } fields)
            errors.Add(fields.At, "'fields' is for the formats json-lines and json-array.", "Remove it: the format says where an item's parts are.");
    }

    /// <summary>For models: the file of the endpoint's tokenizer.</summary>
    public void CheckModel()
    {
        if (root.Map("endpoint") is not { } endpoint)
            return;
        MustBeKnown(endpoint["tokenizer"], "artifact", Artifacts, "Add it to 'artifacts'.");
        MustBeKnown(endpoint["chat_template"], "artifact", Artifacts, "Add it to 'artifacts'.");
        // As text it would meet a server that puts the token that begins texts before it once more.
        if (endpoint["chat_template"] is { } template && endpoint["tokenizer"] is null)
            errors.Add(template.At, "'chat_template' needs 'tokenizer'.", "Give 'tokenizer' too, so that tokens are sent.");
        var isChat = endpoint["api"] is ScalarNode { Value: var api } && api.Trim() == "chat";
        if (isChat && endpoint["tokenizer"] is { } tokenizer)
            errors.Add(tokenizer.At, "A chat interface takes no tokens.", "Remove 'tokenizer', or ask through 'api: completions'.");
        if (!isChat && endpoint["prompt_as_message"] is { } asMessage)
            errors.Add(asMessage.At, "'prompt_as_message' is for chat interfaces.", "Remove it, or ask through 'api: chat'.");
    }

    /// <summary>For cases: models, benchmarks, files and rules.</summary>
    public void CheckCase(ManifestCatalogue catalogue)
    {
        var models = Ids(root, "models");
        var benchmarks = catalogue.Names(ManifestCatalogue.Benchmarks);
        var modelManifests = catalogue.Names(ManifestCatalogue.Models);
        foreach (var list in (ReadOnlySpan<string>)["models", "claims", "recordings", "protocols"])
            MustDiffer(IdNodes(list), list[..^1]);
        MustBeKnown(root["suspect"], "model", models, "Add it to 'models'.");
        foreach (var model in root.Maps("models"))
            MustBeKnown(model["manifest"], "model manifest", modelManifests, "Add it to data-manifests/models.");
        foreach (var node in root.Maps("claims").Concat(root.Maps("recordings")))
        {
            MustBeKnown(node["model"], "model", models, "Add it to 'models'.");
            MustBeKnown(node["benchmark"], "benchmark", benchmarks, "Add it to data-manifests/benchmarks.");
        }

        foreach (var reported in root.Maps("claims").SelectMany(claim => claim.Maps("reported")))
        {
            MustBeKnown(reported["model"], "model", models, "Add it to 'models'.");
            if (reported["model"] is null && reported["role"] is ScalarNode { Value: "reference" })
                errors.Add(reported.At, "A reference score does not say whose it is.", "Give 'model', the id of another model of the case.");
        }

        CheckSteps(models, benchmarks, catalogue);
        AttributionShapes.Check(root, this, errors);
        ControlShapes.Check(root, this, errors);
        foreach (var recording in root.Maps("recordings"))
        {
            CheckArtifacts([.. recording.Scalars("artifacts")]);
            var rules = recording.Scalars("rules").ToList();
            foreach (var rule in rules)
                MustBeKnown(rule, "scoring rule", ScoringRules.All.Select(known => known.Id), "Use a rule that the kit knows.");
            MustDiffer(rules, "scoring rule");
        }
    }

    // What a protocol leaves out, its task says.
    private void CheckTask(MapNode protocol, ManifestCatalogue catalogue)
    {
        var benchmark = protocol.Scalars("benchmarks").FirstOrDefault()?.Value.Trim();
        var pools = catalogue.PoolNames(benchmark);
        if (protocol["task"] is ScalarNode task)
        {
            if (benchmark is not null && catalogue.TaskNode(benchmark, task.Value.Trim()) is null)
                errors.Add(task.At, $"The benchmark '{benchmark}' has no task '{task.Value.Trim()}'.", "Name one of its 'tasks', or write the protocol out.");
        }
        else
        {
            foreach (var field in (ReadOnlySpan<string>)["kind", "template", "rules"])
            {
                if (protocol[field] is null)
                    errors.Add(protocol.At, $"The protocol has no '{field}'.", "Give it, or a 'task' of the benchmark that says it.");
            }
        }

        CheckShots(protocol, pools);
    }

    private void CheckShots(MapNode protocol, IReadOnlyList<string> pools)
    {
        if (protocol.Map("shots") is not { } shots)
            return;
        MustBeKnown(shots["pool"], "pool", pools, "Add it to the benchmark's 'pools'.");
        if (shots["pool"] is null == shots["examples"] is null)
            errors.Add(shots.At, "Worked examples come from a pool or are written down.", "Give 'pool' or 'examples', one of them.");
    }

    private void CheckRule(ScalarNode rule)
    {
        if (ScoringRules.Find(rule.Value.Trim()) is null && ProgramRules.Find(rule.Value.Trim()) is null)
            MustBeKnown(rule, "scoring rule", ScoringRules.Ids, "Use a rule that the kit knows.");
    }

    private void CheckSteps(IReadOnlyList<string> models, IReadOnlyList<string> benchmarks, ManifestCatalogue catalogue)
    {
        var runnable = root.Maps("models").Where(m => m["manifest"] is not null).Select(m => m["id"]).OfType<ScalarNode>().Select(id => id.Value.Trim()).ToList();
        foreach (var protocol in root.Maps("protocols"))
        {
            foreach (var model in protocol.Scalars("models"))
                MustBeKnown(model, "model that can be run", runnable, "Add it to 'models' with its manifest.");
            foreach (var benchmark in protocol.Scalars("benchmarks"))
                MustBeKnown(benchmark, "benchmark", benchmarks, "Add it to data-manifests/benchmarks.");
            foreach (var rule in protocol.Scalars("rules"))
                CheckRule(rule);
            CheckTask(protocol, catalogue);
            EarlyStopChecks.Check(root, protocol, catalogue, errors);
        }

        if (root.Map("contamination") is { } contamination)
        {
            CheckArtifacts([.. contamination.Scalars("snippets")]);
            MustBeKnown(contamination["reference"], "model", models, "Add it to 'models'.");
            foreach (var pair in contamination.Maps("benchmarks"))
            {
                MustBeKnown(pair["benchmark"], "benchmark", benchmarks, "Add it to data-manifests/benchmarks.");
                MustBeKnown(pair["fresh"], "benchmark", benchmarks, "Add it to data-manifests/benchmarks.");
            }
        }

        if (root.Map("membership") is { } membership)
        {
            MustBeKnown(root["suspect"] ?? root.Maps("models").FirstOrDefault()?["id"], "model that can be run", runnable, "Add it to 'models' with its manifest.");
            MustBeKnown(membership["reference"], "model that can be run", runnable, "Add it to 'models' with its manifest.");
            foreach (var test in membership.Scalars("tests"))
                MustBeKnown(test, "test", MembershipBattery.All.Select(t => t.Name), "Leave 'tests' out to run all.");
            MustDiffer(membership.Scalars("tests"), "test");
            MustDiffer(membership.Maps("benchmarks").Select(b => b["benchmark"]).OfType<ScalarNode>(), "benchmark");
            foreach (var pair in membership.Maps("benchmarks"))
            {
                MustBeKnown(pair["benchmark"], "benchmark", benchmarks, "Add it to data-manifests/benchmarks.");
                MustBeKnown(pair["fresh"], "benchmark", benchmarks, "Add it to data-manifests/benchmarks.");
            }
        }

        foreach (var step in new[] { root.Map("sensitivity"), root.Map("latency") }.OfType<MapNode>())
        {
            MustBeKnown(step["model"], "model that can be run", runnable, "Add it to 'models' with its manifest.");
            MustBeKnown(step["benchmark"], "benchmark", benchmarks, "Add it to data-manifests/benchmarks.");
            MustBeKnown(step["rule"], "scoring rule", ScoringRules.Ids, "Use a rule that the kit knows.");
        }
    }

    /// <summary>The ids of a list of maps.</summary>
    internal static IReadOnlyList<string> Ids(MapNode root, string list) =>
        [.. root.Maps(list).Select(node => node["id"]).OfType<ScalarNode>().Select(id => id.Value.Trim())];

    private IEnumerable<ScalarNode> IdNodes(string list) => root.Maps(list).Select(node => node["id"]).OfType<ScalarNode>();

    private void CheckArtifacts(IReadOnlyList<ScalarNode> ids)
    {
        foreach (var id in ids)
            MustBeKnown(id, "artifact", Artifacts, "Add it to 'artifacts'.");
        MustDiffer(ids, "artifact");
    }

    /// <summary>Notes a name that leads nowhere; what is no single value is left to the schema.</summary>
    internal void MustBeKnown(ManifestNode? node, string kind, IEnumerable<string> known, string mend)
    {
        if (node is not ScalarNode id)
            return;
        var names = known.ToList();
        var name = id.Value.Trim();
        if (!names.Contains(name, StringComparer.Ordinal))
            errors.Add(id.At, $"There is no {kind} '{name}'.", ManifestErrors.DidYouMean(name, names) + mend);
    }

    /// <summary>Notes names that are given twice.</summary>
    internal void MustDiffer(IEnumerable<ScalarNode> ids, string kind)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids.Where(id => !seen.Add(id.Value.Trim())))
            errors.Add(id.At, $"The {kind} '{id.Value.Trim()}' is already there.", "Give each its own id, once.");
    }
}
