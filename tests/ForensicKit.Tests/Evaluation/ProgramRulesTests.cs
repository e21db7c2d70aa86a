using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.Models;

namespace ForensicKit.Tests.Evaluation;

public class ProgramRulesTests
{
    private static readonly BenchmarkItem s_item = new("code/0", 0, "function f(x) {", " return x; }")
    {
        Fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["test"] = "function check(candidate) {}", ["entry_point"] = "f" },
    };

    [Theory]
    [InlineData("code/pass-at-1", true, "Passed", 1, "good", "bad")]
    [InlineData("code/pass-at-1", false, "Failed", 1, "bad", "good")]
    [InlineData("code/any-sample", true, "Passed", 2, "bad", "good", "bad")]
    [InlineData("code/any-sample", false, "TimedOut", 2, "bad", "slow")]
    public async Task The_first_sample_or_any_must_pass(string rule, bool isCorrect, string extracted, int runs, params string[] samples)
    {
        using var sandbox = new WordSandbox();
        // Stored in reverse: the first sample is the one with index 0.
        var score = await ProgramRules.Find(rule)!.ScoreAsync(s_item, [.. samples.Select((text, i) => Sample(i, text)).Reverse()], sandbox, CancellationToken.None);
        Assert.Equal((isCorrect, extracted, runs), (score.Correct, score.Extracted, sandbox.Programs.Count));
        Assert.Equal(new SandboxProgram(s_item.Question + samples[0], s_item.Fields["test"], "f"), sandbox.Programs[0]);
    }

    // 1 − C(n−c, k)/C(n, k) (Chen et al. 2021): of five programs two pass.
    [Theory]
    [InlineData("code/pass@1", 0.4)]
    [InlineData("code/pass@2", 0.7)]
    [InlineData("code/pass@4", 1.0)]
    public async Task Pass_at_k_is_unbiased_and_says_what_stopped_the_others(string rule, double credit)
    {
        using var sandbox = new WordSandbox();
        var score = await ProgramRules.Find(rule)!.ScoreAsync(s_item, [.. new[] { "bad", "good", "slow", "good", "bad" }.Select((text, i) => Sample(i, text))], sandbox, CancellationToken.None);
        Assert.Equal(("Passed 2, Failed 2, TimedOut 1", 5), (score.Extracted, sandbox.Programs.Count));
        Assert.Null(score.Correct);
        Assert.Equal(credit, score.Credit!.Value, 12);
    }

    [Fact]
    public async Task Fewer_programs_than_k_give_no_score()
    {
        using var sandbox = new WordSandbox();
        Assert.Null((await ProgramRules.Find("code/pass@3")!.ScoreAsync(s_item, [Sample(0, "good"), Sample(1, "good")], sandbox, CancellationToken.None)).Credit);
    }

    [Fact]
    public async Task Without_a_program_there_is_no_score()
    {
        using var sandbox = new WordSandbox();
        var score = await ProgramRules.Find("code/any-sample")!.ScoreAsync(s_item, [Sample(0, null)], sandbox, CancellationToken.None);
        Assert.Null(score.Correct);
        Assert.Empty(sandbox.Programs);
    }

    [Fact]
    public void Ids_of_all_rules_differ() => Assert.Equal(ScoringRules.Ids.Count, ScoringRules.Ids.Distinct(StringComparer.Ordinal).Count());

    private static Response Sample(int index, string? text) => new() { RunId = "run", ItemId = s_item.Id, ItemIndex = 0, SampleIndex = index, Text = text };

    /// <summary>Passes programs that hold the word "good".</summary>
    private sealed class WordSandbox : ICodeSandbox
    {
        public List<SandboxProgram> Programs { get; } = [];

        public string Language => "javascript";

        public string Engine => "words";

        public Task<SandboxResult> RunAsync(SandboxProgram program, CancellationToken cancellationToken)
        {
            Programs.Add(program);
            var outcome = program.Code.Contains("good", StringComparison.Ordinal) ? SandboxOutcome.Passed
                : program.Code.Contains("slow", StringComparison.Ordinal) ? SandboxOutcome.TimedOut : SandboxOutcome.Failed;
            return Task.FromResult(new SandboxResult(outcome, "", "", TimeSpan.Zero));
        }

        public void Dispose()
        {
        }
    }
}
