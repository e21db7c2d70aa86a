using ForensicKit.Contamination.Verdicts;

namespace ForensicKit.Tests.Contamination.Verdicts;

public class MemorisationTestTests
{
    [Fact]
    public void The_p_value_is_that_of_all_exchanges_of_labels_within_strata()
    {
        // Stratum a: gains 3 | 1, 0; stratum b: gains 2 | 1. Sums of a draw of one from each: 3+2, 3+1, 1+2, 1+1, 0+2, 0+1; 5 is the greatest of six.
        AnswerLikelihood[] items = [Item(true, 3, "a"), Item(false, 1, "a"), Item(false, 0, "a"), Item(true, 2, "b"), Item(false, 1, "b")];
        var result = MemorisationTest.Run(items, 11, 59_999);
        Assert.Equal(1 / 6.0, result.P.Value, 0.006);
        Assert.Equal(2.5 - (2 / 3.0), result.Nats, 12);
        Assert.Equal((2, 3, 59_999, 11U), (result.Leaked, result.Fresh, result.Permutations, result.Seed));
    }

    [Fact]
    public void Equal_sums_count_whatever_the_order_they_are_added_in()
    {
        AnswerLikelihood[] items = [.. Enumerable.Range(0, 20).Select(i => Item(i < 10, 0.1))];
        Assert.Equal(1, MemorisationTest.Run(items, 1, 999).P.Value, 12);
    }

    [Fact]
    public void Without_memory_p_is_small_no_more_often_than_it_may_be()
    {
        var random = new System.Random(5);
        var small = 0;
        for (var round = 0; round < 1000; round++)
        {
            AnswerLikelihood[] items = [.. Enumerable.Range(0, 60).Select(i => new AnswerLikelihood($"{i}", i < 20, -3 * random.NextDouble(), -random.NextDouble(), $"{i % 3}"))];
            small += MemorisationTest.Run(items, (uint)round, 199).P.Value <= 0.05 ? 1 : 0;
        }

        Assert.InRange(small, 25, 78);
    }

    [Fact]
    public void The_same_seed_gives_the_same_p()
    {
        AnswerLikelihood[] items = [.. Enumerable.Range(0, 40).Select(i => Item(i < 10, Math.Sin(i)))];
        Assert.Equal(MemorisationTest.Run(items, 9, 500), MemorisationTest.Run(items, 9, 500));
    }

    [Fact]
    public void Items_of_one_kind_or_without_a_likelihood_are_refused()
    {
        Assert.Throws<ArgumentException>(() => MemorisationTest.Run([Item(true, 1)], 1));
        Assert.Throws<ArgumentException>(() => MemorisationTest.Run([Item(true, 1), Item(false, double.NegativeInfinity)], 1));
    }

    private static AnswerLikelihood Item(bool isLeaked, double gain, string stratum = "") => new("i", isLeaked, gain, 0, stratum);
}
