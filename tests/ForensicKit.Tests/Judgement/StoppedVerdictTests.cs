using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Evaluation;
using ForensicKit.Findings;
using ForensicKit.Findings.Judgement;
using ForensicKit.Findings.Questions;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Judgement;

/// <summary>Verdicts on claims whose standard protocol stops once they are refuted.</summary>
public class StoppedVerdictTests
{
    private const int Items = 4_000;

    [Fact]
    public void A_stopped_run_refutes_through_the_p_of_any_time_alone()
    {
        var claim = Claim("90.0", 2_800, Run(ProtocolRole.Claimed, 3_200));
        var standard = claim.Standard!;
        Assert.True(standard.IsStopped);
        Assert.InRange(standard.Items, 32, Items / 4);
        var finding = Gap(claim);
        Assert.Equal(Verdict.Refuted, finding.Verdict);
        var measured = MeasuredGap.Of(claim, Sheet(claim))!;
        Assert.Equal(FindingValue.P("", "", measured.Sequential.AnytimeP).Exact, finding["p_adverse"].Exact);
        Assert.True(measured.Sequential.AnytimeP.Value > GapReadings.OfCredits(claim.Claimed, standard.Credits, 0.01).Fixed.Value);
        // No p of a fixed number of items is shown.
        Assert.DoesNotContain(finding.Values, v => v.Name is "p_a" or "p_b" or "p_c_min" or "p_c_max" or "p_a_margin" or "p_b_margin" or "p_c_margin");
        Assert.Equal(1, measured.StandardReadings.Support.Value);
        // The interval holds whenever one stops, so it is wider than Wilson's.
        var (interval, wilson) = (finding["reproduced"].Interval!.Value, BinomialInterval.Wilson(standard.Right, standard.Items, 0.95));
        var sequence = new ConfidenceSequence(0.05).Limits(standard.Right, standard.Items - standard.Right);
        Assert.Equal((100 * sequence.Lower, 100 * sequence.Upper), (interval.Lower, interval.Upper));
        Assert.True(interval.Lower < 100 * wilson.Lower && interval.Upper > 100 * wilson.Upper);
        Assert.Equal(90 - interval.Upper, finding["gap"].Interval!.Value.Lower, 1e-9);
        var text = Binding.Print(finding);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"was to ask 4,000 items in random order and asked {standard.Items:N0} items"), text, StringComparison.Ordinal);
        Assert.Contains("holds whenever one stops", text, StringComparison.Ordinal);
        Assert.Contains("What the model scores on all of them was not measured.", text, StringComparison.Ordinal);
        Assert.Contains("The score on all items", finding.CannotShow, StringComparison.Ordinal);
        Assert.Contains("stops once the claim is refuted", finding.Rule, StringComparison.Ordinal);
        Assert.Empty(Binding.LiteralNumbers(finding.Answer));
    }

    [Fact]
    public void Without_the_rest_of_the_envelope_the_claim_is_overstated_and_no_more()
    {
        Assert.Equal(Verdict.Overstated, Gap(Claim("90.0", 2_800)).Verdict);
        var explained = Gap(Claim("90.0", 2_800, Run(ProtocolRole.Claimed, 3_660)));
        Assert.Equal((Verdict.Overstated, "yes"), (explained.Verdict, explained["explained"].Exact));
        Assert.Contains("that no stopped run was asked", Binding.Print(explained), StringComparison.Ordinal);
        var shared = long.Parse(explained["shared_items"].Exact, CultureInfo.InvariantCulture);
        Assert.Equal(explained["n"].Exact, explained["shared_items"].Exact);
        // Tested on what the stopped run was not asked.
        Assert.Equal(Items - shared, long.Parse(explained["held_out_items"].Exact, CultureInfo.InvariantCulture));
        var near = Gap(Claim("90.0", 2_800, Run(ProtocolRole.Claimed, 3_540)));
        Assert.Equal((Verdict.Overstated, "not shown"), (near.Verdict, near["explained"].Exact));
        var itself = Gap(Claim("90.0", 2_800, Run(ProtocolRole.Claimed, 1_000)));
        Assert.Equal((Verdict.Refuted, "no, it is the standard protocol"), (itself.Verdict, itself["explained"].Exact));
        Assert.Null(itself["best_held_out"].Interval);
        Assert.Contains("whose run stopped early: it explains nothing", Binding.Print(itself), StringComparison.Ordinal);
        // Nothing shared: no best is named.
        var apart = Claim("90.0", 2_800, Run(ProtocolRole.Claimed, 3_200) is var r ? r with { ItemIds = [.. r.ItemIds.Select(i => "other" + i)] } : r);
        Assert.Contains("too few items were asked under all of", Binding.Print(Gap(apart)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_control_nothing_is_held_against_the_claim()
    {
        var finding = Gap(Claim("90.0", 2_800) with { Controls = [] });
        Assert.Equal(Verdict.InsufficientEvidence, finding.Verdict);
        Assert.StartsWith("Claimed 90.0%, ", Binding.Print(finding), StringComparison.Ordinal);
        Assert.Contains("asked: ", Binding.Print(finding), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_run_supports_nothing_whatever_its_digits()
    {
        // The digits come out on as many items as the claim is over; a run that stopped is no sample of a fixed size.
        var run = Run(ProtocolRole.Standard, 700, 1_000);
        var stopped = run with { Protocol = run.Protocol with { StopsWhenRefuted = true }, PlannedIds = Run(ProtocolRole.Standard, 0).ItemIds };
        var claim = Claim("70.0", 2_800) with { N = 1_000, Runs = [stopped], Reproduced = Printed(stopped) };
        Assert.Equal(Verdict.InsufficientEvidence, Gap(claim).Verdict);
        foreach (var claimed in (string[])["50.0", "69.0", "30.0"])
            Assert.NotEqual(Verdict.Supported, Gap(claim with { Claimed = MeasuredSheets.Printed(claimed) }).Verdict);
    }

    [Fact]
    public void A_run_that_was_not_stopped_supports_as_any_other_and_refutes_through_the_p_of_any_time()
    {
        var honest = Claim("69.6", 2_800);
        Assert.False(honest.Standard!.IsStopped);
        Assert.Equal(Items, honest.Standard.Items);
        var plain = honest with { Runs = [Run(ProtocolRole.Standard, 2_800)] };
        Assert.Equal(Gap(plain)["p_support_holm"].Exact, Gap(honest)["p_support_holm"].Exact);
        Assert.Equal(Gap(plain).Verdict, Gap(honest).Verdict);
        Assert.Equal(Verdict.Supported, Gap(Claim("67.0", 2_800)).Verdict);
        // Larger than chance for a fixed number of items, not for whoever looks as often as this.
        var slight = Claim("72.4", 2_800);
        Assert.False(slight.Standard!.IsStopped);
        Assert.True(GapReadings.OfCredits(slight.Claimed, slight.Standard.Credits, 0.01).Fixed.Value < 0.05);
        Assert.Equal(Verdict.InsufficientEvidence, Gap(slight).Verdict);
        Assert.Equal(Gap(slight)["p_anytime"].Exact, Gap(slight)["p_adverse"].Exact);
        Assert.DoesNotContain("asked:", Binding.Print(Gap(slight)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_needs_all_items_is_not_asked_of_a_stopped_run()
    {
        var claim = Claim("90.0", 2_800, Run(ProtocolRole.Claimed, 3_200));
        var own = claim.Standard!;
        var other = own with { Rule = "other", Title = "Other rule" };
        var sheet = Sheet(claim with { Runs = [.. claim.Runs, other], References = [new("Other", Run(ProtocolRole.Standard, 2_000))] });
        Question[] questions = [new ScoringQuestion(), new ComparisonQuestion(), new ProtocolQuestion(), new LuckQuestion(), new PowerQuestion()];
        Assert.All(questions, q => Assert.Empty(q.Ask(sheet)));
        // Every rule of the run has its own p of any time.
        Assert.All(MeasuredGap.Of(sheet.Claims[0], sheet)!.Envelope.Where(c => c.Run.IsStopped), c => Assert.Equal((1.0, c.Readings.Fixed), (c.Readings.Support.Value, c.Readings.Adverse)));
        var plan = new AttributionPlan("a", [new("f", "F", [])], [new([], "standard", "rule"), new(["f"], "claimed", "rule")]);
        Assert.Null(AttributionEvidence.Of(plan, claim.Runs));
        Assert.NotNull(AttributionEvidence.Of(plan, [Run(ProtocolRole.Standard, 2_800), claim.Runs[1]]));
    }

    [Fact]
    public void Shares_have_an_interval_that_holds_at_any_time_too()
    {
        var run = Run(ProtocolRole.Standard, 700, 1_000);
        var shares = run with { Protocol = run.Protocol with { StopsWhenRefuted = true }, PlannedIds = Run(ProtocolRole.Standard, 0).ItemIds, Credits = [.. run.Credits.Select(c => (c + 0.5) / 2)] };
        var radius = 100 * new ConfidenceSequence(0.05).NormalMixtureRadius(1_000, 0.25);
        Assert.Equal(shares.Percent - radius, shares.Interval95.Lower, 1e-9);
        Assert.Equal(shares.Percent + radius, shares.Interval95.Upper, 1e-9);
        // These are not the first of the random order: such answers are no random sequence and count for nothing.
        Assert.Equal(Verdict.InsufficientEvidence, Gap(Claim("90.0", 2_800) with { Runs = [shares], Reproduced = Printed(shares) }).Verdict);
        var claim = Claim("90.0", 2_800);
        var stopped = claim.Standard! with { Credits = [.. claim.Standard!.Credits.Select(c => (c + 0.5) / 2)] };
        Assert.Equal(Verdict.Overstated, Gap(claim with { Runs = [stopped], Reproduced = Printed(stopped) }).Verdict);
    }

    private static Finding Gap(ClaimEvidence claim) => Assert.Single(new GapQuestion().Ask(Sheet(claim)));

    private static ClaimSheet Sheet(ClaimEvidence claim) => new("case", 0.05, 1, [claim]) { Seed = 1 };

    // The standard run asks as a run does that looks after each batch.
    private static ClaimEvidence Claim(string claimed, int right, params RunScore[] others)
    {
        var all = Run(ProtocolRole.Standard, right);
        var credits = all.ByItem();
        var order = RefutationWatch.Order(all.ItemIds, 1, "a");
        var test = new SequentialRefutation(double.Parse(claimed, CultureInfo.InvariantCulture) / 100, 0.01, 0.05);
        var stop = RefutationWatch.Looks(Items).First(look => look == Items || test.Decide(order.Take(look).Select(id => credits[id])).MayStop);
        var asked = order.Take(stop).ToHashSet(StringComparer.Ordinal);
        var standard = all with
        {
            Protocol = all.Protocol with { StopsWhenRefuted = true },
            PlannedIds = all.ItemIds,
            ItemIds = [.. all.ItemIds.Where(asked.Contains)],
            Credits = [.. all.ItemIds.Where(asked.Contains).Select(id => credits[id])],
        };
        return new()
        {
            Id = "a",
            Benchmark = "Benchmark",
            Metric = "accuracy",
            Label = "a",
            N = Items,
            Claimed = MeasuredSheets.Printed(claimed),
            Reproduced = Printed(standard),
            Runs = [standard, .. others],
            Controls = [new ControlEvidence("Other", MeasuredSheets.Printed("60.0") with { N = 1_000 }, Run(ProtocolRole.Standard, 600, 1_000))],
        };
    }

    private static PrintedScore Printed(RunScore run) =>
        new("Model", run.Percent.ToString("F2", CultureInfo.InvariantCulture), run.Items, new Dictionary<string, string>(StringComparer.Ordinal), "run");

    // The right ones are spread over the items, so that a half or a prefix holds its share.
    private static RunScore Run(ProtocolRole role, int right, int items = Items)
    {
        var order = Enumerable.Range(0, items).OrderBy(i => (long)i * 7_919 % items).ThenBy(i => i).Take(right).ToHashSet();
        return new(role.ToString(), "model", "benchmark", MeasuredSheets.Protocol(role), "rule", "Rule",
            [.. Enumerable.Range(0, items).Select(i => "i" + i.ToString("D5", CultureInfo.InvariantCulture))], [.. Enumerable.Range(0, items).Select(i => order.Contains(i) ? 1.0 : 0)]);
    }
}
