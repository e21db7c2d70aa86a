using System.Numerics;
using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

/// <summary>pass@k and maj@k against their definitions.</summary>
public class RepeatedSamplesTests
{
    // A few samples with answers A (right), B, C and unreadable.
    private static readonly Gen<string?[]> Answers = Gen.Int[0, 3].Select(i => new[] { "A", "B", "C", null }[i]).Array[1, 9];

    [Fact]
    public void Pass_at_k_is_the_product_of_the_published_code() =>
        Gen.Select(Gen.Int[1, 300], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((n, share, part) =>
        {
            int c = (int)(share * n), k = Math.Max(1, (int)(part * n));
            // openai/human-eval: 1 − ∏(1 − k/i), i = n−c+1 … n.
            var failure = n - c < k ? 0 : Enumerable.Range(n - c + 1, c).Aggregate(1.0, (product, i) => product * (1 - (k / (double)i)));
            Assert.Equal(1 - failure, PassAtK.Estimate(n, c, k), 1e-11);
            Assert.Equal(failure, PassAtK.Failure(n, c, k).Value, 1e-11);
            Assert.Equal(1 - Math.Pow(1 - (c / (double)n), k), PassAtK.PlugIn(n, c, k), 1e-11);
        });

    [Fact]
    public void Pass_at_1_of_huge_runs_keeps_its_digits()
    {
        Assert.Equal(1e-12, PassAtK.Estimate(1_000_000_000_000, 1, 1), 1e-24);
        Assert.Equal(1e-12, PassAtK.PlugIn(1_000_000_000_000, 1, 1), 1e-24);
        // The two ways to compute it meet at 1,000 factors.
        Assert.Equal(PassAtK.Failure(9000, 1000, 1200).Log, PassAtK.Failure(9000, 1001, 1200).Log + Math.Log(8000 / (8000.0 - 1200)), 1e-11);
        // C(50, 50)/C(100, 50)
        Assert.Equal(1 / 100891344545564193334812497256.0, PassAtK.Failure(100, 50, 50).Value, 1e-41);
    }

    [Fact]
    public void Majority_agrees_with_all_subsets() => Gen.Select(Answers, Gen.Int[1, 9], Gen.Bool).Sample((answers, k, drop) =>
    {
        if (k > answers.Length)
            return;
        var invalid = drop ? InvalidAnswers.Dropped : InvalidAnswers.VoteWrong;
        Rational uniform = Rational.Zero, squares = Rational.Zero, stored = Rational.Zero, subsets = Rational.Zero;
        for (var mask = 0; mask < 1 << answers.Length; mask++)
        {
            if (BitOperations.PopCount((uint)mask) != k)
                continue;
            subsets += 1;
            string[] votes = [.. Enumerable.Range(0, answers.Length).Where(i => (mask >> i & 1) != 0 && (!drop || answers[i] is not null)).Select(i => answers[i] ?? "?")];
            if (votes.Length == 0)
                continue;
            var most = votes.GroupBy(v => v).Max(g => g.Count());
            string[] leaders = [.. votes.GroupBy(v => v).Where(g => g.Count() == most).Select(g => g.Key)];
            stored += leaders[0] == "A" ? 1 : 0;
            if (leaders.Contains("A"))
            {
                uniform += new Rational(1, leaders.Length);
                squares += new Rational(1, leaders.Length * leaders.Length);
            }
        }

        var actual = MajorityVote.Uniform(MajorityVote.Count(answers, "A", invalid), k);
        Assert.Equal(uniform / subsets, actual.Expected);
        Assert.Equal(squares / subsets, actual.SecondMoment);
        Assert.Equal(stored / subsets, MajorityVote.StoredOrder(answers, "A", k, invalid));
    });

    [Fact]
    public void A_vote_of_one_is_the_share_of_right_answers_and_a_vote_of_all_is_decided() => Answers.Sample(answers =>
    {
        var counts = MajorityVote.Count(answers, "A");
        Assert.Equal(new Rational(counts.Correct, answers.Length), MajorityVote.Uniform(counts, 1).Expected);
        Assert.Equal(MajorityVote.FirstStored(answers, "A", answers.Length), MajorityVote.StoredOrder(answers, "A", answers.Length) == Rational.One);
    });

    [Fact]
    public void Majority_of_64_samples_with_many_answers_is_exact_and_quick()
    {
        var counts = new AnswerCounts(20, [16, 9, 5, 4, 3, 2, 2, 1, 1, 1]);
        Assert.Equal(Rational.One, MajorityVote.Uniform(counts, 64).Expected);
        Assert.InRange(MajorityVote.Uniform(counts, 40).Expected.ToDouble(), 0.75, 1);
    }

    [Fact]
    public void Benchmark_variance_adds_decoding_and_items()
    {
        // q = 1, ½, 0: decoding ¼/9, items (¼ + ¼)/(2·3).
        var benchmark = MajorityVote.Benchmark([new(2, []), new(1, [1]), new(0, [2])], 1);
        Assert.Equal(0.5, benchmark.Accuracy);
        Assert.Equal(1 / 36.0, benchmark.DecodingVariance, 1e-16);
        Assert.Equal(1 / 12.0, benchmark.ItemVariance!.Value, 1e-16);
        Assert.Null(MajorityVote.Benchmark([new(1, [1])], 1).StandardError);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_vote_of_none_or_more_than_stored_is_rejected(int k)
    {
        Assert.ThrowsAny<ArgumentException>(() => MajorityVote.Uniform(new AnswerCounts(1, [1]), k));
        Assert.ThrowsAny<ArgumentException>(() => MajorityVote.StoredOrder(["A", "B"], "A", k));
        Assert.ThrowsAny<ArgumentException>(() => MajorityVote.FirstStored(["A", "B"], "A", k));
        Assert.ThrowsAny<ArgumentException>(() => PassAtK.Estimate(2, 1, k));
    }
}
