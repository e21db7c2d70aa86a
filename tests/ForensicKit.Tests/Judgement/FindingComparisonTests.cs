using ForensicKit.Findings;

namespace ForensicKit.Tests.Judgement;

public class FindingComparisonTests
{
    [Theory]
    [InlineData("exact", "1", "1", FindingOutcome.Match)]
    [InlineData("exact", "1", "1.0", FindingOutcome.Different)]
    [InlineData("exact", "yes", "no", FindingOutcome.Different)]
    [InlineData("absolute:0.5", "10", "10.5", FindingOutcome.WithinTolerance)]
    [InlineData("absolute:0.5", "10", "10.6", FindingOutcome.Different)]
    [InlineData("relative:0.01", "100", "100.9", FindingOutcome.WithinTolerance)]
    [InlineData("relative:0.01", "100", "101.1", FindingOutcome.Different)]
    [InlineData("relative:0.01", "-100", "-100.9", FindingOutcome.WithinTolerance)]
    [InlineData("relative:0.01", "-100", "100", FindingOutcome.Different)]
    [InlineData("relative:0.01", "1.000e-355", "1.001e-355", FindingOutcome.WithinTolerance)]
    [InlineData("relative:0.01", "1.000e-355", "2.000e-355", FindingOutcome.Different)]
    [InlineData("relative:0.01", "0", "1e-300", FindingOutcome.Different)]
    [InlineData("within-interval", "5", "5.9", FindingOutcome.WithinTolerance)]
    [InlineData("within-interval", "5", "6.1", FindingOutcome.Different)]
    [InlineData("within-interval", "5", "NaN", FindingOutcome.Different)]
    [InlineData("ignore", "today", "tomorrow", FindingOutcome.Match)]
    public void Each_value_is_compared_by_its_own_rule(string rule, string recorded, string rerun, FindingOutcome expected) =>
        Assert.Equal(expected, FindingComparison.Compare(Finding(rule, recorded), Finding(rule, rerun)).Outcome);

    [Fact]
    public void A_verdict_on_a_machines_times_that_is_once_not_reached_is_within_tolerance_and_a_contrary_one_is_not()
    {
        var timed = Finding("ignore", "1") with { Verdict = Verdict.Supported };
        Assert.Equal(FindingOutcome.WithinTolerance, FindingComparison.Compare(timed, timed with { Verdict = Verdict.InsufficientEvidence }).Outcome);
        Assert.Equal(FindingOutcome.Different, FindingComparison.Compare(timed, timed with { Verdict = Verdict.Overstated }).Outcome);
        var counted = Finding("exact", "1") with { Verdict = Verdict.Supported };
        Assert.Equal(FindingOutcome.Different, FindingComparison.Compare(counted, counted with { Verdict = Verdict.InsufficientEvidence }).Outcome);
        Assert.Equal(FindingOutcome.Match, FindingComparison.Compare(timed, timed with { Values = [] }).Outcome);
    }

    [Fact]
    public void Another_verdict_is_a_difference_even_when_the_numbers_agree() =>
        Assert.Equal(FindingOutcome.Different, FindingComparison.Compare(Finding("exact", "1"), Finding("exact", "1") with { Verdict = Verdict.Refuted }).Outcome);

    [Fact]
    public void A_finding_that_was_not_run_again_never_matches()
    {
        Assert.Equal(FindingOutcome.NotRerun, FindingComparison.Compare([Finding("exact", "1")], null).Single().Outcome);
        Assert.Equal(FindingOutcome.Different, FindingComparison.Compare([Finding("exact", "1")], []).Single().Outcome);
        Assert.Equal(FindingOutcome.Different, FindingComparison.Compare([], [Finding("exact", "1")]).Single().Outcome);
    }

    [Fact]
    public void A_value_that_appears_or_disappears_is_a_difference() =>
        Assert.Equal(FindingOutcome.Different, FindingComparison.Compare(Finding("exact", "1"), Finding("exact", "1") with { Values = [] }).Outcome);

    private static Finding Finding(string rule, string exact) => new()
    {
        Id = "gap/a",
        Kind = "gap",
        Question = "?",
        Answer = "{{v}}",
        Rule = "rule",
        Source = "source",
        Query = "SELECT 1",
        CannotShow = "much",
        Values = [new FindingValue("v", "V", exact, exact, "") { Comparison = ComparisonRule.Parse(rule), Interval = (4, 6, 0.95) }],
    };
}
