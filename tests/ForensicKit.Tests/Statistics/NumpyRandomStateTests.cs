using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

/// <summary>Expected streams: the numpy documentation's examples and any session of numpy with these seeds (the legacy stream is frozen, NEP 19).</summary>
public class NumpyRandomStateTests
{
    [Theory]
    [InlineData(0, 0.5488135, 0.71518937, 0.60276338, 0.54488318, 0.4236548)]
    [InlineData(42, 0.37454012, 0.95071431, 0.73199394, 0.59865848, 0.15601864)]
    public void Uniform_numbers_are_numpys(int seed, params double[] expected)
    {
        var random = new NumpyRandomState((uint)seed);
        foreach (var value in expected)
            Assert.Equal(value, random.Random(), 5e-9);
    }

    [Theory]
    [InlineData(0, 1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458, 1.8675579901499675)]
    [InlineData(42, 0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254, -0.23415337472333597)]
    public void Normal_numbers_are_numpys(int seed, params double[] expected)
    {
        var random = new NumpyRandomState((uint)seed);
        foreach (var value in expected)
            Assert.Equal(value, random.Normal(), 1e-15);
    }

    [Fact]
    public void Integers_are_numpys() =>
        Assert.Equal([51, 92, 14, 71, 60, 20, 82, 86, 74, 74], new NumpyRandomState(42).Choices(100, 10));

    [Fact]
    public void One_possible_value_draws_nothing()
    {
        var random = new NumpyRandomState(42);
        Assert.Equal([0, 0, 0], random.Choices(1, 3));
        Assert.Equal(new NumpyRandomState(42).Random(), random.Random());
    }

    [Fact]
    public void A_normal_without_spread_still_draws()
    {
        var (a, b) = (new NumpyRandomState(7), new NumpyRandomState(7));
        Assert.Equal(3, a.Normal(3, 0));
        _ = b.Normal();
        Assert.Equal(b.Normal(), a.Normal());
    }

    [Fact]
    public void Integers_stay_below_their_bound() =>
        Gen.Select(Gen.UInt, Gen.Int[1, int.MaxValue]).Sample((seed, bound) => new NumpyRandomState(seed).Below(bound) is var x && x >= 0 && x < bound);

    [Fact]
    public void Nonsense_is_rejected()
    {
        var random = new NumpyRandomState(1);
        Assert.ThrowsAny<ArgumentException>(() => random.Below(0));
        Assert.ThrowsAny<ArgumentException>(() => random.Choices(5, -1));
        Assert.ThrowsAny<ArgumentException>(() => random.Normal(0, -1));
        Assert.ThrowsAny<ArgumentException>(() => random.Normal(0, double.NaN));
    }
}
