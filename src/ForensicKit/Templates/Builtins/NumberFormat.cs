using System.Globalization;
using System.Numerics;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Digits of numbers in the formats that <c>%</c> and <c>str.format</c> share.</summary>
internal static class NumberFormat
{
    /// <summary>A whole number's digits without sign in base 2, 8, 10 or 16.</summary>
    public static string Digits(BigInteger number, char format, Budget budget)
    {
        number = BigInteger.Abs(number);
        budget.Step(number.GetByteCount());
        var text = format switch
        {
            'x' => number.ToString("x", CultureInfo.InvariantCulture),
            'X' => number.ToString("X", CultureInfo.InvariantCulture),
            'b' => number.ToString("b", CultureInfo.InvariantCulture),
            'o' => Octal(number),
            _ => number.ToString(CultureInfo.InvariantCulture),
        };
        return format is 'x' or 'X' or 'b' && text.TrimStart('0') is var trimmed ? (trimmed.Length == 0 ? "0" : trimmed) : text;
    }

    /// <summary>A float's digits without sign in the formats e, f, g and their capitals, and %.</summary>
    public static string Digits(double number, char format, int precision, bool alternate)
    {
        if (precision > FloatText.MaxDigits)
            throw TemplateException.Exceeded($"A number is written with more than {FloatText.MaxDigits} digits.");
        if (!double.IsFinite(number))
            return (double.IsNaN(number) ? "nan" : "inf") is var name && char.IsAsciiLetterUpper(format) ? name.ToUpperInvariant() : name;
        var text = char.ToLowerInvariant(format) switch
        {
            'e' => FloatText.Scientific(number, precision),
            'f' => FloatText.Fixed(number, precision),
            _ => FloatText.General(number, precision, alternate),
        };
        if (alternate && precision == 0 && char.ToLowerInvariant(format) == 'f')
            text += ".";
        return char.IsAsciiLetterUpper(format) ? text.ToUpperInvariant() : text;
    }

    private static string Octal(BigInteger number)
    {
        // Three bits a digit, from the binary digits.
        var bits = number.ToString("b", CultureInfo.InvariantCulture).TrimStart('0');
        bits = bits.PadLeft((bits.Length + 2) / 3 * 3, '0');
        return bits.Length == 0 ? "0" : string.Concat(bits.Chunk(3).Select(b => (char)('0' + ((b[0] - '0') * 4) + ((b[1] - '0') * 2) + b[2] - '0')));
    }
}
