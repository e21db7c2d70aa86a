using System.Text;
using ForensicKit.Benchmarks;
using ForensicKit.Cases;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Scanning;

public class ToldPartsTests
{
    private const string Asked = "Which of the four rivers of the old kingdom of Brelgath reaches the grey sea first?";
    private const string Listed = " A. the Vellen B. the Ostrim C. the Marr D. the Tolde";
    private const string Sold = "Marta sold 48 baskets in June and half as many baskets in July. How many baskets did Marta sell altogether in June and July?";
    private const string Counted = "Marta sold 48 / 2 = 24 baskets in July. Marta sold 48 + 24 = 72 baskets altogether in June and July. #### 72";

    private static readonly Dictionary<string, Lazy<(IReadOnlyList<ScanItem> Items, TextScanner Scanner)>> s_scanners = ((string[])["gsm8k", "humaneval", "hellaswag", "mmlu"]).ToDictionary(
        name => name,
        name => new Lazy<(IReadOnlyList<ScanItem>, TextScanner)>(() =>
        {
            TestData.Require("data", "benchmarks", name);
            var items = ScanBenchmarks.Read(KitFolder.Locate(), name, TestContext.Current.CancellationToken);
            var index = ScanIndex.Of(items);
            return (items, new TextScanner(index, ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken).Thresholds()));
        }),
        StringComparer.Ordinal);

    [Theory]
    [InlineData(Asked + " Answer: the Ostrim", true)]
    [InlineData(Asked, false)]
    // All choices, the right one pointed at by nothing, by its letter, by another letter, and by being named again.
    [InlineData(Asked + Listed, false)]
    [InlineData(Asked + Listed + " Answer: B", true)]
    [InlineData(Asked + Listed + " Answer: C", false)]
    [InlineData(Asked + Listed + " Answer: the Ostrim", true)]
    [InlineData(Asked + Listed + " Answer: the Marr", false)]
    // The letter of the next question is not this one's.
    [InlineData(Asked + Listed + " Answer: D. Next: who rules? Answer: B", false)]
    // A wrong choice alone.
    [InlineData(Asked + " Answer: the Marr", false)]
    // Of the list all but the right choice is edited, or left out.
    [InlineData(Asked + " A. the Vallen B. the Ostrim C. a Marr D. old Tolde", false)]
    public void A_right_choice_is_told_where_it_stands_apart_from_its_rivals(string text, bool isTold)
    {
        var item = ScanItem.From("b", new BenchmarkItem("b/1", 0, Asked, "the Ostrim") { Choices = ["the Vellen", "the Ostrim", "the Marr", "the Tolde"], GoldChoice = 1 });
        Assert.Equal(isTold ? LeakKind.QuestionAndAnswer : LeakKind.QuestionOnly, KindOf(item, text));
    }

    [Theory]
    // Each choice is part of the list of the others.
    [InlineData("Wrong, Wrong\nWrong, Not wrong\nNot wrong, Wrong\nNot wrong, Not wrong", false)]
    [InlineData("Wrong, Wrong\nWrong, Not wrong\nNot wrong, Wrong\nNot wrong, Not wrong\nNot wrong, Not wrong", true)]
    [InlineData("Not wrong, Not wrong", true)]
    [InlineData("Wrong, Not wrong", false)]
    public void Choices_of_the_same_words_are_told_apart(string behind, bool isTold)
    {
        var item = ScanItem.From("b", new BenchmarkItem("b/2", 0, Asked, "Not wrong, Not wrong") { Choices = ["Wrong, Wrong", "Wrong, Not wrong", "Not wrong, Wrong", "Not wrong, Not wrong"], GoldChoice = 3 });
        Assert.Equal(isTold ? LeakKind.QuestionAndAnswer : LeakKind.QuestionOnly, KindOf(item, Asked + "\n" + behind));
    }

    [Theory]
    [InlineData("Next she winds one red ribbon around it with great care.", true)]
    [InlineData("Then she throws a heavy stone through glass.", false)]
    [InlineData("Then she folds it.", false)]
    public void An_edited_ending_is_told_where_it_stands_rather_than_another(string ending, bool isTold)
    {
        var item = ScanItem.From("h", new BenchmarkItem("h/1", 0, "She folds the paper around the lamp.", "Then she winds a red ribbon around it with care")
        {
            Choices = ["Then she winds a red ribbon around it with care", "Then she throws a heavy stone through glass"],
            GoldChoice = 0,
        });
        Assert.Equal(isTold ? LeakKind.QuestionAndAnswer : LeakKind.QuestionOnly, KindOf(item, item.Fields[0].Text + " " + ending));
    }

    [Theory]
    [InlineData(Sold, LeakKind.QuestionOnly)]
    [InlineData(Sold + " " + Sold, LeakKind.QuestionOnly)]
    [InlineData(Sold + " " + Counted, LeakKind.QuestionAndAnswer)]
    [InlineData(Counted + " " + Sold, LeakKind.QuestionAndAnswer)]
    [InlineData(Sold + " In July Marta sold 48 / 2 = 24 baskets. So she sold 48 + 24 = 72 in all. #### 72", LeakKind.QuestionAndAnswer)]
    public void A_solution_in_the_words_of_its_question_is_told_where_it_stands_besides_it(string text, LeakKind kind) =>
        Assert.Equal(kind, KindOf(ScanItem.From("g", new BenchmarkItem("g/1", 0, Sold, Counted)), text));

    // Before a word counted for one part only, 326 of GSM8K's questions and 19 of HumanEval's were told with their answers.
    [Theory]
    [InlineData("gsm8k", 1319)]
    [InlineData("humaneval", 164)]
    [InlineData("hellaswag", 300)]
    [InlineData("mmlu", 300)]
    public void A_question_by_itself_is_told_without_its_answer(string benchmark, int items) =>
        Tell(benchmark, items, (i, _) => ItemTexts.Question(i), LeakKind.QuestionOnly, least: 0.995);

    [Theory]
    [InlineData("gsm8k", 1319, 1)]
    [InlineData("humaneval", 164, 1)]
    [InlineData("hellaswag", 300, 0.99)]
    [InlineData("mmlu", 300, 0.97)] // some have choices of the same words, or of signs
    public void A_question_with_its_answer_is_told_with_it(string benchmark, int items, double least) =>
        Tell(benchmark, items, (i, _) => ItemTexts.Question(i) + "\n" + ItemTexts.Answer(i), LeakKind.QuestionAndAnswer, least);

    [Theory]
    [InlineData("gsm8k", 1319)]
    [InlineData("humaneval", 164)]
    public void An_answer_by_itself_is_told_without_its_question(string benchmark, int items) => Tell(benchmark, items, (i, _) => ItemTexts.Answer(i), LeakKind.AnswerOnly, least: 0.995);

    [Theory]
    [InlineData("hellaswag", 300)]
    [InlineData("mmlu", 300)]
    public void A_question_with_its_choices_is_told_without_its_answer(string benchmark, int items) =>
        Tell(benchmark, items, (i, _) => ItemTexts.Question(i) + "\n" + string.Join('\n', ItemTexts.Choices(i)), LeakKind.QuestionOnly, least: 0.995);

    [Theory]
    [InlineData("gsm8k", 1319)]
    [InlineData("humaneval", 164)]
    public void Another_items_answer_behind_a_question_is_not_its_own(string benchmark, int items) =>
        Tell(benchmark, items, (i, next) => ItemTexts.Question(i) + "\n" + ItemTexts.Question(next) + "\n" + ItemTexts.Answer(next), LeakKind.QuestionOnly, least: 0.99);

    private static void Tell(string benchmark, int count, Func<ScanItem, ScanItem, string> text, LeakKind expected, double least)
    {
        var (all, scanner) = s_scanners[benchmark].Value;
        var items = all.Where(i => !i.IsExample).ToList();
        var (found, told) = (0, 0);
        for (var i = 0; i < count; i++)
        {
            var item = items[(int)((long)i * items.Count / count)];
            var next = items[(int)(((long)i * items.Count / count) + 1) % items.Count];
            var kinds = scanner.Scan(Encoding.UTF8.GetBytes(text(item, next))).Where(h => h.Class == HitClass.Leak && h.Item == item).Select(h => h.Kind).ToList();
            found += kinds.Count > 0 ? 1 : 0;
            told += kinds.Count > 0 && kinds.Max() == expected ? 1 : 0;
        }

        // Solutions of few and common words are not looked for by themselves.
        Assert.InRange(found, 0.6 * count, count);
        Assert.True(told >= least * found, $"{told} of {found}");
    }

    // Where the place is the question word for word, or the first words of the text.
    private static LeakKind KindOf(ScanItem item, string text)
    {
        var index = ScanIndex.Of([item, .. Enumerable.Range(0, 40).Select(i => ScanItem.From("b", new BenchmarkItem($"b/x{i}", i, $"Answer: A B C D E F G H I J {i}", "no")))]);
        var entry = index.Entries.Single(e => e.Item == item);
        var words = new WordList();
        WordReader.Read(Encoding.UTF8.GetBytes(text), index.Words, adds: false, words);
        var start = words.Ids.IndexOf(entry.Words.AsSpan(0, entry.QuestionWords));
        Assert.True(start >= 0);
        var agreement = new Agreement(ScanUnit.Question, 1, 1, 1, 1, start, start + entry.QuestionWords, IsExact: false);
        return new ToldParts(new PlaceComparison(index), index.Words).Of(entry, agreement, words.Ids).Kind;
    }
}
