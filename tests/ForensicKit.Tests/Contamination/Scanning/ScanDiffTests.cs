using System.Text;
using CsCheck;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Tests.Contamination.Scanning;

public sealed class ScanDiffTests
{
    private static readonly string[] s_bits =
        ["ferry", " Ferry", "bicycles", "naïve", "NAIVE", " ", "  ", ". ", "\n", "forty", "40", "<b>", "</b>", "&amp;", "é", "🚲", "日本", "'", "don’t", ",", "<<2+3=5>>", "\\n", "\\u00e9", "ß", "x"];

    private static readonly Gen<string> s_text = Gen.Int[0, s_bits.Length - 1].Array[0, 60].Select(bits => string.Concat(bits.Select(b => s_bits[b])));

    [Fact]
    public void The_pieces_are_both_texts_again() =>
        Gen.Select(s_text, s_text, s_text, Gen.Int[0, 4], Gen.Byte.Array[0, 6]).Sample((question, answer, text, unit, bytes) =>
        {
            ScanItem item = new("b", "q", [new("question", question, ScanRole.Question), new("answer", answer, ScanRole.Answer), new("wrong choice 1", "no " + answer, ScanRole.WrongChoice)]);
            var index = ScanIndex.Of([item]);
            byte[] place = [.. Encoding.UTF8.GetBytes(text), .. bytes, .. Encoding.UTF8.GetBytes(question)];
            var (diff, start, end) = ScanDiff.Of(index.Words, item, (ScanUnit)unit, place);
            Assert.False(diff.IsCut);
            Assert.Equal(Encoding.UTF8.GetString(place), string.Concat(diff.Pieces.Select(p => p.Text)));
            var runes = string.Join('\n', ItemTexts.Of(item, (ScanUnit)unit)).EnumerateRunes().ToArray();
            Assert.Equal(string.Concat(runes[(int)start..(int)end]), string.Concat(diff.Pieces.Select(p => p.Item)));
            for (var i = 1; i < diff.Pieces.Count; i++)
                Assert.NotEqual(diff.Pieces[i - 1].Agrees, diff.Pieces[i].Agrees);
        }, iter: 3000);

    [Fact]
    public void Case_accents_and_markup_are_no_difference()
    {
        ScanItem item = new("b", "q", [new("question", "Intro. The naïve ferry carries forty bicycles over the sound.", ScanRole.Question)]);
        var (diff, start, end) = ScanDiff.Of(ScanIndex.Of([item]).Words, item, ScanUnit.Question, "THE naive ferry <b>carries</b> fifty bicycles"u8);
        Assert.Equal([new("The naïve ferry carries", "THE naive ferry <b>carries", true), new(" forty", "</b> fifty", false), new(" bicycles", " bicycles", true)], diff.Pieces);
        Assert.Equal((7, 45), (start, end));
    }

    [Fact]
    public void Long_texts_are_cut()
    {
        var words = string.Join(' ', Enumerable.Range(0, 1500).Select(i => $"w{(char)('a' + (i % 26))}{(char)('a' + (i / 26 % 26))}{(char)('a' + (i / 676))}"));
        ScanItem item = new("b", "q", [new("question", words, ScanRole.Question)]);
        var (diff, start, end) = ScanDiff.Of(ScanIndex.Of([item]).Words, item, ScanUnit.Question, Encoding.UTF8.GetBytes(words));
        Assert.True(diff.IsCut);
        var piece = Assert.Single(diff.Pieces);
        Assert.Equal((piece.Item, 0, piece.Text.Length), (piece.Text, start, (int)end));
        Assert.Equal(1000, piece.Text.Split(' ').Length);
        Assert.StartsWith(piece.Text, words, StringComparison.Ordinal);
    }
}
