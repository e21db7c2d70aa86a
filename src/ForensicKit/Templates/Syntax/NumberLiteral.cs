using System.Globalization;
using System.Numerics;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Syntax;

/// <summary>The numbers that tokens stand for.</summary>
internal static class NumberLiteral
{
    /// <summary>A whole number, also in base 16, 8 or 2 by its prefix.</summary>
    /// <exception cref="TemplateException">It has more digits than Python takes.</exception>
    public static IntValue Whole(Token token)
    {
        var text = token.Text;
        if (text.Length > 4300)
            throw TemplateException.Syntax("A number has more than 4300 digits.", token.Line);
        var radix = text.Length > 1 ? char.ToLowerInvariant(text[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 10 } : 10;
        return new(radix == 10
            ? BigInteger.Parse(text, CultureInfo.InvariantCulture)
            : text[2..].Aggregate(BigInteger.Zero, (sum, digit) => (sum * radix) + Convert.ToInt32(digit.ToString(), 16)));
    }

    /// <summary>A floating-point number.</summary>
    public static FloatValue Real(Token token) => new(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture));
}
