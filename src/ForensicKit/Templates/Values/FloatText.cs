using System.Globalization;
using System.Numerics;

namespace ForensicKit.Templates.Values;

/// <summary>Floats as Python writes them. Fixed digits come from the exact binary value, halves to even.</summary>
internal static class FloatText
{
    /// <summary>Most digits after the point.</summary>
    public const int MaxDigits = 1100;

    /// <summary><c>repr</c>: the shortest digits that give the same number back.</summary>
    public static string Repr(double number)
    {
        if (!double.IsFinite(number))
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        var roundTrip = number.ToString("R", CultureInfo.InvariantCulture);
        var digits = Digits(roundTrip);
        if (number == 0)
            return double.IsNegative(number) ? "-0.0" : "0.0";
        var exponent = Exponent10(roundTrip);
        var sign = number < 0 ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
        }

        if (exponent < 0)
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        if (digits.Length <= exponent + 1)
            return $"{sign}{digits}{new string('0', exponent + 1 - digits.Length)}.0";
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    /// <summary><c>%.nf</c> of a finite number, without the sign.</summary>
    public static string Fixed(double number, int digits)
    {
        var scaled = Scaled(Math.Abs(number), digits).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return digits == 0 ? scaled : $"{scaled[..^digits]}.{scaled[^digits..]}";
    }

    /// <summary><c>%.ne</c> of a finite number, without the sign.</summary>
    public static string Scientific(double number, int digits)
    {
        var (text, exponent) = Significant(number, digits + 1);
        return $"{text[0]}{(digits > 0 ? "." : "")}{text[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
    }

    /// <summary><c>%.ng</c> of a finite number, without the sign; <paramref name="alternate"/> keeps trailing zeros.</summary>
    public static string General(double number, int digits, bool alternate)
    {
        digits = Math.Max(digits, 1);
        var (text, exponent) = Significant(number, digits);
        if (!alternate)
            text = text.TrimEnd('0') is { Length: > 0 } trimmed ? trimmed : "0";
        if (exponent < -4 || exponent >= digits)
            return $"{text[0]}{(text.Length > 1 || alternate ? "." : "")}{text[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
        if (exponent < 0)
            return $"0.{new string('0', -exponent - 1)}{text}";
        text = text.PadRight(exponent + 1, '0');
        return text.Length == exponent + 1 ? text + (alternate ? "." : "") : $"{text[..(exponent + 1)]}.{text[(exponent + 1)..]}";
    }

    /// <summary><c>round(number, digits)</c>: to the nearest, halves of the exact value to even.</summary>
    public static double Round(double number, int digits)
    {
        // Beyond these a double has no digits left to round, or none at all.
        if (!double.IsFinite(number) || number == 0 || digits > 323)
            return number;
        if (digits < -308)
            return double.CopySign(0, number);
        var text = digits >= 0
            ? Fixed(number, digits)
            : Scaled(Math.Abs(number), digits).ToString(CultureInfo.InvariantCulture) + new string('0', -digits);
        return double.CopySign(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture), number);
    }

    /// <summary>The whole number nearest to <paramref name="number"/>·10^<paramref name="digits"/>, halves to even.</summary>
    private static BigInteger Scaled(double number, int digits)
    {
        var (numerator, denominator) = Fraction(number);
        if (digits >= 0)
            numerator *= BigInteger.Pow(10, digits);
        else
            denominator *= BigInteger.Pow(10, -digits);
        return DivideHalfEven(numerator, denominator);
    }

    private static (string Digits, int Exponent) Significant(double number, int count)
    {
        number = Math.Abs(number);
        if (number == 0)
            return (new string('0', count), 0);
        var (numerator, denominator) = Fraction(number);
        var exponent = (int)Math.Floor(Math.Log10(number));
        for (; ; )
        {
            var shift = count - 1 - exponent;
            var scaled = shift >= 0
                ? DivideHalfEven(numerator * BigInteger.Pow(10, shift), denominator)
                : DivideHalfEven(numerator, denominator * BigInteger.Pow(10, -shift));
            var text = scaled.ToString(CultureInfo.InvariantCulture);
            if (text.Length == count)
                return (text, exponent);
            // The logarithm was off by one, or rounding carried into a further digit.
            exponent += text.Length - count;
        }
    }

    /// <summary>A finite number of zero or more as an exact fraction.</summary>
    public static (BigInteger Numerator, BigInteger Denominator) Fraction(double number)
    {
        var bits = BitConverter.DoubleToInt64Bits(number);
        var exponent = (int)((bits >> 52) & 0x7ff);
        var mantissa = bits & 0xfffffffffffffL;
        if (exponent == 0)
            exponent++;
        else
            mantissa |= 1L << 52;
        exponent -= 1075;
        return exponent >= 0 ? ((BigInteger)mantissa << exponent, BigInteger.One) : (mantissa, BigInteger.One << -exponent);
    }

    public static BigInteger DivideHalfEven(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var order = (remainder * 2).CompareTo(denominator);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }

    private static string Digits(string roundTrip)
    {
        var end = roundTrip.IndexOf('E', StringComparison.Ordinal);
        var digits = string.Concat((end < 0 ? roundTrip : roundTrip[..end]).Where(char.IsAsciiDigit)).Trim('0');
        return digits.Length == 0 ? "0" : digits;
    }

    /// <summary>The power of ten of the first digit.</summary>
    private static int Exponent10(string roundTrip)
    {
        var mark = roundTrip.IndexOf('E', StringComparison.Ordinal);
        if (mark >= 0)
            return int.Parse(roundTrip.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var parts = roundTrip.TrimStart('-').Split('.');
        return parts[0] != "0" ? parts[0].Length - 1 : -parts[1].TakeWhile(c => c == '0').Count() - 1;
    }
}
