using System.Globalization;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Cases;
using ForensicKit.Claims;
using ForensicKit.Contamination.Membership;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Models.Caching;

namespace ForensicKit.Evaluation;

/// <summary>
/// Brings a case's material into evidence: files, printed scores, responses, scores. Every step can be repeated: what is stored already
/// is left alone, so an interrupted step goes on where it stopped.
/// </summary>
internal sealed class Reproduction(CaseManifest manifest, KitFolder kit, ArtifactStore store, Dossier dossier, EvidenceDatabase evidence, TimeProvider clock) : IDisposable
{
    // Rows per transaction: small enough that a killed process repeats little, large enough that commits cost little.
    private const int BatchSize = 4096;
    private readonly Dictionary<string, VerifiedArtifact> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ILanguageModel> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CachedLanguageModel?> _cached = new(StringComparer.Ordinal);

    /// <summary>Finds every file of the case by its hash and notes it in evidence and custody log.</summary>
    public void TakeIn(IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var needed = Needed().DistinctBy(a => a.Sha256, StringComparer.Ordinal).ToList();
        for (var i = 0; i < needed.Count; i++)
        {
            var artifact = needed[i];
            progress?.Report(new StepProgress("Checking input files", i, needed.Count, "files"));
            _files[artifact.Sha256] = store.Resolve(artifact, cancellationToken);
        }

        evidence.AppendArtifacts(needed, clock.GetUtcNow(), cancellationToken);
        dossier.RecordOnce([.. needed.Select(a => new CustodyEvent("intake", a.Id, [("licence", a.Licence), ("sha256", a.Sha256), ("source", a.Source)]))]);
        if (needed.Count > 0)
            progress?.Report(new StepProgress("Checking input files", needed.Count, needed.Count, "files"));
    }

    /// <summary>Stores the claims and the scores that others printed.</summary>
    public void StorePrintedScores(CancellationToken cancellationToken) => evidence.AppendReportedScores(
        [
            .. manifest.Claims.SelectMany(c => c.Reported
                .Select(r => new ReportedScoreRow(c.Id, r.Role.ToString().ToLowerInvariant(), r.Model ?? c.Model, c.Benchmark, c.Metric, r.Value, r.N, Json(r.Protocol), r.Source))
                .Prepend(new ReportedScoreRow(c.Id, "claimed", c.Model, c.Benchmark, c.Metric, c.Claimed, c.N, Json(c.Protocol), c.Source))),
        ],
        cancellationToken);

    /// <summary>Stores recorded responses, before anything is scored.</summary>
    public void StoreResponses(IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (var recording in manifest.Recordings)
        {
            var artifacts = manifest.ArtifactsOf(recording);
            var run = RunOf(recording, artifacts);
            if (evidence.BeginRun(run, Provenance.Current, clock.GetUtcNow(), cancellationToken))
                continue;
            var items = ItemsOf(recording.Benchmark, cancellationToken);
            var step = $"Taking in responses of {manifest.Model(recording.Model).Title}";
            progress?.Report(new StepProgress(step, 0, 0, "responses"));
            var read = RecordedFormats.Read(recording, run.Id, [.. artifacts.Select(a => _files[a.Sha256])], items, cancellationToken);
            // What an earlier attempt committed stays: the order of a recording is fixed, so it goes on behind it.
            var stored = (int)evidence.CountResponses(run.Id, cancellationToken);
            foreach (var batch in read.Responses.Skip(stored).Chunk(BatchSize))
            {
                evidence.AppendResponses(batch, cancellationToken);
                stored += batch.Length;
                progress?.Report(new StepProgress(step, stored, read.Responses.Count, "responses"));
            }

            evidence.CompleteRun(run.Id, clock.GetUtcNow(), cancellationToken);
            dossier.RecordOnce(
                "run", run.Id, ("benchmark", run.Benchmark), ("model", run.Model), ("origin", run.Origin), ("recording", recording.Id), ("responses", Text(stored)),
                ("unanswered_items", Text(read.Unanswered.Count)), ("unmatched_records", Text(read.UnmatchedCount)));
        }
    }

    /// <summary>Asks the models of the case everything that its protocols ask and that is not stored yet.</summary>
    public Task AskModelsAsync(IModelEngines? engines, IProgress<StepProgress>? progress, CancellationToken cancellationToken) =>
        AskAsync([.. manifest.Runs.OrderBy(r => r.Model, StringComparer.Ordinal)], items => items, engines, progress, cancellationToken);

    /// <summary>Asks what runs ask and is not stored yet.</summary>
    /// <param name="plans">The runs.</param>
    /// <param name="choose">Chooses among the items of a benchmark.</param>
    /// <param name="engines">What loads models.</param>
    /// <param name="progress">Told of responses.</param>
    /// <param name="cancellationToken">Stops between batches; what is stored stays.</param>
    public async Task AskAsync(
        IReadOnlyList<RunPlan> plans, Func<IReadOnlyList<BenchmarkItem>, IReadOnlyList<BenchmarkItem>> choose, IModelEngines? engines, IProgress<StepProgress>? progress,
        CancellationToken cancellationToken)
    {
        var runs = new ModelRuns(manifest, evidence, clock);
        var recorded = dossier.Custody.Read().Entries.Where(e => e.Kind == "run").Select(e => e.Subject).ToHashSet(StringComparer.Ordinal);
        foreach (var plan in plans)
        {
            var run = RunOf(plan);
            if (evidence.IsComplete(run.Id, cancellationToken))
            {
                // Killed after its last response was stored and before that was noted.
                if (!recorded.Contains(run.Id))
                    RecordRun(run, plan, choose, evidence.CountResponses(run.Id, cancellationToken), cancellationToken);
                continue;
            }

            await LendAsync(run.Id, plan.Model, engines, async model =>
            {
                var responses = await runs.AskAsync(run, plan, choose(ItemsOf(plan.Benchmark, cancellationToken)), PoolOf(plan, cancellationToken), model, progress, cancellationToken);
                RecordRun(run, plan, choose, responses, cancellationToken);
            });
        }
    }

    /// <summary>Lends a model with what it answered before on this machine, and notes what its use cost and which kept answers were damaged.</summary>
    /// <param name="subject">What it is used for: a run, or a battery of tests.</param>
    /// <param name="id">Id of the model in the case.</param>
    /// <param name="engines">What loads models.</param>
    /// <param name="use">Uses it.</param>
    public async Task LendAsync(string subject, string id, IModelEngines? engines, Func<ILanguageModel, Task> use)
    {
        var model = Model(id, engines);
        var cached = Cached(id, model, engines);
        var (before, damaged) = ((model as IServedModel)?.Usage, cached?.Damaged ?? 0);
        try
        {
            await use(cached ?? model);
        }
        finally
        {
            RecordUse(subject, before, (model as IServedModel)?.Usage);
            if (cached?.Damaged > damaged)
                dossier.Custody.Append("cache-damage", subject, ("dropped_and_asked_again", Text(cached.Damaged - damaged)));
        }
    }

    /// <summary>Asks the batteries of tests that are not stored yet, one transaction for each.</summary>
    public async Task AskMembershipAsync(MembershipPlan plan, IModelEngines? engines, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (var battery in kit.Batteries(manifest, plan))
        {
            if (!evidence.HasBattery(battery.Id, cancellationToken))
            {
                var benchmark = kit.Benchmark(battery.Benchmark.Benchmark);
                var members = MembershipFiles.Items(benchmark, ItemsOf(benchmark.Name, cancellationToken));
                var others = battery.Benchmark.Fresh is { } fresh ? MembershipFiles.Items(benchmark, ItemsOf(fresh, cancellationToken)) : [];
                var told = progress is null ? null : new NamedProgress($"{manifest.Model(battery.Model).Title}, {benchmark.Title}", progress);
                Task Ask(ILanguageModel model, ILanguageModel? reference) => MembershipStep.RunAsync(
                    battery, plan, MembershipStep.Context(members, others, plan.Items, benchmark, model, reference, manifest.Seed), evidence, clock.GetUtcNow(), told, cancellationToken);
                await LendAsync(battery.Id, battery.Model, engines, model => battery.Reference is { } id
                    ? LendAsync(battery.Id, id, engines, reference => Ask(model, reference)) : Ask(model, null));
            }

            // Also where it was stored and the process killed before this was noted.
            dossier.RecordOnce("run", battery.Id, ("benchmark", battery.Benchmark.Benchmark), ("model", battery.Model), ("origin", "membership"), ("reference", battery.Reference ?? "-"));
        }
    }

    private void RecordRun(Run run, RunPlan plan, Func<IReadOnlyList<BenchmarkItem>, IReadOnlyList<BenchmarkItem>> choose, long responses, CancellationToken cancellationToken)
    {
        IReadOnlyList<(string, string)> stopping = RefutationWatch.Of(manifest, plan) is { } watch
            ? watch.Record(run.Id, ModelRuns.Planned(plan.Protocol, choose(ItemsOf(plan.Benchmark, cancellationToken))), evidence, cancellationToken) : [];
        dossier.RecordOnce(
            "run", run.Id,
            [
                ("benchmark", run.Benchmark), ("from_cache", Text(evidence.CountFromCache(run.Id, cancellationToken))), ("model", run.Model), ("origin", run.Origin),
                ("protocol", plan.Protocol.Id), ("responses", Text(responses)), .. stopping,
            ]);
    }

    // Opened once for a model: its files are read then.
    private CachedLanguageModel? Cached(string id, ILanguageModel model, IModelEngines? engines)
    {
        if (!_cached.TryGetValue(id, out var cached))
            _cached[id] = cached = engines?.Answers?.Before(model, kit.Manifests.Model(manifest.Model(id).Manifest!).Artifacts);

        return cached;
    }

    // What a server was asked may have cost something: noted of every attempt, also of one that failed.
    private void RecordUse(string subject, ModelUsage? before, ModelUsage? after)
    {
        if (before is null || after is null || after.Requests == before.Requests)
            return;
        dossier.Custody.Append(
            "endpoint", subject, ("answers_with_usage", Text(after.Counted - before.Counted)), ("completion_tokens", Text(after.CompletionTokens - before.CompletionTokens)),
            ("prompt_tokens", Text(after.PromptTokens - before.PromptTokens)), ("repeated_requests", Text(after.Repeated - before.Repeated)),
            ("requests", Text(after.Requests - before.Requests)));
    }

    /// <summary>Scores what the models answered: under pure rules from evidence alone, programs by running them in a sandbox.</summary>
    public async Task ScoreRunsAsync(IReadOnlyList<RunPlan> plans, IModelEngines? engines, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        for (var i = 0; i < plans.Count; i++)
        {
            progress?.Report(new StepProgress("Scoring responses", i, plans.Count, "runs"));
            var run = RunOf(plans[i]);
            var missing = plans[i].Protocol.Rules.Where(rule => !evidence.HasScores(run.Id, rule, cancellationToken)).ToList();
            evidence.AppendScores([.. Rescore(evidence, run, [.. missing.Select(ScoringRules.Find).OfType<IScoringRule>()], cancellationToken)], cancellationToken);
            foreach (var rule in missing.Select(ProgramRules.Find).OfType<ProgramRule>())
                await RunProgramsAsync(run, rule, engines, progress, cancellationToken);
        }

        if (plans.Count > 0)
            progress?.Report(new StepProgress("Scoring responses", plans.Count, plans.Count, "runs"));
    }

    /// <summary>The run a plan is.</summary>
    public Run RunOf(RunPlan plan) => ModelRuns.RunOf(manifest, plan, kit.Manifests.Model(manifest.Model(plan.Model).Manifest!), kit.Benchmark(plan.Benchmark));

    /// <summary>A model of the case, loaded once.</summary>
    /// <exception cref="KitException">There is nothing here that runs models, or the files are not one that can be run.</exception>
    public ILanguageModel Model(string id, IModelEngines? engines)
    {
        if (_models.TryGetValue(id, out var loaded))
            return loaded;
        if (engines is null)
            throw new KitException($"The case asks the model '{manifest.Model(id).Title}', and nothing here runs models.", manifest.FilePath, "Open the investigation with engines, as the notebooks do.", ExitCode.EnvironmentLacks);
        var model = kit.Manifests.Model(manifest.Model(id).Manifest!);
        return _models[id] = engines.LoadModel(model, store.Resolve(model.Artifacts, CancellationToken.None));
    }

    /// <summary>Releases the models.</summary>
    public void Dispose()
    {
        foreach (var cached in _cached.Values)
            cached?.Dispose();
        _cached.Clear();
        foreach (var model in _models.Values)
            model.Dispose();
        _models.Clear();
    }

    /// <summary>Scores stored responses under every rule of their recording.</summary>
    public void Score(IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var work = manifest.Recordings.SelectMany(r => RulesOf(r).Select(rule => (Recording: r, Rule: rule))).GroupBy(w => w.Recording).ToList();
        foreach (var (group, done) in work.Select((g, i) => (g, i)))
        {
            progress?.Report(new StepProgress("Scoring stored responses", done, work.Count, "runs"));
            var run = RunOf(group.Key, manifest.ArtifactsOf(group.Key));
            evidence.AppendScores([.. Rescore(evidence, run, [.. group.Select(w => w.Rule)], cancellationToken)], cancellationToken);
        }

        if (work.Count > 0)
            progress?.Report(new StepProgress("Scoring stored responses", work.Count, work.Count, "runs"));
    }

    /// <summary>Scores of a run's stored responses, computed from evidence alone.</summary>
    public static IEnumerable<ItemScore> Rescore(EvidenceDatabase evidence, Run run, IReadOnlyList<IScoringRule> rules, CancellationToken cancellationToken)
    {
        var responses = evidence.ReadResponses(run.Id, cancellationToken);
        var items = evidence.ReadItems(run.Benchmark, cancellationToken).ToDictionary(i => i.Id, StringComparer.Ordinal);
        var byItem = responses.GroupBy(r => r.ItemId, StringComparer.Ordinal).ToList();
        foreach (var rule in rules.Where(r => r.AppliesTo(responses)))
        {
            foreach (var group in byItem)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return rule.Score(items[group.Key], [.. group]);
            }
        }
    }

    /// <summary>The run a recording is: its id covers everything that decides the responses.</summary>
    public static Run RunOf(RecordingStatement recording, IReadOnlyList<Artifact> artifacts)
    {
        var protocol = Json(recording.Protocol);
        var files = string.Join('+', artifacts.Select(a => a.Sha256));
        return new Run
        {
            Id = EvidenceDatabase.Sha256(string.Join('\n', "recorded", recording.Id, recording.Model, recording.Benchmark, recording.Format, protocol, files))[..16],
            Model = recording.Model,
            Benchmark = recording.Benchmark,
            Origin = "recorded",
            Protocol = protocol,
            ModelSha256 = artifacts.Count == 1 ? artifacts[0].Sha256 : EvidenceDatabase.Sha256(files),
        };
    }

    /// <summary>The rules a recording is scored under.</summary>
    public static IReadOnlyList<IScoringRule> RulesOf(RecordingStatement recording) => [.. recording.Rules.Select(id => ScoringRules.Find(id)
        ?? throw new KitException($"There is no scoring rule '{id}'.", recording.Id, $"Known are {string.Join(", ", ScoringRules.All.Select(r => r.Id))}."))];

    /// <summary>What is said of a protocol, as JSON; what is not said is absent.</summary>
    public static string Json(ProtocolStatement protocol) => JsonSerializer.Serialize(protocol.Choices.Where(c => c.Value is not null).ToDictionary(c => c.Key, c => c.Value, StringComparer.Ordinal));

    // Who is asked, and about what, before what is done.
    private sealed class NamedProgress(string name, IProgress<StepProgress> inner) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => inner.Report(value with { Step = $"{name}: {char.ToLowerInvariant(value.Step[0])}{value.Step[1..]}" });
    }

    private IEnumerable<Artifact> Needed()
    {
        var benchmarks = manifest.Recordings.Select(r => r.Benchmark).Concat(manifest.Runs.Select(r => r.Benchmark))
            .Concat(manifest.Contamination?.Benchmarks.SelectMany(b => new[] { b.Benchmark, b.Fresh }) ?? [])
            .Concat(manifest.Membership?.Benchmarks.SelectMany(b => new[] { b.Benchmark, b.Fresh }.OfType<string>()) ?? [])
            .Concat(new[] { manifest.Sensitivity?.Benchmark, manifest.Latency?.Benchmark }.OfType<string>());
        var models = manifest.Runs.Select(r => r.Model).Concat(manifest.Membership is { } asked ? new[] { manifest.SuspectId, asked.Reference }.OfType<string>() : [])
            .Concat(new[] { manifest.Sensitivity?.Model, manifest.Latency?.Model }.OfType<string>());
        return manifest.Recordings.SelectMany(manifest.ArtifactsOf)
            .Concat(benchmarks.Distinct(StringComparer.Ordinal).SelectMany(b => kit.Benchmark(b).ItemArtifacts))
            .Concat(manifest.Runs.SelectMany(r => kit.Benchmark(r.Benchmark).ArtifactsFor(r.Protocol)))
            .Concat(models.Distinct(StringComparer.Ordinal).SelectMany(m => kit.Manifests.Model(manifest.Model(m).Manifest!).Artifacts))
            .Concat(manifest.Contamination?.Snippets.Select(id => manifest.Artifacts.First(a => a.Id == id)) ?? []);
    }

    private async Task RunProgramsAsync(Run run, ProgramRule rule, IModelEngines? engines, IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        if (evidence.HasScores(run.Id, rule.Id, cancellationToken))
            return;
        if (engines is null)
            throw new KitException("No sandbox: programs that a model wrote are never run without one.", run.Benchmark, "Open the investigation with engines, as the notebooks do.", ExitCode.EnvironmentLacks);
        var items = ItemsOf(run.Benchmark, cancellationToken).ToDictionary(i => i.Id, StringComparer.Ordinal);
        var responses = evidence.ReadResponses(run.Id, cancellationToken).GroupBy(r => r.ItemId, StringComparer.Ordinal).ToList();
        using var sandbox = engines.CreateSandbox(ProgramLanguage.Of(items.Values.First()));
        var scores = new List<ItemScore>();
        foreach (var group in responses)
        {
            if (scores.Count % 50 == 0)
                progress?.Report(new StepProgress($"Running programs in a sandbox ({sandbox.Engine})", scores.Count, responses.Count, "programs"));
            scores.Add(await rule.ScoreAsync(items[group.Key], [.. group], sandbox, cancellationToken));
        }

        evidence.AppendScores(scores, cancellationToken);
    }

    /// <summary>The items of a benchmark; their reference answers are noted in evidence.</summary>
    public IReadOnlyList<BenchmarkItem> ItemsOf(string benchmark, CancellationToken cancellationToken)
    {
        var items = BenchmarkFormats.Read(kit.Benchmark(benchmark), store, cancellationToken);
        evidence.AppendItems(benchmark, items, cancellationToken);
        return items;
    }

    private IReadOnlyList<BenchmarkItem> PoolOf(RunPlan plan, CancellationToken cancellationToken) =>
        plan.Protocol.Prompt.Shots?.Pool is { } pool ? BenchmarkFormats.ReadPool(kit.Benchmark(plan.Benchmark), pool, store, cancellationToken) : [];

    private static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);
}
