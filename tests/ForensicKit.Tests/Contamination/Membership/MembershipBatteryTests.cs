using System.Globalization;
using System.Text.Json;
using ForensicKit.Contamination.Membership;
using ForensicKit.Models;
using ForensicKit.Statistics;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Membership;

/// <summary>Each test of the battery on models of which it is known what they have seen.</summary>
public sealed class MembershipBatteryTests
{
    private static readonly MembershipOptions s_small = new() { Permutations = 999, Shuffles = 99, BlindPermutations = 39, WrittenItems = 60, Samples = 5, AnswerTokens = 12, Replicates = 200 };

    public static TheoryData<string> Names => [.. MembershipBattery.All.Select(t => t.Name)];

    [Fact]
    public async Task A_model_that_knows_the_file_by_heart_is_told_by_every_test()
    {
        var world = World.Of(4);
        var report = await MembershipBattery.RunAsync(world.Context(new WordModel(9, world.Known), new WordModel(10)), null, null, TestContext.Current.CancellationToken);
        Assert.All(report.Outcomes, o => Assert.True(o.Refused is null, $"{o.Test}: {o.Refused}"));
        Assert.Equal(
            ["completion/guided", "completion/plain", "constat", "exchangeability", "gap", "masked-option", "ngrams", "option-order", "peakedness", "quiz", "scores/dc-pdd", "scores/loss", "scores/lowercase", "scores/min-k", "scores/min-k++", "scores/recall", "scores/reference", "scores/zlib"],
            report.Outcomes.Select(o => o.Test).Order(StringComparer.Ordinal));
        Assert.All(report.Outcomes, o => Assert.True(o.Adjusted!.Value <= 0.02, $"{o.Test}: p {o.P!.Value}"));
        Assert.All(report.Outcomes, o => Assert.True(o.P!.Value <= o.Adjusted!.Value));
        Assert.All(report.Outcomes.Where(o => o.Interval is not null), o => Assert.True(o.Effect >= o.Interval!.Value.Lower && o.Effect <= o.Interval!.Value.Upper, o.Test));
    }

    [Fact]
    public async Task A_model_that_knows_nothing_is_not_accused()
    {
        var accused = 0;
        for (var k = 0; k < 20; k++)
        {
            var world = World.Of(100 + k);
            var report = await MembershipBattery.RunAsync(world.Context(new WordModel(k), new WordModel(1000 + k)), ["exchangeability", "scores", "gap", "option-order"], null, TestContext.Current.CancellationToken);
            accused += report.Outcomes.Any(o => o.Adjusted is { Value: < 0.05 }) ? 1 : 0;
        }

        Assert.True(accused <= 4, $"{accused} of 20");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task False_alarms_stay_within_their_level(string name)
    {
        const int repetitions = 300;
        const double level = 0.05;
        var options = s_small with { Permutations = 99, Shuffles = 19, BlindPermutations = 19, WrittenItems = 40, Samples = 3, AnswerTokens = 8, Replicates = 40 };
        var test = MembershipBattery.All.Single(t => t.Name == name);
        var alarms = new Dictionary<string, (int Alarms, int Runs)>(StringComparer.Ordinal);
        for (var k = 0; k < 2 * repetitions && (alarms.Count == 0 || alarms.Values.Any(a => a.Runs < repetitions)); k++)
        {
            var world = World.Of(5000 + k, 44);
            IReadOnlyList<MembershipOutcome> outcomes;
            try
            {
                outcomes = await test.RunAsync(world.Context(new WordModel(k), new WordModel(1000 + k), options), null, TestContext.Current.CancellationToken);
            }
            catch (KitException)
            {
                continue;
            }

            foreach (var outcome in outcomes.Where(o => o.P is not null))
            {
                var (a, runs) = alarms.GetValueOrDefault(outcome.Test);
                alarms[outcome.Test] = (a + (outcome.P!.Value.Value <= level + 1e-9 ? 1 : 0), runs + 1);
            }
        }

        Assert.NotEmpty(alarms);
        foreach (var (statistic, (count, runs)) in alarms)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{statistic}: {count} of {runs}"));
            Assert.True(runs >= repetitions, $"{statistic}: {runs} runs were not refused");
            Assert.True(BinomialTest.Greater(count, runs, level).Value > 0.001, $"{statistic}: {count} false alarms in {runs}");
        }
    }

    [Fact]
    public async Task Ordered_files_are_refused()
    {
        var world = World.Of(3);
        MembershipItem Numbered(MembershipItem item, int i) => item with { Text = string.Create(CultureInfo.InvariantCulture, $"{item.Text} {1000 + i}") };
        var shuffled = world.Members.ToList();
        var orders = new Dictionary<string, IReadOnlyList<MembershipItem>>(StringComparer.Ordinal)
        {
            ["alphabet"] = [.. shuffled.OrderBy(i => i.Text, StringComparer.Ordinal)],
            ["length"] = [.. shuffled.OrderBy(i => i.Text.Length)],
            ["subject"] = [.. shuffled.Select((i, k) => i with { Subject = k < 30 ? "a" : "b" })],
            ["alternating"] = [.. shuffled.Select((i, k) => i with { Subject = k % 2 == 0 ? "a" : "b" })],
            ["numbers"] = [.. shuffled.Select(Numbered)],
            ["neighbours"] = [.. shuffled.Select((i, k) => i with { Text = $"{i.Text} topic{k / 4} again{k / 4} and{k / 4} more{k / 4}" })],
        };
        foreach (var (what, items) in orders)
        {
            var outcome = await Run("exchangeability", world with { Members = items }, new WordModel(1));
            Assert.True(outcome.Refused?.Contains("not exchangeable", StringComparison.Ordinal) == true, what);
            Assert.Null(outcome.P);
            Assert.Null(outcome.Effect);
        }

        Assert.Null((await Run("exchangeability", world, new WordModel(1))).Refused);
    }

    [Fact]
    public async Task Sets_that_differ_without_a_model_are_never_compared()
    {
        var world = World.Of(5);
        IReadOnlyList<MembershipItem>[] differing =
        [
            [.. world.NonMembers.Select(i => i with { Text = i.Text + " in 2024" })],
            [.. world.NonMembers.Select(i => i with { Text = i.Text + " " + string.Join(' ', i.Choices) })],
        ];
        foreach (var others in differing)
        {
            foreach (var name in (string[])["scores", "masked-option", "quiz", "peakedness", "gap"])
            {
                var outcome = await Run(name, world with { NonMembers = others }, new WordModel(1, world.Known));
                Assert.Contains("AUC", outcome.Refused, StringComparison.Ordinal);
                Assert.Contains("without any model", outcome.Refused, StringComparison.Ordinal);
                Assert.Null(outcome.P);
            }
        }
    }

    [Fact]
    public async Task Few_items_are_refused()
    {
        var world = World.Of(6);
        foreach (var name in (string[])["exchangeability", "scores", "option-order", "masked-option", "quiz", "gap"])
            Assert.NotNull((await Run(name, world with { Members = [.. world.Members.Take(12)], NonMembers = [.. world.NonMembers.Take(12)] }, new WordModel(1))).Refused);
        Assert.Contains("too small", (await Run("scores", world with { Members = [.. world.Members.Take(21)], NonMembers = [.. world.NonMembers.Take(21)] }, new WordModel(1))).Refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_absent_is_named()
    {
        var world = World.Of(7);
        var bare = new MembershipContext { Model = new WordModel(1, world.Known) { GivesDetails = false, Context = 40 }, Members = world.Members, Options = s_small };
        var report = await MembershipBattery.RunAsync(bare, null, null, TestContext.Current.CancellationToken);
        string? Why(MembershipReport r, string test) => r.Outcomes.Single(o => o.Test == test).Refused;
        Assert.Equal(["exchangeability", "option-order"], report.Outcomes.Where(o => o.P is not null).Select(o => o.Test).Order(StringComparer.Ordinal));
        Assert.Contains("no non-members", Why(report, "scores"), StringComparison.Ordinal);
        Assert.Contains("no rewritten", Why(report, "ngrams"), StringComparison.Ordinal);
        Assert.Contains("no non-members", Why(report, "completion/guided"), StringComparison.Ordinal);
        var full = world.Context(bare.Model, null);
        report = await MembershipBattery.RunAsync(full, ["scores", "ngrams"], null, TestContext.Current.CancellationToken);
        Assert.Contains("no reference model", Why(report, "scores/reference"), StringComparison.Ordinal);
        Assert.Contains("whole distribution", Why(report, "scores/min-k++"), StringComparison.Ordinal);
        Assert.Contains("no room", Why(report, "scores/recall"), StringComparison.Ordinal);
        Assert.Contains("no reference model", Why(report, "ngrams"), StringComparison.Ordinal);
        report = await MembershipBattery.RunAsync(world.Context(bare.Model, new WordModel(2)), ["ngrams"], null, TestContext.Current.CancellationToken);
        Assert.Contains("most probable", Why(report, "ngrams"), StringComparison.Ordinal);
        report = await MembershipBattery.RunAsync(world.Context(new WordModel(1) { ScoresTexts = false }, null), ["exchangeability", "scores", "option-order", "gap"], null, TestContext.Current.CancellationToken);
        Assert.All(report.Outcomes.Where(o => o.Test != "gap"), o => Assert.Contains("endpoint", o.Refused, StringComparison.Ordinal));
        Assert.Null(Why(report, "gap"));
    }

    [Fact]
    public async Task ConStat_needs_five_reference_models_with_every_score()
    {
        var world = World.Of(8);
        var four = new ReferenceScores(
            world.Scores.Members.Take(4).ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal), world.Scores.NonMembers);
        Assert.Contains("at least 5", (await Run("constat", world with { Scores = four }, new WordModel(1))).Refused, StringComparison.Ordinal);
        var gap = new ReferenceScores(
            world.Scores.Members.ToDictionary(m => m.Key, m => (IReadOnlyDictionary<string, double>)m.Value.Skip(1).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal), StringComparer.Ordinal),
            world.Scores.NonMembers);
        Assert.Contains("no score for this item", (await Run("constat", world with { Scores = gap }, new WordModel(1))).Refused, StringComparison.Ordinal);
        var same = new ReferenceScores(
            world.Scores.Members, world.Scores.NonMembers.ToDictionary(m => m.Key, _ => world.Scores.NonMembers.First().Value, StringComparer.Ordinal));
        Assert.Contains("differ", (await Run("constat", world with { Scores = same }, new WordModel(1))).Refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConStat_has_nothing_to_say_of_a_model_beyond_its_reference_models()
    {
        var world = World.Of(9);
        var both = new WordModel(1, [.. world.Known, .. world.NonMembers.Select(i => i.Text)]);
        Assert.Contains("no model of its strength", (await Run("constat", world, both)).Refused, StringComparison.Ordinal);
        Assert.Null((await Run("constat", world, new WordModel(1, world.Known))).Refused);
    }

    [Fact]
    public async Task A_quiz_that_the_model_cannot_take_and_sorted_choices_say_nothing()
    {
        var world = World.Of(90);
        Assert.Contains("cannot take", (await Run("quiz", world, new WordModel(1, world.Known) { Letter = "C" })).Refused, StringComparison.Ordinal);
        var sorted = world with { Members = [.. world.Members.Select(i => i with { Choices = [.. i.Choices.Order(StringComparer.Ordinal)] })] };
        Assert.Contains("ascend", (await Run("option-order", sorted, new WordModel(1))).Refused, StringComparison.Ordinal);
        var first = world with { Members = [.. world.Members.Select(i => i with { Gold = 0 })] };
        Assert.Contains("right choice", (await Run("option-order", first, new WordModel(1))).Refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leak_of_the_rewritings_too_hides_from_ngrams()
    {
        var world = World.Of(10);
        var both = await Run("ngrams", world, new WordModel(1, [.. world.Known, .. world.Rewritten.Values.SelectMany(v => v)]), new WordModel(2));
        Assert.True(both.P!.Value.Value > 0.2, both.P.ToString());
        Assert.InRange(both.Effect!.Value, -0.05, 0.05);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_report_in_snake_case()
    {
        var world = World.Of(11);
        using var folder = new TemporaryFolder();
        byte[][] files = [await File("a"), await File("b")];
        Assert.Equal(files[0], files[1]);
        using var json = JsonDocument.Parse(files[0]);
        var root = json.RootElement;
        Assert.Equal(1, root.GetProperty("seed").GetInt64());
        Assert.Equal("words", root.GetProperty("model").GetProperty("name").GetString());
        Assert.True(root.GetProperty("blind").GetProperty("area").GetDouble() is > 0.3 and < 0.7);
        Assert.Contains("not inflation", root.GetProperty("note").GetString(), StringComparison.Ordinal);
        var outcome = root.GetProperty("outcomes").EnumerateArray().First(o => o.GetProperty("test").GetString() == "scores/loss");
        Assert.True(outcome.GetProperty("p").GetProperty("value").GetDouble() is > 0 and <= 1);
        Assert.NotEqual("", outcome.GetProperty("null").GetString());
        Assert.NotEqual("", outcome.GetProperty("cannot_see").GetString());
        Assert.True(outcome.GetProperty("interval").GetProperty("lower").GetDouble() <= outcome.GetProperty("effect").GetDouble());

        async Task<byte[]> File(string name)
        {
            (await MembershipBattery.RunAsync(world.Context(new WordModel(3), new WordModel(4)), ["exchangeability", "scores", "gap"], null, TestContext.Current.CancellationToken)).Write(folder[name]);
            return await System.IO.File.ReadAllBytesAsync(folder[name, "membership.json"], TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_battery_stops_when_told_and_knows_its_tests()
    {
        var world = World.Of(12);
        using var stop = new CancellationTokenSource();
        var progress = new Stopper(stop);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MembershipBattery.RunAsync(world.Context(new WordModel(1), null), null, progress, stop.Token));
        Assert.Contains("exchangeability", Assert.Throws<KitException>(() => MembershipBattery.Named(["no-such"])).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<KitException>(() => MembershipBattery.RunAsync(new MembershipContext { Model = new WordModel(1), Members = [.. world.Members, world.Members[0]] }, null, null, CancellationToken.None));
    }

    private static async Task<MembershipOutcome> Run(string name, World world, WordModel model, WordModel? reference = null)
    {
        var test = MembershipBattery.All.Single(t => t.Name == name);
        try
        {
            return (await test.RunAsync(world.Context(model, reference), null, TestContext.Current.CancellationToken))[0];
        }
        catch (KitException e)
        {
            return test.Refuse(e.Message);
        }
    }

    private sealed class Stopper(CancellationTokenSource source) : IProgress<StepProgress>
    {
        public void Report(StepProgress value)
        {
            if (value.Done > 5)
                source.Cancel();
        }
    }

    private sealed record World(IReadOnlyList<MembershipItem> Members, IReadOnlyList<MembershipItem> NonMembers, IReadOnlyDictionary<string, IReadOnlyList<string>> Rewritten, ReferenceScores Scores, string Text)
    {
        /// <summary>Everything that can leak: the file in its order, and each item with its choices.</summary>
        public IReadOnlyList<string> Known =>
            [string.Join("\n\n", Members.Select(i => i.Text)), .. Members.Select(i => i.Question + string.Concat(i.Choices.Select((c, k) => $"\n{(char)('A' + k)}. {c}")))];

        public static World Of(int seed, int count = 60)
        {
            var random = new PythonRandom(seed);
            var (members, others) = (WordModel.Items(random, count, "m", hasSubjects: true), WordModel.Items(random, count, "n", hasSubjects: true));
            var rewritten = members.ToDictionary(m => m.Id, m => WordEdits.Make(m.Text, 2, random)!, StringComparer.Ordinal);
            Dictionary<string, IReadOnlyDictionary<string, double>> Set(IReadOnlyList<MembershipItem> items) => Enumerable.Range(0, 8).ToDictionary(
                k => string.Create(CultureInfo.InvariantCulture, $"model-{k}"),
                k => (IReadOnlyDictionary<string, double>)items.ToDictionary(i => i.Id, _ => random.Random() < 0.1 + (0.08 * k) ? 1.0 : 0.0, StringComparer.Ordinal), StringComparer.Ordinal);
            return new(members, others, rewritten, new(Set(members), Set(others)), string.Join(' ', WordModel.Items(random, 100, "t").Select(i => i.Text)));
        }

        public MembershipContext Context(ILanguageModel model, ILanguageModel? reference, MembershipOptions? options = null) => new()
        {
            Model = model,
            Members = Members,
            NonMembers = NonMembers,
            Reference = reference,
            Rewritten = Rewritten,
            Scores = Scores,
            FrequencyText = Text,
            Options = options ?? s_small,
        };
    }
}
