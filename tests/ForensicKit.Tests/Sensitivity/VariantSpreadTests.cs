using CsCheck;
using ForensicKit.Findings;
using ForensicKit.Reporting;
using ForensicKit.Sensitivity;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Sensitivity;

public class VariantSpreadTests
{
    [Fact]
    public void Range_and_deviation_are_those_of_the_accuracies()
    {
        var result = VariantSpread.Measure(["a", "b", "c"], Rows("110", "100", "111", "010", "100"), 1, 99);
        Assert.Equal([4, 3, 1], result.Variants.Select(v => v.Correct));
        Assert.Equal([1, 2, 3], result.Variants.Select(v => v.Place));
        Assert.Equal(60, result.Range, 10);
        Assert.Equal(20 * Math.Sqrt(7.0 / 3), result.StandardDeviation, 10);
        Assert.Equal(4, result.ChangedItems);
        // ProSA's own definition, on the same table.
        Assert.Equal(PromptSensitivity.ProSA([.. Rows("110", "100", "111", "010", "100").Select(r => (IReadOnlyList<double>)[.. r.Select(c => c ? 1.0 : 0)])]).Mean, result.PairwiseSensitivity, 12);
    }

    [Fact]
    public void With_two_variants_the_test_is_McNemars() => Gen.Select(Gen.Int[0, 12], Gen.Int[0, 12], Gen.Int[0, 10], Gen.UInt).Sample((b, c, both, seed) =>
    {
        if (b + c + both == 0)
            return;
        var result = VariantSpread.Measure(["x", "y"], Rows([.. Enumerable.Repeat("10", b), .. Enumerable.Repeat("01", c), .. Enumerable.Repeat("11", both)]), seed, 3999);
        var exact = McNemar.Exact(b, c).Value;
        Assert.Equal(exact, result.P.Value, 5.5 * Math.Sqrt((exact * (1 - exact) / 4000) + 1e-7) + (1.0 / 4000));
    }, iter: 60);

    [Fact]
    public void With_three_variants_every_deal_counted_out_agrees()
    {
        string[] rows = ["110", "100", "110", "010", "101", "100", "110"];
        var observed = Spread(rows);
        // Every item's row in each of its three orders.
        var all = rows.Aggregate(Enumerable.Repeat(Array.Empty<string>(), 1), (deals, row) => deals.SelectMany(d => Orders(row).Select(o => d.Append(o).ToArray()))).ToList();
        var exact = all.Count(d => Spread(d) >= observed) / (double)all.Count;
        var mean = all.Average(Spread);
        var result = VariantSpread.Measure(["a", "b", "c"], Rows(rows), 5, 20_000);
        Assert.Equal(exact, result.P.Value, 0.02);
        Assert.Equal(100 * mean / rows.Length, result.NullRange, 0.5);

        static int Spread(string[] table) => Enumerable.Range(0, 3).Select(v => table.Count(r => r[v] == '1')).ToArray() is var c ? c.Max() - c.Min() : 0;
        static IEnumerable<string> Orders(string row) => row.Count(c => c == '1') == 1 ? ["100", "010", "001"] : ["110", "101", "011"];
    }

    [Fact]
    public void Independent_variants_spread_as_the_independent_null_says()
    {
        // 400 items right with probability one half under each of 10 variants, independently: the dealt-out null comes near the independent one.
        var random = new NumpyRandomState(3);
        var rows = Enumerable.Range(0, 400).Select(_ => (IReadOnlyList<bool>)[.. Enumerable.Range(0, 10).Select(_ => random.Random() < 0.5)]).ToList();
        var result = VariantSpread.Measure([.. Enumerable.Range(0, 10).Select(i => $"v{i}")], rows, 4, 2000);
        Assert.Equal(100 * new NullSpread(10, 400, 0.5).ExpectedRange, result.NullRange, 0.4);
        Assert.True(result.P.Value > 0.01);
    }

    [Fact]
    public void Under_the_null_small_p_values_are_as_rare_as_they_should_be()
    {
        var random = new NumpyRandomState(11);
        var rejected = 0;
        for (var run = 0; run < 400; run++)
        {
            var rows = Enumerable.Range(0, 60).Select(_ =>
            {
                var easy = random.Random();
                return (IReadOnlyList<bool>)[.. Enumerable.Range(0, 6).Select(_ => random.Random() < easy)];
            }).ToList();
            rejected += VariantSpread.Measure(["a", "b", "c", "d", "e", "f"], rows, (uint)run, 199).P.Value <= 0.05 ? 1 : 0;
        }

        // 400 runs at 5%: 20 expected, standard deviation 4.4.
        Assert.InRange(rejected, 3, 37);
    }

    [Fact]
    public void Items_that_never_change_spread_nothing()
    {
        var result = VariantSpread.Measure(["a", "b"], Rows("11", "00", "11"), 1, 99);
        Assert.Equal((0.0, 0.0, 0, 1.0), (result.Range, result.NullRange, result.ChangedItems, result.P.Value));
        Assert.Equal(new Interval(200.0 / 3, 200.0 / 3), result.NullBand);
    }

    [Fact]
    public void The_same_seed_gives_the_same_deals()
    {
        var rows = Rows("1100", "1010", "1000", "1110", "0110", "1001");
        string[] ids = ["a", "b", "c", "d"];
        Assert.Equal(VariantSpread.Measure(ids, rows, 9, 199).NullRange, VariantSpread.Measure(ids, rows, 9, 199).NullRange);
        Assert.NotEqual(VariantSpread.Measure(ids, rows, 9, 199).NullRange, VariantSpread.Measure(ids, rows, 10, 199).NullRange);
    }

    [Fact]
    public void Tables_that_do_not_fit_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => VariantSpread.Measure(["a"], Rows("1"), 1));
        Assert.ThrowsAny<ArgumentException>(() => VariantSpread.Measure(["a", "a"], Rows("11"), 1));
        Assert.ThrowsAny<ArgumentException>(() => VariantSpread.Measure(["a", "b"], Rows("11", "1"), 1));
        Assert.ThrowsAny<ArgumentException>(() => VariantSpread.Measure(["a", "b"], [], 1));
        Assert.ThrowsAny<ArgumentException>(() => VariantSpread.Measure(["a", "b"], Rows("11"), 1, 5));
    }

    [Fact]
    public void Findings_say_what_the_wording_is_worth()
    {
        var real = VariantSpread.Measure(["standard", "dash"], Rows([.. Enumerable.Repeat("10", 40), .. Enumerable.Repeat("11", 30), .. Enumerable.Repeat("00", 30)]), 1);
        var chance = VariantSpread.Measure(["standard", "dash"], Rows([.. Enumerable.Repeat("10", 5), .. Enumerable.Repeat("01", 4), .. Enumerable.Repeat("11", 30)]), 1);
        var titles = PromptVariants.All.ToDictionary(v => v.Id, v => v.Title, StringComparer.Ordinal);
        var findings = SensitivityFinding.CreateAll(
        [
            new("mmlu", real, titles, "SELECT 1") { ClaimId = "mmlu", ClaimedVariantId = "standard", ClaimedPercent = 69 },
            new("gsm", chance, titles, "SELECT 1"),
            new("gsm2", chance, titles, "SELECT 1") { ClaimedPercent = 99.5 },
        ]);
        Assert.Equal(["more than chance", "within chance", "within chance"], findings.Select(f => f["outcome"].Display));
        Assert.Equal("0.002", findings[0]["p_holm"].Display);
        Assert.All(findings, f =>
        {
            Assert.Empty(Binding.LiteralNumbers(f.Answer));
            Assert.DoesNotContain("{{", Binding.Print(f), StringComparison.Ordinal);
        });
        Assert.Contains("place 1 of 2", Binding.Print(findings[0]), StringComparison.Ordinal);
        Assert.Contains("1 of 2 reach the claimed 69.0%", Binding.Print(findings[0]), StringComparison.Ordinal);
        Assert.Contains("not known", Binding.Print(findings[1]), StringComparison.Ordinal);
        Assert.Contains("above every wording", Binding.Print(findings[2]), StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => SensitivityFinding.CreateAll([new("mmlu", real, titles, "") { ClaimedVariantId = "roman" }]));
        Assert.Empty(SensitivityFinding.CreateAll([]));
    }

    [Fact]
    public void The_figure_shows_every_variant()
    {
        var spread = VariantSpread.Measure(["standard", "dash"], Rows([.. Enumerable.Repeat("10", 40), .. Enumerable.Repeat("11", 30), .. Enumerable.Repeat("00", 30)]), 1);
        var figure = SensitivityFigure.Create(
            new("fig-sensitivity", 4, "Score under every wording", "Points.", "case"),
            new("mmlu", spread, PromptVariants.All.ToDictionary(v => v.Id, v => v.Title, StringComparer.Ordinal), "") { ClaimedVariantId = "dash", ClaimedPercent = 72 });
        Assert.Equal(2, figure.Data.Rows.Count);
        Assert.NotEqual("", PlotlyFigure.ToJson(figure));
        var svg = FigureSvg.Render(figure, FigureVariant.Light);
        Assert.Contains("Claimed 72.0", svg, StringComparison.Ordinal);
        Assert.Contains("Standard", svg, StringComparison.Ordinal);
    }

    private static IReadOnlyList<IReadOnlyList<bool>> Rows(params string[] rows) => [.. rows.Select(r => (IReadOnlyList<bool>)[.. r.Select(c => c == '1')])];
}
