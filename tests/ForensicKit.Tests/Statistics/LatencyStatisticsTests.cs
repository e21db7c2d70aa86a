using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

/// <summary>Percentiles, their intervals, early stopping and block bootstraps.</summary>
public class LatencyStatisticsTests
{
    private static readonly Gen<double[]> Series = Gen.Double[-10, 10].Array[1, 8];

    // By hand from the definitions of Hyndman and Fan 1996, table 1, for n·p = 1.8.
    [Theory]
    [InlineData(PercentileMethod.InvertedCdf, 3)]
    [InlineData(PercentileMethod.AveragedInvertedCdf, 3)]
    [InlineData(PercentileMethod.ClosestObservation, 3)]
    [InlineData(PercentileMethod.InterpolatedInvertedCdf, 2.8)]
    [InlineData(PercentileMethod.Hazen, 3.6)]
    [InlineData(PercentileMethod.Weibull, 3.2)]
    [InlineData(PercentileMethod.Linear, 4)]
    [InlineData(PercentileMethod.MedianUnbiased, 3 + (2 * 7 / 30.0))]
    [InlineData(PercentileMethod.NormalUnbiased, 3.5)]
    [InlineData(PercentileMethod.Lower, 3)]
    [InlineData(PercentileMethod.Higher, 5)]
    [InlineData(PercentileMethod.Midpoint, 4)]
    [InlineData(PercentileMethod.Nearest, 5)]
    [InlineData(PercentileMethod.LoadGen, 3)]
    public void Every_definition_reads_its_own_percentile(PercentileMethod method, double expected) =>
        Assert.Equal(expected, Percentile.Of([13, 2, 21, 3, 8, 5], 30, method), 1e-14);

    [Fact]
    public void Percentiles_rise_and_stay_within_the_data() =>
        Gen.Select(Series, Gen.Double[0, 100], Gen.Double[0, 100], Gen.Enum<PercentileMethod>()).Sample((data, a, b, method) =>
        {
            var low = Percentile.Of(data, Math.Min(a, b), method);
            var high = Percentile.Of(data, Math.Max(a, b), method);
            Assert.True(low <= high + 1e-12);
            Assert.InRange(low, data.Min() - 1e-12, data.Max() + 1e-12);
        });

    [Fact]
    public void Failed_requests_count_as_infinite_latency()
    {
        Assert.Equal(2, Percentile.Of([1, 2, 3, double.PositiveInfinity], 100 / 3.0, PercentileMethod.Linear), 1e-12);
        Assert.Equal(double.PositiveInfinity, Percentile.Of([1, 2, 3, double.PositiveInfinity], 80));
        Assert.ThrowsAny<ArgumentException>(() => Percentile.Of([1, double.NaN], 50));
    }

    [Fact]
    public void Equal_weights_give_the_inverse_cdf() => Gen.Select(Series, Gen.Int[0, 100]).Sample((data, percent) =>
        Assert.Equal(
            Percentile.Of(data, percent, PercentileMethod.InvertedCdf), Percentile.WeightedInverseCdf(data, [.. data.Select(_ => 1.0)], percent)));

    [Fact]
    public void Weights_of_zero_do_not_count()
    {
        Assert.Equal(2, Percentile.WeightedInverseCdf([1, 2, 3], [0, 1, 0], 0));
        Assert.Equal(2, Percentile.WeightedInverseCdf([1, 2, 3], [0, 1, 0], 100));
        Assert.ThrowsAny<ArgumentException>(() => Percentile.WeightedInverseCdf([1, 2], [0, 0], 50));
        Assert.ThrowsAny<ArgumentException>(() => Percentile.WeightedInverseCdf([1, 2], [1, -1], 50));
    }

    [Fact]
    public void Median_of_ten_lies_between_the_second_and_ninth()
    {
        // Conover, Practical Nonparametric Statistics, 3.2: coverage 1 − 2·11/1024.
        var interval = QuantileInterval.TwoSided(10, 0.5, 0.95);
        Assert.Equal(2, interval.LowerRank);
        Assert.Equal(9, interval.UpperRank);
        Assert.Equal(1 - (22 / 1024.0), interval.Coverage, 1e-15);
    }

    [Theory]
    [InlineData(0.95, 0.95, 59)]
    [InlineData(0.90, 0.95, 29)]
    [InlineData(0.99, 0.95, 299)]
    [InlineData(0.90, 0.90, 22)]
    [InlineData(0.5, 0.75, 2)]
    public void Wilks_sample_sizes(double p, double level, long n)
    {
        // Wilks 1941; one half to the second is a quarter exactly.
        Assert.Equal(n, QuantileInterval.MinimumForUpperBound(p, level));
        Assert.Equal(n, QuantileInterval.Upper(n, p, level).Rank);
        Assert.Null(QuantileInterval.Upper(n - 1, p, level).Rank);
    }

    [Fact]
    public void Ranks_are_the_tightest_that_cover() =>
        Gen.Select(Gen.Int[1, 400], Gen.Double[0.01, 0.99], Gen.Double[0.5, 0.99]).Sample((n, p, level) =>
        {
            var (lower, upper, coverage) = QuantileInterval.TwoSided(n, p, level);
            Assert.True(coverage >= level - 1e-12);
            var tail = (1 - level) / 2;
            Assert.True(Binomial.Lower((lower ?? 0) - 1, n, p).Value <= tail && Binomial.Lower(lower ?? 0, n, p).Value > tail);
            Assert.True(Binomial.Upper(upper ?? (n + 1), n, p).Value <= tail && Binomial.Upper((upper ?? (n + 1)) - 1, n, p).Value > tail);
        });

    // MLPerf's documentation gives the minimum; the discarded counts are printed in published logs (t − 1 = 449 and 929).
    [Theory]
    [InlineData(0.9, 64, 5000, 450)]
    [InlineData(0.9, 64, 10000, 930)]
    [InlineData(0.99, 662, 10000, 77)]
    [InlineData(0.999, 6636, 6636, 1)]
    public void Early_stopping_matches_LoadGen(double percentile, long minimum, long queries, long allowed)
    {
        var stopping = new EarlyStopping((decimal)percentile);
        Assert.Equal(minimum, stopping.MinimumQueries());
        Assert.Null(stopping.Estimate(minimum - 1).EstimateIndex);
        var estimate = stopping.Estimate(queries);
        Assert.Equal(allowed, estimate.OverLatencyAllowed);
        Assert.Equal(queries - allowed, estimate.EstimateIndex);
        Assert.Equal(allowed - 1, estimate.Discarded);
    }

    [Fact]
    public void Server_and_single_stream_rules_agree() => Gen.Select(Gen.Int[1, 3000], Gen.Int[500, 999]).Sample((n, thousandths) =>
    {
        var stopping = new EarlyStopping(thousandths / 1000m);
        var t = stopping.Estimate(n).OverLatencyAllowed;
        if (t >= 0)
            Assert.True(stopping.UnderLatencyNeeded(t) + t <= n && stopping.Passes(n, t));
        Assert.False(stopping.Passes(n, Math.Min(n, t + 1)) && t + 1 <= n);
    });

    [Fact]
    public void Moving_blocks_have_the_moments_of_all_replicates() => Gen.Select(Gen.Double[-5, 5].Array[6], Gen.Int[0, 3].Select(i => new[] { 1, 2, 3, 6 }[i])).Sample((data, l) =>
    {
        var starts = Sequences(7 - l, 6 / l).ToList();
        double[] means = [.. starts.Select(s => Moments.Mean([.. BlockBootstrap.MovingBlockIndices(6, l, s).Select(i => data[i])]))];
        var moments = BlockBootstrap.MovingBlockMoments(data, l)!.Value;
        Assert.Equal(means.Average(), moments.Mean, 1e-12);
        Assert.Equal(Math.Pow(Moments.StandardDeviation(means, 0), 2), moments.Variance, 1e-12);
    }, iter: 20);

    [Fact]
    public void Stationary_bootstrap_has_the_moments_of_all_replicates() => Gen.Select(Gen.Double[-5, 5].Array[4], Gen.Double[0.05, 1]).Sample((data, p) =>
    {
        // All starts and all patterns of block ends, with their probabilities.
        double mean = 0, square = 0;
        foreach (var starts in Sequences(4, 4))
        {
            foreach (var ends in Sequences(2, 3))
            {
                var weight = Math.Pow(0.25, 4) * ends.Aggregate(1.0, (w, e) => w * (e == 0 ? p : 1 - p));
                var indices = BlockBootstrap.StationaryIndices(
                    4, p, [.. starts.Select(s => (s + 0.5) / 4)], [0, .. ends.Select(e => e == 0 ? 0 : Math.Min(p, Math.BitDecrement(1)))]);
                var average = indices.Average(i => data[i]);
                // With p = 1 no number in [0, 1) leaves a block open; such patterns have weight 0.
                mean += weight * average;
                square += weight * average * average;
            }
        }

        var moments = BlockBootstrap.StationaryMoments(data, p);
        Assert.Equal(mean, moments.Mean, 1e-12);
        Assert.Equal(square - (mean * mean), moments.Variance, 1e-11);
    }, iter: 20);

    [Fact]
    public void Seeded_replicates_repeat()
    {
        var starts = BlockBootstrap.MovingBlockStarts(10, 3, new PythonRandom("latency"));
        Assert.Equal(starts, BlockBootstrap.MovingBlockStarts(10, 3, new PythonRandom("latency")));
        Assert.Equal(4, starts.Length);
        Assert.Equal(10, BlockBootstrap.MovingBlockIndices(10, 3, starts).Length);
        Assert.Equal(
            BlockBootstrap.StationaryIndices(50, 0.1, new PythonRandom("latency")), BlockBootstrap.StationaryIndices(50, 0.1, new PythonRandom("latency")));
        Assert.Null(BlockBootstrap.MovingBlockMoments(new double[10], 3));
    }

    private static IEnumerable<int[]> Sequences(int values, int length) => length == 0
        ? [[]]
        : Sequences(values, length - 1).SelectMany(s => Enumerable.Range(0, values).Select(v => (int[])[.. s, v]));
}
