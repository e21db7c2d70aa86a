using System.Text;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Tests.Contamination.Scanning;

public class AnswerToldTests
{
    private const string Asked = "Which of the four rivers of the old kingdom of Brelgath reaches the grey sea first?";

    private static readonly ScanItem s_item = ScanItem.From("b", new BenchmarkItem("b/1", 0, Asked, "the Ostrim") { Choices = ["the Vellen", "the Ostrim", "the Marr", "the Tolde"], GoldChoice = 1 });

    [Theory]
    [InlineData("Question: " + Asked + " Answer: the Ostrim", true)]
    [InlineData(Asked, false)]
    // All choices, the right one pointed at by nothing, by its letter, by another letter, and by being named again.
    [InlineData(Asked + " A. the Vellen B. the Ostrim C. the Marr D. the Tolde", false)]
    [InlineData(Asked + " A. the Vellen B. the Ostrim C. the Marr D. the Tolde Answer: B", true)]
    [InlineData(Asked + " A. the Vellen B. the Ostrim C. the Marr D. the Tolde Answer: C", false)]
    [InlineData(Asked + " A. the Vellen B. the Ostrim C. the Marr D. the Tolde Answer: the Ostrim", true)]
    // The letter of the next question is not this one's.
    [InlineData(Asked + " A. the Vellen B. the Ostrim C. the Marr D. the Tolde Answer: D. Next: who rules? Answer: B", false)]
    // A wrong choice alone.
    [InlineData(Asked + " Answer: the Marr", false)]
    public void An_answer_is_told_where_it_stands_apart_from_its_rivals(string text, bool isTold)
    {
        var index = ScanIndex.Of([s_item, .. Enumerable.Range(0, 40).Select(i => ScanItem.From("b", new BenchmarkItem($"b/x{i}", i, $"Answer: A B C D E F G H I J {i}", "no")))]);
        Assert.Equal(isTold, AnswerTold.Is(index.Words, s_item, Encoding.UTF8.GetBytes(text), 1));
    }

    [Fact]
    public void An_edited_ending_is_told_where_no_other_ending_comes_near_it()
    {
        var item = ScanItem.From("h", new BenchmarkItem("h/1", 0, "She folds the paper around the lamp.", "Then she winds a red ribbon around it with care")
        {
            Choices = ["Then she winds a red ribbon around it with care", "Then she throws a heavy stone through glass"],
            GoldChoice = 0,
        });
        var index = ScanIndex.Of([item]);
        Assert.True(AnswerTold.Is(index.Words, item, Encoding.UTF8.GetBytes("She folds the paper around the lamp. Next she winds one red ribbon around it with great care."), 0.7));
        Assert.False(AnswerTold.Is(index.Words, item, Encoding.UTF8.GetBytes("She folds the paper around the lamp. Then she throws a heavy stone through glass."), 0.2));
    }
}
