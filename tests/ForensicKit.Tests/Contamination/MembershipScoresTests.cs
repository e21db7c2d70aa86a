using CsCheck;
using ForensicKit.Contamination;

namespace ForensicKit.Tests.Contamination;

public class MembershipScoresTests
{
    [Fact]
    public void Position_follows_its_definition() => Gen.Select(Gen.Double[-8, 8].Array[2, 40], Gen.Int[0, 39]).Sample((logits, index) =>
    {
        var token = index % logits.Length;
        var sum = logits.Sum(Math.Exp);
        double[] logs = [.. logits.Select(l => l - Math.Log(sum))];
        var mean = logs.Sum(l => Math.Exp(l) * l);
        var position = TokenPosition.FromLogits(logits, token);
        Assert.Equal(logs[token], position.LogProbability, 1e-12);
        Assert.Equal(mean, position.Mean, 1e-12);
        Assert.Equal(Math.Sqrt(logs.Sum(l => Math.Exp(l) * (l - mean) * (l - mean))), position.StandardDeviation, 1e-12);
    });

    [Fact]
    public void Position_does_not_depend_on_the_zero_of_logits() => Gen.Select(Gen.Int[-8, 8].Array[2, 10], Gen.Int[-300, 300]).Sample((logits, shift) =>
        Assert.Equal(
            TokenPosition.FromLogits([.. logits.Select(l => (double)l)], 0), TokenPosition.FromLogits([.. logits.Select(l => (double)l + shift)], 0)));

    [Fact]
    public void Equal_logits_have_no_spread()
    {
        var position = TokenPosition.FromLogits([0.1, 0.1, 0.1], 1);
        Assert.Equal(0, position.StandardDeviation);
        Assert.Null(position.Z);
        Assert.ThrowsAny<ArgumentException>(() => MembershipScores.MinKPlusPlus([position], 0.2m));
    }

    [Fact]
    public void Impossible_tokens_do_not_disturb()
    {
        var with = TokenPosition.FromLogits([1, 2, double.NegativeInfinity, 0.5], 0);
        var without = TokenPosition.FromLogits([1, 2, 0.5], 0);
        Assert.Equal(without, with);
        Assert.Equal(double.NegativeInfinity, TokenPosition.FromLogits([1, double.NegativeInfinity], 1).LogProbability);
    }

    [Theory]
    [InlineData(3, "0.2", 1)]
    [InlineData(10, "0.2", 2)]
    [InlineData(100, "0.29", 29)]
    [InlineData(25, "1", 25)]
    public void Share_is_counted_exactly(int tokens, string fraction, int expected) =>
        Assert.Equal(expected, MembershipScores.MinKCount(tokens, decimal.Parse(fraction)));

    [Fact]
    public void Min_k_takes_the_smallest() => Gen.Double[-20, 0].Array[1, 50].Sample(logs =>
    {
        var previous = double.NegativeInfinity;
        foreach (var fraction in (decimal[])[0.05m, 0.2m, 0.5m, 1m])
        {
            var score = MembershipScores.MinK(logs, fraction);
            Assert.True(score >= previous - 1e-12);
            previous = score;
        }

        Assert.Equal(MembershipScores.LogLikelihood(logs), previous, 1e-12);
    });

    [Fact]
    public void Divergence_counts_each_token_once_and_caps()
    {
        // p = ½, q = (count + 1)/(97 + 3): 3 of 100 and 1 of 100.
        double half = Math.Log(0.5);
        var score = MembershipScores.CalibratedDivergence([7, 8, 7], [half, half, half], new Dictionary<int, long> { [7] = 2 }, 97, 3, 2);
        Assert.Equal([0, 1], score.FirstOccurrences);
        Assert.Equal(-0.5 * Math.Log(0.03), score.Uncapped[0], 1e-15);
        Assert.Equal((Math.Log(100 / 3.0) + Math.Log(100)) / 4, score.ScoreUncapped, 1e-15);
        Assert.Equal((Math.Log(100 / 3.0) / 4) + 1, score.Score, 1e-15);
    }

    [Fact]
    public void Nonsense_is_rejected()
    {
        Assert.ThrowsAny<ArgumentException>(() => MembershipScores.LogLikelihood([]));
        Assert.ThrowsAny<ArgumentException>(() => MembershipScores.MinK([0.1], 0.2m));
        Assert.ThrowsAny<ArgumentException>(() => MembershipScores.MinK([-1], 0));
        Assert.ThrowsAny<ArgumentException>(() => MembershipScores.Recall([0], [-1]));
        Assert.ThrowsAny<ArgumentException>(() => MembershipScores.Zlib(-1, 0));
        Assert.ThrowsAny<ArgumentException>(() => TokenPosition.FromLogits([1, double.NaN], 0));
        Assert.ThrowsAny<ArgumentException>(() => TokenPosition.FromLogits([1, 2], -1));
        Assert.ThrowsAny<ArgumentException>(() => TokenPosition.FromLogits([double.NegativeInfinity], 0));
        Assert.ThrowsAny<ArgumentException>(() => MembershipScores.CalibratedDivergence([1], [-1], new Dictionary<int, long> { [1] = 11 }, 10, 3, 1));
    }
}
