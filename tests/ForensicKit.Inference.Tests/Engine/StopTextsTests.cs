using CsCheck;
using ForensicKit.Inference.Engine;

namespace ForensicKit.Inference.Tests.Engine;

public sealed class StopTextsTests
{
    [Fact]
    public void The_first_stop_text_ends_the_text_however_it_is_cut()
    {
        var stops = Gen.String[Gen.Char["abc"], 1, 4].Array[0, 3];
        Gen.Select(Gen.String[Gen.Char["abc"], 0, 20], stops, Gen.Int[1, 3].Array[20]).Sample((text, stop, cuts) =>
        {
            var first = stop.Select(s => text.IndexOf(s, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
            var texts = new StopTexts(stop);
            var given = "";
            var ended = false;
            for (var (at, i) = (0, 0); at < text.Length && !ended; i++)
            {
                var length = Math.Min(cuts[i], text.Length - at);
                ended = texts.Add(text.Substring(at, length));
                at += length;
                Assert.True(texts.Settled >= given.Length, "What was given out was taken back.");
                given += texts.Part(given.Length, texts.Settled);
                if (!ended)
                    Assert.True(first < 0 || at < text.Length || first + stop.Min(s => s.Length) > at, "A stop text was missed.");
            }

            if (!ended)
                texts.End();
            given += texts.Part(given.Length, texts.Settled);
            Assert.Equal(first >= 0, ended);
            // Of two that end in one piece, the one that begins first counts; of two that end in different pieces, the one that ends first.
            Assert.Equal(texts.Text, given);
            Assert.DoesNotContain(stop, s => given.Contains(s, StringComparison.Ordinal));
            Assert.StartsWith(given, text, StringComparison.Ordinal);
        }, iter: 3000, threads: 1);
    }

    [Fact]
    public void A_possible_stop_text_is_held_back()
    {
        var texts = new StopTexts(["\n\n", "END"]);
        Assert.False(texts.Add("a\n"));
        Assert.Equal(1, texts.Settled);
        Assert.False(texts.Add("bEN"));
        Assert.Equal(3, texts.Settled);
        Assert.True(texts.Add("Dx"));
        Assert.Equal("a\nb", texts.Text);
    }
}
