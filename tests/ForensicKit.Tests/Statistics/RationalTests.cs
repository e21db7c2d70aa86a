using System.Numerics;
using CsCheck;
using ForensicKit.Statistics;

namespace ForensicKit.Tests.Statistics;

public class RationalTests
{
    [Fact]
    public void Conversion_to_double_rounds_as_the_division_of_doubles_does() =>
        Gen.Select(Gen.Long[-(1L << 53), 1L << 53], Gen.Long[1, 1L << 53]).Sample((a, b) => Assert.Equal(a / (double)b, new Rational(a, b).ToDouble()));

    [Theory]
    [InlineData(-1074, 1, double.Epsilon)]
    [InlineData(-1075, 1, 0)]
    [InlineData(-1075, 3, 2 * double.Epsilon)]
    [InlineData(-2000, 1, 0)]
    [InlineData(1023, 1, 8.98846567431158e307)]
    [InlineData(2000, 1, double.PositiveInfinity)]
    public void Conversion_reaches_the_ends_of_the_range(int exponent, int numerator, double expected)
    {
        var power = BigInteger.Pow(2, Math.Abs(exponent));
        Assert.Equal(expected, (exponent < 0 ? new Rational(numerator, power) : new Rational(numerator * power, 1)).ToDouble());
    }

    [Theory]
    [InlineData(5, 2, Rounding.HalfUp, 3)]
    [InlineData(5, 2, Rounding.HalfEven, 2)]
    [InlineData(7, 2, Rounding.HalfEven, 4)]
    [InlineData(-5, 2, Rounding.HalfUp, -3)]
    [InlineData(-5, 2, Rounding.HalfEven, -2)]
    [InlineData(-8, 3, Rounding.Truncate, -2)]
    [InlineData(8, -3, Rounding.HalfUp, -3)]
    public void Rounding_treats_ties_as_named(int a, int b, Rounding rounding, int expected) => Assert.Equal(expected, new Rational(a, b).Round(rounding));

    [Fact]
    public void Arithmetic_is_that_of_fractions() => Gen.Select(Gen.Int[-99, 99], Gen.Int[1, 99], Gen.Int[-99, 99], Gen.Int[1, 99]).Sample((a, b, c, d) =>
    {
        Rational x = new(a, b), y = new(c, d);
        Assert.Equal(x, x + y - y);
        Assert.Equal(x * (y + Rational.One), (x * y) + x);
        Assert.Equal(a * d < c * b, x < y);
        if (c != 0)
            Assert.Equal(x, x * y / y);
    });

    [Fact]
    public void Text_is_in_lowest_terms()
    {
        Assert.Equal("2/3", new Rational(4, 6).ToString());
        Assert.Equal("-2", new Rational(4, -2).ToString());
        Assert.Equal("0", default(Rational).ToString());
        Assert.Equal("0.07", new Rational(7, 100).ToFixed(2, Rounding.HalfUp));
        Assert.Equal("-1.0", new Rational(-1, 1).ToFixed(1, Rounding.HalfUp));
        Assert.Throws<ArgumentException>(() => new Rational(1, 0));
    }
}
