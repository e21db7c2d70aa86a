using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Claims;
using ForensicKit.Findings;
using ForensicKit.Findings.Attribution;
using ForensicKit.Findings.Questions;
using ForensicKit.Manifests;

namespace ForensicKit.Tests.Judgement;

/// <summary>The cause of a gap on sheets small enough to be worked out by hand.</summary>
public class AttributionTests
{
    private static readonly AttributionPlan s_plan = new(
        "a",
        [new("shots", "One worked example", []), new("votes", "Eight votes", ["shots"])],
        [new([], "standard", "rule"), new(["shots"], "one-shot", "rule"), new(["shots", "votes"], "vote", "rule")]);

    [Fact]
    public void Shares_are_what_each_choice_adds_and_sum_to_the_gap()
    {
        // With one order only, the shares are the steps: 4, 6 and 7 of 10 right.
        var result = GapAttribution.Of(Evidence(4, 6, 7));
        Assert.Equal((40.0, 70.0, 30.0, 1L), (result.Standard.Points, result.Best.Points, result.Gap.Points, result.Orders));
        Assert.Equal([20.0, 10.0], result.Shares.Select(s => Math.Round(s.Points, 9)));
        // sd of the step 0→1 on 2 of 10 items is √(0.16·10/9), its mean's error that over √10; t(9) at 97.5 % is 2.262.
        Assert.Equal(20 - (226.2157 * Math.Sqrt(0.16 / 9)), result.Shares[0].Lower!.Value, 1e-3);
    }

    [Fact]
    public void What_no_choice_explains_has_the_best_scores_interval()
    {
        var result = GapAttribution.Of(Evidence(4, 6, 7));
        var unexplained = result.Unexplained(75);
        Assert.Equal(5, unexplained.Points, 1e-9);
        Assert.Equal((75 - result.Best.Upper, 75 - result.Best.Lower), (unexplained.Lower, unexplained.Upper));
    }

    [Fact]
    public void Subjects_that_move_together_widen_the_interval()
    {
        var evidence = Evidence(4, 6, 7);
        var clustered = GapAttribution.Of(evidence with { Subjects = [.. Enumerable.Range(0, 10).Select(i => i < 4 ? "known" : i < 6 ? "helped" : "other" + (i / 8).ToString(CultureInfo.InvariantCulture))] });
        Assert.Equal(4, clustered.Clusters);
        Assert.True(clustered.Shares[0].Lower < GapAttribution.Of(evidence).Shares[0].Lower);
        // A subject for each item is the same as none.
        Assert.Null(GapAttribution.Of(evidence with { Subjects = [.. Enumerable.Range(0, 10).Select(i => i.ToString(CultureInfo.InvariantCulture))] }).Clusters);
    }

    [Fact]
    public void One_item_has_shares_without_intervals()
    {
        var result = GapAttribution.Of(Evidence(0, 1, 1) with { Credits = [[0, 1, 1]] });
        Assert.Equal((100.0, null), (result.Shares[0].Points, result.Shares[0].Lower));
    }

    [Fact]
    public void Only_items_that_every_combination_asked_count_paired_by_their_ids()
    {
        RunScore Run(string protocol, params (string Item, double Credit)[] items) => new(
            protocol, "m", "b", MeasuredSheets.Protocol(ProtocolRole.Standard) with { Id = protocol }, "rule", "Rule", [.. items.Select(i => i.Item)], [.. items.Select(i => i.Credit)])
        {
            Subjects = [.. items.Select(i => i.Item == "z" ? null : "subject of " + i.Item)],
        };
        var runs = new[] { Run("standard", ("x", 1), ("y", 0), ("z", 1)), Run("one-shot", ("y", 1), ("x", 1)), Run("vote", ("w", 1), ("x", 0), ("y", 0.25)) };
        var evidence = AttributionEvidence.Of(s_plan, runs)!;
        Assert.Equal([[1, 1, 0], [0, 1, 0.25]], evidence.Credits);
        Assert.Equal(["subject of x", "subject of y"], evidence.Subjects);
        Assert.Null(AttributionEvidence.Of(s_plan, [.. runs.Select(r => r with { Subjects = [] })])!.Subjects);
        Assert.Null(AttributionEvidence.Of(s_plan, runs[..2]));
    }

    [Theory]
    [InlineData("75.0", "{{unexplained}} of the claim of {{claimed}} are left unexplained")]
    [InlineData("70.0", "nothing of the claim of {{claimed}} is left unexplained")]
    [InlineData("65.0", "is above the claim")]
    public void The_finding_and_the_figure_say_the_same(string claimed, string said)
    {
        var claim = MeasuredSheets.TwoProtocols("a", claimed, 4, 3, 0, 3) with { Attribution = Evidence(4, 6, 7) };
        var sheet = new ClaimSheet("case", 0.05, 1, [claim, claim with { Id = "b", Label = "b", Attribution = Evidence(0, 1, 1) with { Credits = [[0, 1, 1]] } }]);
        var finding = new AttributionQuestion().Ask(sheet).First();
        Assert.Contains(said, finding.Answer, StringComparison.Ordinal);
        Assert.Empty(Binding.LiteralNumbers(finding.Answer));
        Assert.DoesNotContain("{{", Binding.Print(finding), StringComparison.Ordinal);
        Assert.Equal(["20.0", "10.0", "30.0"], ((string[])["share_1", "share_2", "protocol_gap"]).Select(n => finding[n].Display));
        var figure = AttributionFigure.Create("case", sheet)!;
        figure.Check();
        Assert.All(figure.Data.Rows, r => Assert.Equal(figure.Data.Columns.Count, r.Count));
        Assert.Contains("One worked example: +20.0 [", figure.AltText, StringComparison.Ordinal);
        Assert.Contains($"Claimed: {claimed}.", figure.AltText, StringComparison.Ordinal);
        Assert.Equal(2, figure.Panels.Count);
        Assert.Null(AttributionFigure.Create("case", sheet with { Claims = [] }));
    }

    // Ten items; so many are right under each of the three combinations, the same ones and more.
    internal static AttributionEvidence Evidence(params int[] right) => new(
        s_plan, ["r"], [.. Enumerable.Range(0, 10).Select(i => (IReadOnlyList<double>)[.. right.Select(r => i < r ? 1.0 : 0.0)])], null);
}
