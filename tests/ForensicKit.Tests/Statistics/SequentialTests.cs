using System.Numerics;
using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

/// <summary>The sequential probability ratio test, confidence sequences and the null spread.</summary>
public class SequentialTests
{
    /// <summary>
    /// The claim sheet of the Opus affair, row "SPRT mean n (α=.01, β=.05, simulated)": 195, 205, 134, 100. The printed values are E[N] under
    /// H1: H0 is the claimed rate, H1 the reproduced rate, and the true rate is the reproduced one, all as printed (HumanEval .65, not
    /// 107/164). The exact values come from an independent recursion in Python. The sheet does not say how many runs it simulated; with
    /// 2,000 its standard errors are 2.8, 2.9, 2.0 and 1.4, and all four lie within one of them. Under H0 the exact values are 149.9, 155.8,
    /// 109.4 and 75.2: far outside.
    /// </summary>
    [Theory]
    [InlineData(0.825, 0.741, 195, 197.43906829364684, 124.82977382249685)]
    [InlineData(0.872, 0.798, 205, 203.49659132096846, 129.96551463097992)]
    [InlineData(0.921, 0.843, 134, 133.58372658956495, 87.23302815835058)]
    [InlineData(0.78, 0.65, 100, 99.66789957337473, 62.53082220007475)]
    public void Published_mean_sample_sizes_are_those_under_the_reproduced_rate(double claimed, double reproduced, int printed, double exact, double deviation)
    {
        const int runs = 2000;
        var test = new SequentialTest(claimed, reproduced, 0.01, 0.05);
        var actual = test.Exact(reproduced);
        Assert.Equal(exact, actual.ExpectedObservations, 1e-8 * exact);
        var standardError = deviation / Math.Sqrt(runs);
        Assert.InRange(printed, exact - standardError, exact + standardError);
        Assert.True(Math.Abs(printed - test.Exact(claimed).ExpectedObservations) > 8 * standardError);

        // And a simulation of our own agrees with the recursion.
        var random = new PythonRandom(new BigInteger(42));
        var total = 0L;
        for (var run = 0; run < runs; run++)
            total += test.Run(Forever(random, reproduced)).After!.Value;
        Assert.InRange(total / (double)runs, exact - (3 * standardError), exact + (3 * standardError));
    }

    [Fact]
    public void Error_rates_respect_Walds_bounds() =>
        Gen.Select(Gen.Double[0.05, 0.95], Gen.Double[0.05, 0.95], Gen.Double[0.005, 0.3], Gen.Double[0.005, 0.3]).Sample((p0, p1, alpha, beta) =>
        {
            if (Math.Abs(p0 - p1) < 0.05)
                return;
            var test = new SequentialTest(p0, p1, alpha, beta);
            var underNull = test.Exact(p0);
            var underAlternative = test.Exact(p1);
            Assert.Equal(1, underNull.AcceptNull + underNull.RejectNull, 1e-12);
            Assert.True(underNull.RejectNull <= alpha / (1 - beta) + 1e-12);
            Assert.True(underAlternative.AcceptNull <= beta / (1 - alpha) + 1e-12);
        }, iter: 50);

    [Fact]
    public void Sequential_test_decides_at_the_first_crossing()
    {
        var test = new SequentialTest(0.5, 0.9, 0.05, 0.05);
        // ln 19 / ln 1.8 = 5.009: six successes; ln(1/19) / ln 0.2 = 1.83: two failures.
        Assert.Equal((SequentialDecision.RejectNull, 6L), test.Run(Enumerable.Repeat(true, 10)));
        Assert.Equal((SequentialDecision.AcceptNull, 2L), test.Run(Enumerable.Repeat(false, 10)));
        Assert.Equal((SequentialDecision.Continue, null), test.Run([true, false]));
        Assert.Equal(1, test.Exact(1).RejectNull);
        Assert.Equal(6, test.Exact(1).ExpectedObservations);
    }

    [Fact]
    public void E_process_is_a_martingale_under_its_null() =>
        Gen.Select(Gen.Int[0, 200], Gen.Int[0, 200], Gen.Double[0.02, 0.98], Gen.Double[0.3, 5]).Sample((s, f, p0, shape) =>
        {
            var sequence = new ConfidenceSequence(0.05, shape, 1);
            // ln of the conditional expectation of the next value, over the present one.
            var next = LogSpace.Add(Math.Log(p0) + sequence.LogE(s + 1, f, p0), Math.Log(1 - p0) + sequence.LogE(s, f + 1, p0));
            Assert.Equal(sequence.LogE(s, f, p0), next, 1e-11 * Math.Max(1, Math.Abs(next)));
        });

    [Fact]
    public void One_sided_mixtures_make_up_the_two_sided_one() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100], Gen.Double[0.05, 0.95]).Sample((s, f, p0) =>
        {
            var sequence = new ConfidenceSequence(0.05, 2, 3);
            var parts = LogSpace.Add(
                Beta.Lower(p0, 2, 3).Log + sequence.LogELess(s, f, p0), Beta.Upper(p0, 2, 3).Log + sequence.LogEGreater(s, f, p0));
            Assert.Equal(sequence.LogE(s, f, p0), parts, 1e-10 * Math.Max(1, Math.Abs(parts)));
        });

    [Fact]
    public void Limits_are_where_e_reaches_one_over_alpha() =>
        Gen.Select(Gen.Int[0, 3000], Gen.Int[0, 3000], Gen.Double[0.001, 0.5]).Sample((s, f, alpha) =>
        {
            if (s + f == 0)
                return;
            var sequence = new ConfidenceSequence(alpha);
            var (lower, upper) = sequence.Limits(s, f);
            if (s == 0)
                Assert.Equal(0, lower);
            else
                Assert.Equal(-Math.Log(alpha), sequence.LogE(s, f, lower), Rounding(s, f, lower));
            if (f == 0)
                Assert.Equal(1, upper);
            else
                Assert.Equal(-Math.Log(alpha), sequence.LogE(s, f, upper), Rounding(s, f, upper));
            Assert.InRange(s / (double)(s + f), lower, upper);

            // A limit is a double: near 1 its last place moves ln e, whose slope is f/(1 - p) - s/p, by more than 1e-8.
            static double Rounding(int s, int f, double p) => 1e-9 + (1e-15 * (s + (f * p / (1 - p))));
        });

    [Fact]
    public void Looking_after_every_outcome_keeps_the_error_rate()
    {
        // Ville's inequality, exactly: the chance that e reaches 20 within 400 outcomes under the null, by forward recursion.
        const double p0 = 0.78;
        var sequence = new ConfidenceSequence(0.05);
        var open = new Dictionary<int, double> { [0] = 1 };
        var rejected = 0.0;
        for (var n = 1; n <= 400; n++)
        {
            var next = new Dictionary<int, double>();
            foreach (var (s, mass) in open)
            {
                next[s + 1] = next.GetValueOrDefault(s + 1) + (mass * p0);
                next[s] = next.GetValueOrDefault(s) + (mass * (1 - p0));
            }

            foreach (var s in next.Keys.Where(s => sequence.LogE(s, n - s, p0) >= Math.Log(20)).ToList())
            {
                rejected += next[s];
                next.Remove(s);
            }

            open = next;
        }

        Assert.InRange(rejected, 0.001, 0.05);
    }

    // Tippett 1925; d₂ of control charts.
    [Theory]
    [InlineData(2, 1.12838)]
    [InlineData(3, 1.69257)]
    [InlineData(5, 2.32593)]
    [InlineData(10, 3.07751)]
    [InlineData(25, 3.93063)]
    public void Expected_range_of_normals(int count, double expected) => Assert.Equal(expected, NullSpread.ExpectedNormalRange(count), 5e-6);

    [Fact]
    public void Formats_spread_without_any_effect()
    {
        // Without any true effect ten formats on 1,000 items at 50% spread by 4.9 points (3.4 if items correlate by ½), 320 formats by 9.2.
        var ten = new NullSpread(10, 1000, 0.5);
        Assert.Equal(0.049, ten.ExpectedRange, 5e-4);
        Assert.Equal(0.034, ten.NormalApproximation(0.5), 5e-4);
        Assert.Equal(0.092, new NullSpread(320, 1000, 0.5).ExpectedRange, 5e-4);
    }

    [Fact]
    public void Null_spread_agrees_with_enumeration() => Gen.Select(Gen.Int[1, 7], Gen.Double[0, 1]).Sample((n, p) =>
    {
        var spread = new NullSpread(3, n, p);
        var mass = Enumerable.Range(0, n + 1).Select(x => Binomial.Mass(x, n, p).Value).ToArray();
        var ranges = new double[n + 1];
        for (var x = 0; x <= n; x++)
        {
            for (var y = 0; y <= n; y++)
            {
                for (var z = 0; z <= n; z++)
                    ranges[Math.Max(x, Math.Max(y, z)) - Math.Min(x, Math.Min(y, z))] += mass[x] * mass[y] * mass[z];
            }
        }

        Assert.Equal(ranges.Index().Sum(r => r.Index * r.Item) / n, spread.ExpectedRange, 1e-13);
        for (var r = 0; r <= n; r++)
        {
            Assert.Equal(ranges.Take(r + 1).Sum(), spread.RangeAtMost(r), 1e-13);
            Assert.Equal(ranges.Skip(r).Sum(), spread.RangeAtLeast(r), 1e-13);
        }
    });

    [Fact]
    public void Improbable_spreads_keep_their_digits()
    {
        // Two of n items: P(range = n) of two formats is 2·pⁿ(1−p)ⁿ.
        Assert.Equal(2 * Math.Pow(0.25, 300), new NullSpread(2, 300, 0.5).RangeAtLeast(300), 1e-12 * 2 * Math.Pow(0.25, 300));
        // Of five formats one has none right and one all: 5·4 ordered pairs, up to terms 1e-12 as large.
        var mass = Math.Pow(0.5, 40);
        Assert.InRange(new NullSpread(5, 40, 0.5).RangeAtLeast(40) / (20 * mass * mass), 1 - 1e-10, 1 + 1e-10);
    }

    [Fact]
    public void Impossible_inputs_are_rejected()
    {
        Assert.ThrowsAny<ArgumentException>(() => new SequentialTest(0.5, 0.5, 0.05, 0.05));
        Assert.ThrowsAny<ArgumentException>(() => new SequentialTest(0.5, 0.6, 0.5, 0.5));
        Assert.ThrowsAny<ArgumentException>(() => new SequentialTest(double.NaN, 0.6, 0.05, 0.05));
        Assert.ThrowsAny<ArgumentException>(() => new ConfidenceSequence(0));
        Assert.ThrowsAny<ArgumentException>(() => new ConfidenceSequence(0.05).Run([], 0.5));
        Assert.ThrowsAny<ArgumentException>(() => new NullSpread(1, 10, 0.5));
        Assert.ThrowsAny<ArgumentException>(() => new NullSpread(2, 10, double.NaN));
    }

    private static IEnumerable<bool> Forever(PythonRandom random, double rate)
    {
        while (true)
            yield return random.Random() < rate;
    }
}
