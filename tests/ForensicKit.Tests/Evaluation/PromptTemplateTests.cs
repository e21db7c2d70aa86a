using ForensicKit.Benchmarks;
using ForensicKit.Evaluation;

namespace ForensicKit.Tests.Evaluation;

public class PromptTemplateTests
{
    private static readonly BenchmarkItem s_item = new("b/test/0", 0, "Which?", "two") { Choices = ["one", "two"], GoldChoice = 1, Subject = "Counting" };

    [Theory]
    [InlineData("{{question}}", "Which?")]
    [InlineData("{{ subject }}: {{question}}\n{{choices}}\nAnswer:", "Counting: Which?\nA. one\nB. two\nAnswer:")]
    [InlineData("no placeholder", "no placeholder")]
    [InlineData("a {{question", "a {{question")]
    [InlineData("a }} {{question}} }}", "a }} Which? }}")]
    public void Placeholders_are_filled_in(string template, string expected) => Assert.Equal(expected, PromptTemplate.Render(template, s_item));

    [Fact]
    public void What_an_item_holds_is_never_a_placeholder()
    {
        var item = s_item with { Question = "{{choices}} {{subject}} {{nonsense}}", Subject = "{{question}}", Choices = ["{{subject}}", "}}"] };
        Assert.Equal("{{question}}|{{choices}} {{subject}} {{nonsense}}|A. {{subject}}\nB. }}", PromptTemplate.Render("{{subject}}|{{question}}|{{choices}}", item));
    }

    [Theory]
    [InlineData("{{answer}}", "'{{answer}}' is no placeholder")]
    [InlineData("{{}}", "is no placeholder")]
    [InlineData("{{Question}}", "is no placeholder")]
    public void An_unknown_placeholder_is_refused(string template, string message) =>
        Assert.Contains(message, Assert.Throws<KitException>(() => PromptTemplate.Render(template, s_item)).Message, StringComparison.Ordinal);
}
