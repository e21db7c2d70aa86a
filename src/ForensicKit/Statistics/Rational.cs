using System.Globalization;
using System.Numerics;

namespace ForensicKit.Statistics;

/// <summary>How a number is cut to the digits that are printed.</summary>
public enum Rounding
{
    /// <summary>To the nearest, ties away from zero (spreadsheets, school).</summary>
    HalfUp,

    /// <summary>To the nearest, ties to the even digit (IEEE 754, Python's <c>round</c>).</summary>
    HalfEven,

    /// <summary>Digits beyond the last are dropped.</summary>
    Truncate,
}

/// <summary>An exact fraction in lowest terms with a positive denominator.</summary>
public readonly record struct Rational : IComparable<Rational>
{
    private readonly BigInteger _denominator;

    /// <param name="numerator">The numerator.</param>
    /// <param name="denominator">The denominator, not 0.</param>
    public Rational(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
            throw new ArgumentException("The denominator of a fraction is not 0.", nameof(denominator));
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        Numerator = numerator / divisor;
        _denominator = denominator / divisor;
    }

    /// <summary>0.</summary>
    public static Rational Zero => default;

    /// <summary>1.</summary>
    public static Rational One => new(1, 1);

    /// <summary>The numerator, with the sign.</summary>
    public BigInteger Numerator { get; }

    /// <summary>The denominator, at least 1.</summary>
    public BigInteger Denominator => _denominator.IsZero ? BigInteger.One : _denominator;

    /// <summary>A whole number.</summary>
    public static implicit operator Rational(long value) => new(value, BigInteger.One);

    /// <summary>Sum.</summary>
    public static Rational operator +(Rational a, Rational b) =>
        new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    /// <summary>Difference.</summary>
    public static Rational operator -(Rational a, Rational b) =>
        new((a.Numerator * b.Denominator) - (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    /// <summary>Product.</summary>
    public static Rational operator *(Rational a, Rational b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    /// <summary>Quotient.</summary>
    public static Rational operator /(Rational a, Rational b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    /// <summary>Smaller than.</summary>
    public static bool operator <(Rational a, Rational b) => a.CompareTo(b) < 0;

    /// <summary>Greater than.</summary>
    public static bool operator >(Rational a, Rational b) => a.CompareTo(b) > 0;

    /// <summary>At most.</summary>
    public static bool operator <=(Rational a, Rational b) => a.CompareTo(b) <= 0;

    /// <summary>At least.</summary>
    public static bool operator >=(Rational a, Rational b) => a.CompareTo(b) >= 0;

    /// <inheritdoc/>
    public int CompareTo(Rational other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>The nearest whole number in the sense of <paramref name="rounding"/>.</summary>
    public BigInteger Round(Rounding rounding)
    {
        var magnitude = BigInteger.DivRem(BigInteger.Abs(Numerator), Denominator, out var rest);
        var half = (rest * 2).CompareTo(Denominator);
        var up = rounding switch
        {
            Rounding.HalfUp => half >= 0,
            Rounding.HalfEven => half > 0 || (half == 0 && !magnitude.IsEven),
            Rounding.Truncate => false,
            _ => throw new ArgumentOutOfRangeException(nameof(rounding), rounding, "There is no such rounding."),
        };
        return Numerator.Sign * (up ? magnitude + 1 : magnitude);
    }

    /// <summary>Fixed-point text with <paramref name="decimals"/> digits after the point, for example <c>64.6</c>.</summary>
    public string ToFixed(int decimals, Rounding rounding)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(decimals);
        return Fixed((this * new Rational(BigInteger.Pow(10, decimals), 1)).Round(rounding), decimals);
    }

    /// <summary>The nearest double, ties to even.</summary>
    public double ToDouble()
    {
        if (Numerator.IsZero)
            return 0;
        var magnitude = BigInteger.Abs(Numerator);
        // 66 or 67 bits of quotient: 53 to keep, the rest (and whether anything remains) to round by.
        var shift = 66 - (long)(magnitude.GetBitLength() - Denominator.GetBitLength());
        var quotient = shift >= 0
            ? BigInteger.DivRem(magnitude << checked((int)shift), Denominator, out var rest)
            : BigInteger.DivRem(magnitude, Denominator << checked((int)-shift), out rest);
        var exponent = -shift;
        // Below 2⁻¹⁰²² a double has fewer bits, the last one worth 2⁻¹⁰⁷⁴.
        var cut = Math.Max((long)quotient.GetBitLength() - 53, -1074 - exponent);
        if (cut > 70)
            return 0 * Numerator.Sign;
        var kept = quotient >> (int)cut;
        var dropped = (quotient - (kept << (int)cut)) * 2;
        var half = dropped.CompareTo(BigInteger.One << (int)cut);
        if (half > 0 || (half == 0 && (!rest.IsZero || !kept.IsEven)))
            kept++;
        return Numerator.Sign * Math.ScaleB((double)kept, (int)Math.Clamp(exponent + cut, -5000, 5000));
    }

    /// <summary><c>2/3</c>, or <c>2</c> where the denominator is 1.</summary>
    public override string ToString() => Denominator.IsOne
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    internal static string Fixed(BigInteger scaled, int decimals)
    {
        var digits = BigInteger.Abs(scaled).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var sign = scaled.Sign < 0 ? "-" : "";
        return decimals == 0 ? sign + digits : $"{sign}{digits[..^decimals]}.{digits[^decimals..]}";
    }
}
