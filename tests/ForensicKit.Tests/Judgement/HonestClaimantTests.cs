namespace ForensicKit.Tests.Judgement;

/// <summary>Whom verdicts speak against: honest claimants hardly ever, and liars by five points on as many items as GSM8K how often.</summary>
public class HonestClaimantTests
{
    [Theory]
    [InlineData(ClaimantKind.TrueRate)]
    [InlineData(ClaimantKind.SameItems)]
    public void An_honest_claimant_is_accused_in_one_case_of_a_hundred_at_most(ClaimantKind kind)
    {
        // 1,600 claimants over sizes and rates.
        var shares = MadeUpClaimants.Sizes.SelectMany((n, i) => MadeUpClaimants.Rates.Select((rate, j) => MadeUpClaimants.AdverseShare((uint)(1 + (4 * i) + j), kind, n, rate, 100))).ToList();
        Assert.InRange(shares.Average(), 0, 0.01);
        Assert.All(shares, s => Assert.InRange(s, 0, 0.03));
    }

    [Theory]
    [InlineData(0.45, 0.28)]
    [InlineData(0.84, 0.65)]
    public void A_claim_five_points_too_high_on_as_many_items_as_GSM8K_is_found_this_often(double rate, double atLeast) =>
        Assert.InRange(MadeUpClaimants.AdverseShare(5, ClaimantKind.TrueRate, 1_319, rate, 300, lie: 5), atLeast, 1);

    [Theory]
    [InlineData(ClaimantKind.TrueRate)]
    [InlineData(ClaimantKind.SameItems)]
    [InlineData(ClaimantKind.OtherItems)]
    public void An_honest_claimant_is_hardly_ever_accused_by_a_run_that_stops_early(ClaimantKind kind)
    {
        var shares = MadeUpClaimants.Sizes.SelectMany((n, i) => MadeUpClaimants.Rates.Select((rate, j) => MadeUpClaimants.AdverseShare((uint)(1 + (4 * i) + j), kind, n, rate, 100, stops: true))).ToList();
        TestContext.Current.SendDiagnosticMessage($"{kind}: {shares.Average():P2}, worst {shares.Max():P1}");
        Assert.InRange(shares.Average(), 0, 0.025);
        Assert.All(shares, s => Assert.InRange(s, 0, 0.11));
    }
}
