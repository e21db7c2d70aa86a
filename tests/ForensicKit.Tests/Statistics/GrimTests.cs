using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

public class GrimTests
{
    [Fact]
    public void No_count_of_164_gives_65_point_0()
    {
        // The published claim sheet's HumanEval row: 106/164 = 64.63…, 107/164 = 65.24….
        var result = Grim.Check("65.0", 164);
        Assert.False(result.Possible);
        Assert.False(result.PossibleOnlyByTruncation);
        Assert.Equal(new AttainableScore(106, "64.6"), result.Below);
        Assert.Equal(new AttainableScore(107, "65.2"), result.Above);
        Assert.Equal(165, Grim.AttainableValues(164, 1));
        Assert.Equal(1001, Grim.PrintableValues(1));
    }

    [Fact]
    public void Several_samples_per_item_make_65_point_0_possible()
    {
        Assert.Equal(new CountRange(533, 533), Grim.Check("65.0", 164, samplesPerItem: 5).HalfUp);
        Assert.Equal([2131, 2132, 2133], Grim.Check("65.0", 164, samplesPerItem: 20).HalfEven.Values);
    }

    [Fact]
    public void Fractions_are_judged_like_percentages()
    {
        Assert.False(Grim.Check("0.650", 164, scale: 1).Possible);
        Assert.Equal("0.652", Grim.Check("0.650", 164, scale: 1).Above!.Printed);
        Assert.Equal(Grim.Check("65.2", 164).HalfUp, Grim.Check("0.652", 164, scale: 1).HalfUp);
    }

    [Fact]
    public void Counts_agree_with_rounding_every_fraction() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[0, 2], Gen.Int[1, 100], Gen.Double[0, 1]).Sample((n, decimals, scale, place) =>
        {
            var steps = (int)Grim.PrintableValues(decimals, scale) - 1;
            var claim = Print((int)(place * steps));
            var result = Grim.Check(claim, n, scale: scale);
            AssertCounts(Rounding.HalfUp, result.HalfUp);
            AssertCounts(Rounding.HalfEven, result.HalfEven);
            AssertCounts(Rounding.Truncate, result.Truncated);
            foreach (var rounding in Enum.GetValues<Rounding>())
                Assert.Equal(Enumerable.Range(0, n + 1).Select(x => Printed(x, rounding)).Distinct().Count(), Grim.AttainableValues(n, decimals, scale));

            string Print(int value) => new Rational(value, (int)Math.Pow(10, decimals)).ToFixed(decimals, Rounding.HalfUp);
            string Printed(long x, Rounding rounding) => new Rational(scale * x, n).ToFixed(decimals, rounding);
            void AssertCounts(Rounding rounding, CountRange range) =>
                Assert.Equal(Enumerable.Range(0, n + 1).Select(x => (long)x).Where(x => Printed(x, rounding) == claim), range.Values);
        });

    [Fact]
    public void Neighbours_are_the_nearest_attainable_scores() => Gen.Select(Gen.Int[1, 200], Gen.Int[0, 1000]).Sample((n, tenths) =>
    {
        var claim = new Rational(tenths, 10).ToFixed(1, Rounding.HalfUp);
        var result = Grim.Check(claim, n);
        var printed = Enumerable.Range(0, n + 1).Select(x => new Rational(1000 * x, n).Round(Rounding.HalfUp)).ToList();
        Assert.Equal(printed.Where(v => v < tenths).Select(v => (long?)v).Max(), Value(result.Below));
        Assert.Equal(printed.Where(v => v > tenths).Select(v => (long?)v).Min(), Value(result.Above));

        static long? Value(AttainableScore? score) => score is null ? null : (long)(10 * decimal.Parse(score.Printed));
    });

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("65.")]
    [InlineData(".5")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("6e1")]
    [InlineData("1,5")]
    [InlineData("٦٥")]
    [InlineData("100.1")]
    [InlineData("0.0000000000001")]
    [InlineData("00000000000000000000000000000000000000065.0")]
    public void A_claim_that_is_no_percentage_is_rejected(string claim) => Assert.ThrowsAny<ArgumentException>(() => Grim.Check(claim, 164));

    [Fact]
    public void Enormous_benchmarks_take_no_longer()
    {
        var result = Grim.Check("65.0", long.MaxValue / 1000, 1000);
        Assert.True(result.Possible);
        Assert.InRange(result.HalfUp.Count, 9.2e15, 9.3e15);
        Assert.ThrowsAny<ArgumentException>(() => Grim.Check("65.0", long.MaxValue, 2));
    }

    [Fact]
    public void Macro_solutions_agree_with_enumeration() => Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7], Gen.Int[1, 7], Gen.Int[0, 1000]).Sample((a, b, c, tenths) =>
    {
        var claim = new Rational(tenths, 10).ToFixed(1, Rounding.HalfUp);
        long[] sizes = [a, b, c];
        var expected = 0;
        for (var x = 0; x <= a; x++)
        {
            for (var y = 0; y <= b; y++)
            {
                for (var z = 0; z <= c; z++)
                {
                    var macro = Grim.Macro([x, y, z], sizes);
                    expected += macro.ToFixed(1, Rounding.HalfUp) == claim || macro.ToFixed(1, Rounding.HalfEven) == claim ? 1 : 0;
                }
            }
        }

        var result = MacroGrim.Check(claim, sizes);
        Assert.Equal(expected, result.Solutions);
        Assert.Equal(expected > 0, result.Possible);
        Assert.Equal(Grim.Check(claim, a + b + c).Possible, result.Micro.Possible);
    });

    [Fact]
    public void A_macro_average_over_many_subjects_is_possible_without_counting_its_solutions()
    {
        // As many subjects as MMLU has, with sizes of the same order.
        long[] sizes = [.. Enumerable.Range(0, 57).Select(i => 100L + (37 * i % 211))];
        foreach (var claim in new[] { "82.5", "0.3", "99.97", "100.0", "0.0" })
        {
            var result = MacroGrim.Check(claim, sizes);
            Assert.True(result.Possible, claim);
            Assert.Null(result.Solutions);
        }
    }

    [Fact]
    public void Macro_and_micro_averages_differ()
    {
        // 193/346 and (66/100 + 70/111 + 57/135)/3.
        Assert.Equal("55.78", Grim.Micro([66, 70, 57], [100, 111, 135]).ToFixed(2, Rounding.HalfUp));
        Assert.Equal("57.10", Grim.Macro([66, 70, 57], [100, 111, 135]).ToFixed(2, Rounding.HalfUp));
        Assert.ThrowsAny<ArgumentException>(() => Grim.Macro([5], [4]));
    }
}
