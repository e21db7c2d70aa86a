using System.Text.RegularExpressions;
using CsCheck;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tests.Tokenizers;

public sealed class CodePointPatternTests
{
    [Theory]
    [InlineData("a|ab|abc")]
    [InlineData("(?:ab|a)(?:bc|c)?")]
    [InlineData("a*b+?c{1,2}")]
    [InlineData("a{0,2}?b")]
    [InlineData("(?:ab?){2,3}c")]
    [InlineData("(?:a|bc)*c")]
    [InlineData("(?:a|bc)*?c")]
    [InlineData("(?:a|b)+(?=c)")]
    [InlineData("a+(?!b)|b")]
    [InlineData("(?>a|ab)c|a")]
    [InlineData("(?>a+)b?")]
    [InlineData("[ab]{2,}c|[^a]")]
    [InlineData("a(?:b|)c")]
    [InlineData("((a|b)c?)+b")]
    [InlineData("(?i:aB)c|a")]
    [InlineData("(?:a(?:b(?:c|a)*)*)+c")]
    [InlineData("(?:a+b|b+a){1,3}")]
    [InlineData("[a-b]?c|.")]
    [InlineData("(?<=a)b|(?<!b)c|a")]
    [InlineData("(?<=ab|bc)b|a+")]
    [InlineData("^a|b$|c")]
    [InlineData(@"\Aa|b\z|\bc|a\Bb")]
    [InlineData("(?=[ab])(?!a)b|(?!c)a+")]
    public void Matches_are_those_of_the_platform(string pattern)
    {
        var platform = new Regex(@"\G(?:" + pattern + ")", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
        var own = new CodePointPattern(pattern);
        Gen.Int[0, 3].Array[0, 12].Select(letters => new string([.. letters.Select(i => "abcB"[i])])).Sample(text =>
        {
            var points = CodePoints.Of(text);
            for (var at = 0; at <= text.Length; at++)
            {
                var expected = platform.Match(text, at);
                Assert.Equal(expected.Success ? expected.Index + expected.Length : -1, own.MatchEnd(points, at));
            }
        }, iter: 500, threads: 1);
    }

    [Fact]
    public void Possessive_quantifiers_give_nothing_back()
    {
        Assert.Equal(-1, new CodePointPattern("a++a").MatchEnd(CodePoints.Of("aaa"), 0));
        Assert.Equal(-1, new CodePointPattern("(?:ab|a)*+a").MatchEnd(CodePoints.Of("aba"), 0));
        Assert.Equal(3, new CodePointPattern("(?:ab)*+a").MatchEnd(CodePoints.Of("aba"), 0));
    }

    [Fact]
    public void After_braces_comes_a_second_quantifier()
    {
        Assert.Equal(6, new CodePointPattern("a{2,3}+a").MatchEnd(CodePoints.Of("aaaaaab"), 0));
        Assert.Equal(0, new CodePointPattern("a{2}?").MatchEnd(CodePoints.Of("ab"), 0));
        Assert.Equal(2, new CodePointPattern("a{2}?").MatchEnd(CodePoints.Of("aab"), 0));
    }

    [Theory]
    [InlineData("(a", "'('")]
    [InlineData("a)", "')'")]
    [InlineData("[a", "'['")]
    [InlineData("a**", "can match nothing")]
    [InlineData("(?:a*)*", "can match nothing")]
    [InlineData("^*", "can match nothing")]
    [InlineData(@"\G", "escape")]
    [InlineData(@"\1", "escape")]
    [InlineData(@"\p{Klingon}", "'Klingon'")]
    [InlineData("(?<!a*)b", "no fixed length")]
    [InlineData("(?<=a|bc)b", "no fixed length")]
    [InlineData("[[:nothing:]]", "'nothing'")]
    [InlineData("(?<x>a)", "group of this kind")]
    [InlineData("(?i)a", "rest of a group")]
    [InlineData("(?i:pass)", "'ss' in any case")]
    [InlineData("[b-a]", "ends before it begins")]
    [InlineData("a{1001}", "broken quantifier")]
    [InlineData("(?:(?:(?:(?:a{1000}b){1000}c){1000}d){1000}e){1000}", "too large")]
    [InlineData(@"\", "at the end")]
    public void What_is_not_supported_is_named(string pattern, string problem) =>
        Assert.Contains(problem, Assert.Throws<TokenizerFormatException>(() => new CodePointPattern(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void Classes_can_be_joined_and_cut()
    {
        var pattern = new CodePointPattern(@"[^a[bc]\p{Han}]|[\p{L}&&[^\p{Greek}]&&[^x]]|[[:digit:][:^ascii:]]");
        Assert.Equal([1, 1, -1], new[] { "1", "a", "b" }.Select((t, i) => i < 2 ? pattern.MatchEnd(CodePoints.Of(t), 0) : new CodePointPattern("[^a[bc]]").MatchEnd(CodePoints.Of(t), 0)));
        Assert.Equal([-1, 1, -1, 1], new[] { "α", "b", "x", "我" }.Select(t => new CodePointPattern(@"[\p{L}&&[^\p{Greek}]&&[^x]]").MatchEnd(CodePoints.Of(t), 0)));
        Assert.Equal([1, -1, 1], new[] { "1", "a", "é" }.Select(t => new CodePointPattern("[[:digit:][:^ascii:]]").MatchEnd(CodePoints.Of(t), 0)));
    }

    [Fact]
    public void Matches_share_the_steps_of_a_text()
    {
        // Each match alone takes few enough steps; all of them together do not.
        var matches = new List<(int, int)>();
        var pattern = new CodePointPattern("(?:a|a)+b");
        Assert.Contains("takes too long", Assert.Throws<KitException>(() => pattern.FindAll(CodePoints.Of(string.Concat(Enumerable.Repeat(new string('a', 16) + " ", 20_000))), matches, new(340_000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_that_explodes_is_stopped()
    {
        var pattern = new CodePointPattern("(?:a|a)+b");
        Assert.Contains("takes too long", Assert.Throws<KitException>(() => pattern.MatchEnd(CodePoints.Of(new string('a', 60)), 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_texts_need_no_deep_stack() =>
        Assert.Equal(100_001, new CodePointPattern("(?:a|b)+c").MatchEnd(CodePoints.Of(new string('a', 100_000) + "c"), 0));
}
