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
