using System.Globalization;
using System.Numerics;
using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Python's format specification: <c>[[fill]align][sign][#][0][width][,|_][.precision][type]</c>.</summary>
internal sealed record FormatSpec(string Fill, char Align, char Sign, bool IsAlternate, int Width, char Grouping, int? Precision, char Type)
{
    /// <summary>Reads a specification.</summary>
    /// <exception cref="TemplateException">It is none.</exception>
    public static FormatSpec Parse(string text)
    {
        var position = 0;
        char Peek(int ahead = 0) => position + ahead < text.Length ? text[position + ahead] : '\0';
        static bool IsAlign(char c) => c is '<' or '>' or '=' or '^';
        var (fill, align) = (" ", '\0');
        var fillWidth = text.Length > 1 && char.IsSurrogatePair(text[0], text[1]) ? 2 : 1;
        if (IsAlign(Peek(fillWidth)))
        {
            (fill, align) = (text[..fillWidth], Peek(fillWidth));
            position = fillWidth + 1;
        }
        else if (IsAlign(Peek()))
        {
            align = text[position++];
        }

        var sign = Peek() is '+' or '-' or ' ' ? text[position++] : '-';
        var isAlternate = Peek() == '#';
        position += isAlternate ? 1 : 0;
        if (Peek() == '0')
        {
            position++;
            if (align == '\0')
                (fill, align) = ("0", '=');
        }

        int Number()
        {
            var number = 0L;
            while (char.IsAsciiDigit(Peek()))
                number = Math.Min((number * 10) + (text[position++] - '0'), int.MaxValue);
            return (int)number;
        }

        var width = Number();
        var grouping = Peek() is ',' or '_' ? text[position++] : '\0';
        int? precision = null;
        if (Peek() == '.')
        {
            position++;
            precision = char.IsAsciiDigit(Peek()) ? Number() : throw TemplateException.Failed("Format specifier missing precision");
        }

        var type = Peek() == '\0' ? '\0' : text[position++];
        if (position != text.Length)
            throw TemplateException.Failed($"Invalid format specifier {Representation.Quote(text)}");
        return new(fill, align, sign, isAlternate, width, grouping, precision, type);
    }

    /// <summary>The value as the specification says.</summary>
    /// <exception cref="TemplateException">The specification does not fit the value.</exception>
    public string Format(Interpreter interpreter, Value value)
    {
        if (value is StringValue text)
            return FormatText(interpreter, text);
        if (value is BoolValue && Type is '\0' && this == Parse(""))
            return interpreter.Text(value);
        switch (Equality.Number(value))
        {
            case BigInteger whole when Type is not ('e' or 'E' or 'f' or 'F' or 'g' or 'G' or '%'):
                return FormatWhole(interpreter, whole);
            case BigInteger whole:
                return FormatFloat(interpreter, Operators.ToFloat(whole));
            case double number:
                return FormatFloat(interpreter, number);
            default:
                return this == Parse("") ? interpreter.Text(value) : throw TemplateException.Failed($"unsupported format string passed to {value.TypeName}.__format__");
        }
    }

    private string FormatText(Interpreter interpreter, StringValue text)
    {
        if (Type is not ('\0' or 's') || Align == '=' || Grouping != '\0' || IsAlternate || Sign != '-')
            throw TemplateException.Failed("Unknown format code for object of type 'str'");
        var kept = Precision is { } most && most < text.Length ? text.Part(0, most) : text;
        return Padded(interpreter, "", kept.Text, '<');
    }

    private string FormatWhole(Interpreter interpreter, BigInteger number)
    {
        if (Precision is not null)
            throw TemplateException.Failed("Precision not allowed in integer format specifier");
        if (Type == 'c')
            return Padded(interpreter, "", number >= 0 && number <= 0x10ffff && Rune.IsValid((int)number) ? new Rune((int)number).ToString() : throw TemplateException.Failed("%c arg not in range"), '<');
        if (Type is not ('\0' or 'd' or 'n' or 'b' or 'o' or 'x' or 'X'))
            throw TemplateException.Failed($"Unknown format code '{Type}' for object of type 'int'");
        var digits = Grouped(NumberFormat.Digits(number, Type, interpreter.Budget), Type is 'b' or 'o' or 'x' or 'X' ? 4 : 3);
        var prefix = IsAlternate ? Type switch { 'b' => "0b", 'o' => "0o", 'x' => "0x", 'X' => "0X", _ => "" } : "";
        return Padded(interpreter, SignOf(number.Sign < 0) + prefix, digits, '>');
    }

    private string FormatFloat(Interpreter interpreter, double number)
    {
        if (Type is not ('\0' or 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'n' or '%'))
            throw TemplateException.Failed($"Unknown format code '{Type}' for object of type 'float'");
        var sign = SignOf(double.IsNegative(number) && !double.IsNaN(number));
        string digits;
        if (Type == '\0' && Precision is null)
            digits = FloatText.Repr(Math.Abs(number));
        else if (Type == '\0')
            digits = Shortest(Math.Abs(number), Precision ?? 12);
        else if (Type == '%')
            digits = NumberFormat.Digits(number * 100, 'f', Precision ?? 6, IsAlternate) + "%";
        else
            digits = NumberFormat.Digits(number, Type == 'n' ? 'g' : Type, Precision ?? 6, IsAlternate);
        var whole = digits.TakeWhile(char.IsAsciiDigit).Count();
        return Padded(interpreter, sign, Grouped(digits[..whole], 3) + digits[whole..], '>');
    }

    // Without a type: like 'g', but with at least one digit after the point.
    private static string Shortest(double number, int precision)
    {
        var digits = NumberFormat.Digits(number, 'g', Math.Max(1, precision), alternate: false);
        if (!double.IsFinite(number) || digits.Contains('.', StringComparison.Ordinal) || digits.Contains('e', StringComparison.Ordinal))
            return digits;
        return digits.Length < Math.Max(1, precision) ? digits + ".0" : NumberFormat.Digits(number, 'e', Math.Max(0, precision - 1), alternate: false);
    }

    private string SignOf(bool isNegative) => isNegative ? "-" : Sign is '+' or ' ' ? Sign.ToString(CultureInfo.InvariantCulture) : "";

    private string Grouped(string digits, int size)
    {
        if (Grouping == '\0')
            return digits;
        var builder = new StringBuilder();
        for (var i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % size == 0)
                builder.Append(Grouping);
            builder.Append(digits[i]);
        }

        return builder.ToString();
    }

    private string Padded(Interpreter interpreter, string sign, string body, char usual)
    {
        var missing = Width - StringValue.CountCodePoints(sign) - StringValue.CountCodePoints(body);
        if (missing <= 0)
            return sign + body;
        interpreter.Budget.Characters((long)missing * Fill.Length);
        string Filled(int count) => new StringBuilder().Insert(0, Fill, count).ToString();
        return (Align == '\0' ? usual : Align) switch
        {
            '<' => sign + body + Filled(missing),
            '>' => Filled(missing) + sign + body,
            '=' => sign + Filled(missing) + body,
            _ => Filled(missing / 2) + sign + body + Filled(missing - (missing / 2)),
        };
    }
}
