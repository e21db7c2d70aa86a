using System.Globalization;
using System.Runtime.CompilerServices;
using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Tests.Judgement;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Evaluation;

public sealed class ModelRunsTests : IDisposable
{
    private static readonly FixedClock s_clock = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_interrupted_run_asks_only_what_is_missing()
    {
        var evidence = Evidence("interrupted");
        var (plan, items) = (Plan(ProtocolKind.Choices), Items(600));
        using var stopped = new CountingModel { StopAfter = 1500 };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Ask(evidence, plan, items, stopped));
        Assert.False(evidence.IsComplete("run", CancellationToken.None));
        var stored = evidence.CountResponses("run", CancellationToken.None);
        // Nothing that was answered is lost, also of the batch that was stopped.
        Assert.Equal(1500, stored);

        using var model = new CountingModel();
        Assert.Equal(2400, await Ask(evidence, plan, items, model));
        Assert.Equal(2400 - stored, model.Asked.Count);
        Assert.True(evidence.IsComplete("run", CancellationToken.None));

        using var again = new CountingModel();
        Assert.Equal(2400, await Ask(evidence, plan, items, again));
        Assert.Empty(again.Asked);

        // What is stored is what an undisturbed run stores.
        var undisturbed = Evidence("undisturbed");
        using var whole = new CountingModel();
        await Ask(undisturbed, plan, items, whole);
        Assert.Equal(Stored(undisturbed), Stored(evidence));
    }

    [Fact]
    public async Task What_a_killed_process_had_got_is_taken_over()
    {
        var evidence = Evidence("journal");
        var (plan, items) = (Plan(ProtocolKind.Choices), Items(2));
        evidence.BeginRun(new Run { Id = "run", Model = "model", Benchmark = "benchmark", Origin = "inference", Protocol = "{}" }, Provenance.Current, s_clock.Now, CancellationToken.None);
        var file = _folder["journal.duckdb.pending"];
        using (var journal = ResponseJournal.Begin(evidence))
        {
            for (var choice = 0; choice < 3; choice++)
                journal.Add(new Response { RunId = "run", ItemId = items[0].Id, ItemIndex = 0, ChoiceIndex = choice, Text = "\u2028\n\"", LogLikelihood = double.NegativeInfinity, TokenIds = [choice], TokenLogProbs = [double.NaN], IsGreedy = true });
            // Nobody reads what another process is writing.
            ResponseJournal.TakeOver(evidence, CancellationToken.None);
            Assert.Equal(0, evidence.CountResponses("run", CancellationToken.None));
        }

        // The last line was cut off when the process died.
        await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))[..^9], TestContext.Current.CancellationToken);
        using var model = new CountingModel();
        Assert.Equal(8, await Ask(evidence, plan, items, model));
        Assert.Equal(6, model.Asked.Count);
        Assert.Equal("\u2028\n\"", evidence.ReadResponses("run", CancellationToken.None)[1].Text);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Samples_keep_their_seeds_whatever_else_is_asked()
    {
        var (plan, items) = (Plan(ProtocolKind.Generation), Items(500));
        using var whole = new CountingModel();
        await Ask(Evidence("whole"), plan, items, whole);
        Assert.Equal(1500, whole.Seeds.Distinct().Count());

        var evidence = Evidence("interrupted");
        using var stopped = new CountingModel { StopAfter = 1100 };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Ask(evidence, plan, items, stopped));
        var stored = (int)evidence.CountResponses("run", CancellationToken.None);
        using var rest = new CountingModel();
        await Ask(evidence, plan, items, rest);
        Assert.Equal(whole.Seeds.Skip(stored), rest.Seeds);
    }

    [Fact]
    public async Task Log_likelihoods_are_stored_as_sum_and_means()
    {
        var evidence = Evidence("sums");
        using var model = new CountingModel();
        await Ask(evidence, Plan(ProtocolKind.Choices), [Items(1)[0] with { Choices = ["né", "b"] }], model);
        var response = evidence.ReadResponses("run", CancellationToken.None)[0];
        Assert.Equal((" né", 0), (response.Text, response.ChoiceIndex));
        Assert.Equal("Question 0", evidence.Query("SELECT DISTINCT prompt FROM responses", row => row.GetString(0), CancellationToken.None).Single());
        Assert.Equal(-3.0, response.LogLikelihood);
        Assert.Equal(-1.5, response.LogLikelihoodPerToken);
        Assert.Equal(0.25, response.LeastMargin);
        // Three bytes: the space before the choice is no part of it.
        Assert.Equal(-1.0, response.LogLikelihoodPerByte);
    }

    [Fact]
    public async Task Answers_are_scored_once_more_without_the_question_and_a_rule_subtracts_that()
    {
        var evidence = Evidence("unconditional");
        using var model = new CountingModel();
        var plan = Plan(ProtocolKind.Choices);
        var items = Items(1);
        await Ask(evidence, plan with { Protocol = plan.Protocol with { Prompt = new() { Template = "{{question}}", Unconditional = "Answer:" } } }, items, model);
        Assert.Equal(2 * items[0].Choices.Count, model.Asked.Count);
        Assert.Contains("Answer: " + items[0].Choices[0], model.Asked);
        var responses = evidence.ReadResponses("run", CancellationToken.None);
        // The rules that do not subtract look at the answers after the question alone.
        var changed = responses.Select(r => r.SampleIndex == Response.Unconditional && r.ChoiceIndex == 1 ? r with { LogLikelihood = -9 } : r).ToList();
        Assert.Equal("1", ScoringRules.Find("choice/unconditional")!.Score(items[0], changed).Extracted);
        Assert.Equal("0", ScoringRules.Find("choice/sum")!.Score(items[0], changed).Extracted);
        Assert.False(ScoringRules.Find("choice/unconditional")!.AppliesTo([.. responses.Where(r => r.SampleIndex == 0)]));
    }

    [Fact]
    public async Task An_interrupted_run_draws_the_same_worked_examples()
    {
        var prompt = new PromptRecipe { Template = "{{question}}", Shots = new(2, ShotSampler.Random, 1234, "pool", SameSubject: false, []) };
        var plan = Plan(ProtocolKind.Choices) is var p ? p with { Protocol = p.Protocol with { Prompt = prompt } } : p;
        var (items, pool) = (Items(300), Items(40).Select(i => i with { Id = "pool/" + i.Id }).ToList());
        using var whole = new CountingModel();
        await Ask(Evidence("whole"), plan, items, whole, pool);
        var evidence = Evidence("interrupted");
        using var stopped = new CountingModel { StopAfter = 1030 };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Ask(evidence, plan, items, stopped, pool));
        using var rest = new CountingModel();
        await Ask(evidence, plan, items, rest, pool);
        Assert.Subset(whole.Asked.ToHashSet(StringComparer.Ordinal), rest.Asked.ToHashSet(StringComparer.Ordinal));
        Assert.Equal(170, rest.Asked.Count);
    }

    [Fact]
    public async Task An_answer_without_log_probabilities_has_no_likelihood()
    {
        var evidence = Evidence("none");
        using var model = new CountingModel { GivesLogProbs = false };
        await Ask(evidence, Plan(ProtocolKind.Generation), [Items(1)[0]], model);
        Assert.All(evidence.ReadResponses("run", CancellationToken.None), r => Assert.Null(r.LogLikelihood));
    }

    [Fact]
    public void The_id_of_a_run_covers_what_decides_its_responses()
    {
        var plan = Plan(ProtocolKind.Choices);
        string[] ids =
        [
            Id(plan, Manifest(1)), Id(plan, Manifest(2)), Id(plan with { Protocol = plan.Protocol with { Prompt = new() { Template = "{{question}} " } } }, Manifest(1)),
            Id(plan with { Protocol = plan.Protocol with { Temperature = 0.1 } }, Manifest(1)), Id(plan with { Benchmark = "other" }, Manifest(1)), Id(plan, Manifest(1), "bb"),
            Id(plan, Manifest(1), endpoint: "https://a.example/v1"), Id(plan, Manifest(1), endpoint: "https://b.example/v1"),
        ];
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        // How it is scored and where else it is asked decide nothing.
        Assert.Equal(ids[0], Id(plan with { Protocol = plan.Protocol with { Rules = ["other"], Models = ["model", "more"], Title = "Another" } }, Manifest(1)));

        static string Id(RunPlan plan, CaseManifest manifest, string hash = "aa", string? endpoint = null) => ModelRuns.RunOf(
            manifest, plan,
            new ModelManifest
            {
                Name = "model",
                Title = "Model",
                Source = "s",
                Licence = "MIT",
                FilePath = "m.yaml",
                Endpoint = endpoint is null ? null : new() { Url = endpoint, Model = "m", Api = EndpointApi.Completions },
                Artifacts = [new Artifact { Id = "w", Path = "model.safetensors", Sha256 = hash, Bytes = 1, Source = "s", Licence = "MIT" }],
            },
            new BenchmarkManifest
            {
                Name = plan.Benchmark,
                Title = "B",
                Version = "1",
                Description = "d",
                Source = "s",
                Licence = "MIT",
                Items = new("gsm8k-jsonl", "test", 1, []),
                PrimaryMetric = "m",
                Aggregation = "a",
                Standard = new("s", Claims.ProtocolStatement.Silent, new Dictionary<string, string>(StringComparer.Ordinal)),
                Artifacts = [],
                FilePath = "b.yaml",
            }).Id;
    }

    private static List<(string, int, int, string?)> Stored(EvidenceDatabase evidence) =>
        [.. evidence.ReadResponses("run", CancellationToken.None).Select(r => (r.ItemId, r.ChoiceIndex ?? -1, r.SampleIndex, r.Text))];

    private static Task<long> Ask(EvidenceDatabase evidence, RunPlan plan, IReadOnlyList<BenchmarkItem> items, ILanguageModel model, IReadOnlyList<BenchmarkItem>? pool = null) =>
        new ModelRuns(Manifest(1), evidence, s_clock).AskAsync(
            new Run { Id = "run", Model = "model", Benchmark = "benchmark", Origin = "inference", Protocol = "{}" }, plan, items, pool ?? [], model, null, CancellationToken.None);

    private static RunPlan Plan(ProtocolKind kind) => new("model", "benchmark", MeasuredSheets.Protocol(ProtocolRole.Standard) with { Kind = kind, Samples = 3 });

    private static List<BenchmarkItem> Items(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new BenchmarkItem(string.Create(CultureInfo.InvariantCulture, $"b/{i:D4}"), i, string.Create(CultureInfo.InvariantCulture, $"Question {i}"), "a") { Choices = ["a", "b", "c", "d"], GoldChoice = 0 })];

    private static CaseManifest Manifest(long seed) => new()
    {
        Name = "case",
        Title = "Case",
        Summary = "s",
        Seed = seed,
        Alpha = 0.05,
        MarginPoints = 1,
        Models = [new CaseModel("model", "Model", ModelRole.Suspect, "model")],
        Claims = [],
        FilePath = "case.yaml",
    };

    private EvidenceDatabase Evidence(string name) => EvidenceDatabase.Open(_folder[name + ".duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);

    /// <summary>Answers everything, notes what it was asked, and stops after so many answers.</summary>
    private sealed class CountingModel : ILanguageModel
    {
        private int _answers;

        public int StopAfter { get; init; } = int.MaxValue;

        public bool GivesLogProbs { get; init; } = true;

        public List<string> Asked { get; } = [];

        public List<long> Seeds { get; } = [];

        public ModelDescription Description { get; } = new("fake", null, null, "cpu", "float32", "one by one", 1, new Dictionary<string, string>(StringComparer.Ordinal), 100);

        public async IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Asked.AddRange(requests.Select(r => r.Context + r.Continuation));
            // In reverse: answers come in any order.
            foreach (var request in requests.Reverse())
            {
                await Answer();
                yield return new ScoredContinuation(request.Id, [1, 2], [-1, -2], false) { Details = [new(0, 0.5, double.NaN, double.NaN), new(3, -0.25, double.NaN, double.NaN)] };
            }
        }

        public async IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Asked.AddRange(requests.Select(r => r.Prompt));
            Seeds.AddRange(requests.Select(r => r.Seed));
            foreach (var request in requests)
            {
                await Answer();
                yield return new GeneratedText(request.Id, request.Prompt + "!", GivesLogProbs ? [1] : [], GivesLogProbs ? [-1] : [], "stop");
            }
        }

        public IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => throw new NotSupportedException();

        public IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private Task Answer() => ++_answers > StopAfter ? throw new OperationCanceledException() : Task.CompletedTask;
    }
}
