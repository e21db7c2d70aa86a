using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Judgement;

/// <summary>Questions that are answered from what the investigation itself measured.</summary>
public class MeasuredQuestionTests
{
    [Fact]
    public void The_worth_of_a_protocol_is_counted_over_pairs()
    {
        var finding = Protocol(MeasuredSheets.TwoProtocols("a", "70.0", 100, 40, 10, 50));
        Assert.Equal(("40", "10"), (finding["wins"].Exact, finding["losses"].Exact));
        Assert.Equal(("70.0", "55.0", "15.0"), (finding["other"].Display, finding["standard"].Display, finding["lift"].Display));
        var interval = finding["lift"].Interval!.Value;
        Assert.InRange(interval.Lower, 5, 15);
        Assert.InRange(interval.Upper, 15, 25);
        Assert.Equal(FindingValue.P("p", "", McNemar.Exact(40, 10)).Exact, finding["p"].Exact);
        Assert.Null(finding.Verdict);
        Assert.StartsWith("The protocol is worth", finding.Answer, StringComparison.Ordinal);
        Assert.Contains("comes out under it", finding.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_protocol_that_scores_lower_has_a_worth_below_zero()
    {
        var finding = Protocol(MeasuredSheets.TwoProtocols("a", "70.0", 100, 10, 40, 50));
        Assert.Equal("−15.0", finding["lift"].Display);
        Assert.StartsWith("The other protocol scores lower", finding.Answer, StringComparison.Ordinal);
        Assert.DoesNotContain("lower by −", Binding.Print(finding), StringComparison.Ordinal);
    }

    [Fact]
    public void A_few_discordant_items_show_nothing()
    {
        var finding = Protocol(MeasuredSheets.TwoProtocols("a", "52.0", 100, 4, 1, 95));
        Assert.StartsWith("No difference between the protocols is shown", finding.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("71.0", true)]
    [InlineData("71.1", false)]
    [InlineData("68.9", false)]
    public void A_claim_comes_out_under_a_protocol_within_the_margin(string claimed, bool isReproduced)
    {
        var finding = Protocol(MeasuredSheets.TwoProtocols("a", claimed, 100, 40, 10, 50));
        Assert.Equal(!isReproduced, finding.Answer.Contains("does not come out under it", StringComparison.Ordinal));
        Assert.Equal((double.Parse(claimed, CultureInfo.InvariantCulture) - 70).ToString("F1", CultureInfo.InvariantCulture).Replace('-', '−'), finding["unexplained"].Display);
    }

    [Fact]
    public void Protocols_are_corrected_over_the_sheet()
    {
        // Alone 15 against 4 items is beyond 5 %; beside two others that show nothing its p is three times as large, and it is not.
        var claim = MeasuredSheets.TwoProtocols("a", "70.0", 100, 15, 4, 81);
        var others = new[] { "b", "c" }.Select(id => MeasuredSheets.TwoProtocols(id, "50.0", 100, 5, 5, 90));
        var alone = Protocol(claim);
        var beside = new ProtocolQuestion().Ask(Sheet([claim, .. others])).First();
        Assert.Equal(3 * Number(alone["p"]), Number(beside["p"]), 1e-9);
        Assert.StartsWith("The protocol is worth", alone.Answer, StringComparison.Ordinal);
        Assert.StartsWith("No difference", beside.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_without_both_protocols_is_not_asked()
    {
        var claim = MeasuredSheets.TwoProtocols("a", "70.0", 10, 5, 5, 10);
        Assert.Empty(new ProtocolQuestion().Ask(Sheet(claim with { Runs = [claim.Runs[0]] })));
        Assert.Empty(new ProtocolQuestion().Ask(Sheet(claim with { Runs = [claim.Runs[1]] })));
    }

    [Theory]
    [InlineData(20, 20, Verdict.Supported)]
    [InlineData(20, 300, Verdict.Overstated)]
    // Even one request after the other misses the claim: this machine is no place to judge it.
    [InlineData(200, 300, Verdict.InsufficientEvidence)]
    [InlineData(200, 20, Verdict.Supported)]
    public void A_slow_machine_refutes_no_latency(double single, double underLoad, Verdict expected)
    {
        var finding = Assert.Single(new LatencyQuestion().Ask(Sheet() with { Latency = MeasuredSheets.Latency(single, underLoad) }));
        Assert.Equal(expected, finding.Verdict);
        Assert.Equal(expected == Verdict.InsufficientEvidence, Binding.Print(finding).Contains("a big machine", StringComparison.Ordinal));
        Assert.Empty(Binding.LiteralNumbers(finding.Answer));
    }

    [Fact]
    public void Too_few_requests_at_leisure_are_no_control()
    {
        var latency = MeasuredSheets.Latency(20, 300);
        var few = latency with { Measurements = [latency.Measurements[0] with { Requests = [.. latency.Measurements[0].Requests.Take(3)] }, latency.Measurements[1]] };
        Assert.Equal(Verdict.InsufficientEvidence, Assert.Single(new LatencyQuestion().Ask(Sheet() with { Latency = few })).Verdict);
    }

    [Fact]
    public void What_no_step_stored_is_not_asked()
    {
        var sheet = Sheet(MeasuredSheets.TwoProtocols("a", "70.0", 10, 5, 5, 10));
        Assert.Empty(new LatencyQuestion().Ask(sheet));
        Assert.Empty(new PresenceQuestion().Ask(sheet));
        Assert.Empty(new InflationQuestion().Ask(sheet));
        Assert.Empty(new SensitivityQuestion().Ask(sheet));
    }

    [Fact]
    public void Inflation_is_told_from_presence()
    {
        var sheet = Sheet() with { Contamination = MeasuredSheets.Contamination() };
        Assert.Equal(
            ["present", "present", "not told from chance", "present", "present, no control"],
            new PresenceQuestion().Ask(sheet).Select(f => f["outcome"].Display));
        Assert.Equal(
            ["shown", "not shown", "too few items", "nothing to compare", "nothing to compare"],
            new InflationQuestion().Ask(sheet).Select(f => f["outcome"].Display));
    }

    private static Finding Protocol(ClaimEvidence claim) => Assert.Single(new ProtocolQuestion().Ask(Sheet(claim)));

    private static double Number(FindingValue value) => double.Parse(value.Exact, CultureInfo.InvariantCulture);

    private static ClaimSheet Sheet(params IReadOnlyList<ClaimEvidence> claims) => new("case", 0.05, 1, claims);
}
