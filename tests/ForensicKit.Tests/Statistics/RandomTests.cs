using System.Numerics;
using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

/// <summary>Expected values: mt19937ar.out of the authors, the C++ standard ([rand.predef]), and CPython 3.11.7.</summary>
public class RandomTests
{
    [Fact]
    public void Mersenne_twister_seeded_by_array_gives_the_authors_outputs()
    {
        var generator = new Mt19937([0x123, 0x234, 0x345, 0x456]);
        uint[] first = [.. Enumerable.Range(0, 5).Select(_ => generator.NextUInt32())];
        Assert.Equal([1067595299, 955945823, 477289528, 4107218783, 4228976476], first);
    }

    [Fact]
    public void Mersenne_twister_gives_the_ten_thousandth_output_of_the_cpp_standard()
    {
        var generator = new Mt19937(5489);
        var output = 0u;
        for (var i = 0; i < 10000; i++)
            output = generator.NextUInt32();
        Assert.Equal(4123659995, output);
    }

    // r = random.Random("hello"); r.random(), r.getrandbits(70), r.randrange(1000), r.sample(range(100), 4), r.gauss(0, 1) twice,
    // r.choice("abcdef"), r.choices(range(9), k=3)
    [Fact]
    public void A_generator_seeded_with_text_repeats_CPython()
    {
        var random = new PythonRandom("hello");
        Assert.Equal(0.3537754404730722, random.Random());
        Assert.Equal(BigInteger.Parse("659623273764508623311"), random.RandomBits(70));
        Assert.Equal(113, random.Range(0, 1000));
        Assert.Equal([16, 45, 6, 93], random.SampleIndices(100, 4));
        Assert.Equal(-1.492929441559646, random.Gauss(), 1e-15);
        Assert.Equal(1.5594067893336991, random.Gauss(), 1e-15);
        Assert.Equal('b', random.Choice("abcdef".ToCharArray()));
        Assert.Equal([1, 8, 7], random.Choices(Enumerable.Range(0, 9).ToArray(), 3));
    }

    [Fact]
    public void The_sign_of_a_seed_does_not_count_and_its_size_does()
    {
        Assert.Equal(new PythonRandom(new BigInteger(3)).Random(), new PythonRandom(new BigInteger(-3)).Random());
        Assert.NotEqual(new PythonRandom(BigInteger.Pow(2, 70)).Random(), new PythonRandom(BigInteger.Pow(2, 71)).Random());
    }

    [Fact]
    public void An_unpaired_surrogate_is_no_seed() => Assert.ThrowsAny<ArgumentException>(() => new PythonRandom("\ud800"));

    [Fact]
    public void Shuffles_are_permutations_and_samples_are_subsets() => Gen.Select(Gen.ULong, Gen.Int[0, 400], Gen.Double[0, 1]).Sample((seed, n, share) =>
    {
        var random = new PythonRandom(new BigInteger(seed));
        int[] items = [.. Enumerable.Range(0, n)];
        random.Shuffle(items);
        Assert.Equal(Enumerable.Range(0, n), items.Order());
        var sample = random.SampleIndices(n, (int)(share * n));
        Assert.Equal((int)(share * n), sample.Distinct().Count());
        Assert.All(sample, i => Assert.InRange(i, 0, n - 1));
    });

    [Fact]
    public void Bits_and_bounds_are_respected() => Gen.Select(Gen.ULong, Gen.Long[1, long.MaxValue], Gen.Int[0, 200]).Sample((seed, bound, bits) =>
    {
        var random = new PythonRandom(new BigInteger(seed));
        Assert.InRange(random.Below(bound), 0, bound - 1);
        Assert.InRange(random.RandomBits(bits), BigInteger.Zero, BigInteger.Pow(2, bits) - 1);
    });

    [Theory]
    [InlineData(0, 10, -1)]
    [InlineData(5, 5, 1)]
    [InlineData(5, 6, 0)]
    public void An_empty_range_is_rejected(long start, long stop, long step) =>
        Assert.ThrowsAny<ArgumentException>(() => new PythonRandom(BigInteger.One).Range(start, stop, step));

    [Fact]
    public void A_descending_range_steps_down() => Gen.ULong.Sample(seed =>
        Assert.Contains(new PythonRandom(new BigInteger(seed)).Range(10, 0, -3), new long[] { 10, 7, 4, 1 }));

    [Fact]
    public void Poisson_gaps_repeat_and_have_the_mean_of_the_rate()
    {
        var gaps = PoissonSchedule.Gaps(7, 250);
        Assert.Equal(gaps.Take(50), gaps.Take(50));
        // Exponential: mean 4 ms, standard error of 100,000 gaps 0.013 ms.
        Assert.Equal(4e6, gaps.Take(100_000).Average(), 4 * 4e6 / Math.Sqrt(100_000));
        Assert.Equal(gaps.Take(9), PoissonSchedule.Gaps(7 + (1UL << 32), 250).Take(9));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void An_impossible_rate_is_rejected(double rate) => Assert.ThrowsAny<ArgumentException>(() => PoissonSchedule.Gaps(1, rate));
}
