using System.Globalization;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Evidence;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Evaluation;

/// <summary>Item by item, the rules give what lm-evaluation-harness 0.4.13 itself extracted and scored from the same responses.</summary>
public class LmEvalSamplesTests
{
    [Theory]
    [InlineData("gsm8k5", "strict-match", "gsm8k/strict-match", 16)]
    [InlineData("gsm8k5", "flexible-extract", "gsm8k/flexible-extract", 16)]
    [InlineData("gsm8k_cot", "strict-match", "gsm8k/cot-strict-match", 16)]
    [InlineData("gsm8k_cot", "flexible-extract", "gsm8k/flexible-extract", 16)]
    public void Generated_answers_are_read_as_the_harness_reads_them(string run, string filter, string rule, int items)
    {
        var samples = Samples(run).Where(sample => sample.GetProperty("filter").GetString() == filter).ToList();
        Assert.Equal(items, samples.Count);
        foreach (var sample in samples)
        {
            var item = new BenchmarkItem("gsm8k/test/0", 0, "q", sample.GetProperty("target").GetString()!);
            var response = new Response { RunId = "r", ItemId = item.Id, ItemIndex = 0, Text = sample.GetProperty("resps")[0][0].GetString() };
            var score = ScoringRules.Find(rule)!.Score(item, [response]);
            Assert.Equal(sample.GetProperty("filtered_resps")[0].GetString(), score.Extracted ?? "[invalid]");
            Assert.Equal(sample.GetProperty("exact_match").GetDouble() == 1, score.Correct);
        }
    }

    [Theory]
    [InlineData("acc", "hellaswag/sum", 79)]
    [InlineData("acc_norm", "hellaswag/per-character", 93)]
    public void Endings_are_chosen_as_the_harness_chooses_them(string metric, string rule, int correct)
    {
        var samples = Samples("hellaswag");
        Assert.Equal(200, samples.Count);
        var counted = 0;
        foreach (var sample in samples)
        {
            var choices = sample.GetProperty("doc").GetProperty("choices").EnumerateArray().Select(choice => choice.GetString()!).ToList();
            var item = new BenchmarkItem("hellaswag/validation/0", 0, "q", "") { Choices = choices, GoldChoice = sample.GetProperty("doc").GetProperty("gold").GetInt32() };
            var responses = sample.GetProperty("filtered_resps").EnumerateArray().Select((pair, choice) => new Response
            {
                RunId = "r",
                ItemId = item.Id,
                ItemIndex = 0,
                ChoiceIndex = choice,
                Text = " " + choices[choice],
                LogLikelihood = double.Parse(pair[0].GetString()!, CultureInfo.InvariantCulture),
            }).ToList();
            var score = ScoringRules.Find(rule)!.Score(item, responses);
            Assert.Equal(sample.GetProperty(metric).GetDouble() == 1, score.Correct);
            counted += score.Correct == true ? 1 : 0;
        }

        Assert.Equal(correct, counted);
    }

    private static List<JsonElement> Samples(string run)
    {
        var file = Directory.GetFiles(TestData.Require("golden", "lm-eval", run), "samples_*.jsonl").Single();
        return [.. File.ReadAllText(file).Split('\n').Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
