using ForensicKit.Contamination;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Contamination;

public class ConStatTests
{
    private static readonly ConStatOptions Quick = new() { Replicates = 200 };

    [Fact]
    public void Inflation_is_found_and_sized()
    {
        var inflated = ConStat.Test(Scores(0.85, 0.55), Quick, new NumpyRandomState(42));
        Assert.True(inflated.PValue < 0.01);
        Assert.InRange(inflated.Delta, 0.2, 0.4);
        Assert.True(inflated.DeltaLower95 > 0.15);
    }

    [Fact]
    public void A_clean_model_is_left_alone()
    {
        var clean = ConStat.Test(Scores(0.55, 0.55), Quick, new NumpyRandomState(42));
        Assert.True(clean.PValue > 0.05);
        Assert.InRange(clean.Delta, -0.1, 0.1);
        Assert.InRange(0.55, clean.EstimateInterval.Lower, clean.EstimateInterval.Upper);
    }

    [Fact]
    public void The_same_seed_gives_the_same_result()
    {
        Assert.Equal(ConStat.Test(Scores(0.7, 0.5), Quick, new NumpyRandomState(3)), ConStat.Test(Scores(0.7, 0.5), Quick, new NumpyRandomState(3)));
        Assert.NotEqual(ConStat.Test(Scores(0.7, 0.5), Quick, new NumpyRandomState(3)), ConStat.Test(Scores(0.7, 0.5), Quick, new NumpyRandomState(4)));
    }

    [Fact]
    public void Points_with_equal_reference_score_keep_the_last()
    {
        var curve = ConStat.FitCurve([(0.1, 0.1), (0.3, 0.2), (0.2, 0.2), (0.4, 0.3), (0.5, 0.4), (0.6, 0.5)])!;
        Assert.Equal([0.1, 0.2, 0.3, 0.4, 0.5], curve.X);
        Assert.Equal([0.1, 0.3, 0.4, 0.5, 0.6], curve.Y);
        Assert.Null(ConStat.FitCurve([(0.1, 0.1), (0.3, 0.2), (0.2, 0.2), (0.4, 0.3), (0.5, 0.4)]));
    }

    [Fact]
    public void A_random_point_outside_the_scale_is_no_obstacle() =>
        Assert.Equal(0.55, ConStat.FitCurve([(0.0, -0.01), (0.2, 0.2), (0.4, 0.4), (0.6, 0.6), (0.8, 0.8), (1, 1.02)])!.Estimate(0.55), 0.02);

    [Fact]
    public void The_better_lambda_is_told()
    {
        var curve = ConStat.Point(Scores(0.7, 0.5), Quick).Curve;
        Assert.True(curve.BestChoice().Score <= curve.Choice.Score * (1 + 1e-6));
    }

    [Fact]
    public void Models_that_do_not_differ_end_in_a_message()
    {
        ItemScores same = new([1, 0, 1, 1], [0, 1, 1, 0]);
        var scores = new ConStatScores([.. Enumerable.Repeat(same, 6)], same);
        Assert.ThrowsAny<ArgumentException>(() => ConStat.Test(scores, Quick, new NumpyRandomState(42)));
        Assert.ThrowsAny<ArgumentException>(() => ConStat.Point(scores, Quick));
    }

    [Fact]
    public void It_can_be_stopped()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => ConStat.Test(Scores(0.7, 0.5), Quick, new NumpyRandomState(42), source.Token));
    }

    [Fact]
    public void Nonsense_is_rejected()
    {
        ItemScores one = new([1, 0], [0, 1]);
        Assert.ThrowsAny<ArgumentException>(() => new ConStatScores([one, one, one, one], one));
        Assert.ThrowsAny<ArgumentException>(() => new ConStatScores([one, one, one, one, one], new ItemScores([1], [0, 1])));
        Assert.ThrowsAny<ArgumentException>(() => new ConStatScores([one, one, one, one, one], new ItemScores([1, 2], [0, 1])));
        Assert.ThrowsAny<ArgumentException>(() => new ConStatScores([one, one, one, one, one], new ItemScores([], [])));
        Assert.ThrowsAny<ArgumentException>(() => ConStat.Point(Scores(0.5, 0.5), new ConStatOptions { Replicates = 0 }));
        Assert.ThrowsAny<ArgumentException>(() => ConStat.Point(Scores(0.5, 0.5), new ConStatOptions { RandomPerformance = (0.25, double.NaN) }));
        Assert.ThrowsAny<ArgumentException>(() => ConStat.Replicate(Scores(0.5, 0.5), Quick, new ConStatResample([1000], [0], [0], null)));
    }

    // Nine reference models whose two scores agree but for noise, and a model with the scores given.
    private static ConStatScores Scores(double benchmark, double reference)
    {
        var random = new NumpyRandomState(1);
        ItemScores[] models = [.. Enumerable.Range(1, 9).Select(m => new ItemScores(Items(m / 10.0), Items(m / 10.0)))];
        return new ConStatScores(models, new ItemScores(Items(benchmark), Items(reference)));

        double[] Items(double rate) => [.. Enumerable.Range(0, 400).Select(i => (i + 0.5) / 400 < rate ? 1.0 : 0.0).OrderBy(_ => random.Random())];
    }
}
