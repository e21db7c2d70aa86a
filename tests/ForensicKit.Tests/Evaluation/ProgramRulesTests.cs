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
