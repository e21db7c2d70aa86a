using System.Text;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Tests.Contamination.Scanning;

/// <summary>What is told from a leak, and why; and what editing leaves of a plain question.</summary>
public sealed class HitClassTests
{
    private const string Passage =
        "Whereas the harbour council of Vistrel resolved in the winter session that every barge carrying tallow or resin shall pay a toll of two crowns at the northern sluice, "
        + "and whereas the guild of coopers protested that barrels are neither tallow nor resin, the magistrate postponed the levy until the feast of lanterns and asked both parties for sworn tables of cargo. ";

    private static readonly string[] s_nouns = ["violin", "glacier", "parliament", "enzyme", "harbour", "mortgage", "telescope", "vaccine", "cathedral", "turbine", "sonnet", "isotope", "ledger", "orchard", "comet", "treaty"];
    private static readonly string[] s_verbs = ["describe", "measure", "repair", "translate", "inspect", "borrow", "catalogue", "ventilate", "polish", "debate"];

    private static readonly ScanItem[] s_others = [.. Enumerable.Range(0, 300).Select(i => Item(
        $"o{i}", $"How would a {s_nouns[i % 16]} keeper {s_verbs[i % 10]} the {s_nouns[(i * 7 + 3) % 16]} near region{i} before the {s_nouns[(i * 5 + 1) % 16]} of town{i * 3} closes?", $"reply{i}"))];

    [Fact]
    public void An_item_of_another_split_that_agrees_as_well_is_no_leak()
    {
        var item = Item("q", "As of 2019, about what percentage of Americans say it is very important to have free media in their country without censorship?", "80");
        var example = Item("dev/1", item.Fields[0].Text.Replace("Americans", "Hungarians", StringComparison.Ordinal), "76") with { IsExample = true };
        var scanner = Scanner([item, example]);

        var hit = Assert.Single(scanner.Scan(Bytes(example.Fields[0].Text)));
        Assert.Equal((HitClass.SharedSource, "q"), (hit.Class, hit.Item.ItemId));
        Assert.Contains("dev/1", hit.Reason, StringComparison.Ordinal);

        // The item itself, the item edited, and what only the item would have.
        Assert.Equal(HitClass.Leak, Assert.Single(scanner.Scan(Bytes(item.Fields[0].Text))).Class);
        Assert.Equal(HitClass.Leak, Assert.Single(scanner.Scan(Bytes(item.Fields[0].Text.Replace("percentage", "share", StringComparison.Ordinal)))).Class);
        Assert.Equal(1, Assert.Single(Index([item, example]).Examples));

        // Without it nothing tells it from the item with one word changed.
        Assert.Equal(HitClass.Leak, Assert.Single(Scanner([item]).Scan(Bytes(example.Fields[0].Text))).Class);
    }

    [Theory]
    [InlineData("How did the guild of coopers justify its protest against the toll?", HitClass.Leak)]
    [InlineData("How did the guild of coopers justify the protest against this toll?", HitClass.Leak)]
    [InlineData("Which month did the council meet in?", HitClass.SharedSource)]
    [InlineData("", HitClass.SharedSource)]
    public void A_passage_is_a_leak_with_what_is_asked_about_it(string asked, HitClass expected)
    {
        var hit = Assert.Single(Scanner([Item("q", Passage + "How did the guild of coopers justify its protest against the toll?", "Barrels are no resin.")]).Scan(Bytes(Passage + asked)));
        Assert.Equal((expected, expected == HitClass.Leak), (hit.Class, hit.Reason.Length == 0));
    }

    [Theory]
    [InlineData("Shall every barge carrying tallow or resin pay a toll of three crowns at the mulberry sluice?", HitClass.Leak)]
    [InlineData("It shall be that every barge carrying tallow or resin pay a toll of two crowns at the lower sluice.", HitClass.SharedSource)]
    [InlineData("", HitClass.SharedSource)]
    public void A_passage_that_goes_on_about_the_same_does_not_ask(string behind, HitClass expected)
    {
        var item = Item("q", Passage + "Shall every barge carrying tallow or resin pay a toll of two crowns at the mulberry sluice?", "No.");
        Assert.All(Scanner([item]).Scan(Bytes(Passage + behind)), h => Assert.Equal(expected, h.Class));
        Assert.NotEmpty(Scanner([item]).Scan(Bytes(Passage + behind)));
    }

    [Fact]
    public void What_is_asked_behind_a_passage_of_more_words_than_are_compared_is_seen()
    {
        var passage = string.Join(' ', Enumerable.Range(0, 600).Select(i => $"{s_nouns[i % 16]} clause{i}")) + ". ";
        var asked = passage + "How did the guild of coopers justify its protest against the toll?";
        var scanner = Scanner([Item("q", asked, "Barrels are no resin.")]);
        Assert.All(scanner.Scan(Bytes(asked)), h => Assert.Equal(HitClass.Leak, h.Class));
        Assert.Single(scanner.Scan(Bytes(asked)), h => h.Unit == ScanUnit.Question);
        Assert.All(scanner.Scan(Bytes(passage + "Nobody among us knew a word about it.")), h => Assert.Equal(HitClass.SharedSource, h.Class));
    }

    [Theory]
    [InlineData("Determine the eigenvalue of operator x 4 y 7 z 9 k 12 m 15 w 21 p 33", HitClass.Leak)]
    [InlineData("table: x 4 y 7 z 9 k 12 m 15 w 21 p 33 and further rows", HitClass.Boilerplate)]
    public void Numbers_and_letters_alone_are_a_formula(string text, HitClass expected)
    {
        var hit = Assert.Single(Scanner([Item("q", "Determine the eigenvalue of operator x 4 y 7 z 9 k 12 m 15 w 21 p 33", "nine")]).Scan(Bytes(text)));
        Assert.Equal(expected, hit.Class);
    }

    [Theory]
    [InlineData("Which enzyme loosens the bark of frozen willows?", true)]
    [InlineData("Which enzyme softens the bark of frozen willows?", true)] // one word changed
    [InlineData("which enzyme then loosens all the bark of frozen willows", true)] // two put in
    [InlineData("Which enzyme loosens the hinges of frozen cupboards?", true)] // two of eight changed
    [InlineData("Which enzyme softens the hinges of wooden cupboards?", false)] // four of eight changed
    [InlineData("Which enzyme, he asked, loosens the hinges and the barrels of frozen cupboards?", false)] // two changed, further apart
    [InlineData("Bark willows frozen of the loosens enzyme which", false)] // out of order
    public void A_short_question_is_found_nearly_word_for_word(string text, bool isFound)
    {
        var scanner = Scanner([Item("q", "Which enzyme loosens the bark of frozen willows?", "none")]);
        Assert.Equal(isFound, scanner.Scan(Bytes($"Yesterday we walked along the river. {text} Nobody among us knew a word about it.")).Any(h => h.Item.ItemId == "q"));
    }

    [Theory]
    [InlineData(2, HitClass.Leak)] // a benchmark that holds it twice
    [InlineData(4, HitClass.Template)]
    public void A_short_question_of_a_few_items_is_a_leak_and_one_of_many_a_template(int items, HitClass expected)
    {
        var hits = Scanner([.. Enumerable.Range(0, items).Select(i => Item($"q{i}", "Which enzyme loosens frozen willows?", $"answer{i}"))])
            .Scan(Bytes("We walked along the river. Which enzyme loosens frozen willows? Nobody knew."));
        Assert.Equal(items, hits.Count);
        Assert.All(hits, h => Assert.Equal(expected, h.Class));
    }

    [Theory]
    [InlineData("Whose lantern did that keeper polish with brass from some kettle until northern village closes?", true)] // every word
    [InlineData("Whose lantern did that keeper then polish with brass from some kettle until northern village closes?", true)] // one put in
    [InlineData("Whose lantern did that keeper mend with brass from some kettle until northern village closes?", true)] // one changed
    [InlineData("Whose candle would this sailor mend with copper from a barrel when southern villages open?", false)] // of the kind
    public void A_question_of_words_that_many_items_have_is_found_by_what_few_seeds_it_has(string text, bool isFound)
    {
        // Twenty of the others have each pair of its words, so that none is a seed by itself.
        string[] words = ["lantern", "keeper", "polish", "brass", "kettle", "northern", "village", "closes"];
        ScanItem[] others = [.. Enumerable.Range(0, 160).Select(i => Item(
            $"p{i}", $"In story{i} the {words[i % 8]} and the {words[(i + 1) % 8]} and the {words[(i + 2) % 8]} belong to person{i} of town{i}.", "none"))];
        ScanItem[] items = [Item("q", "Whose lantern did that keeper polish with brass from some kettle until northern village closes?", "slowly"), .. others];
        var scanner = Scanner(items);
        Assert.Equal(isFound, scanner.Scan(Bytes($"Yesterday we walked along the river. {text} Nobody among us knew a word about it.")).Any(h => h.Item.ItemId == "q"));
    }

    [Theory]
    [InlineData("我国少数民族主要分布在哪些省份", true)]
    [InlineData("我国的少数民族主要分布于哪些省份", true)] // one character put in, one changed
    [InlineData("哪些省份主要在我国分布少数民族人", false)] // the same characters otherwise
    public void Characters_that_every_question_has_are_known_by_what_they_stand_beside(string text, bool isFound)
    {
        var item = Item("q", "我国少数民族主要分布在哪些省份", "云南");
        // Every character of the question is in a third of the others.
        var characters = item.Fields[0].Text.ToCharArray();
        var random = new Random(4);
        ScanItem[] others = [.. Enumerable.Range(0, 300).Select(i => Item($"c{i}", string.Concat(Enumerable.Range(0, 5).Select(_ => characters[random.Next(characters.Length)])) + (char)(0x5000 + i) + (char)(0x5200 + i), "不"))];
        var index = ScanIndex.Of([item, .. others]);
        Assert.DoesNotContain(index.Entries[0].Words.Take(index.Entries[0].QuestionWords), index.IsTelling);
        var scanner = new TextScanner(index, ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken).Thresholds());
        Assert.Equal(isFound, scanner.Scan(Bytes($"昨天我们去河边散步。{text}？没有人知道。")).Any(h => h.Item.ItemId == "q"));
    }

    [Fact]
    public void A_plain_question_of_many_documents_is_boilerplate()
    {
        CorpusHit Hit(string item, int text, LeakKind kind = LeakKind.QuestionOnly, double nats = 14, double choices = 0) => new()
        {
            Shard = "s",
            Record = text,
            DocumentId = "",
            TextSha256 = $"{text}",
            Benchmark = "b",
            Item = item,
            Class = HitClass.Leak,
            Kind = kind,
            Unit = ScanUnit.Question,
            Score = 1,
            Threshold = 0.5,
            P = 0.01,
            MatchedNats = nats,
            Coverage = 1,
            LongestRun = 5,
            QuestionShare = 1,
            AnswerShare = 0,
            ChoicesShare = choices,
            StartByte = 0,
            EndByte = 1,
            StartCharacter = 0,
            EndCharacter = 1,
            Text = "x",
        };
        var result = new CorpusScanResult([], 0, 0, [
            .. Enumerable.Range(0, 4).Select(i => Hit("common", i)),
            .. Enumerable.Range(0, 4).Select(_ => Hit("copies", 7)),
            .. Enumerable.Range(0, 4).Select(i => Hit("long", i, nats: 40)),
            .. Enumerable.Range(0, 4).Select(i => Hit("choices", i, choices: 0.9)),
            .. Enumerable.Range(0, 4).Select(i => Hit("answered", i, i == 3 ? LeakKind.QuestionAndAnswer : LeakKind.QuestionOnly)),
            .. Enumerable.Range(0, 3).Select(i => Hit("few", i))]);
        var told = CommonQuestions.Told(result, 3).Hits.Where(h => h.Class == HitClass.Boilerplate).ToList();
        Assert.Equal(["common"], told.Select(h => h.Item).Distinct(StringComparer.Ordinal));
        Assert.Equal(4, told.Count);
        Assert.Contains("4 documents", told[0].Reason, StringComparison.Ordinal);
        Assert.Same(result, CommonQuestions.Told(result, 0));
    }

    private static ScanItem Item(string id, string question, string answer) => new("b", id, [new("question", question, ScanRole.Question), new("answer", answer, ScanRole.Answer)]);

    private static ScanIndex Index(ScanItem[] items) => ScanIndex.Of([.. items, .. s_others]);

    private static TextScanner Scanner(ScanItem[] items)
    {
        var index = Index(items);
        return new(index, ScanCalibration.Of(index, 2, TestContext.Current.CancellationToken).Thresholds());
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
