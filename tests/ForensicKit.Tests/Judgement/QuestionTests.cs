using ForensicKit.Claims;
using ForensicKit.Findings;
using ForensicKit.Findings.Questions;

namespace ForensicKit.Tests.Judgement;

/// <summary>Verdicts on sheets whose right answer is known.</summary>
public class QuestionTests
{
    public static TheoryData<string, long, string, string, Verdict> Gaps => new()
    {
        // A claim that the reproduction equals, on enough items to support it within a point, and on too few.
        { "large, no gap", 10_000, "80.0", "80.0", Verdict.Supported },
        { "small, no gap", 164, "78.0", "78.0", Verdict.InsufficientEvidence },
        { "reproduced above the claim", 10_000, "80.0", "83.0", Verdict.Supported },
        { "a gap inside the margin", 10_000, "80.0", "79.5", Verdict.InsufficientEvidence },
        { "a gap far beyond the margin", 10_000, "80.0", "70.0", Verdict.Overstated },
        // Beyond the margin for the claim as a fixed number, not for it as another sample's estimate: all three readings are needed.
        { "a gap that one reading rejects", 1_000, "80.0", "76.0", Verdict.InsufficientEvidence },
        { "an impossible reproduction", 164, "78.0", "65.0", Verdict.NotReproducible },
        { "an impossible claim", 164, "78.1", "60.4", Verdict.NotReproducible },
        { "everything right", 1_000, "100.0", "100.0", Verdict.Supported },
        { "nothing claimed", 1_000, "0.0", "0.0", Verdict.InsufficientEvidence },
    };

    [Theory]
    [MemberData(nameof(Gaps))]
    public void A_gap_is_judged_by_all_three_readings(string why, long n, string claimed, string reproduced, Verdict expected)
    {
        var finding = Assert.Single(new GapQuestion().Ask(Sheet(Aggregate("a", n, claimed, reproduced))));
        Assert.True(expected == finding.Verdict, $"{why}: {finding.Verdict}, {Binding.Print(finding)}");
    }

    [Fact]
    public void Holm_runs_over_the_sheet()
    {
        // Alone the gap is beyond the margin at 5 %; beside nineteen other claims it is not.
        var claim = Aggregate("a", 2_000, "80.0", "75.5");
        Assert.Equal(Verdict.Overstated, new GapQuestion().Ask(Sheet(claim)).Single().Verdict);
        var others = Enumerable.Range(0, 19).Select(i => Aggregate($"b{i}", 2_000, "80.0", "80.0"));
        Assert.Equal(Verdict.InsufficientEvidence, new GapQuestion().Ask(Sheet([claim, .. others])).First().Verdict);
    }

    [Fact]
    public void A_rule_that_gives_the_digits_supports_the_claim_and_others_say_what_they_move()
    {
        var finding = Rule("62.2", new("r", "run", "sum", "Sum", false, 4_718, 10_042, 0), new("r", "run", "mean", "Mean per token", false, 6_246, 10_042, 0));
        Assert.Equal(Verdict.Supported, finding.Verdict);
        Assert.Equal("Mean per token", finding["rule"].Display);
        Assert.Equal("−15.22", finding["rule_1_moves"].Display);
        Assert.DoesNotContain("two steps", finding.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_that_needs_rounding_twice_is_told_so()
    {
        // 6,241 of 10,042 is 62.149 %, which prints as 62.1; by way of 62.15 it becomes 62.2.
        var finding = Rule("62.2", new RuleScore("r", "run", "mean", "Mean per token", false, 6_241, 10_042, 0));
        Assert.Equal(Verdict.Supported, finding.Verdict);
        Assert.Contains("two steps", finding.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, Verdict.Overstated)]
    [InlineData(true, Verdict.NotReproducible)]
    public void The_recordings_own_flags_never_support_a_claim(bool onlyFlags, Verdict expected)
    {
        var flags = new RuleScore("r", "run", "flag", "Flag", true, 900, 1_000, 0);
        var rule = new RuleScore("r", "run", "rule", "Rule", false, 800, 1_000, 0);
        Assert.Equal(expected, Rule("90.0", onlyFlags ? [flags] : [flags, rule]).Verdict);
    }

    [Fact]
    public void What_a_claim_leaves_out_is_listed()
    {
        var claim = Aggregate("a", 100, "50", "50", ("shots", "5"), ("split", "test"));
        var finding = Assert.Single(new CompletenessQuestion().Ask(Sheet(claim)));
        Assert.Equal("the split and the number of shots", finding["stated"].Display);
        Assert.Equal("5 fields", Binding.WithUnit(finding["missing_count"]));
    }

    [Fact]
    public void No_answer_and_no_text_of_a_question_holds_a_literal_number()
    {
        ClaimEvidence[] claims =
        [
            .. Gaps.Select((row, i) => Aggregate($"g{i}", row.Data.Item2, row.Data.Item3, row.Data.Item4) with
            {
                Reference = new PrintedScore("Other", "79.0", null, new Dictionary<string, string>(StringComparer.Ordinal), "sheet"),
            }),
            Recorded("r1", "62.2", new RuleScore("r", "run", "mean", "Mean", false, 6_241, 10_042, 0), new RuleScore("r", "run", "flag", "Flag", true, 6_000, 10_042, 3)),
            Recorded("r2", "90.0", new RuleScore("r", "run", "rule", "Rule", false, 800, 1_000, 0)),
            Recorded("r3", "90.0", new RuleScore("r", "run", "flag", "Flag", true, 899, 1_000, 0)),
            Recorded("r4", "80.5", new RuleScore("r", "run", "rule", "Rule", false, 800, 1_000, 0)),
            MeasuredSheets.TwoProtocols("p1", "70.0", 100, 40, 10, 50) with { Attribution = AttributionTests.Evidence(4, 6, 7) },
            MeasuredSheets.TwoRules("s1", "70.0", 100, 40, 10, 50),
            MeasuredSheets.TwoRules("s2", "10.0", 100, 10, 10, 80),
            MeasuredSheets.TwoProtocols("p2", "70.0", 100, 10, 40, 50),
            MeasuredSheets.TwoProtocols("p3", "90.0", 100, 4, 1, 95),
            .. MeasuredVerdictTests.EveryVerdict(),
        ];
        var sheet = Sheet(claims) with { Contamination = MeasuredSheets.Contamination(), Membership = MeasuredSheets.Membership(), Sensitivity = MeasuredSheets.Sensitivity(isSensitive: true), Latency = MeasuredSheets.Latency(200, 300) };
        IReadOnlyList<Finding> findings =
        [
            .. Question.AskAll(sheet),
            .. new SensitivityQuestion().Ask(sheet with { Sensitivity = MeasuredSheets.Sensitivity(isSensitive: false) }),
            .. new LatencyQuestion().Ask(sheet with { Latency = MeasuredSheets.Latency(20, 20) }),
            .. new LatencyQuestion().Ask(sheet with { Latency = MeasuredSheets.Latency(20, 300) }),
            .. new LatencyQuestion().Ask(sheet with { Latency = MeasuredSheets.Latency(20, 20, requests: 4) }),
        ];
        Assert.Equal(Question.All.Select(q => q.Kind).Order(StringComparer.Ordinal), findings.Select(f => f.Kind).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.All(findings, f => Assert.Empty(Binding.LiteralNumbers(f.Answer)));
        Assert.All(findings, f => Assert.DoesNotContain("{{", Binding.Print(f), StringComparison.Ordinal));
        Assert.All(Question.All, q => Assert.All((string[])[q.Title, q.Asked, q.Done, q.CannotShow], text => Assert.Empty(Binding.LiteralNumbers(text.Replace("n + 1", "", StringComparison.Ordinal)))));
        Assert.All(findings, f => Assert.NotEmpty(f.CannotShow));
    }

    [Fact]
    public void The_lint_for_literal_numbers_can_fail()
    {
        Assert.Equal(["74.1", "8"], Binding.LiteralNumbers("It fell to 74.1 on GSM8K, 8 points below pass@1 and {{gap}}."));
    }

    private static Finding Rule(string claimed, params RuleScore[] scores) => Assert.Single(new RuleQuestion().Ask(Sheet(Recorded("a", claimed, scores))));

    private static ClaimSheet Sheet(params IReadOnlyList<ClaimEvidence> claims) => new("case", 0.05, 1, claims);

    private static ClaimEvidence Recorded(string id, string claimed, params RuleScore[] scores) =>
        Aggregate(id, scores[0].Items, claimed, null) with { RuleScores = scores };

    private static ClaimEvidence Aggregate(string id, long n, string claimed, string? reproduced, params (string Field, string Value)[] stated) => new()
    {
        Id = id,
        Benchmark = "Benchmark",
        Metric = "accuracy",
        Label = id,
        N = n,
        Claimed = new PrintedScore("Model", claimed, n, stated.ToDictionary(s => s.Field, s => s.Value, StringComparer.Ordinal), "sheet"),
        Reproduced = reproduced is null ? null : new PrintedScore("Model", reproduced, null, new Dictionary<string, string>(StringComparer.Ordinal), "sheet"),
    };
}
