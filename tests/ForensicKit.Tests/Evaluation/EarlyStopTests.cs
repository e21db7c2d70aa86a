using System.Globalization;
using System.Runtime.CompilerServices;
using ForensicKit.Benchmarks;
using ForensicKit.Claims;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Statistics;
using ForensicKit.Tests.Judgement;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Evaluation;

/// <summary>Runs that stop once the claim is refuted.</summary>
public sealed class EarlyStopTests : IDisposable
{
    private static readonly FixedClock s_clock = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Looks_grow_from_few_items_to_what_is_handed_over_at_once()
    {
        Assert.Equal([32, 96, 224, 480, 736, 992, 1_248, 1_319], RefutationWatch.Looks(1_319));
        Assert.Equal([20], RefutationWatch.Looks(20));
        Assert.Empty(RefutationWatch.Looks(0));
    }

    [Theory]
    [InlineData(0.50, 0.05)]
    [InlineData(0.85, 0.05)]
    [InlineData(0.85, 0.0125)]
    public void Honest_claimants_are_stopped_no_more_often_than_the_level_and_liars_soon(double claim, double alpha)
    {
        const int Claimants = 1_000, Items = 1_319;
        var (honest, lie) = (Stops(1, claim - 0.01), Stops(2, claim - 0.10));
        var share = honest.Count(s => s < Items) / (double)Claimants;
        Assert.InRange(share, 0, alpha * (1 + (3 * Math.Sqrt((1 - alpha) / (alpha * Claimants)))));
        var median = lie.Order().ElementAt(Claimants / 2);
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"claim {claim}, α {alpha}: honest stopped {share:P1}; 10-point lie: median {median} of {Items}, all {lie.Average():F0}, never {lie.Count(s => s == Items)}"));
        Assert.InRange(median, 32, Items / 2);
        Assert.True(lie.Count(s => s == Items) < Claimants / 50);

        List<int> Stops(uint seed, double rate)
        {
            var random = new NumpyRandomState(seed);
            var test = new SequentialRefutation(claim, 0.01, alpha);
            return [.. Enumerable.Range(0, Claimants).Select(_ =>
            {
                double[] outcomes = [.. Enumerable.Range(0, Items).Select(_ => random.Random() < rate ? 1.0 : 0)];
                return RefutationWatch.Looks(Items).First(look => look == Items || test.Decide(outcomes.Take(look)).MayStop);
            })];
        }
    }

    [Fact]
    public async Task A_run_stops_and_asks_nothing_more_once_the_claim_is_refuted()
    {
        var evidence = Evidence("stops");
        using var model = new Scorer(i => i % 2 == 0);
        var asked = await Ask(evidence, Manifest("95.0"), model);
        Assert.True(evidence.IsComplete("run", CancellationToken.None));
        // Whole items, the first of the order, up to a look.
        var stop = Assert.Single(RefutationWatch.Looks(600), look => look * 4 == asked);
        Assert.True(stop < 600);
        var ids = RefutationWatch.Order(Items().Select(i => i.Id), 7, "claim").Take(stop).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(ids, Stored(evidence).Select(r => r.Item1).ToHashSet(StringComparer.Ordinal));
        // The look before did not refute, and no other claim would have stopped it.
        var credits = ids.Count;
        using var again = new Scorer(i => i % 2 == 0);
        Assert.Equal(asked, await Ask(evidence, Manifest("95.0"), again));
        Assert.Empty(again.Asked);
        Assert.Equal(stop, credits);

        using var honest = new Scorer(i => i % 2 == 0);
        Assert.Equal(2_400, await Ask(Evidence("honest"), Manifest("50.0"), honest));
        // Without the choice everything is asked, in the order of the items.
        using var plain = new Scorer(i => i % 2 == 0);
        Assert.Equal(2_400, await Ask(Evidence("plain"), Manifest("95.0"), plain, Plan() is var p ? p with { Protocol = p.Protocol with { StopsWhenRefuted = false } } : p));
        Assert.StartsWith("Question 0", plain.Asked[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(130)]
    [InlineData(383)]
    public async Task An_interrupted_run_comes_to_the_decision_of_an_undisturbed_one(int after)
    {
        // Right as often as would take three looks.
        static bool IsRight(int i) => i % 4 != 0;
        var manifest = Manifest("90.0");
        var whole = Evidence("whole");
        using var undisturbed = new Scorer(IsRight);
        var asked = await Ask(whole, manifest, undisturbed);
        Assert.InRange(asked, 4 * 96, 4 * 599);

        var evidence = Evidence("interrupted");
        using var stopped = new Scorer(IsRight) { StopAfter = after };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Ask(evidence, manifest, stopped));
        Assert.Equal(after, evidence.CountResponses("run", CancellationToken.None));
        using var rest = new Scorer(IsRight);
        Assert.Equal(asked, await Ask(evidence, manifest, rest));
        Assert.Equal(asked - after, rest.Asked.Count);
        Assert.Equal(Stored(whole), Stored(evidence));
        var watch = RefutationWatch.Of(manifest, Plan())!;
        Assert.Equal(watch.Record("run", Items(), whole, CancellationToken.None), watch.Record("run", Items(), evidence, CancellationToken.None));
        Assert.Contains(("items_asked", (asked / 4).ToString(CultureInfo.InvariantCulture)), watch.Record("run", Items(), evidence, CancellationToken.None));
        Assert.Contains(("items_total", "600"), watch.Record("run", Items(), evidence, CancellationToken.None));
        Assert.Contains(("stopped", "refuted"), watch.Record("run", Items(), evidence, CancellationToken.None));
    }

    [Fact]
    public async Task Answers_beyond_the_look_that_stops_are_kept_and_decide_nothing()
    {
        var (manifest, evidence) = (Manifest("95.0"), Evidence("beyond"));
        evidence.BeginRun(TheRun, Provenance.Current, s_clock.Now, CancellationToken.None);
        var last = RefutationWatch.Order(Items().Select(i => i.Id), 7, "claim")[^1];
        evidence.AppendResponses([new Response { RunId = "run", ItemId = last, ItemIndex = Items().First(i => i.Id == last).Index, ChoiceIndex = 0, Text = "a", LogLikelihood = -1 }], CancellationToken.None);
        using var model = new Scorer(i => i % 2 == 0);
        var asked = await Ask(evidence, manifest, model);
        using var undisturbed = new Scorer(i => i % 2 == 0);
        Assert.Equal(await Ask(Evidence("undisturbed"), manifest, undisturbed), model.Asked.Count);
        Assert.Equal(asked, model.Asked.Count + 1);
    }

    [Fact]
    public async Task Prompts_are_those_of_a_run_that_asks_everything()
    {
        var prompt = new PromptRecipe { Template = "{{question}}", Shots = new(2, ShotSampler.Random, 1234, "pool", SameSubject: false, []) };
        var plan = Plan() is var p ? p with { Protocol = p.Protocol with { Prompt = prompt } } : p;
        List<BenchmarkItem> pool = [.. Items().Take(40).Select(i => i with { Id = "pool/" + i.Id, Question = "Example " + i.Id })];
        using var all = new Scorer(i => i % 2 == 0);
        await Ask(Evidence("all"), Manifest("95.0"), all, plan with { Protocol = plan.Protocol with { StopsWhenRefuted = false } }, pool);
        using var some = new Scorer(i => i % 2 == 0);
        await Ask(Evidence("some"), Manifest("95.0"), some, plan, pool);
        Assert.True(some.Asked.Count < all.Asked.Count);
        Assert.Subset(all.Asked.ToHashSet(StringComparer.Ordinal), some.Asked.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Only_runs_that_may_stop_have_another_identity()
    {
        var plan = Plan();
        var plain = plan with { Protocol = plan.Protocol with { StopsWhenRefuted = false } };
        Assert.DoesNotContain("stop_when_refuted", ModelRuns.Json(plain.Protocol), StringComparison.Ordinal);
        Assert.Contains("\"stop_when_refuted\":\"true\"", ModelRuns.Json(plan.Protocol), StringComparison.Ordinal);
        Assert.Null(RefutationWatch.Of(Manifest("95.0"), plain));
        // What decides which items are asked is part of the run.
        Assert.NotEqual(RefutationWatch.Of(Manifest("95.0"), plan)!.Identity, RefutationWatch.Of(Manifest("94.0"), plan)!.Identity);
        Assert.NotEqual(RefutationWatch.Of(Manifest("95.0"), plan)!.Identity, RefutationWatch.Of(Manifest("95.0") with { Alpha = 0.01 }, plan)!.Identity);
    }

    private static Run TheRun => new() { Id = "run", Model = "model", Benchmark = "benchmark", Origin = "inference", Protocol = "{}" };

    private static Task<long> Ask(EvidenceDatabase evidence, CaseManifest manifest, ILanguageModel model, RunPlan? plan = null, IReadOnlyList<BenchmarkItem>? pool = null) =>
        new ModelRuns(manifest, evidence, s_clock).AskAsync(TheRun, plan ?? Plan(), Items(), pool ?? [], model, null, CancellationToken.None);

    private static RunPlan Plan() => new("model", "benchmark", MeasuredSheets.Protocol(ProtocolRole.Standard) with { Kind = ProtocolKind.Choices, Rules = ["choice/sum"], StopsWhenRefuted = true });

    private static List<BenchmarkItem> Items() =>
        [.. Enumerable.Range(0, 600).Select(i => new BenchmarkItem(string.Create(CultureInfo.InvariantCulture, $"b/{i:D4}"), i, string.Create(CultureInfo.InvariantCulture, $"Question {i}"), "a") { Choices = ["a", "b", "c", "d"], GoldChoice = 0 })];

    private static CaseManifest Manifest(string claimed) => new()
    {
        Name = "case",
        Title = "Case",
        Summary = "s",
        Seed = 7,
        Alpha = 0.05,
        MarginPoints = 1,
        Models = [new CaseModel("model", "Model", ModelRole.Suspect, "model")],
        Claims = [new Claim { Id = "claim", Model = "model", Benchmark = "benchmark", Metric = "accuracy", Claimed = claimed, N = 600, Source = "sheet" }],
        FilePath = "case.yaml",
    };

    private static List<(string, int)> Stored(EvidenceDatabase evidence) => [.. evidence.ReadResponses("run", CancellationToken.None).Select(r => (r.ItemId, r.ChoiceIndex ?? -1))];

    private EvidenceDatabase Evidence(string name) => EvidenceDatabase.Open(_folder[name + ".duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);

    /// <summary>Prefers the right choice of the items it is told to, and notes what it was asked.</summary>
    private sealed class Scorer(Func<int, bool> isRight) : ILanguageModel
    {
        private int _answers;

        public int StopAfter { get; init; } = int.MaxValue;

        public List<string> Asked { get; } = [];

        public ModelDescription Description { get; } = new("fake", null, null, "cpu", "float32", "one by one", 1, new Dictionary<string, string>(StringComparer.Ordinal), 100);

        public async IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Asked.AddRange(requests.Select(r => r.Context + r.Continuation));
            foreach (var request in requests.Reverse())
            {
                await Task.CompletedTask;
                if (++_answers > StopAfter)
                    throw new OperationCanceledException();
                var item = int.Parse(request.Context.Split(' ')[^1], CultureInfo.InvariantCulture);
                yield return new ScoredContinuation(request.Id, [1], [request.Continuation.Trim() == (isRight(item) ? "a" : "b") ? -1 : -2], false);
            }
        }

        public IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => throw new NotSupportedException();

        public IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
