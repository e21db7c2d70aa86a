using ForensicKit.Claims;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;

namespace ForensicKit.Tests.Judgement;

public class ScoringQuestionTests
{
    [Fact]
    public void Rules_on_the_same_answers_are_compared_item_by_item()
    {
        var finding = Ask(MeasuredSheets.TwoRules("a", "70.0", both: 100, onlyOther: 40, onlyStandard: 10, neither: 50));
        Assert.Null(finding.Verdict);
        Assert.Equal("55.00", Display(finding, "standard"));
        Assert.Equal(("52.50", "Average"), (Display(finding, "lowest"), Display(finding, "lowest_rule")));
        Assert.Equal(("70.00", "Other rule"), (Display(finding, "highest"), Display(finding, "highest_rule")));
        Assert.Equal("17.50", Display(finding, "spread"));
        Assert.Equal(("40", "10"), (Display(finding, "rule_1_gained"), Display(finding, "rule_1_lost")));
        // 2 · Σ C(50, i) / 2^50 over i ≤ 10, in whole numbers: 2.38613316767e-5; stored with ten digits.
        Assert.Equal(2.386133168e-05, double.Parse(finding.Values.Single(v => v.Name == "rule_1_p").Exact, System.Globalization.CultureInfo.InvariantCulture), 1e-14);
        Assert.DoesNotContain(finding.Values, v => v.Name == "rule_2_p");
        Assert.Contains("Some of the other rules have the claim inside their intervals", Binding.Print(finding), StringComparison.Ordinal);
    }

    // 200 items, the first 50 of one subject and all right, of the other 150 60: micro 55 %, macro the mean of 100 % and 40 %.
    [Fact]
    public void Subjects_that_weigh_the_same_give_the_macro_average() =>
        Assert.Equal("70.00", Display(Ask(MeasuredSheets.TwoRules("a", "70.0", 100, 40, 10, 50)), "macro"));

    // Student's interval of 200 credits of 0.25 and 0.75 about 0.525: 0.525 ± 1.971957 · 0.0176332 (the quantile of 199 degrees of freedom times the standard error).
    [Fact]
    public void A_rule_that_averages_has_students_interval()
    {
        var average = MeasuredSheets.TwoRules("a", "70.0", 100, 40, 10, 50).Runs[2];
        Assert.False(average.IsCount);
        Assert.Equal(49.0228, average.Interval95.Lower, 3);
        Assert.Equal(55.9772, average.Interval95.Upper, 3);
    }

    [Fact]
    public void Rules_that_agree_are_said_to()
    {
        var claim = MeasuredSheets.TwoRules("a", "70.0", 100, 0, 0, 100);
        Assert.StartsWith("Every rule gives the same score", Binding.Print(Ask(claim with { Runs = [.. claim.Runs.Take(2)] })), StringComparison.Ordinal);
    }

    [Fact]
    public void One_rule_alone_is_not_asked_about() => Assert.Empty(new ScoringQuestion().Ask(new("case", 0.05, 1, [MeasuredSheets.TwoProtocols("a", "70.0", 100, 40, 10, 50)])));

    private static Finding Ask(ClaimEvidence claim) => Assert.Single(new ScoringQuestion().Ask(new("case", 0.05, 1, [claim])));

    private static string Display(Finding finding, string name) => finding.Values.Single(v => v.Name == name).Display;
}
