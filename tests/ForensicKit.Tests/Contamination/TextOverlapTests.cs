using CsCheck;
using ForensicKit.Contamination;

namespace ForensicKit.Tests.Contamination;

public class TextOverlapTests
{
    /// <summary>The words of Porter 1980, section 2, run through all steps, and those where NLTK's extensions differ.</summary>
    [Theory]
    [InlineData("caresses caress ponies cats feed agreed plastered bled motoring sing", "caress caress poni cat feed agre plaster bled motor sing")]
    [InlineData("conflated troubled sized hopping tanned falling hissing fizzed failing filing", "conflat troubl size hop tan fall hiss fizz fail file")]
    [InlineData("happy relational conditional rational digitizer operator feudalism", "happi relat condit ration digit oper feudal")]
    [InlineData("decisiveness hopefulness callousness formality sensitivity sensibility", "decis hope callous formal sensit sensibl")]
    [InlineData("triplicate formative formalize electricity electrical hopeful goodness", "triplic form formal electr electr hope good")]
    [InlineData("revival allowance inference airliner gyroscopic adjustable defensible", "reviv allow infer airlin gyroscop adjust defens")]
    [InlineData("irritant replacement adjustment dependent adoption communism activate", "irrit replac adjust depend adopt commun activ")]
    [InlineData("angularity homologous effective bowdlerize probate rate cease controlling roll", "angular homolog effect bowdler probat rate ceas control roll")]
    [InlineData("dies died spied flies dying skies enjoy proceed news spy by geology radically", "die die spi fli die sky enjoy proceed news spi by geolog radic")]
    public void Stems(string words, string stems) =>
        Assert.Equal(stems, string.Join(' ', words.Split(' ').Select(PorterStemmer.Stem)));

    [Fact]
    public void Any_word_has_a_stem_no_longer_than_itself_plus_an_e() => Gen.String[Gen.Char["abcdeilnorstuyz09"], 0, 14].Sample(word =>
        PorterStemmer.Stem(word) is var stem && stem.Length <= word.Length + 1 && (word.Length == 0 || stem.Length > 0));

    /// <summary>The example of the rouge-score package's README.</summary>
    [Fact]
    public void Rouge_l_is_that_of_the_package()
    {
        var score = RougeL.Score("The quick brown fox jumps over the lazy dog", "The quick brown dog jumps on the log.", stem: true);
        Assert.Equal(0.625, score.Precision);
        Assert.Equal(0.5555555555555556, score.Recall);
        Assert.Equal(0.5882352941176471, score.F1, 1e-15);
    }

    [Theory]
    [InlineData("Don't stop-2day_x", "don t stop 2day x")]
    [InlineData("naïve", "na ve")]
    [InlineData("300 \u212Aelvin", "300 kelvin")]
    [InlineData("\u0130stanbul", "i stanbul")]
    [InlineData("…", "")]
    public void Tokens_are_ascii_words_of_the_lower_cased_text(string text, string tokens) =>
        Assert.Equal(tokens, string.Join(' ', RougeL.Tokens(text)));

    [Fact]
    public void Swapping_texts_swaps_precision_and_recall() =>
        Gen.Select(Gen.String[Gen.Char["abc "], 0, 30], Gen.String[Gen.Char["abc "], 0, 30]).Sample((a, b) =>
        {
            var (ab, ba) = (RougeL.Score(a, b), RougeL.Score(b, a));
            Assert.Equal((ab.Precision, ab.Recall), (ba.Recall, ba.Precision));
            Assert.InRange(ab.F1, Math.Min(ab.Precision, ab.Recall) - 1e-12, Math.Max(ab.Precision, ab.Recall) + 1e-12);
        });

    [Fact]
    public void N_gram_starts_spread_from_the_third_token_to_the_last_possible() =>
        Gen.Select(Gen.Int[0, 300], Gen.Int[1, 8], Gen.Int[1, 9]).Sample((tokens, n, k) =>
        {
            var starts = CompletionOverlap.NGramStarts(tokens, n, k);
            if (tokens <= n + 1)
            {
                Assert.Empty(starts);
                return;
            }

            Assert.Equal(k, starts.Count);
            Assert.Equal(2, starts[0]);
            Assert.Equal(k == 1 ? 2 : tokens - n, starts[^1]);
            Assert.Equal(starts, starts.Order());
        });

    [Fact]
    public void N_grams_must_match_whole()
    {
        var accuracy = CompletionOverlap.NGrams([0, 1, 2, 3, 4, 5], 2, [[2, 3], [3], [4, 9]]);
        Assert.Equal([true, false, false], accuracy!.Hits);
        Assert.Equal(1 / 3.0, accuracy.Accuracy);
        Assert.Null(CompletionOverlap.NGrams([0, 1, 2], 2, [[2, 3]]));
        Assert.ThrowsAny<ArgumentException>(() => CompletionOverlap.NGrams([0, 1, 2, 3, 4], 2, []));
        Assert.ThrowsAny<ArgumentException>(() => CompletionOverlap.NGrams([0, 1, 2, 3, 4], 2, [[2, 3, 4]]));
    }

    [Fact]
    public void Peakedness_measures_edit_distance()
    {
        static int[] Letters(string text) => [.. text.Select(c => (int)c)];
        var result = CompletionOverlap.Peakedness(Letters("kitten"), [Letters("sitting"), Letters("kitten"), Letters("")], 0.5m, 0.7m);
        Assert.Equal([3, 0, 6], result.Distances);
        Assert.Equal(7, result.Longest);
        Assert.Equal(2 / 3.0, result.Peakedness);
        Assert.False(result.Contaminated);
    }

    [Fact]
    public void Peakedness_at_the_limit_is_exact()
    {
        // 0.05 · 20 is 1, and a distance of 1 counts; one of a hundred is not more than 0.01.
        int[] greedy = [.. Enumerable.Range(0, 20)];
        int[] near = [.. greedy[..19], 99];
        int[] far = [.. Enumerable.Repeat(77, 20)];
        var result = CompletionOverlap.Peakedness(greedy, [near, .. Enumerable.Repeat(far, 99)]);
        Assert.Equal(0.01, result.Peakedness);
        Assert.False(result.Contaminated);
    }

    [Fact]
    public void Edit_distance_is_a_metric() => Gen.Int[0, 3].Array[0, 12].Array[2].Sample(pair =>
    {
        var there = CompletionOverlap.Peakedness(pair[0], [pair[1]]).Distances[0];
        Assert.Equal(there, CompletionOverlap.Peakedness(pair[1], [pair[0]]).Distances[0]);
        Assert.Equal(pair[0].SequenceEqual(pair[1]), there == 0);
        Assert.InRange(there, Math.Abs(pair[0].Length - pair[1].Length), Math.Max(pair[0].Length, pair[1].Length));
    });

    [Fact]
    public void Quiz_kappa_is_one_at_best_and_zero_at_bias()
    {
        Assert.Equal(1, CompletionOverlap.QuizKappa(10, 10, 3));
        Assert.Equal(0, CompletionOverlap.QuizKappa(10, 3, 3));
        Assert.ThrowsAny<ArgumentException>(() => CompletionOverlap.QuizKappa(10, 10, 10));
        Assert.ThrowsAny<ArgumentException>(() => CompletionOverlap.QuizKappa(10, 11, 3));
        Assert.ThrowsAny<ArgumentException>(() => CompletionOverlap.QuizKappa(0, 0, 0));
    }
}
