using System.Text.Json;
using ForensicKit.Claims;
using ForensicKit.Contamination.Membership;
using ForensicKit.Contamination.Verdicts;
using ForensicKit.Evidence;
using ForensicKit.Findings;
using ForensicKit.Manifests;
using ForensicKit.Reporting;
using ForensicKit.Statistics;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Membership;

/// <summary>The battery as a step of a case: stored, read back, recomputed, and what is said of it.</summary>
public sealed class MembershipCaseTests : IDisposable
{
    private static readonly FixedClock s_clock = new();
    private static readonly MembershipPlan s_plan = new(60, ["scores", "completion", "masked-option", "exchangeability"], "clean", [new("toy", "toy-fresh")]);
    private static readonly IReadOnlyList<MembershipItem> s_members = WordModel.Items(new PythonRandom("members"), 60, "toy");
    private static readonly IReadOnlyList<MembershipItem> s_others = WordModel.Items(new PythonRandom("others"), 60, "toy-fresh");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_battery_is_stored_once_and_its_p_values_follow_from_what_is_stored()
    {
        var evidence = Open();
        var asked = await AskAsync(evidence, "suspect", Knowing(s_members), Clean());
        var read = evidence.ReadOutcomes("suspect", CancellationToken.None);
        Assert.Equal(asked.Select(o => (o.Test, o.Refused, o.P, o.EffectName, o.Effect, o.Interval, o.Members, o.NonMembers)), read.Select(o => (o.Test, o.Refused, o.P, o.EffectName, o.Effect, o.Interval, o.Members, o.NonMembers)));
        Assert.Equal(asked.Select(o => (o.Null, o.Needs, o.CannotSee)), read.Select(o => (o.Null, o.Needs, o.CannotSee)));
        Assert.Equal(asked.SelectMany(o => o.Numbers.OrderBy(n => n.Key, StringComparer.Ordinal)), read.SelectMany(o => o.Numbers.OrderBy(n => n.Key, StringComparer.Ordinal)));
        var row = evidence.ReadBattery("suspect", CancellationToken.None)!;
        Assert.Equal(("toy", "suspect", s_clock.Now), (row.Benchmark, row.Model, row.AskedAt));
        var settings = JsonSerializer.Deserialize<BatterySettings>(row.Options)!;
        Assert.Equal((60, 60, 7L), (settings.Members, settings.NonMembers, settings.Seed));
        Assert.Null(settings.Blind!.Objection);

        var compared = evidence.ReadCompared("suspect", CancellationToken.None);
        Assert.Equal(read.Count(o => o.P is not null && o.Test != "exchangeability"), compared.Count);
        Assert.All(compared, c => Assert.Equal(read.First(o => o.Test == c.Key).P, c.Value.Compare(settings.Seed, settings.Options.Permutations, CancellationToken.None).P));
        // Another score gives another area: what is stored is what was compared.
        var (test, sets) = compared.First(c => c.Key == "scores/loss");
        var edited = sets with { Items = [.. sets.Items.Select(i => i with { Score = i.IsMember ? -1e6 : i.Score })] };
        Assert.NotEqual(read.First(o => o.Test == test).Effect, edited.Compare(settings.Seed, settings.Options.Permutations, CancellationToken.None).Area);

        evidence.AppendBattery(row, asked, CancellationToken.None);
        Assert.Equal(asked.Count, evidence.Query("SELECT count(*) FROM membership_tests", r => (int)r.GetInt64(0), CancellationToken.None)[0]);
    }

    [Fact]
    public async Task What_a_model_knows_by_heart_is_memorisation_and_nothing_else()
    {
        var evidence = await EvidenceAsync(Knowing(s_members), Clean());
        var verdict = BatteryVerdict.Of(evidence.Benchmarks[0], ContaminationStatement.Memorisation)!;
        Assert.True(verdict is { IsUsable: true, P.Value: < 0.005, ControlP.Value: > 0.05 }, verdict.ToString());
        Assert.Null(BatteryVerdict.Of(evidence.Benchmarks[0], ContaminationStatement.Inflation));

        var finding = Assert.Single(ContaminationFinding.CreateAll(null, evidence, null, 1));
        Assert.Equal(("not tested", "shown", "not tested"), (finding["presence"].Display, finding["memorisation"].Display, finding["inflation"].Display));
        var told = MembershipFinding.Create(evidence.Benchmarks[0], evidence, 0.05);
        Assert.Contains("Clean, which has not seen the items, does not fail the same tests", Binding.Print(told), StringComparison.Ordinal);
        Assert.All([finding, told], f =>
        {
            Assert.Empty(Binding.LiteralNumbers(f.Answer));
            Assert.DoesNotContain("{{", Binding.Print(f), StringComparison.Ordinal);
            Assert.Equal(f.Values.Count, f.Values.Select(v => v.Name).Distinct(StringComparer.Ordinal).Count());
        });
        var figure = MembershipFigure.Create(new("fig-membership", 8, "What models tell", "Areas.", "case"), evidence)!;
        Assert.Contains("to 1.00, Clean ", figure.AltText, StringComparison.Ordinal);
        Assert.NotEqual("", FigureSvg.Render(figure, FigureVariant.Light));
    }

    [Fact]
    public async Task Nothing_is_concluded_where_the_reference_model_fails_the_same_tests()
    {
        var evidence = await EvidenceAsync(Knowing(s_members), Knowing(s_members));
        var verdict = BatteryVerdict.Of(evidence.Benchmarks[0], ContaminationStatement.Memorisation)!;
        Assert.False(verdict.IsUsable);
        var finding = Assert.Single(ContaminationFinding.CreateAll(null, evidence, null, 1));
        Assert.Equal("not tested", finding["memorisation"].Display);
        Assert.Contains("do not count, since the reference model fails them as well", Binding.Print(finding), StringComparison.Ordinal);
        Assert.Contains("the sets differ in themselves", Binding.Print(MembershipFinding.Create(evidence.Benchmarks[0], evidence, 0.05)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_takes_the_reference_model_out_itself_is_not_held_against_it_once_more()
    {
        var asked = (await EvidenceAsync(new WordModel(3), Clean())).Benchmarks[0];
        AskedBattery With(AskedBattery battery) => battery with { Outcomes = [.. battery.Outcomes, MembershipBattery.Kept("gap") with { P = Probability.FromValue(1e-6) }] };
        // Harder twins make the reference model look inflated too; the suspect's gap is already less its own.
        var verdict = BatteryVerdict.Of(asked with { Suspect = With(asked.Suspect), Control = With(asked.Control!) }, ContaminationStatement.Inflation)!;
        Assert.Equal((1, Probability.FromValue(1e-6), null, true), (verdict.Tests, verdict.P, verdict.ControlP, verdict.IsUsable));
    }

    [Fact]
    public async Task A_model_that_knows_nothing_is_not_accused()
    {
        var evidence = await EvidenceAsync(new WordModel(3), Clean());
        var finding = Assert.Single(ContaminationFinding.CreateAll(null, evidence, null, 1));
        Assert.Equal("not shown", finding["memorisation"].Display);
    }

    private static WordModel Clean() => new(2);

    private static WordModel Knowing(IReadOnlyList<MembershipItem> items) => new(1, [.. items.Select(i => i.Text)]);

    private EvidenceDatabase Open() => EvidenceDatabase.Open(_folder["evidence.duckdb"], "case", "ab", s_clock.Now, CancellationToken.None);

    private async Task<MembershipEvidence> EvidenceAsync(WordModel suspect, WordModel reference)
    {
        var evidence = Open();
        await AskAsync(evidence, "suspect", suspect, reference);
        await AskAsync(evidence, "clean", reference, null);
        return new([new("toy", "Toy", null, Asked("suspect"), Asked("clean"))], "Suspect", "Clean");

        AskedBattery Asked(string id) => new(
            id, JsonSerializer.Deserialize<BatterySettings>(evidence.ReadBattery(id, CancellationToken.None)!.Options)!, MembershipOutcome.Adjust(evidence.ReadOutcomes(id, CancellationToken.None)));
    }

    private static async Task<IReadOnlyList<MembershipOutcome>> AskAsync(EvidenceDatabase evidence, string model, WordModel asked, WordModel? reference)
    {
        var context = new MembershipContext { Model = asked, Reference = reference, Members = s_members, NonMembers = s_others, Dataset = "Toy", Seed = 7, Options = new() { Shuffles = 9, BlindPermutations = 39 } };
        await MembershipStep.RunAsync(new(model, s_plan.Benchmarks[0], model, reference is null ? null : "clean"), s_plan, context, evidence, s_clock.Now, null, CancellationToken.None);
        return await MembershipBattery.AskAsync(context, s_plan.Tests, null, CancellationToken.None);
    }
}
