using CsCheck;
using ForensicKit.Contamination;

namespace ForensicKit.Tests.Contamination;

public class ExchangeabilityTestTests
{
    // Multiples of 1/8: sums and ties are exact in double.
    private static readonly Gen<(double[] Canonical, double[][] Permuted)> Data =
        Gen.Select(Gen.Int[2, 8], Gen.Int[1, 12]).SelectMany((shards, shuffles) => Gen.Select(
            Gen.Int[-40, 40].Select(i => i / 8.0).Array[shards], Gen.Int[-40, 40].Select(i => i / 8.0).Array[shuffles].Array[shards]));

    [Fact]
    public void Permutation_p_counts_totals() => Data.Sample(d =>
    {
        var shuffles = d.Permuted[0].Length;
        var reached = Enumerable.Range(0, shuffles).Count(k => d.Permuted.Sum(row => row[k]) >= d.Canonical.Sum());
        Assert.Equal((1.0 + reached) / (shuffles + 1), ExchangeabilityTest.Run(d.Canonical, d.Permuted).PermutationP);
    });

    /// <summary>With one degree of freedom Student's t is Cauchy: P(T ≥ t) = ½ − arctan(t)/π.</summary>
    [Fact]
    public void Two_shards_have_a_closed_form() => Gen.Select(Gen.Int[-40, 40], Gen.Int[-40, 40]).Sample((a, b) =>
    {
        var result = ExchangeabilityTest.Run([a, b], [[0], [0]]);
        if (a == b)
        {
            Assert.Null(result.Test);
            return;
        }

        Assert.Equal((double)(a + b) / Math.Abs(a - b), result.Test!.T, 1e-12);
        Assert.Equal(0.5 - (Math.Atan(result.Test.T) / Math.PI), result.Test.P.Value, 1e-12);
        Assert.Equal(result.Test.T * Math.Sqrt(2), result.TestAsPublished!.T, 1e-12);
    });

    [Fact]
    public void A_shift_of_everything_changes_nothing() => Data.Sample(d =>
    {
        var (plain, shifted) = (ExchangeabilityTest.Run(d.Canonical, d.Permuted), ExchangeabilityTest.Run(
            [.. d.Canonical.Select(c => c - 1000)], [.. d.Permuted.Select(row => row.Select(p => p - 1000).ToArray())]));
        Assert.Equal(plain.PermutationP, shifted.PermutationP);
        Assert.Equal(plain.Test?.T ?? 0, shifted.Test?.T ?? 0, 1e-9);
    });

    /// <summary>Thirds are not exact in binary: rounding must not pass for a spread, and a huge t for a finding.</summary>
    [Fact]
    public void Equal_differences_have_no_t_test()
    {
        var result = ExchangeabilityTest.Run([0, 0.625, 0.1], [[0.75, 1.875, -3.875], [0.625, 1.625, -1.625], [0.125, 0.125, 0.8]]);
        Assert.NotNull(result.Test);
        result = ExchangeabilityTest.Run([0, 0.625], [[0.75, 1.875, -3.875], [0.625, 1.625, -1.625]]);
        Assert.Null(result.Test);
        Assert.Null(result.TestAsPublished);
        Assert.Equal(5 / 12.0, result.Mean, 1e-15);
        Assert.Null(ExchangeabilityTest.Run([-0.1, -0.2], [[-0.3], [-0.4]]).Test);
    }

    [Fact]
    public void Nonsense_is_rejected()
    {
        Assert.ThrowsAny<ArgumentException>(() => ExchangeabilityTest.Run([1], [[1]]));
        Assert.ThrowsAny<ArgumentException>(() => ExchangeabilityTest.Run([1, 2], [[], []]));
        Assert.ThrowsAny<ArgumentException>(() => ExchangeabilityTest.Run([1, 2], [[1], [1, 2]]));
        Assert.ThrowsAny<ArgumentException>(() => ExchangeabilityTest.Run([1, 2], [[1]]));
        Assert.ThrowsAny<ArgumentException>(() => ExchangeabilityTest.Run([1, double.NaN], [[1], [1]]));
    }
}
