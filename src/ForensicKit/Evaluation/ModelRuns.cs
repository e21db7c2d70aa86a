using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Evaluation;

/// <summary>
/// Asks models: every request of a run, each answer stored before anything is scored. What is stored already is not asked again, so an
/// interrupted run goes on where it stopped.
/// </summary>
internal sealed class ModelRuns(CaseManifest manifest, EvidenceDatabase evidence, TimeProvider clock)
{
    // Requests handed to a model at once: enough to fill batches, few enough to be held in memory. Answers are stored as they come.
    private const int ChoicesAtOnce = 1024;
    private const int TextsAtOnce = 256;

    /// <summary>The run of a plan. Its id covers everything that decides the responses, device and batches excepted: those are recorded.</summary>
    public static Run RunOf(CaseManifest manifest, RunPlan plan, ModelManifest model, BenchmarkManifest benchmark)
    {
        var protocol = Json(plan.Protocol);
        // What an endpoint's server has for weights is not known: who it is stands in their place.
        var weights = model.Endpoint is null ? Hash(model.Artifacts.Where(a => a.Path.EndsWith(".safetensors", StringComparison.Ordinal) || a.Path.EndsWith(".gguf", StringComparison.Ordinal))) : null;
        var identity = model.Endpoint is { } endpoint ? endpoint.Identity + Hash(model.Artifacts) : Hash(model.Artifacts);
        var items = Hash(benchmark.ArtifactsFor(plan.Protocol));
        // Which items are asked is then decided by the claim too.
        var watch = RefutationWatch.Of(manifest, plan) is { } w ? "\n" + w.Identity : "";
        return new Run
        {
            Id = EvidenceDatabase.Sha256(string.Join('\n', "inference", plan.Model, identity, plan.Benchmark, items, protocol, manifest.Seed.ToString(CultureInfo.InvariantCulture)) + watch)[..16],
            Model = plan.Model,
            Benchmark = plan.Benchmark,
            Origin = "inference",
            Protocol = protocol,
            ModelSha256 = weights,
            TokenizerSha256 = model.Artifacts.FirstOrDefault(a => a.Path.EndsWith("tokenizer.json", StringComparison.Ordinal))?.Sha256,
            Seed = manifest.Seed,
        };
    }

    /// <summary>A protocol as evidence keeps it.</summary>
    public static string Json(RunProtocol protocol)
    {
        var keys = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["id"] = protocol.Id,
            ["role"] = protocol.Role.ToString().ToLowerInvariant(),
            ["kind"] = protocol.Kind.ToString().ToLowerInvariant(),
            ["temperature"] = protocol.Temperature.ToString("R", CultureInfo.InvariantCulture),
            ["top_p"] = protocol.TopP.ToString("R", CultureInfo.InvariantCulture),
            ["samples"] = protocol.Samples.ToString(CultureInfo.InvariantCulture),
            ["max_tokens"] = protocol.MaxTokens.ToString(CultureInfo.InvariantCulture),
            ["stop"] = JsonSerializer.Serialize(protocol.Stop),
        };
        // What is left at its default is not said, so that a new choice leaves the identity of earlier runs as it was.
        if (protocol.TopK > 0)
            keys["top_k"] = protocol.TopK.ToString(CultureInfo.InvariantCulture);
        if (protocol.Items is { } items)
            keys["items"] = items.ToString(CultureInfo.InvariantCulture);
        if (protocol.StopsWhenRefuted)
            keys["stop_when_refuted"] = "true";
        foreach (var (key, value) in Parts(protocol.Prompt))
            keys[key] = value;
        return JsonSerializer.Serialize(keys);
    }

    private static IEnumerable<(string Key, string Value)> Parts(PromptRecipe prompt)
    {
        yield return ("template", prompt.Template);
        yield return ("before_choice", prompt.BeforeAnswer);
        if (prompt.Description.Length > 0)
            yield return ("description", prompt.Description);
        if (prompt.Target is { } target)
            yield return ("target", target);
        if (prompt.Answers is { } answers)
            yield return ("answers", JsonSerializer.Serialize(answers));
        if (prompt.Shots is { } shots)
        {
            yield return ("between", prompt.Between);
            yield return ("shots", JsonSerializer.Serialize(shots));
        }

        if (prompt.Chat is { } chat)
            yield return ("chat", JsonSerializer.Serialize(chat));
        if (prompt.AddsBeginToken)
            yield return ("begin_token", "true");
        if (prompt.Unconditional is { } unconditional)
            yield return ("unconditional", unconditional);
    }

    /// <summary>The items that a run asks, unless it stops before: those of the benchmark that its protocol takes.</summary>
    public static IReadOnlyList<BenchmarkItem> Planned(RunProtocol protocol, IReadOnlyList<BenchmarkItem> items) =>
        protocol.Items is { } count ? BenchmarkItem.Evenly(items, count) : items;

    /// <summary>
    /// Asks everything that is not stored yet, or until the claim is refuted where the protocol stops then; returns how many responses the run has.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="plan">What is asked.</param>
    /// <param name="items">The items to choose from.</param>
    /// <param name="pool">The items that worked examples are taken from, where the protocol names a pool.</param>
    /// <param name="model">The model.</param>
    /// <param name="progress">Told of responses.</param>
    /// <param name="cancellationToken">Stops between batches; what is stored stays.</param>
    public async Task<long> AskAsync(
        Run run, RunPlan plan, IReadOnlyList<BenchmarkItem> items, IReadOnlyList<BenchmarkItem> pool, ILanguageModel model, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var described = run with { Device = model.Description.Device, DType = model.Description.DType, BatchShape = model.Description.BatchPolicy };
        var provenance = Provenance.Current.With(model.Description.Libraries, model.Description.Threads);
        if (evidence.BeginRun(described, provenance, clock.GetUtcNow(), cancellationToken))
            return evidence.CountResponses(run.Id, cancellationToken);
        ResponseJournal.TakeOver(evidence, cancellationToken);
        var stored = evidence.StoredResponses(run.Id, cancellationToken);
        var planned = Planned(plan.Protocol, items);
        var wanted = Requests(plan.Protocol, planned, pool, model).Where(r => !stored.Contains((r.Item.Id, r.Choice ?? -1, r.Sample))).ToList();
        long done = stored.Count, total = stored.Count + wanted.Count;
        var step = $"{manifest.Model(plan.Model).Title}: {plan.Protocol.Title}, {plan.Benchmark}";
        progress?.Report(new StepProgress(step, done, total, "responses"));
        if (RefutationWatch.Of(manifest, plan) is { } watch)
            await AskUntilRefuted(watch);
        else
            await AskNow(wanted);
        evidence.CompleteRun(run.Id, clock.GetUtcNow(), cancellationToken);
        return done;

        async Task AskUntilRefuted(RefutationWatch watch)
        {
            var order = watch.InOrder(planned);
            var missing = wanted.ToLookup(r => r.Item.Id, StringComparer.Ordinal);
            var credits = new List<double>();
            var from = 0;
            foreach (var look in RefutationWatch.Looks(order.Count))
            {
                IReadOnlyList<BenchmarkItem> batch = [.. order.Skip(from).Take(look - from)];
                from = look;
                await AskNow([.. batch.SelectMany(i => missing[i.Id])]);
                // Answers that the rule cannot read decide nothing, and nothing is left out.
                if (watch.Credits(batch, evidence.ReadResponses(run.Id, [.. batch.Select(i => i.Id)], cancellationToken)) is not { } more)
                    continue;
                credits.AddRange(more);
                if (credits.Count == look && watch.Decide(credits).MayStop)
                    break;
            }

            progress?.Report(new StepProgress(step, done, done, "responses"));
        }

        async Task AskNow(IReadOnlyList<Request> requests)
        {
            foreach (var chunk in requests.Chunk(plan.Protocol.Kind == ProtocolKind.Choices ? ChoicesAtOnce : TextsAtOnce))
            {
                var writer = new ResponseWriter(evidence, model is IServedModel);
                try
                {
                    var answering = plan.Protocol.Kind == ProtocolKind.Choices
                        ? ScoreAsync(run.Id, plan.Protocol, chunk, model, cancellationToken)
                        : GenerateAsync(run.Id, plan.Protocol, chunk, model, cancellationToken);
                    await foreach (var answer in answering)
                    {
                        await writer.AddAsync(answer);
                        done++;
                        progress?.Report(new StepProgress(step, done, total, "responses"));
                    }
                }
                finally
                {
                    // Also where the model fails or is stopped: what was answered, and may have been paid for, is never asked again.
                    await writer.CompleteAsync();
                }
            }
        }
    }

    // All prompts are made, also those of requests that are stored: worked examples are drawn in the order of the items.
    private static IEnumerable<Request> Requests(RunProtocol protocol, IReadOnlyList<BenchmarkItem> items, IReadOnlyList<BenchmarkItem> pool, ILanguageModel model)
    {
        // A server that puts its own template round a conversation takes the conversation.
        var keepsTemplate = model is IServedModel && protocol.Kind == ProtocolKind.Generation;
        var prompts = new ItemPrompts(protocol.Prompt, pool, keepsTemplate ? null : messages => model.FormatChat(messages));
        foreach (var item in items)
        {
            var asked = prompts.Next(item);
            if (protocol.Kind == ProtocolKind.Generation)
            {
                for (var sample = 0; sample < protocol.Samples; sample++)
                    yield return new(item, asked.Prompt, null, sample, "");
                continue;
            }

            for (var choice = 0; choice < asked.Answers.Count; choice++)
            {
                yield return new(item, asked.Prompt, choice, 0, asked.Prompt.BeforeAnswer + asked.Answers[choice]);
                if (protocol.Prompt.Unconditional is { } context)
                    yield return new(item, new(context, null, ""), choice, Response.Unconditional, asked.Prompt.BeforeAnswer + asked.Answers[choice]);
            }
        }
    }

    private static async IAsyncEnumerable<Response> ScoreAsync(
        string runId, RunProtocol protocol, Request[] requests, ILanguageModel model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var asked = requests.Select((r, i) => new ContinuationRequest(i, r.Prompt.Text!, r.Answer) { AddsBeginToken = protocol.Prompt.AddsBeginToken }).ToList();
        await foreach (var scored in model.ScoreAsync(asked, cancellationToken))
        {
            var text = asked[scored.Id].Continuation;
            var sum = scored.LogProbs.Sum();
            yield return Of(runId, requests[scored.Id]) with
            {
                Text = text,
                LogLikelihood = sum,
                LogLikelihoodPerToken = sum / scored.LogProbs.Count,
                LogLikelihoodPerByte = sum / Encoding.UTF8.GetByteCount(text.TrimStart()),
                TokenIds = scored.TokenIds,
                TokenLogProbs = scored.LogProbs,
                LeastMargin = scored.Details.Count > 0 ? scored.Details.Min(d => Math.Abs(d.Margin)) : null,
                IsGreedy = scored.IsGreedy,
                FromCache = scored.FromCache,
            };
        }
    }

    private async IAsyncEnumerable<Response> GenerateAsync(
        string runId, RunProtocol protocol, Request[] requests, ILanguageModel model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sampling = new Sampling(protocol.Temperature, protocol.TopP) { TopK = protocol.TopK };
        var asked = requests.Select((r, i) => new GenerationRequest(i, r.Prompt.Text ?? "", protocol.MaxTokens, protocol.Stop, sampling, SeedOf(r))
        {
            Messages = r.Prompt.Text is null ? r.Prompt.Messages : null,
            AddsBeginToken = protocol.Prompt.AddsBeginToken,
        }).ToList();
        await foreach (var generated in model.GenerateAsync(asked, cancellationToken))
        {
            yield return Of(runId, requests[generated.Id]) with
            {
                Text = generated.Text,
                LogLikelihood = generated.LogProbs.Count > 0 ? generated.LogProbs.Sum() : null,
                TokenIds = generated.TokenIds,
                TokenLogProbs = generated.LogProbs,
                FinishReason = generated.FinishReason,
                FromCache = generated.FromCache,
                LeastMargin = generated.Margins.Count > 0 ? generated.Margins.Min() : null,
            };
        }
    }

    private static Response Of(string runId, Request request) => new()
    {
        RunId = runId,
        ItemId = request.Item.Id,
        ItemIndex = request.Item.Index,
        ChoiceIndex = request.Choice,
        SampleIndex = request.Sample,
        Prompt = request.Prompt.Text ?? JsonSerializer.Serialize(request.Prompt.Messages),
    };

    // Sample i of item j is drawn with the same seed whatever else is asked.
    private long SeedOf(Request request) => Convert.ToInt64(EvidenceDatabase.Sha256(string.Create(CultureInfo.InvariantCulture, $"{manifest.Seed}\n{request.Item.Id}\n{request.Sample}"))[..15], 16);

    private static string Hash(IEnumerable<Artifact> artifacts) =>
        artifacts.Select(a => a.Sha256).Order(StringComparer.Ordinal).ToList() is [var one] ? one : EvidenceDatabase.Sha256(string.Join('+', artifacts.Select(a => a.Sha256).Order(StringComparer.Ordinal)));

    private sealed record Request(BenchmarkItem Item, AssembledPrompt Prompt, int? Choice, int Sample, string Answer);
}
