using System.Text;
using ForensicKit.Cases;
using ForensicKit.Contamination.Scanning;
using ForensicKit.TestSupport;

namespace ForensicKit.Tests.Contamination.Scanning;

/// <summary>Short and plain questions of MMLU with a word or two exchanged, and questions that are others.</summary>
public sealed class EditedQuestionTests
{
    private static readonly Lazy<(ScanIndex Index, TextScanner Scanner)> s_mmlu = new(() =>
    {
        TestData.Require("data", "benchmarks", "mmlu");
        var index = ScanIndex.Of(ScanBenchmarks.Read(KitFolder.Locate(), "mmlu", TestContext.Current.CancellationToken));
        return (index, new TextScanner(index, ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken).Thresholds()));
    });

    [Theory]
    [InlineData("When does a buffer overflow arise, generally speaking?", "When does a buffer overflow occur, generally speaking?")]
    [InlineData("Early email was written in which decade?", "Early email was developed in which decade?")]
    [InlineData("Before the Masters and Smith research, it was thought that vaginal lubrication was owed to secretions of", "Before the Masters and Johnson research, it was thought that vaginal lubrication was due to secretions of")]
    [InlineData("Which of the following is not identified as a modern form of community?", "Which of the following is not identified as a new form of community?")]
    [InlineData("Which of the following is true of most third parties in joke history?", "Which of the following is true of most third parties in U.S. history?")]
    [InlineData("Which of the following is not described as a new form of community?", "Which of the following is not identified as a new form of community?")] // the rarest word
    [InlineData("Which of those places lies near Nevada? Liberace Museum, Pikes Peak, Lake Mead, Hoover Dam", "Which of the following is not in Nevada?")] // known by its choices
    public void A_plain_question_is_found_with_a_word_exchanged(string written, string asked)
    {
        var hit = Assert.Single(Hits(written), h => ItemTexts.Question(h.Item).Trim() == asked);
        Assert.Equal(HitClass.Leak, hit.Class);
        Assert.InRange(hit.Coverage, 0.45, 1);
    }

    [Theory]
    [InlineData("When does a parcel arrive, generally speaking?")]
    [InlineData("Which of the following statements is not true of the harbour?")]
    [InlineData("Evaluate 3x + 7 for x = 4, and give the value of y.")]
    [InlineData("What is the importance of the garden during the summer?")]
    public void Another_question_of_the_same_form_is_none_of_them(string written) => Assert.DoesNotContain(Hits(written), h => h.Class == HitClass.Leak);

    [Theory]
    [InlineData("The conversation and events on Wednesday resulted in", "The conversation and on Wednesday resulted in", HitClass.Leak)]
    [InlineData("The investigator's testimony should be", "the investigator's should be", HitClass.Leak)]
    [InlineData("The investigator's testimony should be", "", HitClass.SharedSource)]
    public void What_is_asked_about_a_passage_is_known_by_all_its_words(string asked, string written, HitClass expected)
    {
        var (index, scanner) = s_mmlu.Value;
        var item = index.Entries.Single(e => ItemTexts.Question(e.Item).TrimEnd().EndsWith(asked, StringComparison.Ordinal)).Item;
        var text = ItemTexts.Question(item).Replace(asked, written, StringComparison.Ordinal);
        Assert.Equal(expected, Assert.Single(scanner.Scan(Encoding.UTF8.GetBytes(text)), h => h.Item == item).Class);
    }

    [Fact]
    public void What_is_found_as_an_edited_copy_says_so()
    {
        var (index, scanner) = s_mmlu.Value;
        const string Written = "They asked: What happens in an incubation period?";
        var hit = Assert.Single(scanner.Scan(Encoding.UTF8.GetBytes(Written)), h => h.Class == HitClass.Leak);
        Assert.Equal(ScanUnit.Edited, hit.Unit);
        Assert.InRange(hit.Matched, UnitWords.LeastEdited, index.Entries.Single(e => e.Item == hit.Item).After.Sum());
        Assert.Equal("question", ItemTexts.NameOf(hit.Unit));
    }

    private static IReadOnlyList<ScanHit> Hits(string question) =>
        s_mmlu.Value.Scanner.Scan(Encoding.UTF8.GetBytes("It was late in the evening, and the lamps were lit. " + question + " Nobody in the room had anything to say to that."));
}
