using CsCheck;
using ForensicKit.Findings;
using ForensicKit.Latency;
using ForensicKit.Reporting;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Latency;

public class LatencyClaimTests
{
    [Fact]
    public void Support_is_LoadGens_early_stopping() =>
        Gen.Select(Gen.OneOf(Gen.Const(0.5m), Gen.Const(0.9m), Gen.Const(0.97m), Gen.Const(0.99m)), Gen.Int[1, 3000], Gen.Double[0, 2]).Sample((p, n, share) =>
        {
            var over = (int)Math.Min(n, Math.Round(share * (double)(1 - p) * n));
            var test = LatencyClaimTest.Run(Values(n, over), p, 10, 0.01);
            Assert.Equal(new EarlyStopping(p).Passes(n, over), test.Verdict == Verdict.Supported);
        });

    [Theory]
    // The sizes of one-sided tolerance bounds (Wilks 1941): 59 for 95%/95%, 299 for 99%/95%, 459 for 99%/99%.
    [InlineData("0.95", 0.05, 59)]
    [InlineData("0.99", 0.05, 299)]
    [InlineData("0.99", 0.01, 459)]
    public void The_fewest_requests_that_can_support_are_those_of_tolerance_bounds(string p, double alpha, long fewest)
    {
        var percentile = decimal.Parse(p, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(fewest, LatencyClaimTest.FewestToSupport(percentile, alpha));
        Assert.Equal(Verdict.Supported, LatencyClaimTest.Run(Values((int)fewest, 0), percentile, 10, alpha).Verdict);
        var fewer = LatencyClaimTest.Run(Values((int)fewest - 1, 0), percentile, 10, alpha);
        Assert.Equal((Verdict.InsufficientEvidence, fewest), (fewer.Verdict, fewer.Needed));
    }

    [Fact]
    public void The_two_verdicts_exclude_each_other_and_err_at_most_as_often_as_said()
    {
        // Where the percentile lies just at the limit, both verdicts are wrong or without ground: each has probability at most α.
        foreach (var (n, p) in new[] { (50, 0.5m), (200, 0.9m), (1000, 0.99m) })
        {
            double supported = 0, overstated = 0;
            for (var over = 0; over <= n; over++)
            {
                var chance = Binomial.Mass(over, n, (double)(1 - p)).Value;
                var verdict = LatencyClaimTest.Run(Values(n, over), p, 10).Verdict;
                supported += verdict == Verdict.Supported ? chance : 0;
                overstated += verdict == Verdict.Overstated ? chance : 0;
            }

            Assert.InRange(supported, 0.005, 0.05);
            Assert.InRange(overstated, 0.005, 0.05);
        }
    }

    [Fact]
    public void Failed_requests_are_over_any_limit()
    {
        var test = LatencyClaimTest.Run(LatencyValues.Of([.. Requests(100, 0), .. Enumerable.Range(0, 20).Select(i => new LatencyRequest(100 + i, 0, 0, null, null, 0, true))], LatencyMetric.EndToEnd), 0.9m, 10);
        Assert.Equal((120, 20), (test.N, test.Over));
        Assert.Equal(double.PositiveInfinity, LatencyQuantiles.Of(LatencyValues.Of([new(0, 0, 0, null, null, 0, true)], LatencyMetric.EndToEnd), 0.5m).ValueNs);
    }

    [Fact]
    public void What_would_decide_does_decide() => Gen.Select(Gen.OneOf(Gen.Const(0.5m), Gen.Const(0.9m), Gen.Const(0.99m)), Gen.Int[5, 400], Gen.Double[0, 0.4]).Sample((p, n, share) =>
    {
        var over = (int)Math.Round(share * n);
        if (LatencyClaimTest.Run(Values(n, over), p, 10) is not { Needed: { } needed } || needed > 200_000)
            return;
        Assert.True(needed > n);
        var seen = (decimal)over / n * needed;
        var then = (int)(over < (1 - p) * n ? decimal.Ceiling(seen) : decimal.Floor(seen));
        Assert.NotEqual(Verdict.InsufficientEvidence, LatencyClaimTest.Run(Values((int)needed, then), p, 10).Verdict);
    }, iter: 100);

    [Theory]
    [InlineData(400, 2, Verdict.Supported, "the claim holds")]
    [InlineData(400, 100, Verdict.Overstated, "it is not so")]
    [InlineData(40, 4, Verdict.InsufficientEvidence, "too few requests")]
    public void Findings_say_what_was_found(int n, int over, Verdict verdict, string words)
    {
        var finding = LatencyFinding.Create(Claim(Load.Poisson(5)), [new(Load.Poisson(5), Requests(n, over))], "SELECT 1");
        Check(finding, verdict, words);
        Assert.Equal("yes", finding["is_stated_load"].Display);
        Assert.All(finding.Values.Where(v => v.Unit == "ms" && v.Name != "limit"), v => Assert.Equal(ComparisonRule.Ignore, v.Comparison));
        // The finding's own verdict is what a re-run is held against, not the word beside the times.
        Assert.Equal(ComparisonRule.Ignore, finding["verdict"].Comparison);
    }

    [Fact]
    public void A_number_that_comes_out_under_a_friendlier_load_is_said_to()
    {
        var finding = LatencyFinding.Create(Claim(Load.Poisson(5)), [new(Load.SingleStream, Requests(400, 2)), new(Load.Poisson(5), Requests(400, 200))], "SELECT 1");
        Check(finding, Verdict.Overstated, "comes out under this load, not under the one it is stated for");
    }

    [Fact]
    public void A_load_that_was_not_measured_or_not_stated_gives_no_verdict_on_the_claim()
    {
        LatencyMeasurement[] measured = [new(Load.SingleStream, Requests(400, 2))];
        Check(LatencyFinding.Create(Claim(Load.Poisson(5)), measured, "SELECT 1"), Verdict.InsufficientEvidence, "was not measured");
        Check(LatencyFinding.Create(Claim(null), measured, "SELECT 1"), Verdict.NotReproducible, "names no load");
        Check(LatencyFinding.Create(Claim(null), [], "SELECT 1"), Verdict.NotReproducible, "names no load");
    }

    [Fact]
    public void Failed_requests_are_told()
    {
        var finding = LatencyFinding.Create(
            Claim(Load.SingleStream), [new(Load.SingleStream, [.. Enumerable.Range(0, 50).Select(i => new LatencyRequest(i, 0, 0, i < 20 ? 1 : null, i < 20 ? 1 : null, i < 20 ? 3 : 0, i >= 20))])], "SELECT 1");
        Check(finding, Verdict.Overstated, "30 requests failed");
    }

    [Fact]
    public void The_figure_holds_every_request()
    {
        var figure = LatencyFigure.Create(new("fig-latency", 5, "Time to last token", "Steps.", "case"), Claim(Load.Poisson(5)), [new(Load.Poisson(5), Requests(3000, 200)), new(Load.SingleStream, Requests(50, 1))]);
        Assert.Equal(3050, figure.Data.Rows.Count);
        Assert.NotEqual("", PlotlyFigure.ToJson(figure));
        Assert.Contains("Claimed 10 ms", FigureSvg.Render(figure, FigureVariant.Light), StringComparison.Ordinal);
    }

    private static void Check(Finding finding, Verdict verdict, string words)
    {
        Assert.Equal(verdict, finding.Verdict);
        Assert.Empty(Binding.LiteralNumbers(finding.Answer));
        var text = Binding.Print(finding);
        Assert.Contains(words, text, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
    }

    private static LatencyClaim Claim(Load? load) => new("lat", LatencyMetric.EndToEnd, 0.9m, 10, load, "model card");

    private static LatencyValues Values(int n, int over) => LatencyValues.Of(Requests(n, over), LatencyMetric.EndToEnd);

    // So many of n requests take 10.000001 ms, the others 10 ms or less.
    private static List<LatencyRequest> Requests(int n, int over) =>
        [.. Enumerable.Range(0, n).Select(i => new LatencyRequest(i, 0, 0, 1_000_000, i < over ? 10_000_001 : 10_000_000 - i, 4, false))];
}
