using System.Numerics;
using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Python's <c>format % values</c>.</summary>
internal sealed class PercentFormat
{
    private readonly Interpreter _interpreter;
    private readonly StringValue _format;
    private readonly Value _values;
    private readonly StringBuilder _builder = new();
    private int _position;
    private int _used;

    private PercentFormat(Interpreter interpreter, StringValue format, Value values)
    {
        _interpreter = interpreter;
        _format = format;
        _values = values;
    }

    /// <summary>The text with its directives replaced.</summary>
    /// <exception cref="TemplateException">Too few or too many values, or a directive that does not fit its value.</exception>
    public static StringValue Apply(Interpreter interpreter, StringValue format, Value values) => new PercentFormat(interpreter, format, values).Run();

    private StringValue Run()
    {
        var text = _format.Text;
        var isMapped = false;
        while (_position < text.Length)
        {
            var next = text.IndexOf('%', _position);
            var end = next < 0 ? text.Length : next;
            Append(text[_position..end]);
            _position = end;
            if (next >= 0)
                isMapped |= Directive();
        }

        var given = _values is TupleValue tuple ? tuple.Items.Count : 1;
        if (!isMapped && _used < given && (_values is TupleValue || _values is not (DictValue or ListValue or RangeValue or DictViewValue or UndefinedValue)))
            throw TemplateException.Failed("not all arguments converted during string formatting");
        return _format.With(_builder.ToString());
    }

    private bool Directive()
    {
        _position++;
        var value = default(Value);
        if (Peek() == '(')
        {
            var start = ++_position;
            for (var depth = 1; depth > 0; _position++)
                depth += Peek() switch { '(' => 1, ')' => -1, '\0' => throw TemplateException.Failed("incomplete format key"), _ => 0 };
            var key = new StringValue(_format.Text[start..(_position - 1)]);
            if (_values is not DictValue dict)
                throw TemplateException.Failed("format requires a mapping");
            value = dict.TryGet(key, out var found) ? found : throw TemplateException.Failed($"the format needs the key {Representation.Quote(key.Text)}");
        }

        var isMapped = value is not null;
        var flags = "";
        while (Peek() is '-' or '+' or ' ' or '#' or '0')
            flags += flags.Length < 16 ? _format.Text[_position++] : throw TemplateException.Failed("too many flags");
        var width = Number();
        if (width < 0)
            (flags, width) = (flags + "-", -width);
        int? precision = null;
        if (Peek() == '.')
        {
            _position++;
            precision = Math.Max(0, Number());
        }

        while (Peek() is 'h' or 'l' or 'L')
            _position++;
        var conversion = Peek();
        if (conversion == '\0')
            throw TemplateException.Failed("incomplete format");
        _position++;
        if (conversion == '%')
        {
            Append("%");
            return isMapped;
        }

        var (sign, body) = Convert(value ?? Next(), conversion, flags, precision);
        Append(Padded(sign, body, flags, width, conversion));
        return isMapped;
    }

    private (string Sign, string Body) Convert(Value value, char conversion, string flags, int? precision)
    {
        var alternate = flags.Contains('#', StringComparison.Ordinal);
        switch (conversion)
        {
            case 's' or 'r' or 'a':
                var text = conversion == 's' && value is StringValue own ? own : new(conversion switch
                {
                    's' => _interpreter.Text(value),
                    'r' => Representation.Repr(value, _interpreter.Budget),
                    _ => Representation.Ascii(value, _interpreter.Budget),
                });
                if (_format.IsMarkup)
                    text = Markup.Escape(text);
                return ("", precision is { } most && most < text.Length ? text.Part(0, most).Text : text.Text);
            case 'c':
                return ("", value is StringValue { Length: 1 } character ? character.Text
                    : value is IntValue { Number: var code } && code >= 0 && code <= 0x10ffff && Rune.IsValid((int)code) ? new Rune((int)code).ToString()
                    : throw TemplateException.Failed("%c requires int or char"));
            case 'd' or 'i' or 'u' or 'x' or 'X' or 'o':
                var whole = Equality.Number(value) switch
                {
                    BigInteger i => i,
                    double d when conversion is 'd' or 'i' or 'u' && double.IsFinite(d) => new BigInteger(d),
                    _ => throw TemplateException.Failed($"%{conversion} format: a number is required, not {value.TypeName}"),
                };
                var digits = NumberFormat.Digits(whole, conversion, _interpreter.Budget);
                if (precision > digits.Length)
                {
                    _interpreter.Budget.Characters(precision.Value);
                    digits = digits.PadLeft(precision.Value, '0');
                }

                var prefix = alternate ? conversion switch { 'x' => "0x", 'X' => "0X", 'o' => "0o", _ => "" } : "";
                return (Sign(whole.Sign < 0, flags) + prefix, digits);
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G':
                var number = Expect.Float(value);
                return (Sign(double.IsNegative(number) && !double.IsNaN(number), flags), NumberFormat.Digits(number, conversion, precision ?? 6, alternate));
            default:
                throw TemplateException.Failed($"unsupported format character '{conversion}'");
        }
    }

    private static string Sign(bool isNegative, string flags) =>
        isNegative ? "-" : flags.Contains('+', StringComparison.Ordinal) ? "+" : flags.Contains(' ', StringComparison.Ordinal) ? " " : "";

    private string Padded(string sign, string body, string flags, int width, char conversion)
    {
        var missing = width - StringValue.CountCodePoints(sign) - StringValue.CountCodePoints(body);
        if (missing <= 0)
            return sign + body;
        _interpreter.Budget.Characters(missing);
        if (flags.Contains('-', StringComparison.Ordinal))
            return sign + body + new string(' ', missing);
        var zeros = flags.Contains('0', StringComparison.Ordinal) && conversion is not ('s' or 'r' or 'a' or 'c');
        return zeros ? sign + new string('0', missing) + body : new string(' ', missing) + sign + body;
    }

    private char Peek() => _position < _format.Text.Length ? _format.Text[_position] : '\0';

    private int Number()
    {
        if (Peek() == '*')
        {
            _position++;
            return Expect.Index(Next());
        }

        var number = 0L;
        while (char.IsAsciiDigit(Peek()))
            number = Math.Min((number * 10) + (_format.Text[_position++] - '0'), int.MaxValue);
        return (int)number;
    }

    private Value Next()
    {
        var given = _values is TupleValue tuple ? tuple.Items : [_values];
        return _used < given.Count ? given[_used++] : throw TemplateException.Failed("not enough arguments for format string");
    }

    private void Append(string text)
    {
        _interpreter.Budget.Characters(text.Length);
        _builder.Append(text);
    }
}
