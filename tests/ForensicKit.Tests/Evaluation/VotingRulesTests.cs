using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;

namespace ForensicKit.Tests.Evaluation;

public class VotingRulesTests
{
    private static readonly BenchmarkItem s_item = new("gsm8k/test/0", 0, "How many?", "Add them.\n#### 1,000");

    [Theory]
    [InlineData("gsm8k/majority-strict", "1000", true, "#### 7", "#### 1000", "#### 1,000")]
    [InlineData("gsm8k/majority-strict", "7", false, "#### 7", "#### 1000", "#### 7", "#### 1,000", "#### 7")]
    // Ties go to the answer that comes up first.
    [InlineData("gsm8k/majority-strict", "7", false, "#### 7", "#### 1000")]
    [InlineData("gsm8k/majority-strict", "1000", true, "#### 1000", "#### 7")]
    [InlineData("gsm8k/majority-strict", "1000", true, "#### 8", "#### 1000", "#### 7", "#### 7", "#### 1000")]
    // No answer is no vote, however many there are.
    [InlineData("gsm8k/majority-strict", "1000", true, "none", "1000", "#### 1000", "")]
    [InlineData("gsm8k/majority-strict", null, false, "none", "", "1000")]
    [InlineData("gsm8k/majority-flexible", "1000", true, "so 7", "1000 eggs", "$1,000")]
    [InlineData("gsm8k/majority-flexible", null, false, "none", "")]
    public void Samples_are_put_to_the_vote(string rule, string? winner, bool isCorrect, params string[] samples)
    {
        var score = Score(rule, samples.Select((text, i) => Sample(i, text)));
        Assert.Equal((winner, isCorrect), (score.Extracted, score.Correct));
    }

    [Fact]
    public void Which_answer_is_first_does_not_depend_on_the_order_of_storage()
    {
        var score = Score("gsm8k/majority-strict", [Sample(1, "#### 1000"), Sample(0, "#### 7")]);
        Assert.Equal("7", score.Extracted);
    }

    // Exact from the counts, by hand. Of three samples one is right: maj@1 is a third of them, maj@2 draws it in 2 of 3 pairs and ties in each.
    [Theory]
    [InlineData("gsm8k/maj@1-strict", 1.0 / 3, "#### 7", "#### 1000", "#### 8")]
    [InlineData("gsm8k/maj@2-strict", 1.0 / 3, "#### 7", "#### 1000", "#### 8")]
    [InlineData("gsm8k/maj@3-strict", 1.0, "#### 7", "#### 1000", "#### 1,000")]
    // Samples without an answer vote together for none, or are dropped.
    [InlineData("gsm8k/maj@3-strict", 0.0, "none", "#### 1000", "nothing")]
    [InlineData("gsm8k/maj@3-strict-dropped", 1.0, "none", "#### 1000", "nothing")]
    [InlineData("gsm8k/maj@2-flexible", 2.0 / 3, "1000", "$1,000", "7")]
    [InlineData("gsm8k/maj@1-cot-strict", 0.5, "The answer is 1000.", "The answer is 7.")]
    public void A_vote_of_k_is_averaged_over_all_choices_of_k(string rule, double credit, params string[] samples)
    {
        var score = Score(rule, samples.Select((text, i) => Sample(i, text)));
        Assert.Null(score.Correct);
        Assert.Equal(credit, score.Credit!.Value, 15);
    }

    [Fact]
    public void Fewer_samples_than_voters_give_no_score()
    {
        var score = Score("gsm8k/maj@3-strict", [Sample(0, "#### 1000"), Sample(1, "#### 1000")]);
        Assert.Equal((null, null), (score.Correct, score.Credit));
    }

    [Theory]
    [InlineData("gsm8k/maj@0-strict")]
    [InlineData("gsm8k/maj@8")]
    [InlineData("gsm8k/maj@8-lax")]
    [InlineData("gsm8k/maj@9999-strict")]
    [InlineData("code/pass@0")]
    [InlineData("code/pass@")]
    public void Numbers_that_make_no_sense_are_no_rules(string id)
    {
        Assert.Null(ScoringRules.Find(id));
        Assert.Null(ProgramRules.Find(id));
    }

    [Fact]
    public void One_sample_is_no_vote()
    {
        var rule = ScoringRules.Find("gsm8k/majority-strict")!;
        Assert.False(rule.AppliesTo([Sample(0, "#### 7")]));
        Assert.True(rule.AppliesTo([Sample(0, "#### 7"), Sample(1, "#### 7")]));
    }

    private static ItemScore Score(string rule, IEnumerable<Response> responses) => ScoringRules.Find(rule)!.Score(s_item, [.. responses]);

    private static Response Sample(int index, string text) => new() { RunId = "run", ItemId = s_item.Id, ItemIndex = 0, SampleIndex = index, Text = text };
}
