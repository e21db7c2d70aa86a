using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

/// <summary>Stopping early: never more often than the level where the claim holds, and early where it does not.</summary>
public class SequentialRefutationTests
{
    [Fact]
    public void E_is_the_mean_of_likelihood_ratios_and_expects_one_at_the_limit()
    {
        // After one outcome: p0·e(1) + (1 − p0)·e(0) = 1 exactly, and less above the limit.
        var test = new SequentialRefutation(0.81, 0.01, 0.05);
        Assert.Equal(0.8, test.Rate, 1e-15);
        double Expected(double rate) => (rate * Math.Exp(test.LogE(1, 1))) + ((1 - rate) * Math.Exp(test.LogE(0, 1)));
        Assert.Equal(1, Expected(0.8), 1e-12);
        Assert.True(Expected(0.9) < 1);
        Assert.True(Expected(0.7) > 1);
        // By hand for one alternative after the other: q = 0.8·(1 − 2^(−j/2)).
        var byHand = Enumerable.Range(1, 14).Average(j =>
        {
            var q = 0.8 * (1 - Math.Pow(2, -j / 2.0));
            return Math.Pow(q / 0.8, 6) * Math.Pow((1 - q) / 0.2, 4);
        });
        Assert.Equal(Math.Log(byHand), test.LogE(6, 10), 1e-12);
    }

    [Theory]
    [InlineData(0.80, 0)]
    [InlineData(0.80, 3)]
    [InlineData(0.83, 0)]
    [InlineData(0.50, 0)]
    public void A_claim_that_holds_is_refuted_no_more_often_than_the_level_however_often_one_looks(double rate, int samplesOfShares)
    {
        const int Runs = 2_000, Items = 1_000;
        var (random, refuted) = (new Random(7), 0);
        var test = new SequentialRefutation(Math.Min(rate, 0.8) + 0.01, 0.01, 0.05);
        for (var run = 0; run < Runs; run++)
            refuted += test.Decide(Enumerable.Range(0, Items).Select(_ => Outcome())).MayStop ? 1 : 0;
        // Three standard errors of the simulation above the level.
        Assert.InRange((double)refuted / Runs, 0, 0.05 + (3 * Math.Sqrt(0.05 * 0.95 / Runs)));

        double Outcome()
        {
            if (samplesOfShares == 0)
                return random.NextDouble() < rate ? 1 : 0;
            // Shares with the same mean: an item is easy or hard, its credit the mean of a few samples.
            var item = random.NextDouble() < 0.5 ? rate - 0.15 : rate + 0.15;
            return Enumerable.Range(0, samplesOfShares).Count(_ => random.NextDouble() < item) / (double)samplesOfShares;
        }
    }

    [Fact]
    public void A_claim_far_too_high_is_refuted_early_and_stays_refuted()
    {
        // GSM8K of the sheet: claimed 92.1, true 84.3; 1,319 items are many more than it takes.
        var random = new Random(3);
        var test = new SequentialRefutation(0.921, 0.01, 0.0125);
        var after = new List<long>();
        for (var run = 0; run < 200; run++)
        {
            double[] outcomes = [.. Enumerable.Range(0, 1_319).Select(_ => random.NextDouble() < 0.843 ? 1.0 : 0)];
            var all = test.Decide(outcomes);
            if (all.RefutedAfter is not { } n)
                continue;
            after.Add(n);
            // A runner that asks after each batch of 32 stops at the first batch that holds the item, and never takes it back.
            var batches = Enumerable.Range(1, outcomes.Length / 32).First(b => test.Decide(outcomes.Take(32 * b)).MayStop);
            Assert.Equal((n + 31) / 32, batches);
            Assert.True(all.AnytimeP.Value <= 0.0125);
        }

        Assert.True(after.Count > 190, $"{after.Count} of 200");
        Assert.InRange(after.Order().ElementAt(after.Count / 2), 100, 500);
    }

    [Fact]
    public void Ends_of_the_range_are_no_accident()
    {
        Assert.False(new SequentialRefutation(0.005, 0.01, 0.05).Decide(Enumerable.Repeat(0.0, 1_000)).MayStop);
        Assert.Equal(3, new SequentialRefutation(1, 0, 0.05).Decide([1, 1, 0]).RefutedAfter);
        Assert.Equal((0L, 0.0, (long?)null), new SequentialRefutation(0.5, 0.01, 0.05).Decide([]) is var s ? (s.N, s.LogE, s.RefutedAfter) : default);
        Assert.Equal(1, new SequentialRefutation(0.5, 0.01, 0.05).Decide([]).AnytimeP.Value);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequentialRefutation(1.1, 0.01, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequentialRefutation(0.5, 1, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequentialRefutation(0.5, 0, 0));
        Assert.Throws<ArgumentException>(() => new SequentialRefutation(0.5, 0, 0.05).Decide([1.5]));
        Assert.Throws<ArgumentException>(() => new SequentialRefutation(0.5, 0, 0.05).Decide([double.NaN]));
    }
}
