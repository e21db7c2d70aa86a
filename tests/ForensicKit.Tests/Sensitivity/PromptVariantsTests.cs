using System.Text.Json;
using ForensicKit.Sensitivity;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Sensitivity;

public class PromptVariantsTests
{
    private static readonly string[] s_choices = ["one", "two", "three"];

    [Fact]
    public void The_standard_prompt_reads_as_documented()
    {
        Assert.Equal("Question: How many?\nA. one\nB. two\nC. three\nAnswer:", PromptVariants.Standard.Context("How many?", s_choices));
        Assert.Equal(" C", PromptVariants.Standard.ChoiceContinuation(2));
        Assert.Equal("Question: How many?\nAnswer: two\n\nQuestion: And now?\nAnswer:", $"{PromptVariants.Standard.Example("How many?", [], "two")}\n\n{PromptVariants.Standard.Context("And now?", [])}");
    }

    [Theory]
    [InlineData("parens", "Question: How many?\n(A) one\n(B) two\n(C) three\nAnswer:", " B")]
    [InlineData("roman", "Question: How many?\nI. one\nII. two\nIII. three\nAnswer:", " II")]
    [InlineData("small-letters", "Question: How many?\na. one\nb. two\nc. three\nAnswer:", " b")]
    [InlineData("choices-inline", "Question: How many?\nA. one; B. two; C. three\nAnswer:", " B")]
    [InlineData("choices-named", "Question: How many?\nChoices: A. one\nB. two\nC. three\nAnswer:", " B")]
    [InlineData("label-line", "Question:\nHow many?\nA. one\nB. two\nC. three\nAnswer:", "\nB")]
    [InlineData("dash", "Question - How many?\nA. one\nB. two\nC. three\nAnswer -", " B")]
    [InlineData("upper-labels", "QUESTION: How many?\nA. one\nB. two\nC. three\nANSWER:", " B")]
    [InlineData("bars", "Question: How many? || A. one\nB. two\nC. three || Answer:", " B")]
    [InlineData("instruction", "Answer the following question.\n\nQuestion: How many?\nA. one\nB. two\nC. three\nAnswer:", " B")]
    public void Variants_change_one_thing(string id, string context, string continuation)
    {
        var variant = PromptVariants.Find(id)!;
        Assert.Equal(context, variant.Context("How many?", s_choices));
        Assert.Equal(continuation, variant.ChoiceContinuation(1));
    }

    [Theory]
    [InlineData(true, 12)]
    [InlineData(false, 12)]
    public void Every_variant_is_another_prompt(bool hasChoices, int least)
    {
        var variants = PromptVariants.For(hasChoices);
        var prompts = variants.Select(v => v.Context("How many?", hasChoices ? s_choices : []) + v.Continuation("x") + (hasChoices ? v.ChoiceContinuation(1) : "")).ToList();
        Assert.True(variants.Count >= least);
        Assert.Equal(prompts.Count, prompts.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(variants.Count, variants.Select(v => v.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.Same(PromptVariants.Standard, variants[0]);
        Assert.All(variants, v =>
        {
            var context = v.Context("How many?", hasChoices ? s_choices : []);
            Assert.Equal(context.TrimEnd(), context);
            Assert.Contains("How many?", context, StringComparison.Ordinal);
            Assert.EndsWith(".", v.Description, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Roman_numerals_count_to_twenty()
    {
        var roman = PromptVariants.Find("roman")!;
        Assert.Equal("I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX", string.Join(' ', Enumerable.Range(0, 20).Select(roman.Label)));
        Assert.ThrowsAny<ArgumentException>(() => roman.Label(20));
    }

    // Prompts as lm-evaluation-harness 0.4.13 wrote them; what stands before the item itself are the shots.
    [Theory]
    [InlineData("mmlu5", "bare-question")]
    [InlineData("gsm8k5", "standard")]
    [InlineData("gsm8k_cot", "short-labels")]
    public void Known_prompts_are_among_the_variants(string run, string id)
    {
        var variant = PromptVariants.Find(id)!;
        var files = Directory.GetFiles(TestData.Require("golden", "lm-eval", run), "samples_*.jsonl");
        Assert.NotEmpty(files);
        foreach (var line in files.SelectMany(File.ReadLines))
        {
            var sample = JsonSerializer.Deserialize<JsonElement>(line);
            var doc = sample.GetProperty("doc");
            string[] choices = doc.TryGetProperty("choices", out var c) ? [.. c.EnumerateArray().Select(x => x.GetString()!)] : [];
            var arguments = sample.GetProperty("arguments").EnumerateObject().Select(a => a.Value).ToList();
            var context = variant.Context(doc.GetProperty("question").GetString()!.Trim(), choices);
            Assert.EndsWith("\n\n" + context, arguments[0].GetProperty("arg_0").GetString(), StringComparison.Ordinal);
            for (var i = 0; i < choices.Length; i++)
                Assert.Equal(arguments[i].GetProperty("arg_1").GetString(), variant.ChoiceContinuation(i));
        }
    }
}
