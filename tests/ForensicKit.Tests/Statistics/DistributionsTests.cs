using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

/// <summary>Expected values: mpmath 1.3.0 with 60 digits, from sums and series with terms of one sign.</summary>
public class DistributionsTests
{
    [Theory]
    [InlineData(10405, 14042, 0.825, -312.47571842113115)]
    [InlineData(3000, 14042, 0.5, -2453.4283407995426)]
    [InlineData(0, 14042, 0.05, -720.2604397899846)]
    [InlineData(107, 164, 0.78, -8.979878339349224)]
    [InlineData(700, 1000, 0.7, -0.6695722967720371)]
    [InlineData(5, 100000, 0.001, -81.75606983751041)]
    [InlineData(49000, 100000, 0.5, -22.76783609579771)]
    public void Binomial_tail(long x, long n, double p, double expectedLog) => AssertLog(expectedLog, Binomial.Lower(x, n, p));

    [Theory]
    [InlineData(1e-10, -0.6931471806397338)]
    [InlineData(0.3, -0.9621028181688507)]
    [InlineData(1, -1.8410216450092636)]
    [InlineData(2.5, -5.08164827727869)]
    [InlineData(5.9, -20.125799580203175)]
    [InlineData(6.1, -21.357498419215556)]
    [InlineData(10, -53.23128515051247)]
    [InlineData(37.5, -707.6689893175072)]
    [InlineData(100, -5005.524208694205)]
    [InlineData(-1, -0.17275377902344988)]
    [InlineData(-7, -1.279812543886654e-12)]
    public void Normal_tail(double z, double expectedLog) => AssertLog(expectedLog, Normal.Upper(z));

    [Theory]
    [InlineData(0.4999, 0.00025066283008800747)]
    [InlineData(0.4, 0.2533471031357997)]
    [InlineData(0.3, 0.5244005127080408)]
    [InlineData(0.025, 1.9599639845400543)]
    [InlineData(1e-05, 4.264890793922825)]
    [InlineData(1e-12, 7.034483825301132)]
    [InlineData(1e-100, 21.273453560965326)]
    [InlineData(1e-300, 37.0470962993612)]
    public void Normal_quantile(double q, double expected) => AssertRelative(expected, Normal.UpperQuantile(q));

    [Theory]
    [InlineData(0.7, 105, 58, -0.06741976586518823)]
    [InlineData(0.001, 0.5, 3, -2.825935668922996)]
    [InlineData(1e-20, 2.5, 0.5, -116.20944601441411)]
    [InlineData(0.99, 10406, 200, -1.9417166336917496e-16)]
    [InlineData(0.75, 10405, 3638, -0.00683741998215892)]
    [InlineData(0.9999, 0.5, 0.5, -0.0063866551651465)]
    [InlineData(1e-05, 1000, 2000, -9607.978576164282)]
    public void Incomplete_beta(double x, double a, double b, double expectedLog) => AssertLog(expectedLog, Beta.Lower(x, a, b));

    [Theory]
    [InlineData(0.025, 107, 58, 0.5742585268917648)]
    [InlineData(0.00625, 10405, 3638, 0.7316452129864492)]
    [InlineData(0.025, 0.5, 1000.5, 4.909116947944411e-07)]
    [InlineData(0.975, 0.5, 0.5, 0.998458666866564)]
    [InlineData(1e-10, 3, 2, 0.00029242315320945303)]
    [InlineData(0.025, 1, 14042, 1.80300421309114e-06)]
    public void Beta_quantile(double p, double a, double b, double expected) => AssertRelative(expected, Beta.Quantile(p, a, b));

    [Theory]
    [InlineData(2.0, 9, -3.26292145019318)]
    [InlineData(1.746, 5, -2.650381292618403)]
    [InlineData(30, 3, -10.10986243376751)]
    [InlineData(0.1, 1, -0.7587006537723437)]
    [InlineData(12, 1000, -70.60909089199949)]
    [InlineData(-1.5, 4, -0.10981486600720658)]
    [InlineData(1e-06, 7.5, -0.6931479523617142)]
    [InlineData(1e+200, 2, -921.7271843781782)]
    public void Student_tail(double t, double degrees, double expectedLog) => AssertLog(expectedLog, StudentT.Upper(t, degrees));

    [Theory]
    [InlineData(3.84, 1, -2.994862227180027)]
    [InlineData(1172.85, 8, -569.0895050305799)]
    [InlineData(1.0, 20, -1.7096700294950519e-10)]
    [InlineData(50, 20.5, -8.162561588442859)]
    [InlineData(14000, 10000, -321.90182122855816)]
    [InlineData(0.001, 3, -8.407954404795732e-06)]
    public void Chi_squared_tail(double x, double degrees, double expectedLog) => AssertLog(expectedLog, ChiSquared.Upper(x, degrees));

    [Theory]
    [InlineData(1.9996616622539638, 4, 44, -2.1966258784446953)]
    [InlineData(30, 2, 7, -7.905738646174784)]
    [InlineData(0.1, 5, 100, -0.008138114332699207)]
    public void F_tail(double f, double d1, double d2, double expectedLog) => AssertLog(expectedLog, FisherF.Upper(f, d1, d2));

    [Theory]
    [InlineData(0.5, 0.5723649429247001)]
    [InlineData(1e-08, 18.42068073818021)]
    [InlineData(3.7, 1.428072326665388)]
    [InlineData(29.5, 69.56908092082364)]
    [InlineData(100000.5, 1051293.4654351394)]
    [InlineData(1000000000000000.0, 3.3538776394910668e+16)]
    public void Log_gamma(double x, double expected) => AssertRelative(expected, LogGamma.Of(x));

    [Fact]
    public void Double_double_keeps_thirty_digits()
    {
        var third = DoubleDouble.Ratio(1, 3);
        Assert.InRange(Math.Abs(((third * 3) - 1).Hi), 0, 1e-31);
        var two = DoubleDouble.Sqrt(2);
        Assert.InRange(Math.Abs(((two * two) - 2).Hi), 0, 1e-30);
        Assert.InRange(Math.Abs((DoubleDouble.Log(10) - 2.302585092994046).Hi + 2.1707562233822494e-16), 0, 1e-30);
        Assert.Equal(long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ((System.Numerics.BigInteger)DoubleDouble.FromInteger(long.MaxValue).Hi + (long)DoubleDouble.FromInteger(long.MaxValue).Lo)
            .ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Exponential_undoes_the_logarithm() =>
        Gen.Double[-300, 300].Sample(x =>
            Math.Abs((DoubleDouble.Log(DoubleDouble.Exp(x)) - x).Hi) <= 1e-28 * Math.Max(1, Math.Abs(x)));

    [Fact]
    public void Binomial_tails_and_masses_add_up() =>
        Gen.Select(Gen.Int[1, 60], Gen.Double[0.001, 0.999]).Sample((n, p) =>
        {
            var masses = Enumerable.Range(0, n + 1).Select(k => Binomial.Mass(k, n, p).Value).ToArray();
            for (var x = 0; x <= n; x++)
            {
                Assert.Equal(masses.Take(x + 1).Sum(), Binomial.Lower(x, n, p).Value, 1e-13);
                Assert.Equal(masses.Skip(x).Sum(), Binomial.Upper(x, n, p).Value, 1e-13);
            }
        }, iter: 50);

    [Fact]
    public void The_binomial_tail_is_an_incomplete_beta_function() =>
        Gen.Select(Gen.Int[1, 5000], Gen.Double[0, 1], Gen.Double[0.001, 0.999]).Sample((n, part, p) =>
        {
            var x = Math.Max(1, (int)(part * n));
            AssertLog(Beta.Lower(p, x, n - x + 1).Log, Binomial.Upper(x, n, p));
        }, iter: 200);

    // Closed forms Iₓ(a, 1) = xᵃ at x near 1, where a continued fraction in x alone loses a factor 1/(1 − x).
    [Theory]
    [InlineData(2409, 0.001262685084392454)]
    [InlineData(1e6, 3e-6)]
    [InlineData(1e9, 4e-9)]
    public void A_beta_tail_keeps_its_digits_near_one(double a, double y)
    {
        var expected = (DoubleDouble.LogOnePlus(-(DoubleDouble)y) * a).Hi;
        AssertLog(expected, Beta.Lower(1 - (DoubleDouble)y, y, a, 1), 2e-15);
        AssertLog(LogSpace.Complement(expected), Beta.Lower(y, 1, a), 2e-15);
    }

    [Fact]
    public void The_gamma_tail_with_whole_shape_is_a_Poisson_sum() =>
        Gen.Select(Gen.Int[1, 60], Gen.Double[0.01, 300]).Sample((m, x) =>
            Assert.Equal(LogSpace.Sum(Enumerable.Range(0, m).Select(k => (k * Math.Log(x / 2)) - (x / 2) - LogGamma.Factorial(k))),
                ChiSquared.Upper(x, 2 * m).Log, 1e-12), iter: 200);

    [Fact]
    public void Quantiles_invert_tails() =>
        Gen.Select(Gen.Double[1e-9, 1 - 1e-9], Gen.Double[0.5, 400], Gen.Double[0.5, 400]).Sample((p, a, b) =>
        {
            AssertRelative(p, Beta.Lower(Beta.Quantile(p, a, b), a, b).Value, 1e-11);
            AssertRelative(p, StudentT.Upper(StudentT.UpperQuantile(p, a), a).Value, 1e-11);
            AssertRelative(p, Normal.Lower(Normal.Quantile(p)).Value, 1e-13);
        }, iter: 300);

    [Fact]
    public void Normal_quantile_reaches_below_the_range_of_a_double()
    {
        var q = Probability.FromLog(-1000 * Math.Log(10));
        AssertLog(q.Log, Normal.Upper(Normal.UpperQuantile(q)), 1e-12);
        AssertRelative(1.959963984540054, (double)Normal.TwoSidedCriticalValue(0.95));
    }

    [Fact]
    public void Hypergeometric_tails_add_up() =>
        Gen.Select(Gen.Int[0, 30], Gen.Int[0, 30], Gen.Int[0, 60]).Sample((marked, rest, draw) =>
        {
            var draws = Math.Min(draw, marked + rest);
            var total = 0.0;
            for (var k = 0; k <= draws; k++)
            {
                total += Math.Exp(Hypergeometric.LogMass(k, marked + rest, marked, draws));
                Assert.Equal(total, Hypergeometric.Lower(k, marked + rest, marked, draws).Value, 1e-12);
                Assert.Equal(1 - total, Hypergeometric.Upper(k + 1, marked + rest, marked, draws).Value, 1e-12);
            }
        }, iter: 100);

    [Theory]
    [InlineData(-1, 0.5)]
    [InlineData(10, double.NaN)]
    [InlineData(10, 1.1)]
    public void Impossible_binomial_parameters_are_rejected(long n, double p) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Binomial.Lower(1, n, p));

    [Fact]
    public void Binomial_tails_end_outside_the_range()
    {
        Assert.Equal(Probability.Zero, Binomial.Lower(-1, 10, 0.5));
        Assert.Equal(Probability.One, Binomial.Lower(11, 10, 0.5));
        Assert.Equal(Probability.Zero, Binomial.Upper(11, 10, 0.5));
        Assert.Equal(Probability.One, Binomial.Upper(0, 10, 0.0));
        Assert.Equal(Probability.Zero, Binomial.Upper(1, 10, 0.0));
        Assert.Equal(Probability.One, Binomial.Upper(10, 10, 1.0));
    }

    private static void AssertLog(double expectedLog, Probability actual, double relative = 1e-13)
    {
        // The relative error of p is the absolute error of ln p; near p = 1 the complement counts, which is −ln p. Either is the
        // exponential of a logarithm, whose last place is an error of its own.
        var size = Math.Abs(expectedLog);
        var tolerance = size < 1 ? (relative + (4e-16 * -Math.Log(Math.Max(size, 1e-300)))) * Math.Max(size, 1e-300) : relative + (4e-16 * size);
        Assert.InRange(actual.Log, expectedLog - tolerance, expectedLog + tolerance);
    }

    private static void AssertRelative(double expected, double actual, double relative = 3e-14) =>
        Assert.InRange(actual, expected - (relative * Math.Abs(expected)), expected + (relative * Math.Abs(expected)));
}
