using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;
using ForensicKit.Manifests;

namespace ForensicKit.Tests.Evaluation;

public class ItemPromptsTests
{
    private static readonly BenchmarkItem s_item = Item(0, "Which?", 1);

    private static readonly BenchmarkItem[] s_pool = [.. Enumerable.Range(10, 9).Select(i => Item(i, $"Q{i}?", i % 2))];

    [Theory]
    [InlineData("{{question}}", "Which?")]
    [InlineData("{{ topic }}: {{question.strip()}}\n{% for c in choices %}{{'AB'[loop.index0]}}. {{c}}\n{% endfor %}Answer:", "The counting: Which?\nA. one\nB. two\nAnswer:")]
    [InlineData("ends in a line\n", "ends in a line\n")]
    [InlineData("{{gold}} {{gold_choice}} {{more}}", "two 1 extra")]
    public void Templates_see_what_an_item_has(string template, string expected) => Assert.Equal(expected, ItemPrompts.Render(template, s_item));

    [Fact]
    public void What_an_item_holds_is_never_a_template()
    {
        var item = s_item with { Question = "{{choices}} {% raw %}", Subject = "{{question}}" };
        Assert.Equal("{{question}}|{{choices}} {% raw %}", ItemPrompts.Render("{{subject}}|{{question}}", item));
    }

    [Theory]
    [InlineData("{{answer}}", "'answer' is undefined")]
    [InlineData("{% if nothing %}x{% endif %}", "'nothing' is undefined")]
    [InlineData("{{question", "prompt template")]
    [InlineData("{{strftime_now('%Y')}}", "cannot depend on the time")]
    public void What_is_not_there_is_refused(string template, string message) =>
        Assert.Contains(message, Assert.Throws<KitException>(() => ItemPrompts.Render(template, s_item)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_prompt_is_description_examples_and_question()
    {
        var recipe = new PromptRecipe
        {
            Template = "Q: {{question}}\nA:",
            Description = "About {{topic}}.\n\n",
            Answers = ["A", "B"],
            Shots = new(2, ShotSampler.First, 0, "dev", SameSubject: false, []),
        };
        var asked = new ItemPrompts(recipe, s_pool).Next(s_item);
        Assert.Equal("About The counting.\n\nQ: Q10?\nA: A\n\nQ: Q11?\nA: B\n\nQ: Which?\nA:", asked.Prompt.Text);
        Assert.Equal((" ", "A,B"), (asked.Prompt.BeforeAnswer, string.Join(',', asked.Answers)));
    }

    [Theory]
    [InlineData(true, "system:Be brief. About The counting.|user:Q10?|assistant:one|user:Which?", "")]
    [InlineData(false, "system:Be brief. About The counting.|user:Q10? one\n\nWhich?", " ")]
    public void A_conversation_has_the_examples_as_turns_or_in_one(bool isMultiturn, string expected, string beforeAnswer)
    {
        var recipe = new PromptRecipe
        {
            Template = "{{question}}",
            Description = "About {{topic}}.",
            Shots = new(1, ShotSampler.First, 0, "dev", SameSubject: false, []),
            Chat = new("Be brief. ", isMultiturn),
        };
        var asked = new ItemPrompts(recipe, s_pool, messages => string.Join('|', messages.Select(m => $"{m.Role}:{m.Content}"))).Next(s_item);
        Assert.Equal((expected, beforeAnswer), (asked.Prompt.Text, asked.Prompt.BeforeAnswer));
        Assert.Equal(2, asked.Answers.Count);
    }

    [Fact]
    public void An_item_is_never_its_own_example()
    {
        var recipe = new PromptRecipe { Template = "{{question}}", Shots = new(8, ShotSampler.Random, 1234, "dev", SameSubject: false, []) };
        var prompts = new ItemPrompts(recipe, s_pool);
        foreach (var item in s_pool)
            Assert.Equal(1, prompts.Next(item).Prompt.Text!.Split(item.Question).Length - 1);
    }

    // The draws of Python's random.Random(1234).sample(range(7473), 5), three times, as reference/evaluation-harnesses.md and lm-evaluation-harness's
    // recorded prompts of GSM8K have them.
    [Fact]
    public void Examples_are_drawn_as_Python_draws_them()
    {
        var sampler = new FewShotSampler<string>([.. Enumerable.Range(0, 7473).Select(i => $"{i}")], 5, ShotSampler.Random, 1234);
        Assert.Equal(["6374", "3610", "957", "61", "742"], sampler.Next());
        Assert.Equal(["7462", "6610", "4769", "286", "5501"], sampler.Next());
        Assert.Equal(["5677", "687", "806", "6279", "2905"], sampler.Next());
    }

    [Fact]
    public void Too_small_a_pool_is_refused() =>
        Assert.Contains("the pool has 1", Assert.Throws<KitException>(() => new FewShotSampler<string>(["a"], 2, ShotSampler.First, 0).Next()).Message, StringComparison.Ordinal);

    private static BenchmarkItem Item(int index, string question, int gold) => new($"b/test/{index}", index, question, gold == 0 ? "one" : "two")
    {
        Choices = ["one", "two"],
        GoldChoice = gold,
        Subject = "The_counting",
        Fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["more"] = "extra" },
    };
}
