using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;

namespace ForensicKit.Tests.Evaluation;

public class ScoringRulesTests
{
    private static readonly BenchmarkItem Thousand = new("gsm8k/test/0", 0, "How many?", "Add them.\n#### 1,000");
    private static readonly BenchmarkItem Ending = new("hellaswag/validation/0", 0, "A man", "bb") { Choices = ["a", "bb", "€€", "𝕏"], GoldChoice = 1 };

    // What lm-evaluation-harness 4e7e0d47 gives for these texts (filters and exact_match run in Python).
    [Theory]
    [InlineData("gsm8k/strict-match", "#### 1000", "1000", true)]
    [InlineData("gsm8k/strict-match", "#### 1,000.", "1,000.", true)]
    [InlineData("gsm8k/strict-match", "#### 1000.0", "1000.0", false)]
    [InlineData("gsm8k/strict-match", "#### $1000", null, false)]
    [InlineData("gsm8k/strict-match", "#### 5 #### 1000", "5", false)]
    [InlineData("gsm8k/strict-match", "####1000", null, false)]
    [InlineData("gsm8k/strict-match", "#### -1000", "-1000", false)]
    [InlineData("gsm8k/strict-match", "#### ١٠٠٠", null, false)]
    [InlineData("gsm8k/flexible-extract", "so $1,000", "$1,000", true)]
    [InlineData("gsm8k/flexible-extract", "so $1,000.", "$1,000.", true)]
    [InlineData("gsm8k/flexible-extract", "so 1000 eggs in 7 days", "7", false)]
    [InlineData("gsm8k/flexible-extract", "1000 and then...", "...", false)]
    [InlineData("gsm8k/flexible-extract", "1000, 1000 and so on.", "1000", true)]
    [InlineData("gsm8k/flexible-extract", "none", null, false)]
    [InlineData("gsm8k/cot-strict-match", "The answer is 1000.", "1000", true)]
    [InlineData("gsm8k/cot-strict-match", "The answer is 1000.\n", "1000", true)]
    [InlineData("gsm8k/cot-strict-match", "The answer is 1000 eggs.", "1000", true)]
    [InlineData("gsm8k/cot-strict-match", "The answer is: 1000.", null, false)]
    [InlineData("gsm8k/last-number", "x = 1000.00 dollars", "1000.00", true)]
    [InlineData("gsm8k/last-number", "1,000, that is all.", "1000", true)]
    [InlineData("gsm8k/answer-is", "The answer is: 5.\nThe answer is: $1,000 for 7", "1000", true)]
    [InlineData("gsm8k/answer-is", "1000", null, false)]
    [InlineData("gsm8k/boxed", "\\boxed{7} and $\\boxed{\\text{about }{1{,}000}}$", "1000", true)]
    [InlineData("gsm8k/boxed", "\\boxed{\\frac{1}{1000}}", "\\frac{1}{1000}", false)]
    [InlineData("gsm8k/boxed", "\\boxed{\\frac{x}{1000}}", "\\frac{x}{1000}", false)]
    [InlineData("gsm8k/boxed", "\\boxed{36/1000}", "36/1000", false)]
    [InlineData("gsm8k/boxed", "\\boxed{7 \\text{ or } 1000}", "7 \\text{ or } 1000", false)]
    [InlineData("gsm8k/boxed", "\\boxed{x = 1000}", "1000", true)]
    [InlineData("gsm8k/last-number", "about .5", ".5", false)]
    [InlineData("gsm8k/last-number", "from 7 to -.5", "-.5", false)]
    [InlineData("gsm8k/last-number", "the answer is...1000", "1000", true)]
    [InlineData("gsm8k/last-number", "No.1000", "1000", true)]
    [InlineData("gsm8k/boxed", "$\\boxed{1,000}$ in all 7", "1000", true)]
    [InlineData("gsm8k/boxed", "\\boxed{1000", null, false)]
    public void Texts_are_read_as_documented(string rule, string text, string? extracted, bool correct)
    {
        var score = Score(rule, Thousand, Answer(text));
        Assert.Equal((extracted, correct), (score.Extracted, score.Correct));
    }

    [Theory]
    [InlineData("1000", "1,000.00", true)]
    [InlineData("$1000", "1000", true)]
    [InlineData("-0", "0", true)]
    [InlineData(".5", "0.50", true)]
    [InlineData("0010", "10", true)]
    [InlineData("50%", "50", true)]
    [InlineData("9007199254740993", "9007199254740992", false)]
    [InlineData("", "0", false)]
    [InlineData("1e3", "1000", false)]
    [InlineData("١", "1", false)]
    [InlineData("1/2", "0.5", false)]
    public void Numbers_are_compared_as_decimals(string a, string b, bool equal) => Assert.Equal(equal, PlainNumber.AreEqual(a, b));

    [Fact]
    public void The_recordings_own_answer_and_flag_are_different_rules()
    {
        var response = Answer("x") with { RecordedAnswer = "1000", RecordedCorrect = false };
        Assert.True(Score("gsm8k/recorded-answer", Thousand, response).Correct);
        Assert.False(Score("gsm8k/recorded", Thousand, response).Correct);
        Assert.False(Score("gsm8k/recorded-answer", Thousand, response with { RecordedAnswer = null }).Correct);
        Assert.Null(Score("gsm8k/recorded-answer", Thousand, response with { RecordedAnswer = null, RecordedCorrect = null }).Correct);
        Assert.Null(Score("gsm8k/strict-match", Thousand, response with { Text = null }).Correct);
    }

    [Theory]
    [InlineData("hellaswag/sum", -3.0, -2.0, -6.0, -4.0, "1")]
    [InlineData("hellaswag/sum", -2.0, -2.0, -6.0, -4.0, "0")]
    [InlineData("hellaswag/per-byte", -3.0, -2.0, -5.0, -4.1, "2")]
    [InlineData("hellaswag/per-byte", -3.0, -2.0, -6.1, -4.0, "1")]
    [InlineData("hellaswag/per-character", -3.0, -2.0, -1.9, -1.5, "2")]
    [InlineData("hellaswag/per-character", -3.0, -4.0, -5.0, -1.5, "3")]
    public void Endings_are_chosen_by_bytes_or_code_points(string rule, double a, double b, double c, double d, string chosen)
    {
        var score = ScoringRules.Find(rule)!.Score(Ending, Choices(a, b, c, d));
        Assert.Equal((chosen, chosen == "1"), (score.Extracted, score.Correct));
    }

    [Fact]
    public void A_missing_or_undefined_likelihood_gives_no_score()
    {
        var rule = ScoringRules.Find("hellaswag/sum")!;
        Assert.Null(rule.Score(Ending, [.. Choices(-1, -2, -3, -4).Take(3)]).Correct);
        Assert.Null(rule.Score(Ending, Choices(-1, double.NaN, -3, -4)).Correct);
        Assert.False(ScoringRules.Find("hellaswag/per-token")!.AppliesTo(Choices(-1, -2, -3, -4)));
        Assert.False(rule.AppliesTo([Answer("x")]));
    }

    // A recorded sum that covers the context as well says nothing per byte of the ending.
    [Fact]
    public void A_sum_is_divided_only_by_a_length_that_is_known()
    {
        Response[] sums = [.. Choices(-3, -2, -5, -4.1).Select(r => r with { Text = null })];
        foreach (var rule in (string[])["hellaswag/per-byte", "hellaswag/per-character"])
        {
            Assert.False(ScoringRules.Find(rule)!.AppliesTo(sums));
            Assert.Null(ScoringRules.Find(rule)!.Score(Ending, sums).Correct);
            Assert.False(ScoringRules.Find(rule)!.AppliesTo([.. sums.Select(r => r with { Text = " " })]));
        }

        Assert.True(ScoringRules.Find("hellaswag/per-byte")!.AppliesTo([.. sums.Select(r => r with { LogLikelihoodPerByte = -0.1 })]));
    }

    [Fact]
    public void Only_the_first_sample_is_scored() => Assert.True(Score("gsm8k/last-number", Thousand, Answer("7") with { SampleIndex = 1 }, Answer("1000")).Correct);

    [Fact]
    public void Rules_have_ids_of_their_own_and_say_what_they_do()
    {
        Assert.Equal(ScoringRules.All.Count, ScoringRules.All.Select(rule => rule.Id).Distinct().Count());
        Assert.All(ScoringRules.All, rule => Assert.Same(rule, ScoringRules.Find(rule.Id)));
        Assert.All(ScoringRules.All, rule => Assert.True(rule.Description.Length > 60 && rule.Title.Length > 0));
        Assert.Null(ScoringRules.Find("gsm8k/none"));
    }

    [Fact]
    public void Long_hostile_texts_are_read_in_linear_time()
    {
        var text = string.Concat(Enumerable.Repeat("-$,.1", 200_000)) + "\\boxed{" + new string('{', 100_000);
        foreach (var rule in ScoringRules.All.Where(rule => rule.Id.StartsWith("gsm8k", StringComparison.Ordinal)))
            _ = Score(rule.Id, Thousand, Answer(text) with { RecordedAnswer = "1", RecordedCorrect = true });
    }

    private static Response Answer(string text) => new() { RunId = "r", ItemId = "gsm8k/test/0", ItemIndex = 0, Text = text };

    private static Response[] Choices(params double[] sums) =>
        [.. sums.Select((sum, choice) => new Response { RunId = "r", ItemId = Ending.Id, ItemIndex = 0, ChoiceIndex = choice, LogLikelihood = sum, Text = " " + Ending.Choices[choice] })];

    private static ItemScore Score(string rule, BenchmarkItem item, params Response[] responses) => ScoringRules.Find(rule)!.Score(item, responses);
}
