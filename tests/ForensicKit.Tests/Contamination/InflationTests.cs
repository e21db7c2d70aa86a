using CsCheck;
using ForensicKit.Contamination;
using ForensicKit.Findings;
using ForensicKit.Reporting;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Contamination;

public class InflationTests
{
    private static readonly ScanSettings s_settings = new("method", 0.01, new Dictionary<string, int>(StringComparer.Ordinal), new Dictionary<string, long>(StringComparer.Ordinal));

    [Fact]
    public void The_difference_in_differences_is_that_of_the_means()
    {
        // Leaked: suspect 9 of 10, reference 5 of 10; fresh: 6 and 5 of 10.
        var result = InflationTest.Run(Items(10, 9, 5, 10, 6, 5));
        Assert.Equal(30, result.Overall.Points, 10);
        Assert.Equal(10, result.FreshPoints, 10);
        Assert.Equal((9, 6, 5, 5), (result.Suspect.Leaked, result.Suspect.Fresh, result.Clean.Leaked, result.Clean.Fresh));
    }

    [Fact]
    public void The_interval_is_Welchs()
    {
        // Item differences: five of ten +1 and five of ten −1. Both variances are 5/18, hence 18 degrees of freedom, and t(0.975, 18) = 2.100922
        // by the tables.
        var overall = InflationTest.Run(Items(10, 5, 0, 10, 0, 5)).Overall;
        Assert.Equal(100, overall.Points, 10);
        Assert.Equal(100 - (100 * 2.100922 * Math.Sqrt(2 * 5.0 / 18 / 10)), overall.Interval!.Value.Lower, 1e-3);
        Assert.Equal(100 * (1.644854 + 0.841621) * Math.Sqrt(2 * 5.0 / 18 / 10), overall.MinimumDetectable!.Value, 1e-3);
    }

    [Fact]
    public void Where_nobody_but_the_suspect_is_ever_right_the_exchange_is_Fishers_exact_test() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 30], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((leaked, fresh, a, b) =>
        {
            var (x, y) = ((int)Math.Round(a * leaked), (int)Math.Round(b * fresh));
            var p = InflationTest.LabelExchange(Items(leaked, x, 0, fresh, y, 0));
            var fisher = Hypergeometric.Upper(x, leaked + fresh, x + y, leaked);
            Assert.Equal(fisher.Value, p.Value, 1e-10);
        });

    [Fact]
    public void The_exchange_agrees_with_every_labelling_counted_out() =>
        Gen.Select(Gen.Int[0, 2].Array[1, 5], Gen.Int[0, 2].Array[1, 5], Gen.Int[0, 2].Array[1, 4], Gen.Int[0, 2].Array[1, 4]).Sample((a, b, c, d) =>
        {
            List<InflationItem> items = [.. Of(a, true, "x"), .. Of(b, false, "x"), .. Of(c, true, "y"), .. Of(d, false, "y")];
            long all = 0, atLeast = 0;
            var observed = items.Where(i => i.IsLeaked).Sum(D);
            foreach (var x in Subsets(a.Length + b.Length, a.Length))
            {
                foreach (var y in Subsets(c.Length + d.Length, c.Length))
                {
                    all++;
                    var sum = items.Take(a.Length + b.Length).Where((_, i) => (x >> i & 1) == 1).Sum(D) + items.Skip(a.Length + b.Length).Where((_, i) => (y >> i & 1) == 1).Sum(D);
                    atLeast += sum >= observed ? 1 : 0;
                }
            }

            Assert.Equal((double)atLeast / all, InflationTest.LabelExchange(items).Value, 1e-12);
        }, iter: 100);

    [Fact]
    public void Under_no_inflation_the_p_value_keeps_its_level()
    {
        // The p is exact: over all labellings of one fixed set of answers, at most 5% have p ≤ 0.05.
        int[] d = [2, 2, 1, 1, 1, 0, 1, 2, 1, 0];
        var p = Subsets(10, 5).Select(s => InflationTest.LabelExchange([.. d.Select((x, i) => Item(x, (s >> i & 1) == 1, ""))]).Value).ToList();
        Assert.True(p.Count(x => x <= 0.05) <= 0.05 * p.Count);
    }

    [Fact]
    public void Items_that_all_agree_do_not_make_it_certain()
    {
        var result = InflationTest.Run(Items(5, 5, 0, 5, 0, 0));
        Assert.Equal(100, result.Overall.Points);
        Assert.True(result.Overall.Interval!.Value.Lower < 60);
        Assert.Equal(1.0 / 252, result.Overall.P.Value, 1e-12);
    }

    [Fact]
    public void Exposures_are_told_apart()
    {
        List<InflationItem> items = [.. Items(0, 0, 0, 40, 20, 20), .. Enumerable.Range(0, 40).Select(i => new InflationItem($"l{i}", true, i % 4 == 0 ? 1 : i % 4 == 1 ? 5 : i % 4 == 2 ? 49 : 200, i % 4 > 1 || i % 8 < 4, i % 8 < 4))];
        var buckets = InflationTest.Run(items).ByExposure;
        Assert.Equal([(1, 4), (5, 9), (10, 49), (50, (int?)null)], buckets.Select(b => (b.From, b.To)));
        Assert.All(buckets, b => Assert.Equal(10, b.Effect.Leaked));
        Assert.Equal(0, buckets[0].Effect.Points, 10);
        Assert.True(buckets[3].Effect.Points > 30);
    }

    [Fact]
    public void A_large_sample_is_no_obstacle()
    {
        var result = InflationTest.Run(Items(3000, 2900, 900, 3000, 1000, 900));
        Assert.InRange(result.Overall.P.Value, 1e-300, 1e-100);
    }

    [Fact]
    public void Items_that_contradict_themselves_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => InflationTest.Run(Items(5, 1, 1, 0, 0, 0)));
        Assert.ThrowsAny<ArgumentException>(() => InflationTest.Run([new("a", true, 0, true, true), new("b", false, 0, true, true)]));
        Assert.ThrowsAny<ArgumentException>(() => InflationTest.Run([new("a", true, 1, true, true), new("b", false, 3, true, true)]));
    }

    [Theory]
    [InlineData(100, 95, 40, 100, 45, 40, "shown")]
    [InlineData(2000, 800, 800, 2000, 800, 800, "not shown")]
    [InlineData(12, 6, 5, 12, 5, 5, "too few items")]
    [InlineData(0, 0, 0, 12, 5, 5, "nothing to compare")]
    [InlineData(12, 6, 5, 0, 0, 0, "nothing to compare")]
    public void Findings_say_what_was_found(int leaked, int s, int c, int fresh, int t, int d, string outcome)
    {
        var finding = Assert.Single(InflationFinding.CreateAll([Evidence("gsm", Items(leaked, s, c, fresh, t, d))]));
        Assert.Equal(outcome, finding["outcome"].Display);
        var text = Binding.Print(finding);
        Assert.Empty(Binding.LiteralNumbers(finding.Answer));
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
        Assert.Contains("Presence without inflation", text, StringComparison.Ordinal);
        Assert.Null(finding.Verdict);
        Assert.NotEqual("", finding.Sha256());
    }

    [Fact]
    public void Several_benchmarks_are_corrected_together()
    {
        var one = Items(40, 30, 20, 40, 20, 20);
        var alone = InflationFinding.CreateAll([Evidence("a", one)]);
        var three = InflationFinding.CreateAll([Evidence("a", one), Evidence("b", Items(0, 0, 0, 9, 1, 1)), Evidence("c", Items(40, 20, 20, 40, 20, 20)), Evidence("d", Items(40, 20, 20, 40, 20, 20))]);
        double Holm(Finding f) => double.Parse(f["p_holm"].Exact, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(3 * Holm(alone[0]), Holm(three[0]), 1e-9);
        Assert.Equal(["inflation/a", "inflation/b", "inflation/c", "inflation/d"], three.Select(f => f.Id));
    }

    [Fact]
    public void The_figure_holds_every_row()
    {
        var figure = ContaminationFigures.Inflation(new("fig-inflation", 3, "Gain on leaked items", "Points with intervals.", "case"), [("a", InflationTest.Run(Items(40, 30, 20, 40, 20, 20)))]);
        Assert.Equal(2, figure.Data.Rows.Count);
        Assert.NotEqual("", PlotlyFigure.ToJson(figure));
        Assert.Contains("Gain on leaked items", FigureSvg.Render(figure, FigureVariant.Light), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "none found")]
    [InlineData(30, 0, "present")]
    [InlineData(30, 2, "present beyond chance")]
    [InlineData(5, 4, "not told from chance")]
    public void Presence_findings_say_what_was_found(int found, int freshFound, string outcome)
    {
        var counts = new PresenceCounts("gsm", 100, 3, found, 0, 0, found / 2, 1, 100, freshFound, [.. Enumerable.Range(1, found)]);
        var finding = PresenceFinding.Create(counts, s_settings, 1234, "SELECT 1");
        Assert.Equal(outcome, finding["outcome"].Display);
        var text = Binding.Print(finding);
        Assert.Empty(Binding.LiteralNumbers(finding.Answer));
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
        Assert.DoesNotContain("inflat", finding.Answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("another question", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Presence_without_control_is_said()
    {
        var finding = PresenceFinding.Create(new("gsm", 10, 0, 0, 0, 4, 4, 0, 0, 0, [1, 1, 2, 9]), s_settings, 5, "SELECT 1", "claim");
        Assert.Equal(("presence/claim", "claim", "present, no control"), (finding.Id, finding.ClaimId, finding["outcome"].Display));
        Assert.Contains("no fresh items", Binding.Print(finding), StringComparison.Ordinal);
        var figure = ContaminationFigures.Presence(new("fig-presence", 2, "What stands in the training data", "Shares.", "case"), [new("gsm", 10, 0, 0, 0, 4, 4, 0, 0, 0, [1, 1, 2, 9])]);
        Assert.NotEqual("", PlotlyFigure.ToJson(figure));
        Assert.Contains("4 of 10", FigureSvg.Render(figure, FigureVariant.Light), StringComparison.Ordinal);
    }

    private static InflationEvidence Evidence(string benchmark, IReadOnlyList<InflationItem> items) => new(benchmark, items, "suspect", "twin", 8, "SELECT 1") { BenchmarkItems = 2000 };

    // So many leaked items of which the suspect has the first s right and the reference the last c; likewise fresh ones.
    private static List<InflationItem> Items(int leaked, int s, int c, int fresh, int t, int d) =>
    [
        .. Enumerable.Range(0, leaked).Select(i => new InflationItem($"l{i}", true, 1, i < s, i >= leaked - c)),
        .. Enumerable.Range(0, fresh).Select(i => new InflationItem($"f{i}", false, 0, i < t, i >= fresh - d)),
    ];

    private static IEnumerable<InflationItem> Of(int[] values, bool isLeaked, string stratum) => values.Select(v => Item(v, isLeaked, stratum));

    private static InflationItem Item(int value, bool isLeaked, string stratum) => new("i", isLeaked, isLeaked ? 1 : 0, value == 2, value == 0, stratum);

    private static int D(InflationItem i) => (i.SuspectCorrect ? 1 : 0) - (i.CleanCorrect ? 1 : 0);

    private static IEnumerable<int> Subsets(int n, int k) => Enumerable.Range(0, 1 << n).Where(s => System.Numerics.BitOperations.PopCount((uint)s) == k);
}
