using System.Text.Json;
using ForensicKit.Cases;
using ForensicKit.Conformance;
using ForensicKit.Evaluation;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Conformance.LmEval;

/// <summary>
/// Runs of lm-evaluation-harness with their samples (<c>--log_samples</c>). Every prompt is made again of its document, filters, metrics, aggregates and
/// standard errors are computed again, and where the model is at hand it is asked everything once more. A task that the kit has too
/// (<c>data-manifests/benchmarks</c>) must ask the very same prompts.
/// </summary>
public sealed class LmEvalVectors : IConformanceKind
{
    /// <summary>Whether models are asked again; tests of the records alone do without.</summary>
    internal bool AsksModels { get; init; } = true;

    /// <inheritdoc/>
    public string Kind => "lm-eval";

    /// <inheritdoc/>
    public IEnumerable<VectorResult> Run(string path, CancellationToken cancellationToken)
    {
        string[] files = File.Exists(path) ? [path]
            : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "results_*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : throw new KitException("There is no such folder.", path, "Give a folder with results_*.json and samples_*.jsonl.");
        if (files.Length == 0)
            throw new KitException("The folder holds no results_*.json.", path, "Give the output folder of lm-evaluation-harness, made with --log_samples.");
        var kit = Located();
        using var models = new LmEvalModels(path);
        foreach (var file in files)
        {
            var shown = Directory.Exists(path) ? Path.GetRelativePath(path, Path.GetDirectoryName(file)!) : Path.GetFileName(file);
            foreach (var result in VectorLines.Checked(file, 1, () => RunFile(LmEvalRun.Read(file, cancellationToken), shown, kit, models, cancellationToken)))
                yield return result;
        }
    }

    private List<VectorResult> RunFile(LmEvalRun run, string shown, KitFolder? kit, LmEvalModels models, CancellationToken cancellationToken)
    {
        var model = models.Find(run);
        var results = new List<VectorResult>();
        var check = new LmEvalRecordCheck(run, shown);
        foreach (var task in run.Tasks)
        {
            try
            {
                results.AddRange(Records(run, task, check, kit, model, cancellationToken));
            }
            catch (KitException e)
            {
                results.Add(new(shown, task.Name, [e.Message]));
            }
        }

        results.AddRange(check.Groups());
        if (!AsksModels)
            return results;
        if (model is null)
            return [.. results, new(shown, "asked again", [$"the model '{models.NameOf(run)}' is not at hand: put its folder beside the runs, or set FORENSICKIT_DATA"])];
        var rerun = new LmEvalRerun(model, shown);
        results.AddRange(rerun.ScoreAsync(run.Tasks, cancellationToken).GetAwaiter().GetResult());
        results.AddRange(rerun.ScoreTextsAsync(run.Tasks, cancellationToken).GetAwaiter().GetResult());
        results.AddRange(rerun.GenerateAsync(run.Tasks, cancellationToken).GetAwaiter().GetResult());
        return results;
    }

    private static List<VectorResult> Records(LmEvalRun run, LmEvalTaskRun task, LmEvalRecordCheck check, KitFolder? kit, ILanguageModel? model, CancellationToken cancellationToken)
    {
        var chat = run.Text("chat_template") is null ? null : new ChatForm(null, run.IsTrue("fewshot_as_multiturn"));
        Func<IReadOnlyList<ChatMessage>, string>? format = chat is null ? null : messages => (model ?? throw new KitException("The model whose chat template this is is not at hand.")).FormatChat(messages);
        var counterpart = LmEvalCounterpart.Of(task.Name, kit);
        var asked = run.Results.TryGetProperty("n-samples", out var counts) && counts.TryGetProperty(task.Name, out var count) ? count.GetProperty("original").GetInt64() : long.MaxValue;
        var pool = Shots(task.Config) == 0 ? null : LmEvalCounterpart.Pool(task.Config, task.Documents[0][0].Doc, asked, counterpart, cancellationToken);
        var renderer = new LmEvalTask(task.Config, chat, run.Text("system_instruction"), pool, run.FewShotSeed, format);
        return [.. check.Documents(task, renderer, Own(run, task.Config, counterpart, chat, format, cancellationToken))];
    }

    private static int Shots(JsonElement config) => config.TryGetProperty("num_fewshot", out var shots) && shots.ValueKind == JsonValueKind.Number ? shots.GetInt32() : 0;

    // The kit's task with as many worked examples as the run had.
    private static (LmEvalCounterpart Counterpart, ItemPrompts Prompts)? Own(
        LmEvalRun run, JsonElement config, LmEvalCounterpart? counterpart, ChatForm? chat, Func<IReadOnlyList<ChatMessage>, string>? format, CancellationToken cancellationToken)
    {
        if (counterpart is null || run.Text("system_instruction") is not null)
            return null;
        var recipe = counterpart.Protocol.Prompt;
        var count = Shots(config);
        // A task without worked examples of its own has no pool to take them from.
        if (count > 0 && (recipe.Shots is null || (recipe.Shots.Pool is null && recipe.Shots.Count < count)))
            return null;
        recipe = recipe with { Shots = count == 0 ? null : recipe.Shots! with { Count = count, Seed = run.FewShotSeed }, Chat = chat };
        return (counterpart, new ItemPrompts(recipe, count == 0 ? [] : counterpart.PoolItems(cancellationToken), format));
    }

    private static KitFolder? Located()
    {
        try
        {
            return KitFolder.Locate();
        }
        catch (KitException)
        {
            // Outside a checkout the kit's own tasks are not known.
            return null;
        }
    }
}
