using System.Text;
using ForensicKit.Exchange;
using ForensicKit.Inference.Conformance.LmEval;
using ForensicKit.TestSupport;

namespace ForensicKit.Inference.Tests.Conformance;

/// <summary>Runs of lm-evaluation-harness 0.4.13 on SmolLM2-135M-Instruct (golden/lm-eval).</summary>
public sealed class LmEvalVectorsTests
{
    [Theory]
    [InlineData("hellaswag", 201)]
    [InlineData("mmlu5", 172)]
    [InlineData("rolling", 9)]
    [InlineData("gsm8k5", 17)]
    [InlineData("gsm8k_cot", 17)]
    [InlineData("humaneval", 17)]
    [InlineData("hellaswag_chat", 41)]
    [InlineData("mmlu_chat", 115)]
    public void Prompts_hashes_filters_metrics_and_aggregates_come_out_as_recorded(string folder, int vectors)
    {
        var results = new LmEvalVectors { AsksModels = false }.Run(TestData.Require("golden", "lm-eval", folder), TestContext.Current.CancellationToken).ToList();
        Assert.Empty(results.SelectMany(r => r.Differences.Select(d => $"{r.Case}: {d}")));
        Assert.Equal(vectors, results.Count);
    }

    // The whole set takes four minutes: forensickit conformance lm-eval ../shared/golden/lm-eval.
    [Theory]
    [InlineData("hellaswag_chat", 81)]
    [InlineData("humaneval", 33)]
    public void The_model_asked_again_answers_as_recorded(string folder, int vectors)
    {
        TestData.Require("golden", "smollm2-135m");
        var results = new LmEvalVectors().Run(TestData.Require("golden", "lm-eval", folder), TestContext.Current.CancellationToken).ToList();
        Assert.Empty(results.SelectMany(r => r.Differences.Select(d => $"{r.Case}: {d}")));
        Assert.Equal(vectors, results.Count);
    }

    [Theory]
    [InlineData("samples", "\"arg_0\": \"Q: There are 15 trees", "\"arg_0\": \"Q: There are 16 trees", "prompt: from character 14 on")]
    [InlineData("samples", "\"target\": \"18\"", "\"target\": \"19\"", "target: from 0 on ['18'] instead of ['19']")]
    [InlineData("samples", "\"filtered_resps\": [\"16\"]", "\"filtered_resps\": [\"17\"]", "filtered_resps: from 0 on ['16'] instead of ['17']")]
    [InlineData("samples", "\"exact_match\": 0.0", "\"exact_match\": 1.0", "exact_match,strict-match: 0 instead of 1.0")]
    [InlineData("samples", "\"doc_hash\": \"98", "\"doc_hash\": \"99", "doc_hash differs")]
    [InlineData("results", "\"exact_match,flexible-extract\": 0.0625", "\"exact_match,flexible-extract\": 0.0626", "exact_match,flexible-extract: 0.0625 instead of 0.0626")]
    [InlineData("results", "\"exact_match_stderr,strict-match\": 0.0", "\"exact_match_stderr,strict-match\": 0.1", "exact_match_stderr,strict-match: 0 instead of 0.1")]
    [InlineData("results", "\"fewshot_delimiter\": \"\\n\\n\"", "\"fewshot_delimiter\": \"\\n\"", "prompt: from character")]
    public void A_changed_record_is_told(string file, string from, string to, string difference)
    {
        using var folder = new TemporaryFolder();
        var changed = 0;
        foreach (var source in Directory.EnumerateFiles(TestData.Require("golden", "lm-eval", "gsm8k_cot")))
        {
            var text = File.ReadAllText(source);
            if (Path.GetFileName(source).StartsWith(file, StringComparison.Ordinal))
            {
                var at = text.IndexOf(from, StringComparison.Ordinal);
                changed += at >= 0 ? 1 : 0;
                text = at < 0 ? text : text[..at] + to + text[(at + from.Length)..];
            }

            File.WriteAllText(folder[Path.GetFileName(source)], text);
        }

        Assert.Equal(1, changed);
        var results = new LmEvalVectors { AsksModels = false }.Run(folder.Path, TestContext.Current.CancellationToken);
        Assert.Contains(results.SelectMany(r => r.Differences), d => d.StartsWith(difference, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("{\"configs\": {\"../x\": {}}}")]
    [InlineData("{\"configs\": {\"t\": 1}}")]
    [InlineData("not json")]
    public void Damaged_results_are_one_clear_error(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["results_2026.json"], text, Encoding.UTF8);
        File.WriteAllText(folder["samples_t_2026.jsonl"], "{\"doc_id\": 0}\n");
        Assert.Throws<KitException>(() => new LmEvalVectors { AsksModels = false }.Run(folder.Path, TestContext.Current.CancellationToken).ToList());
    }

    [Fact]
    public void Another_machine_without_the_model_says_so()
    {
        using var folder = new TemporaryFolder();
        foreach (var source in Directory.EnumerateFiles(TestData.Require("golden", "lm-eval", "humaneval")))
            File.WriteAllText(folder[Path.GetFileName(source)], File.ReadAllText(source).Replace("\"model_name\": \"SmolLM2", "\"model_name\": \"Unknown", StringComparison.Ordinal));
        var last = new LmEvalVectors().Run(folder.Path, TestContext.Current.CancellationToken).Last();
        Assert.Contains("the model 'Unknown-135M-Instruct' is not at hand", Assert.Single(last.Differences), StringComparison.Ordinal);
    }

    // The standard errors of reference/evaluation-harnesses.md: pooled over MMLU's tasks as lm-evaluation-harness does now.
    [Fact]
    public void Standard_errors_follow_the_harness()
    {
        Assert.Null(HarnessMetrics.StandardError([1]));
        Assert.Equal(0.5, HarnessMetrics.StandardError([0, 1])!.Value, 12);
        Assert.Null(LmEvalMetrics.PooledStandardError([(null, 1), (0.1, 2)]));
        Assert.Equal(Math.Sqrt(((1 * 0.25 * 2) + (1 * 0.25 * 2)) / 2 / 4), LmEvalMetrics.PooledStandardError([(0.5, 2), (0.5, 2)])!.Value, 12);
    }

    [Theory]
    [InlineData("take the last", "(-?[$0-9.,]{2,})|(-?[0-9]+)", -1, "it is 5 or 1,000. So", "1,000.")]
    [InlineData("the first", "#### (\\-?[0-9\\.\\,]+)", 0, "#### 3\n#### 4", "3")]
    [InlineData("none", "#### (\\-?[0-9\\.\\,]+)", 0, "nothing", "[invalid]")]
    [InlineData("whole match", "[a-c]+", 1, "ab x ca", "ca")]
    [InlineData("empty group", "(x)|(y)", 0, "y", "y")]
    public void The_regex_filter_follows_the_harness(string name, string pattern, int select, string text, string expected)
    {
        var config = System.Text.Json.JsonSerializer.SerializeToElement(new { filter_list = new[] { new { name, filter = new[] { new { function = "regex", regex_pattern = pattern, group_select = select } } } } });
        Assert.Equal([expected], Assert.Single(LmEvalFilter.Of(config)).Apply([text]));
    }

    [Fact]
    public void Votes_and_first_answers_follow_the_harness()
    {
        var config = System.Text.Json.JsonDocument.Parse("""{"filter_list": [{"name": "maj@3", "filter": [{"function": "take_first_k", "k": 3}, {"function": "majority_vote"}, {"function": "take_first"}]}]}""").RootElement;
        Assert.Equal(["b"], Assert.Single(LmEvalFilter.Of(config)).Apply(["a", "b", "b", "a", "a"]));
        Assert.Equal(["a"], Assert.Single(LmEvalFilter.Of(config)).Apply(["a", "b", "[invalid]"]));
    }
}
