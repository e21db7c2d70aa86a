using System.Text;
using CsCheck;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Tests.Contamination.Scanning;

public sealed class WordReaderTests
{
    private const string Sentence = "Natalia sold 48 clips to her friends in April.";

    [Theory]
    [InlineData("NATALIA SOLD 48 CLIPS TO HER FRIENDS IN APRIL")]
    [InlineData("<p>Natalia&nbsp;<b>sold</b> 48 clips</p><br/>to her <a href=\"https://example.org/x?a=1\">friends</a> in April.</p>")]
    [InlineData("**Natalia** _sold_ `48` [clips](https://example.org/clips) to\n> her friends\nin April.")]
    [InlineData("Natalia sold 48 clips\\nTo her \\\"friends\\\" in April.\\r\\n")]
    [InlineData("Nаtаliа sоld 48 сlips tо hеr friеnds in Аpril.")]
    [InlineData("Ｎａｔａｌｉａ ｓｏｌｄ ４８ clips to her friends in April.")]
    [InlineData("𝐍𝐚𝐭𝐚𝐥𝐢𝐚 sold 48 clips to her friends in April.")]
    [InlineData("Nata\u00adlia sold 48 cli\u200bps to her friends in April.")]
    [InlineData("Nátàlïa söld 48 clips to her frięnds in Apríl.")]
    [InlineData("Natalia sold\n48 clips to\nher friends in\nApril.")]
    [InlineData("# Natalia; sold -- 48 <<24*2=48>> clips, to (her) friends? In: April!")]
    public void What_a_reader_takes_for_the_same_is_the_same(string written) => Assert.Equal(Words(Sentence), Words(written));

    [Theory]
    [InlineData("1,000 apples", "1000 apples")]
    [InlineData("don't", "dont")]
    [InlineData("Janet’s ducks", "Janet's duck")]
    [InlineData("Janet&#39;s ducks", "Janet's ducks")]
    [InlineData("10km", "10 km")]
    [InlineData("½ hour", "1/2 hour")]
    public void Small_differences_of_writing_do_not_matter(string one, string other) => Assert.Equal(Words(one), Words(other));

    [Theory]
    [InlineData("if a<b and c>d", "if a b and c d")]
    [InlineData("\\nu and \\text", "nu and text")]
    [InlineData("f[x](y)", "f x y")]
    [InlineData("AT&T", "at t")]
    public void What_only_looks_like_markup_is_read(string one, string other) => Assert.Equal(Words(one), Words(other));

    [Fact]
    public void Ideographs_are_words_by_themselves() => Assert.Equal(5, Words("一只鸡有。腿").Count);

    [Fact]
    public void Places_are_bytes_of_the_text()
    {
        const string text = "Ünïcode — <b>zwei</b> Wörter";
        var bytes = Encoding.UTF8.GetBytes(text);
        var words = new WordList();
        WordReader.Read(bytes, new(), adds: true, words);
        Assert.Equal(["Ünïcode", "zwei", "Wörter"], Enumerable.Range(0, words.Count).Select(i => Encoding.UTF8.GetString(bytes[words.Start(i)..words.End(i)])));
    }

    [Fact]
    public void Words_kept_from_text_to_text_are_those_read_anew() =>
        Gen.Select(Gen.Char['a', 'f'].Array[1, 8].List[1, 60], Gen.Char['a', 'f'].Array[1, 8].List[1, 200]).Sample((known, read) =>
        {
            byte[] Text(List<char[]> words) => Encoding.UTF8.GetBytes(string.Join(' ', words.Select(w => new string(w))) + " .       ");
            var table = new WordTable();
            WordReader.Read(Text(known), table, adds: true, new());
            var kept = new WordList(remembers: true);
            var anew = new WordList();
            for (var time = 0; time < 2; time++)
            {
                kept.Clear();
                anew.Clear();
                WordReader.Read(Text(read), table, adds: false, kept);
                WordReader.Read(Text(read), table, adds: false, anew);
                Assert.Equal(anew.Ids.ToArray(), kept.Ids.ToArray());
            }

            // Another table has other numbers.
            var other = new WordTable();
            WordReader.Read(Text(read), other, adds: true, new());
            kept.Clear();
            WordReader.Read(Text(read), other, adds: false, kept);
            Assert.DoesNotContain(WordList.Unknown, kept.Ids.ToArray());
        }, iter: 100);

    [Fact]
    public void Short_words_in_a_register_are_what_they_are_letter_by_letter() =>
        Gen.Char['a', 'z'].Array[1, 7].Sample(letters =>
        {
            // Behind a mark the register is not used: both ways must say the same.
            var word = new string(letters);
            Assert.Equal(Words(word + " end of text"), Words("\u200b" + word + "\u200b end of text"));
        }, iter: 20_000);

    [Fact]
    public void Any_bytes_are_read_in_order_and_within_the_text() =>
        Gen.Byte.Array[0, 400].Sample(bytes =>
        {
            var words = new WordList();
            WordReader.Read(bytes, new(), adds: true, words);
            var end = 0;
            for (var i = 0; i < words.Count; i++)
            {
                Assert.InRange(words.Start(i), 0, words.End(i) - 1);
                Assert.True(words.Start(i) >= end || i == 0 || words.Start(i) == words.Start(i - 1));
                Assert.InRange(words.End(i), 1, bytes.Length);
                end = words.End(i);
            }
        }, iter: 20_000);

    [Fact]
    public void Crafted_markup_does_not_take_long()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<a <<&&&#x](((\\u", 200_000)));
        var words = new WordList();
        WordReader.Read(text, new(), adds: true, words);
        Assert.True(words.Count > 0);
    }

    private static readonly WordTable s_table = new();

    private static List<int> Words(string text)
    {
        var words = new WordList();
        lock (s_table)
            WordReader.Read(Encoding.UTF8.GetBytes(text), s_table, adds: true, words);
        return [.. words.Ids];
    }
}
