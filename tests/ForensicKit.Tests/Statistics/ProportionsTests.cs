using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

public class ProportionsTests
{
    [Fact]
    public void Clopper_Pearson_inverts_the_exact_test() =>
        Gen.Select(Gen.Int[1, 400], Gen.Double[0, 1], Gen.Double[0.5, 0.999]).Sample((n, part, level) =>
        {
            var x = (int)Math.Round(part * n);
            var interval = BinomialInterval.ClopperPearson(x, n, level);
            var tail = (1 - level) / 2;
            if (x > 0)
                Assert.Equal(tail, BinomialTest.Greater(x, n, interval.Lower).Value, 1e-11);
            if (x < n)
                Assert.Equal(tail, BinomialTest.Less(x, n, interval.Upper).Value, 1e-11);
        }, iter: 200);

    [Fact]
    public void Wilson_inverts_the_score_test() =>
        Gen.Select(Gen.Int[1, 5000], Gen.Double[0, 1], Gen.Double[0.5, 0.999]).Sample((n, part, level) =>
        {
            var x = (int)Math.Round(part * n);
            var z = BinomialInterval.CriticalValue(level);
            var interval = BinomialInterval.Wilson(x, n, level);
            foreach (var limit in (double[])[interval.Lower, interval.Upper])
            {
                if (limit is > 0 and < 1)
                    Assert.Equal(z, Math.Abs(((double)x / n) - limit) / Math.Sqrt(limit * (1 - limit) / n), 1e-7);
            }
        }, iter: 200);

    [Fact]
    public void Swapping_success_and_failure_mirrors_intervals_and_tests() =>
        Gen.Select(Gen.Int[1, 200], Gen.Double[0, 1], Gen.Int[1, 255]).Sample((n, part, p) =>
        {
            var (x, p0) = ((int)Math.Round(part * n), p / 256.0);
            var (jeffreys, mirrored) = (BinomialInterval.Jeffreys(x, n, 0.9), BinomialInterval.Jeffreys(n - x, n, 0.9));
            Assert.Equal(jeffreys.Lower, 1 - mirrored.Upper, 1e-12);
            var (test, other) = (BinomialTest.Exact(x, n, p0), BinomialTest.Exact(n - x, n, 1 - p0));
            Assert.Equal(test.Less.Log, other.Greater.Log, 1e-9);
            Assert.Equal(test.TwoSidedMinLikelihood.Log, other.TwoSidedMinLikelihood.Log, 1e-9);
        }, iter: 200);

    [Fact]
    public void Two_sided_likelihood_p_is_the_plain_sum_over_unlikely_counts() =>
        Gen.Select(Gen.Int[1, 80], Gen.Double[0, 1], Gen.Double[0.01, 0.99]).Sample((n, part, p0) =>
        {
            var x = (int)Math.Round(part * n);
            var observed = Binomial.Mass(x, n, p0).Value;
            var sum = Enumerable.Range(0, n + 1).Select(k => Binomial.Mass(k, n, p0).Value).Where(m => m <= observed * (1 + 1e-7)).Sum();
            Assert.Equal(sum, BinomialTest.Exact(x, n, p0).TwoSidedMinLikelihood.Value, 1e-12);
        }, iter: 200);

    // R's documentation of binom.test: Mendel's peas, 682 of 925 against 3/4; p = 0.3825, interval 0.7076683–0.7654066.
    [Fact]
    public void Mendels_peas()
    {
        Assert.Equal(0.3825, BinomialTest.Exact(682, 925, 0.75).TwoSidedMinLikelihood.Value, 5e-5);
        var interval = BinomialInterval.ClopperPearson(682, 925, 0.95);
        Assert.Equal(0.7076683, interval.Lower, 5e-8);
        Assert.Equal(0.7654066, interval.Upper, 5e-8);
    }

    // R's documentation of fisher.test: the lady tasting tea, 3 of 4 and 1 of 4; p = 0.4857 two-sided, 0.2429 greater.
    [Fact]
    public void Lady_tasting_tea()
    {
        var test = TwoProportions.Fisher(3, 4, 1, 4);
        Assert.Equal(34.0 / 70, test.TwoSided.Value, 1e-14);
        Assert.Equal(17.0 / 70, test.Greater.Value, 1e-14);
    }

    // Agresti, Categorical Data Analysis, section on marginal homogeneity: approval ratings with 150 and 86 changes, z² = 17.36.
    [Fact]
    public void Approval_ratings()
    {
        var test = McNemar.Test(150, 86);
        Assert.Equal(17.36, test.ChiSquared, 5e-3);
        Assert.Equal(63.0 * 63 / 236, test.ChiSquaredCorrected, 1e-12);
    }

    // Newcombe 1998, Stat Med 17:873, Table II, method 10: 56/70 − 48/80 gives 0.0524–0.3339.
    [Fact]
    public void Newcombe_table_two()
    {
        var interval = TwoProportions.Newcombe(56, 70, 48, 80, 0.95);
        Assert.Equal(0.0524, interval.Lower, 5e-5);
        Assert.Equal(0.3339, interval.Upper, 5e-5);
    }

    [Fact]
    public void Pairing_bounds_hold_the_p_of_every_pairing() =>
        Gen.Select(Gen.Int[1, 60], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((n, one, two) =>
        {
            var (claimed, reproduced) = ((int)Math.Round(one * n), (int)Math.Round(two * n));
            var bounds = McNemar.UnknownPairing(n, claimed, reproduced);
            for (var both = Math.Max(0, claimed + reproduced - n); both <= Math.Min(claimed, reproduced); both++)
            {
                var p = McNemar.Exact(claimed - both, reproduced - both);
                Assert.InRange(p.Log, bounds.PMin.Log - 1e-12, bounds.PMax.Log + 1e-12);
            }
        }, iter: 200);

    // With a zero margin of the likelihood's own estimate the restricted rates are the observed ones.
    [Fact]
    public void Farrington_Manning_at_the_observed_difference_is_Walds_error() =>
        Gen.Select(Gen.Int[2, 30], Gen.Int[1, 200]).Sample((k, n) =>
        {
            // x2/n2 − x1/n1 = margin exactly: the lower test's statistic is 0 and p = ½.
            var test = Equivalence.FarringtonManning(k, 4 * k, 2 * k, 4 * k, 0.25)!;
            Assert.Equal(0.5, test.Lower.Value, 1e-12);
            Assert.Equal(Equivalence.TwoProportionsWald(k, 4 * k, 2 * k, 4 * k, 0.25)!.Lower.Value, test.Lower.Value, 1e-12);
        }, iter: 20);

    [Fact]
    public void Restricted_rates_are_the_likelihoods_maximum()
    {
        // Direct search over p2 for p1 = p2 + 0.05, from x1/n1 = 45/50 and x2/n2 = 40/48.
        double Likelihood(double p2) => (45 * Math.Log(p2 + 0.05)) + (5 * Math.Log(0.95 - p2)) + (40 * Math.Log(p2)) + (8 * Math.Log(1 - p2));
        var best = Enumerable.Range(1, 94999).Select(i => i / 100000.0).MaxBy(Likelihood);
        var error = Math.Sqrt(((best + 0.05) * (0.95 - best) / 50) + (best * (1 - best) / 48));
        Assert.Equal(((45.0 / 50) - (40.0 / 48) - 0.05) / error, Equivalence.FarringtonManning(45, 50, 40, 48, 0.05)!.ZUpper!.Value, 1e-5);
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(-1, 3)]
    [InlineData(0, 0)]
    public void Impossible_counts_are_rejected(long x, long n)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialInterval.Wilson(x, n, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTest.Exact(x, n, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoProportions.Newcombe(x, n, 1, 2, 0.95));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClaimGap.Test(n, x, 0, 0.01));
    }

    // R: power.prop.test(p1 = .50, p2 = .75, power = .90) gives n = 76.7 (documentation of power.prop.test).
    [Fact]
    public void Power_of_two_proportions() =>
        Assert.Equal(76.7, NormalSampleSize.TwoProportions(0.5, 0.75, 0.05, 0.9).Real, 0.05);

    // Miller 2024: ω² = 1/9, σ² = 0, δ = 0.03 needs 969 questions.
    [Fact]
    public void Millers_sample_size() =>
        Assert.Equal(969, NormalSampleSize.Paired(DoubleDouble.Ratio(1, 9), 0, 0, 1, 1, 0.03, 0.05, 0.8).N);

    [Fact]
    public void The_detectable_rate_has_the_power_asked_for() =>
        Gen.Select(Gen.Int[30, 500], Gen.Double[0.2, 0.8], Gen.Enum<Alternative>()).Sample((n, p0, alternative) =>
        {
            var effect = BinomialPower.MinimumDetectable(n, p0, 0.05, 0.8, alternative);
            Assert.NotNull(effect);
            Assert.Equal(0.8, BinomialPower.Exact(n, p0, effect.P1, 0.05, alternative).Power, 1e-9);
            Assert.InRange(BinomialPower.Exact(n, p0, p0, 0.05, alternative).Size, 0, 0.05);
        }, iter: 100);
}
