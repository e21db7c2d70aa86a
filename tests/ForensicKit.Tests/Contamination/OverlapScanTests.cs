using System.Text;
using CsCheck;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination;

namespace ForensicKit.Tests.Contamination;

public class OverlapScanTests
{
    private const string Question = "A ferry carries forty bicycles over the sound each morning and brings back thirty of them before noon. How many stay on the island?";
    private const string Answer = "Forty bicycles go over and thirty come back, so ten of them stay on the island until the evening.";

    [Fact]
    public void A_copy_is_found_whatever_its_case_and_punctuation()
    {
        var match = Assert.Single(Scan(Item("q1", Question), "Preface — so it begins.\n" + Question.ToUpperInvariant().Replace(" ", " * ", StringComparison.Ordinal) + " And so it ends.").Matches);
        Assert.True(match.IsVerbatim);
        Assert.Equal(("b", "q1", "question", "d", "s"), (match.BenchmarkName, match.ItemId, match.Field, match.DocumentId, match.Shard));
        Assert.Equal((0, Question.Length - 1), (match.ItemStart, match.ItemEnd));
        Assert.Equal(24, match.MatchedWords);
    }

    [Fact]
    public void Offsets_count_chars_and_bytes()
    {
        const string before = "Übermäßig 🚲 — ";
        var text = before + Question;
        var match = Assert.Single(Scan(Item("q1", Question), text).Matches);
        Assert.Equal(before.Length, match.DocumentStart);
        Assert.Equal(text.Length - 1, match.DocumentEnd);
        Assert.Equal(Encoding.UTF8.GetByteCount(before), match.DocumentStartByte);
        Assert.Equal(Encoding.UTF8.GetByteCount(text) - 1, match.DocumentEndByte);
    }

    [Fact]
    public void Small_edits_are_crossed_and_counted()
    {
        // One word exchanged, one left out, one put in. Before the exchanged one only "A" is left, which is not worth the edit.
        var edited = Question.Replace("ferry", "boat", StringComparison.Ordinal).Replace(" each", "", StringComparison.Ordinal).Replace("How many", "How very many", StringComparison.Ordinal);
        var match = Assert.Single(Scan(Item("q1", Question), edited).Matches);
        Assert.Equal(21, match.MatchedWords);
        Assert.Equal(21.0 / 24, match.Coverage, 12);
        Assert.Equal(21.0 / 23, match.Identity, 12);
        Assert.False(match.IsVerbatim);
    }

    [Fact]
    public void A_text_in_other_words_and_a_short_quotation_are_no_match()
    {
        Assert.Empty(Scan(Item("q1", Question), "Each morning forty bikes cross by ferry, thirty return by noon; what number remains?").Matches);
        var scan = new OverlapScan([Item("q1", Question)]);
        var quoted = Run(scan, "He said: A ferry carries forty bicycles over the sound each morning and then fell silent.");
        Assert.Equal(11, Assert.Single(quoted.Matches).MatchedWords);
        var presence = Assert.Single(ItemPresence.Of(scan, quoted.Matches));
        Assert.Equal((null, true), (presence.Kind, presence.IsPartial));
    }

    [Fact]
    public void Every_copy_in_a_document_counts()
    {
        var matches = Scan(Item("q1", Question), string.Join(" … ", Enumerable.Repeat(Question, 5))).Matches;
        Assert.Equal(5, matches.Count);
        Assert.All(matches, m => Assert.True(m.IsVerbatim));
    }

    [Fact]
    public void A_copy_with_a_page_number_in_its_middle_is_one_match()
    {
        var words = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"w{i}"));
        var broken = words.Replace("w30", "w30 " + string.Join(' ', Enumerable.Range(0, 40).Select(i => $"x{i}")), StringComparison.Ordinal);
        var match = Assert.Single(Scan(Item("q1", words), broken).Matches);
        Assert.Equal((60, 1.0, 0.6), (match.MatchedWords, match.Coverage, match.Identity));
    }

    [Fact]
    public void Short_texts_are_said_to_be_out_of_reach()
    {
        var scan = new OverlapScan([Item("q1", "How many stay on the island?"), Item("q2", "How many of the bicycles stay there?", null), Item("q3", "How many of the forty bicycles stay there?", null)]);
        Assert.Equal([("q1", "question"), ("q2", "question")], scan.Unfindable.Select(u => (u.ItemId, u.Field)));
        Assert.All(scan.Unfindable, u => Assert.Equal(Unfindable.TooShort, u.Reason));
        Assert.Single(Run(scan, "So: how many of the forty bicycles stay there?").Matches);
        Assert.Equal([false, false, true], ItemPresence.Of(scan, []).Select(p => p.IsFindable));
    }

    [Fact]
    public void A_template_that_many_items_share_is_no_seed()
    {
        const string template = "Read the following passage with care and then choose the one answer that fits it best of all:";
        var items = Enumerable.Range(0, 30).Select(i => Item($"q{i}", $"{template} item number {i} speaks of thing{i} and place{i} and name{i} and hour{i} and sum{i} and way{i} and end{i}")).ToList();
        var scan = new OverlapScan(items);
        Assert.Empty(scan.Unfindable);
        Assert.Empty(Run(scan, template + " something else entirely").Matches);
        var match = Assert.Single(Run(scan, items[7].Fields[0].Text).Matches);
        Assert.Equal(("q7", true), (match.ItemId, match.IsVerbatim));
        Assert.All(new OverlapScan([.. Enumerable.Range(0, 30).Select(i => Item($"q{i}", template))]).Unfindable, u => Assert.Equal(Unfindable.SharedText, u.Reason));
    }

    [Fact]
    public void A_sibling_of_the_same_template_does_not_count_where_the_item_itself_stands()
    {
        static string Text(string a, string b) => $"{a} walks from the mill to the harbour along the old road in the morning mist and meets {b} there before the bell";
        var scan = new OverlapScan([Item("q1", Text("Anna", "Bert")), Item("q2", Text("Carl", "Dora"))]);
        var result = Run(scan, "Once more: " + Text("Carl", "Dora"));
        Assert.Equal("q2", Assert.Single(result.Matches).ItemId);
        Assert.Equal(1, result.Explained);
    }

    [Fact]
    public void Questions_and_answers_are_told_apart()
    {
        var scan = new OverlapScan([Item("q1", Question, Answer)]);
        Assert.Equal(LeakKind.QuestionOnly, Kind(scan, Question));
        Assert.Equal(LeakKind.AnswerOnly, Kind(scan, Answer));
        Assert.Equal(LeakKind.QuestionAndAnswer, Kind(scan, $"Q: {Question}\nA: {Answer}"));
        Assert.Null(Kind(scan, "nothing of the kind"));
    }

    [Fact]
    public void Occurrences_and_documents_are_counted()
    {
        var scan = new OverlapScan([Item("q1", Question, Answer)]);
        var matches = new[] { $"{Question} {Answer} … {Question}", Question, Answer }.SelectMany((t, i) => scan.Scan(new($"d{i}", "s", t)).Matches);
        var presence = Assert.Single(ItemPresence.Of(scan, matches));
        Assert.Equal((LeakKind.QuestionAndAnswer, 3, 4, true), (presence.Kind, presence.Documents, presence.Occurrences, presence.IsVerbatim));
    }

    [Theory]
    [InlineData(" Answer: ten", LeakKind.QuestionAndAnswer)]
    [InlineData(" The answer is: Ten.", LeakKind.QuestionAndAnswer)]
    [InlineData(" It rained that day and nobody came to the harbour until ten in the evening.", LeakKind.QuestionOnly)]
    [InlineData("\nA. five\nB. ten\nC. forty\nD. seventy", LeakKind.QuestionOnly)]
    [InlineData("\nA. five\nB. ten\nC. forty\nD. seventy\nAnswer: B", LeakKind.QuestionAndAnswer)]
    [InlineData("\nA. five\nB. ten\nC. forty\nD. seventy\nAnswer: C", LeakKind.QuestionOnly)]
    [InlineData("\nA. five\nB. ten\nC. forty\nD. seventy\nSo it is ten.", LeakKind.QuestionAndAnswer)]
    public void The_right_choice_among_its_rivals_gives_nothing_away(string after, LeakKind expected)
    {
        var item = new BenchmarkItem("q1", 0, Question, "ten") { Choices = ["five", "ten", "forty", "seventy"], GoldChoice = 1 };
        Assert.Equal(expected, Kind(new([ScanItem.From("b", item)]), "Before. " + Question + after));
    }

    [Fact]
    public void Calculator_annotations_make_no_difference()
    {
        const string bare = "She sold 48/2 = 24 clips in May and then she sold 48+24 = 72 clips altogether. #### 72";
        const string annotated = "She sold 48/2 = <<48/2=24>>24 clips in May and then she sold 48+24 = <<48+24=72>>72 clips altogether. #### 72";
        Assert.True(Assert.Single(Scan(Item("q1", bare), annotated).Matches).IsVerbatim);
        Assert.True(Assert.Single(Scan(Item("q1", annotated), bare).Matches).IsVerbatim);
    }

    [Fact]
    public void Scripts_without_spaces_are_read_character_by_character()
    {
        const string text = "船每天早上载四十辆自行车过海，中午之前带回三十辆。";
        Assert.True(Assert.Single(Scan(Item("q1", text), "前言" + text + "结束").Matches).IsVerbatim);
    }

    [Fact]
    public void Hostile_documents_end_in_time()
    {
        var field = string.Join(' ', Enumerable.Repeat("a", 20_000));
        var result = Scan(Item("q1", field), field + " " + field);
        Assert.Equal(2, result.Matches.Count);
        Assert.Empty(Scan(Item("q1", Question), new string('x', 1_000_000) + "\ud800\udfff\ud800").Matches);
        Assert.Empty(Scan(Item("q1", Question), new string('<', 1_000_000)).Matches);
    }

    [Fact]
    public void Planted_texts_are_always_found_at_their_place() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[13, 80], Gen.Int[0, 200], Gen.Int[0, 200]).Sample((seed, length, before, after) =>
        {
            var random = new Random(seed);
            string Words(int n, int from) => string.Join(' ', Enumerable.Range(0, n).Select(_ => $"é{random.Next(from, from + 3000)}"));
            var item = Words(length, 0);
            var text = $"{Words(before, 5000)} {item} {Words(after, 5000)}".Trim();
            var match = Assert.Single(Scan(Item("q1", item), text).Matches);
            Assert.True(match.IsVerbatim);
            Assert.Equal(item, text[match.DocumentStart..match.DocumentEnd]);
            var bytes = Encoding.UTF8.GetBytes(text);
            Assert.Equal(item, Encoding.UTF8.GetString(bytes, (int)match.DocumentStartByte, (int)(match.DocumentEndByte - match.DocumentStartByte)));
        }, iter: 300);

    [Fact]
    public void Measures_stay_in_their_ranges_under_any_edits() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[13, 120], Gen.Int[0, 40]).Sample((seed, length, percent) =>
        {
            var random = new Random(seed);
            var words = Enumerable.Range(0, length).Select(_ => $"w{random.Next(60)}").ToList();
            var edited = words.SelectMany(w => random.Next(100) >= percent ? [w] : random.Next(3) switch { 0 => [], 1 => new[] { $"w{random.Next(80)}" }, _ => [w, $"w{random.Next(80)}"] });
            foreach (var m in Scan(Item("q1", string.Join(' ', words)), string.Join(' ', edited)).Matches)
            {
                Assert.InRange(m.MatchedWords, 8, length);
                Assert.InRange(m.Coverage, 8.0 / length, 1);
                Assert.InRange(m.Identity, 0.3, 1);
                Assert.True(m.DocumentStart < m.DocumentEnd && m.ItemStart < m.ItemEnd);
            }
        }, iter: 1000);

    [Fact]
    public async Task Documents_are_read_as_they_come_and_cancelled_in_between()
    {
        var scan = new OverlapScan([Item("q1", Question)]);
        using var cancellation = new CancellationTokenSource();
        var read = 0;
        async IAsyncEnumerable<TrainingDocument> Documents()
        {
            while (true)
            {
                read++;
                await Task.Yield();
                cancellation.Token.ThrowIfCancellationRequested();
                yield return new($"d{read}", "s", Question);
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var result in scan.ScanAsync(Documents(), cancellation.Token))
            {
                Assert.Single(result.Matches);
                Assert.Equal(result.DocumentId, $"d{read}");
                if (read == 3)
                    await cancellation.CancelAsync();
            }
        });
        Assert.Equal(4, read);
    }

    [Fact]
    public void Options_and_items_out_of_range_are_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => new OverlapOptions { NGram = 1 });
        Assert.ThrowsAny<ArgumentException>(() => new OverlapOptions { MinimumCoverage = 0 });
        Assert.ThrowsAny<ArgumentException>(() => new OverlapScan([], new() { NGram = 5 }));
        Assert.ThrowsAny<ArgumentException>(() => new OverlapScan([Item("q1", Question), Item("q1", Answer)]));
    }

    [Fact]
    public void Evidence_stands_side_by_side()
    {
        var text = "Before it. " + Question.Replace("before", "<b>after</b>", StringComparison.Ordinal).Replace(" each", "", StringComparison.Ordinal) + " After it.";
        var match = Assert.Single(Scan(Item("q1", Question), text).Matches);
        var evidence = SideBySide.Align(match, Question, text);
        Assert.Equal("Before it. ", evidence.Before);
        Assert.Equal("? After it.", evidence.After);
        Assert.Equal(Question[..^1], string.Concat(evidence.Pieces.Select(p => p.ItemText)));
        Assert.Equal(text[match.DocumentStart..match.DocumentEnd], string.Concat(evidence.Pieces.Select(p => p.DocumentText)));
        Assert.Contains(evidence.Pieces, p => p is { Agrees: false, ItemText: " each", DocumentText: "" });
        Assert.Contains(evidence.Pieces, p => !p.Agrees && p.ItemText == " before" && p.DocumentText.Contains("after", StringComparison.Ordinal));
        Assert.False(evidence.IsCut);
    }

    private static LeakKind? Kind(OverlapScan scan, string text) => ItemPresence.Of(scan, Run(scan, text).Matches).Single().Kind;

    private static ScanItem Item(string id, string question, string? answer = null) =>
        new("b", id, [new("question", question, ScanRole.Question), .. answer is null ? Array.Empty<ScanField>() : [new("answer", answer, ScanRole.Answer)]]);

    private static DocumentScan Scan(ScanItem item, string text) => Run(new([item]), text);

    private static DocumentScan Run(OverlapScan scan, string text) => scan.Scan(new("d", "s", text));
}
