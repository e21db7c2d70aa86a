using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

public class RocCurveTests
{
    private static readonly Gen<double[]> Scores = Gen.Int[0, 8].Select(i => i / 2.0).Array[1, 30];

    [Fact]
    public void Area_counts_pairs() => Gen.Select(Scores, Scores).Sample((members, others) =>
    {
        var curve = new RocCurve(members, others);
        var pairs = members.Sum(m => others.Sum(o => m > o ? 1.0 : m == o ? 0.5 : 0));
        Assert.Equal(pairs, curve.U);
        Assert.Equal(pairs / (members.Length * others.Length), curve.AreaUnderCurve, 1e-15);
        Assert.Equal(1, curve.AreaUnderCurve + new RocCurve(others, members).AreaUnderCurve, 1e-15);
    });

    [Fact]
    public void Rates_at_a_limit_are_those_of_some_threshold() => Gen.Select(Scores, Scores, Gen.Int[0, 100], Gen.Bool).Sample((members, others, percent, strictly) =>
    {
        var limit = percent / 100m;
        var best = members.Concat(others).Append(double.PositiveInfinity)
            .Where(t => others.Count(o => o >= t) is var k && (strictly ? k < limit * others.Length : k <= limit * others.Length))
            .Select(t => (double)members.Count(m => m >= t) / members.Length).DefaultIfEmpty(0).Max();
        Assert.Equal(best, new RocCurve(members, others).TruePositiveRateAt(limit, strictly));
    });

    [Fact]
    public void Two_of_two_hundred_are_exactly_one_percent()
    {
        double[] others = [2, 2, .. Enumerable.Repeat(0.0, 198)];
        var curve = new RocCurve([2, 1], others);
        Assert.Equal(1, curve.TruePositiveRateAt(0.01m));
        Assert.Equal(0, curve.TruePositiveRateAt(0.01m, strictly: true));
    }

    [Fact]
    public void Points_run_from_corner_to_corner() => Gen.Select(Scores, Scores).Sample((members, others) =>
    {
        var points = new RocCurve(members, others).Points.ToList();
        Assert.Equal((0, 0), points[0]);
        Assert.Equal((1, 1), points[^1]);
        Assert.Equal(points.Count - 1, members.Concat(others).Distinct().Count());
    });

    [Fact]
    public void Infinite_scores_are_scores() => Assert.Equal(0.75, new RocCurve([double.PositiveInfinity, double.NegativeInfinity], [double.NegativeInfinity]).AreaUnderCurve);

    [Fact]
    public void Conformal_p_counts() => Gen.Select(Scores, Gen.Int[-1, 9]).Sample((nulls, score) =>
        Assert.Equal((1.0 + nulls.Count(s => s >= score)) / (nulls.Length + 1), new ConformalNull(nulls).PValue(score)));

    [Fact]
    public void Nothing_and_nan_are_rejected()
    {
        Assert.ThrowsAny<ArgumentException>(() => new RocCurve([], [1]));
        Assert.ThrowsAny<ArgumentException>(() => new RocCurve([1], []));
        Assert.ThrowsAny<ArgumentException>(() => new RocCurve([double.NaN], [1]));
        Assert.ThrowsAny<ArgumentException>(() => new RocCurve([1], [1]).TruePositiveRateAt(1.1m));
        Assert.ThrowsAny<ArgumentException>(() => new ConformalNull([]));
        Assert.ThrowsAny<ArgumentException>(() => new ConformalNull([1]).PValue(double.NaN));
    }

    [Fact]
    public void Argsort_sorts_and_loses_nothing() => Gen.Int[0, 6].Select(i => (double)i).Array[0, 70].Sample(keys =>
    {
        var order = NumpyOrder.Argsort(keys);
        Assert.Equal(keys.Order(), order.Select(i => keys[i]));
        Assert.Equal(Enumerable.Range(0, keys.Length), order.Order());
    });

    [Fact]
    public void Argsort_leaves_what_is_sorted() => Gen.Int[0, 6].Select(i => (double)i).Array[0, 70].Sample(keys =>
        Assert.Equal(Enumerable.Range(0, keys.Length), NumpyOrder.Argsort([.. keys.Order()])));

    [Fact]
    public void Argsort_keeps_infinite_keys()
    {
        var order = NumpyOrder.Argsort([double.PositiveInfinity, 1, double.PositiveInfinity]);
        Assert.Equal(1, order[0]);
        Assert.Equal([0, 1, 2], order.Order());
    }

    /// <summary>Three equal keys that numpy 2.x with AVX-512 does not leave in their order.</summary>
    [Fact]
    public void Argsort_is_not_stable() => Assert.Equal(5, NumpyOrder.Argsort([0, 31, 30, 11, 31, 11, 17, 11])[3]);
}
