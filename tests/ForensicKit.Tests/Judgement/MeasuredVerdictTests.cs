using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Findings;
using ForensicKit.Findings.Judgement;
using ForensicKit.Findings.Questions;
using ForensicKit.Manifests;

namespace ForensicKit.Tests.Judgement;

/// <summary>Verdicts on claims about models that the case asked itself.</summary>
public class MeasuredVerdictTests
{
    private const int Items = 4_000;

    [Fact]
    public void A_claim_that_a_protocol_gives_is_overstated_and_explained()
    {
        var finding = Gap(Claim("80.2", Run(ProtocolRole.Standard, 2_800), Run(ProtocolRole.Claimed, 3_290)) with { Controls = [Control(60, 60)] });
        Assert.Equal(Verdict.Overstated, finding.Verdict);
        Assert.Equal("yes", finding["explained"].Exact);
        Assert.Contains("it explains the claim", Binding.Print(finding), StringComparison.Ordinal);
        Assert.Equal("passed", finding["control"].Exact);
    }

    [Fact]
    public void A_claim_beyond_every_protocol_is_refuted_and_the_largest_p_counts()
    {
        var claim = Claim("90.0", Run(ProtocolRole.Standard, 2_800), Run(ProtocolRole.Claimed, 3_300)) with { Controls = [Control(60, 60)] };
        var finding = Gap(claim);
        Assert.Equal(Verdict.Refuted, finding.Verdict);
        Assert.Equal(FindingValue.P("", "", GapReadings.OfCredits(claim.Claimed, claim.Runs[1].Credits, 0.01).Adverse).Exact, finding["p_refuted_holm"].Exact);
        // One more protocol that comes near enough, and the claim is overstated and no more.
        var near = Run(ProtocolRole.Claimed, 3_560) with { RunId = "near", Protocol = MeasuredSheets.Protocol(ProtocolRole.Claimed) with { Id = "near" } };
        Assert.Equal(Verdict.Overstated, Gap(claim with { Runs = [.. claim.Runs, near] }).Verdict);
    }

    [Fact]
    public void One_protocol_alone_refutes_nothing()
    {
        var finding = Gap(Claim("90.0", Run(ProtocolRole.Standard, 2_800)) with { Controls = [Control(60, 60)] });
        Assert.Equal(Verdict.Overstated, finding.Verdict);
        Assert.Contains("No other protocol was asked", finding.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_protocol_that_half_of_the_items_cannot_show_to_give_the_claim_does_not_explain_it()
    {
        var finding = Gap(Claim("82.4", Run(ProtocolRole.Standard, 2_800), Run(ProtocolRole.Claimed, 3_290)) with { Controls = [Control(60, 60)] });
        Assert.Equal((Verdict.Overstated, "not shown"), (finding.Verdict, finding["explained"].Exact));
        Assert.DoesNotContain("it explains the claim", finding.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_of_the_items_chooses_and_the_other_half_is_scored()
    {
        var claim = Claim("80.0", Run(ProtocolRole.Standard, 2_800), Run(ProtocolRole.Claimed, 3_200)) with { Controls = [Control(60, 60)] };
        var best = MeasuredGap.Of(claim, Sheet(claim))!.Best!;
        Assert.Equal((Items / 2, "claimed"), (best.Items, best.Configuration.Run.Protocol.Id));
        Assert.InRange(best.Percent.Value, 76, 84);
        // Another seed halves otherwise; the same seed always alike, in whatever order the items come.
        var again = claim with { Runs = [.. claim.Runs.Select(r => r with { ItemIds = [.. r.ItemIds.Reverse()], Credits = [.. r.Credits.Reverse()] })] };
        Assert.Equal(best.Percent.Value, MeasuredGap.Of(again, Sheet(again))!.Best!.Percent.Value, 1e-9);
        Assert.NotEqual(best.Percent, MeasuredGap.Of(claim, Sheet(claim) with { Seed = 2 })!.Best!.Percent);
    }

    [Fact]
    public void Without_a_control_nothing_is_held_against_a_claim()
    {
        var claim = Claim("90.0", Run(ProtocolRole.Standard, 2_800), Run(ProtocolRole.Claimed, 3_300));
        var missing = Gap(claim);
        Assert.Equal((Verdict.InsufficientEvidence, "missing"), (missing.Verdict, missing["control"].Exact));
        Assert.Contains("a control is missing", missing.Answer, StringComparison.Ordinal);
        var failed = Gap(claim with { Controls = [Control(60, 60), Control(65, 60)] });
        Assert.Equal((Verdict.NotReproducible, "failed"), (failed.Verdict, failed["control"].Exact));
        Assert.Contains("misses a score that is known", failed.Answer, StringComparison.Ordinal);
        // On other items than those of the known score chance has a part, and few items decide nothing.
        var undecided = Gap(claim with { Controls = [Control(60, 60, known: 500)] });
        Assert.Equal((Verdict.InsufficientEvidence, "undecided"), (undecided.Verdict, undecided["control"].Exact));
        Assert.All(new[] { missing, failed, undecided }, f => Assert.Empty(Binding.LiteralNumbers(f.Answer)));
        Assert.All(new[] { missing, failed, undecided }, f => Assert.DoesNotContain("{{", Binding.Print(f), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(60.0, 60.0, 1_000, 1_000, 0.0, "Passed")]
    [InlineData(60.0, 60.9, 1_000, 1_000, 0.0, "Passed")]
    [InlineData(60.0, 61.0, 1_000, 1_000, 0.0, "Failed")]
    // With sampling the same items are no longer the same: the tests of equivalence decide.
    [InlineData(60.0, 60.0, 1_000, 1_000, 0.7, "Undecided")]
    [InlineData(60.0, 60.0, 20_000, 10_000, 0.0, "Passed")]
    [InlineData(60.0, 65.0, 20_000, 10_000, 0.0, "Failed")]
    [InlineData(100.0, 100.0, 900, 1_000, 0.0, "Passed")]
    [InlineData(0.0, 0.0, 900, 1_000, 0.0, "Passed")]
    public void A_control_passes_within_the_margin_of_what_is_known(double known, double here, int items, int knownItems, double temperature, string outcome)
    {
        var protocol = MeasuredSheets.Protocol(ProtocolRole.Standard) with { Temperature = temperature };
        var run = Run(ProtocolRole.Standard, (int)Math.Round(here / 100 * items), items) with { Protocol = protocol };
        var control = new ControlEvidence("Other", new PrintedScore("Other", known.ToString("F1", CultureInfo.InvariantCulture), knownItems, new Dictionary<string, string>(StringComparer.Ordinal), "card"), run);
        Assert.Equal(outcome, ControlCheck.Of([control], 1, 0.05).Outcome.ToString());
    }

    [Fact]
    public void Shares_are_tested_as_shares_in_the_claimants_favour()
    {
        var printed = MeasuredSheets.Printed("80.0");
        double[] shares = [.. Enumerable.Range(0, 2_000).Select(i => (i % 4) / 4.0 + 0.3)];
        var readings = GapReadings.OfCredits(printed, shares, 0.01);
        var counts = GapReadings.OfCounts(0.8, 2_000, 1_600, (long)Math.Ceiling(shares.Sum()), 0.01);
        Assert.True(readings.Fixed.Value >= counts.Fixed.Value);
        Assert.Equal((counts.Independent, counts.SameItems), (readings.Independent, readings.SameItems));
        Assert.True(readings.Adverse.Value < 1e-3);
        Assert.Equal(1, readings.Support.Value);
    }

    [Fact]
    public void How_soon_a_random_order_would_have_shown_it_is_said()
    {
        var early = Gap(Claim("90.0", Run(ProtocolRole.Standard, 2_800)) with { Controls = [Control(60, 60)] });
        Assert.InRange(long.Parse(early["sequential_after"].Exact, CultureInfo.InvariantCulture), 20, 400);
        Assert.Equal("not reached", Gap(Claim("70.5", Run(ProtocolRole.Standard, 2_800)))["sequential_after"].Exact);
    }

    [Theory]
    [InlineData("89.0", 300)]
    [InlineData("50.0", 1_319)]
    [InlineData("99.0", 100)]
    public void Power_is_the_chance_of_a_score_that_all_readings_reject(string claimed, int n)
    {
        var sheet = Sheet(Claim(claimed, Run(ProtocolRole.Standard, n / 2, n)), Claim("50.0", Run(ProtocolRole.Standard, n / 2, n)));
        var finding = new PowerQuestion().Ask(sheet).First();
        var rate = double.Parse(claimed, CultureInfo.InvariantCulture) / 100;
        var byHand = Enumerable.Range(0, n + 1).Where(x => GapReadings.OfCounts(rate, n, MeasuredSheets.Printed(claimed).NearestCount(n), x, 0.01).Adverse.Value <= 0.025)
            .Sum(x => Math.Exp(ForensicKit.Statistics.Binomial.LogMass(x, n, rate - 0.05)));
        Assert.Equal(byHand, double.Parse(finding["lie_power"].Exact, CultureInfo.InvariantCulture), 1e-9);
        Assert.Contains("A claim 5 points above the truth would be found overstated", Binding.Print(finding), StringComparison.Ordinal);
    }

    [Fact]
    public void Models_are_compared_on_the_same_items()
    {
        var own = Run(ProtocolRole.Standard, 2_800);
        var claim = Claim("70.0", own) with { References = [new("Other", own with { RunId = "o", Model = "other", Credits = [.. own.Credits.Select((c, i) => i % 10 == 0 ? 0 : c)] })] };
        var finding = Assert.Single(new ComparisonQuestion().Ask(Sheet(claim)));
        Assert.Equal("comparison/a", finding.Id);
        Assert.Equal("0", finding["losses"].Exact);
        Assert.StartsWith("Model is right more often than Other", Binding.Print(finding), StringComparison.Ordinal);
        Assert.True(finding["difference"].Interval!.Value.Lower > 0);
        Assert.Empty(Binding.LiteralNumbers(finding.Answer));
        var equal = claim with { References = [new("Other", own), new("Third", own with { Model = "third" })] };
        Assert.Equal(["comparison/a/model", "comparison/a/third"], new ComparisonQuestion().Ask(Sheet(equal)).Select(f => f.Id));
        Assert.All(new ComparisonQuestion().Ask(Sheet(equal)), f => Assert.StartsWith("Neither model is shown to be better", f.Answer, StringComparison.Ordinal));
    }

    [Fact]
    public void Subjects_give_the_difference_an_error_of_their_own()
    {
        var own = Run(ProtocolRole.Standard, 2_800) with { Subjects = [.. Enumerable.Range(0, Items).Select(i => i % 8 == 0 ? "hard" : "easy" + (i % 8).ToString(CultureInfo.InvariantCulture))] };
        var other = own with { RunId = "o", Credits = [.. own.Credits.Select((c, i) => i % 8 == 0 ? 1 - c : c)] };
        var finding = Assert.Single(new ComparisonQuestion().Ask(Sheet(Claim("70.0", own) with { References = [new("Other", other)] })));
        Assert.Equal("8", finding["subjects"].Exact);
        Assert.True(double.Parse(finding["clustered_error"].Exact, CultureInfo.InvariantCulture) > 3 * double.Parse(finding["error"].Exact, CultureInfo.InvariantCulture));
    }

    /// <summary>Claims whose answers take every turn that sentences about measured claims have.</summary>
    internal static IReadOnlyList<ClaimEvidence> EveryVerdict()
    {
        var (standard, other) = (Run(ProtocolRole.Standard, 2_800), Run(ProtocolRole.Claimed, 3_290));
        var reference = new ReferenceRun("Other", standard with { Credits = [.. standard.Credits.Select((c, i) => i % 10 == 0 ? 0 : c)], Subjects = [.. Enumerable.Range(0, Items).Select(i => i % 2 == 0 ? "even" : "odd")] });
        ClaimEvidence[] claims =
        [
            Claim("82.2", standard, other) with { Controls = [Control(60, 60)], References = [reference] },
            Claim("80.0", standard, other) with { Controls = [Control(60, 60)], References = [new("Other", other), reference] },
            Claim("95.0", standard, other) with { Controls = [Control(60, 60)], References = [new("Other", standard)] },
            Claim("95.0", standard) with { Controls = [Control(60, 60)] },
            Claim("95.0", standard, Run(ProtocolRole.Claimed, 2_000)) with { Controls = [Control(60, 60)] },
            Claim("95.0", standard) with { Controls = [Control(60, 70)] },
            Claim("95.0", standard) with { Controls = [Control(60, 60, known: 500)] },
            Claim("95.0", standard),
            Claim("70.0", standard),
            Claim("70.5", standard),
        ];
        return [.. claims.Select((c, i) => c with { Id = "m" + i.ToString(CultureInfo.InvariantCulture) })];
    }

    private static Finding Gap(ClaimEvidence claim) => Assert.Single(new GapQuestion().Ask(Sheet(claim)));

    private static ClaimSheet Sheet(params IReadOnlyList<ClaimEvidence> claims) => new("case", 0.05, 1, claims) { Seed = 1 };

    private static ClaimEvidence Claim(string claimed, params RunScore[] runs) => new()
    {
        Id = "a",
        Benchmark = "Benchmark",
        Metric = "accuracy",
        Label = "a",
        N = runs[0].Items,
        Claimed = MeasuredSheets.Printed(claimed),
        Reproduced = new PrintedScore("Model", runs[0].Percent.ToString("F2", CultureInfo.InvariantCulture), runs[0].Items, new Dictionary<string, string>(StringComparer.Ordinal), "run"),
        Runs = runs,
    };

    private static ControlEvidence Control(double here, double printed, int? known = null) => new(
        "Other", new PrintedScore("Other", printed.ToString("F1", CultureInfo.InvariantCulture), known ?? 1_000, new Dictionary<string, string>(StringComparer.Ordinal), "card"),
        Run(ProtocolRole.Standard, (int)(here * 10), 1_000));

    // The right ones are spread over the items, so that a half or a prefix holds its share.
    private static RunScore Run(ProtocolRole role, int right, int items = Items)
    {
        var order = Enumerable.Range(0, items).OrderBy(i => (long)i * 7_919 % items).ThenBy(i => i).Take(right).ToHashSet();
        return new(role.ToString(), "model", "benchmark", MeasuredSheets.Protocol(role), "rule", "Rule",
            [.. Enumerable.Range(0, items).Select(i => "i" + i.ToString("D5", CultureInfo.InvariantCulture))], [.. Enumerable.Range(0, items).Select(i => order.Contains(i) ? 1.0 : 0)]);
    }
}
