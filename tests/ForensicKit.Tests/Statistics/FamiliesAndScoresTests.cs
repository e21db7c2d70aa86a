using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

public class FamiliesAndScoresTests
{
    private static readonly Gen<Probability[]> PValues = Gen.Double[1e-6, 1].Select(Probability.FromValue).Array[1, 12];

    [Fact]
    public void Adjusted_values_keep_the_order_and_never_fall_below_p() =>
        PValues.Sample(p =>
        {
            foreach (var adjusted in All(p))
            {
                for (var i = 0; i < p.Length; i++)
                {
                    Assert.True(adjusted[i].Log >= p[i].Log - 1e-12);
                    for (var j = 0; j < p.Length; j++)
                        Assert.True(p[i] > p[j] || adjusted[i].Log <= adjusted[j].Log + 1e-12);
                }
            }
        }, iter: 200);

    [Fact]
    public void Sharper_procedures_give_smaller_values() =>
        PValues.Sample(p =>
        {
            for (var i = 0; i < p.Length; i++)
            {
                Assert.True(MultipleTesting.Holm(p)[i] <= MultipleTesting.Bonferroni(p)[i]);
                Assert.True(MultipleTesting.Hochberg(p)[i].Log <= MultipleTesting.Holm(p)[i].Log + 1e-12);
                Assert.True(MultipleTesting.Hommel(p)[i].Log <= MultipleTesting.Hochberg(p)[i].Log + 1e-12);
                Assert.True(MultipleTesting.HolmSidak(p)[i].Log <= MultipleTesting.Holm(p)[i].Log + 1e-12);
                Assert.True(MultipleTesting.BenjaminiHochberg(p)[i].Log <= MultipleTesting.Hommel(p)[i].Log + 1e-12);
            }
        }, iter: 200);

    // The definition, 2^m intersections: Hommel is the closed test with Simes.
    [Fact]
    public void Hommel_is_the_closed_Simes_test() =>
        Gen.Double[1e-4, 1].Select(Probability.FromValue).Array[1, 8].Sample(p =>
        {
            var adjusted = MultipleTesting.Hommel(p);
            for (var i = 0; i < p.Length; i++)
            {
                var worst = Enumerable.Range(1, (1 << p.Length) - 1).Where(set => (set >> i & 1) == 1)
                    .Max(set => PCombination.Simes([.. p.Where((_, j) => (set >> j & 1) == 1)]));
                Assert.Equal(worst.Value, adjusted[i].Value, 1e-12);
            }
        }, iter: 100);

    [Fact]
    public void Calibrators_integrate_to_at_most_one()
    {
        // E[e(U)] over a fine grid of log p; the mixture and power calibrators integrate to 1.
        double Expectation(Func<Probability, double> logE)
        {
            var (sum, step) = (0.0, 1e-3);
            for (var log = -step / 2; log > -60; log -= step)
                sum += Math.Exp(logE(Probability.FromLog(log)) + log) * step;
            return sum;
        }

        Assert.Equal(1, Expectation(p => EValues.LogPowerCalibrator(p, 0.5)), 1e-6);
        Assert.Equal(1, Expectation(p => Math.Log(EValues.ShaferCalibrator(p))), 1e-5);
        // Its tail falls as 1/ln(1/p): what is left out below e^−60 is 1/60.
        Assert.Equal(1 - (1.0 / 60), Expectation(EValues.LogMixtureCalibrator), 1e-3);
    }

    [Fact]
    public void Landau_branches_meet_and_the_far_tail_is_two_over_pi_u()
    {
        var seam = (0.5 - Math.Log(Math.PI / 2)) * 2 / Math.PI;
        Assert.Equal(Landau.Upper(seam - 1e-9).Value, Landau.Upper(seam + 1e-9).Value, 1e-8);
        Assert.Equal(2 / (Math.PI * 1e9), Landau.Upper(1e9).Value, 1e-16);
        // Median of the standard form, 1.355780 (scipy.stats.landau.median).
        Assert.Equal(0.5, Landau.Upper((1.3557804209908013 - Math.Log(Math.PI / 2)) * 2 / Math.PI).Value, 1e-9);
    }

    [Fact]
    public void Sign_flips_counted_by_sums_equal_the_enumeration() =>
        Gen.Int[-4, 4].Array[1, 9].Sample(d =>
        {
            var test = SignFlipTest.Exact([.. d.Select(x => x / 10.0)], new double[d.Length])!;
            var sums = Enumerable.Range(0, 1 << d.Length).Select(signs => d.Select((x, i) => (signs >> i & 1) == 1 ? x : -x).Sum()).ToList();
            Assert.Equal(sums.Count(s => s >= d.Sum()) / (double)sums.Count, test.Greater.Value, 1e-14);
            Assert.Equal(sums.Count(s => s <= d.Sum()) / (double)sums.Count, test.Less.Value, 1e-14);
            Assert.Equal(sums.Count(s => Math.Abs(s) >= Math.Abs(d.Sum())) / (double)sums.Count, test.TwoSided.Value, 1e-14);
        }, iter: 100);

    [Fact]
    public void Sign_flips_take_scores_as_decimals()
    {
        // 0.3 − 0.1 and 0.2 differ as doubles and tie as decimals.
        var test = SignFlipTest.Exact([0.3, 0], [0.1, 0.2])!;
        Assert.Equal(0.75, test.Greater.Value, 1e-15);
        Assert.Null(SignFlipTest.Exact([.. Enumerable.Range(0, 24).Select(i => Math.Pow(2, i))], new double[24]));
    }

    [Fact]
    public void The_exact_bootstrap_has_the_mean_and_error_of_the_items() =>
        Gen.Select(Gen.Int[0, 1].Array[2, 60], Gen.Int[0, 1].Array[60]).Sample((a, b) =>
        {
            double[] first = [.. a.Select(x => (double)x)], second = [.. b.Take(a.Length).Select(x => (double)x)];
            var bootstrap = PairedBootstrap.Exact(first, second)!;
            var result = PairedDifference.Compare(first, second);
            var n = a.Length;
            double mean = 0, square = 0;
            for (var k = -n; k <= n; k++)
            {
                var mass = bootstrap.AtMost((double)k / n) - (k > -n ? bootstrap.AtMost((double)(k - 1) / n) : 0);
                mean += mass * k / n;
                square += mass * k / n * k / n;
            }

            Assert.Equal(result.Difference, mean, 1e-12);
            Assert.Equal(result.BootstrapError, Math.Sqrt(Math.Max(0, square - (mean * mean))), 1e-7);
        }, iter: 100);

    // inspect_ai, tests/scorer/test_metric.py: scores 0…9 have standard error 0.957; 0…19 clustered by i mod 4, 0.645.
    [Fact]
    public void Published_clustered_error()
    {
        double[] scores = [.. Enumerable.Range(0, 20).Select(i => (double)i)];
        Assert.Equal(0.645, ClusteredErrors.Of(scores, [.. Enumerable.Range(0, 20).Select(i => i % 4)]).ClusteredCorrected, 5e-4);
        double[] ten = [.. scores.Take(10)];
        Assert.Equal(0.957, PairedDifference.Compare(ten, new double[10]).StandardErrorA!.Value, 5e-4);
    }

    [Fact]
    public void Reml_equals_anova_for_balanced_clusters() =>
        Gen.Double[-1, 1].Array[12].Sample(noise =>
        {
            double[] scores = [.. noise.Select((e, i) => e + (i / 3 * 2))];
            var result = ClusteredErrors.Of(scores, [.. Enumerable.Range(0, 12).Select(i => i / 3)]);
            Assert.True(result.Components!.VarianceBetween > 0);
            // Scores that do not vary within clusters have no REML fit; the generator draws many zeros.
            if (result.Components.VarianceWithin < 1e-299)
            {
                Assert.Null(result.Reml);
                return;
            }

            Assert.Equal(result.Components.VarianceBetween, result.Reml!.VarianceBetween, 1e-7 * result.Components.VarianceBetween);
            Assert.Equal(result.Components.VarianceWithin, result.Reml.VarianceWithin, 1e-7 * result.Components.VarianceWithin);
        }, iter: 100);

    // Clusters that differ 1e6 to 1e140 times more than their items: λ = σ²_b/σ²_w lies beyond any fixed grid.
    [Theory]
    [InlineData(1e-6)]
    [InlineData(6.23e-11)]
    [InlineData(1e-40)]
    [InlineData(1e-140)]
    public void Reml_finds_components_of_any_ratio(double noise)
    {
        var result = ClusteredErrors.Of([0, 0, 0, 2, 2, 2, 4, 4, 4, 0, 0, noise], [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
        Assert.Equal(result.Components!.VarianceBetween, result.Reml!.VarianceBetween, 1e-12 * result.Components.VarianceBetween);
        Assert.Equal(result.Components.VarianceWithin, result.Reml.VarianceWithin, 1e-12 * result.Components.VarianceWithin);
    }

    [Fact]
    public void Reml_is_no_worse_than_any_ratio_on_a_grid() =>
        Gen.Select(Gen.Double[-1, 1].Array[20], Gen.Int[0, 4].Array[20]).Sample((scores, clusters) =>
        {
            if (clusters.Distinct().Count() < 2)
                return;
            var fit = ClusteredErrors.Of(scores, clusters).Reml!;
            for (var lambda = 0.0; lambda < 20; lambda = (lambda * 1.3) + 0.01)
                Assert.True(fit.Criterion <= Criterion(scores, clusters, lambda) + 1e-9);
        }, iter: 100);

    [Fact]
    public void Two_way_sums_of_squares_add_up() =>
        Gen.Double[-3, 3].Array[12].Sample(cells =>
        {
            double[][] rows = [.. cells.Chunk(3)];
            var fit = TwoWayComponents.Estimate(rows);
            var total = cells.Sum(y => (y - fit.GrandMean) * (y - fit.GrandMean));
            Assert.Equal(total, (3 * fit.MeanSquareItems) + (2 * fit.MeanSquarePrompts) + (6 * fit.MeanSquareResidual), 1e-10);
            Assert.Equal(1, (fit.ShareItems + fit.SharePrompts + fit.ShareResidual)!.Value, 1e-10);
        }, iter: 100);

    // Expected maximum of N standard normals (Harter 1961): N = 2 gives 1/√π, N = 1000 gives 3.24144.
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0.5641895835477563)]
    [InlineData(27, 1.9982693020065825)]
    [InlineData(1000, 3.2414357691334409)]
    public void Expected_maximum_of_normals(double n, double expected)
    {
        Assert.Equal(expected, BestOfN.ExpectedNormalMaximum(Math.Log(n)), 1e-9);
        Assert.Equal(Math.Log(n), BestOfN.LogVariantsForExpectedMaximum(expected), 1e-7);
    }

    // By adaptive quadrature with 30 digits.
    [Theory]
    [InlineData(0.5, 0.418405448891989852)]
    [InlineData(1, 0.780426229356176963)]
    [InlineData(3.2958368660043291, 1.99826930200657861)]
    [InlineData(10, 4.04156396705965116)]
    [InlineData(50, 9.73284911541764502)]
    [InlineData(250, 22.2060461002143363)]
    public void Expected_maximum_of_normals_to_twelve_digits_and_back(double logN, double expected)
    {
        Assert.Equal(1, BestOfN.ExpectedNormalMaximum(logN) / expected, 1e-12);
        Assert.Equal(1, BestOfN.LogVariantsForExpectedMaximum(expected) / logN, 1e-12);
    }

    [Theory]
    [InlineData(14042, 0.7411, 27)]
    [InlineData(1319, 0.7411, 1e12)]
    [InlineData(1319, 0.7411, 1e300)]
    [InlineData(164, 0.65, 27)]
    [InlineData(1319, 0.999, 1000)]
    [InlineData(1319, 1e-6, 3)]
    [InlineData(50, 0.5, 1.000001)]
    [InlineData(1, 0.3, 5)]
    public void Expected_inflation_is_the_sum_over_every_count(int n, double p, double variants)
    {
        var sum = Enumerable.Range(0, n).Sum(k => Binomial.Lower(k, n, p).Log is var log && double.IsNegativeInfinity(log)
            ? 0 : -Math.Exp(log) * LogSpace.ExpMinusOne((variants - 1) * log));
        Assert.Equal(1, BestOfN.ExpectedInflation(n, p, variants) / sum, 1e-12);
    }

    [Fact]
    public void A_rate_of_none_or_all_leaves_luck_nothing()
    {
        Assert.Equal(0, BestOfN.ExpectedInflation(10, 0, 5));
        Assert.Equal(0, BestOfN.ExpectedInflation(10, 1, 5));
        Assert.Equal(0, BestOfN.ExpectedInflation(10, 0.5, 1));
    }

    [Fact]
    public void Best_of_N_by_simulation_free_enumeration()
    {
        // Two variants of three items at ½: E[max] = Σ k·P, by all 64 outcomes.
        var mean = Enumerable.Range(0, 64).Average(i => Math.Max(int.PopCount(i & 7), int.PopCount(i >> 3)));
        Assert.Equal(mean - 1.5, BestOfN.ExpectedInflation(3, 0.5, 2), 1e-14);
        // P(X ≥ 3) = 1/8: ln ½ / ln(7/8) variants give an even chance.
        Assert.Equal(Math.Log(Math.Log(0.5) / Math.Log(0.875)), BestOfN.LogVariantsNeeded(3, 3, 0.5, 0.5), 1e-13);
    }

    private static IEnumerable<IReadOnlyList<Probability>> All(Probability[] p) =>
    [
        MultipleTesting.Bonferroni(p), MultipleTesting.Sidak(p), MultipleTesting.Holm(p), MultipleTesting.HolmSidak(p),
        MultipleTesting.Hochberg(p), MultipleTesting.Hommel(p), MultipleTesting.BenjaminiHochberg(p), MultipleTesting.BenjaminiYekutieli(p),
    ];

    // −2 restricted log-likelihood from dense algebra-free block formulas, independent of the profile used by the kit.
    private static double Criterion(double[] scores, int[] clusters, double lambda)
    {
        var groups = scores.Zip(clusters).GroupBy(p => p.Second, p => p.First).Select(g => g.ToArray()).ToArray();
        // V⁻¹ of a block I + λJ is I − λ/(1 + λn)·J.
        double Form(Func<double, double> left, Func<double, double> right) => groups.Sum(g =>
            g.Sum(y => left(y) * right(y)) - (lambda / (1 + (lambda * g.Length)) * g.Sum(left) * g.Sum(right)));
        var information = Form(_ => 1, _ => 1);
        var mean = Form(_ => 1, y => y) / information;
        var n = scores.Length;
        var variance = Form(y => y - mean, y => y - mean) / (n - 1);
        return groups.Sum(g => Math.Log(1 + (lambda * g.Length))) + Math.Log(information) + ((n - 1) * (1 + Math.Log(2 * Math.PI * variance)));
    }
}
