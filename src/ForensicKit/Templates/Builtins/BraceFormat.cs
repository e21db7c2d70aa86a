using System.Globalization;
using System.Numerics;
using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Python's <c>str.format</c> in Jinja's sandbox.</summary>
internal sealed class BraceFormat
{
    private readonly Interpreter _interpreter;
    private readonly IReadOnlyList<Value> _positional;
    private readonly Dictionary<string, Value> _named;
    private readonly bool _escapes;
    private int _automatic;
    private bool _manual;

    private BraceFormat(Interpreter interpreter, IReadOnlyList<Value> positional, Dictionary<string, Value> named, bool escapes)
    {
        _interpreter = interpreter;
        _positional = positional;
        _named = named;
        _escapes = escapes;
    }

    /// <summary>The text with its fields replaced.</summary>
    /// <exception cref="TemplateException">A field that is not there, or a format that does not fit its value.</exception>
    public static StringValue Apply(Interpreter interpreter, StringValue format, IReadOnlyList<Value> positional, Dictionary<string, Value> named) =>
        format.With(new BraceFormat(interpreter, positional, named, format.IsMarkup).Run(format.Text, 2));

    private string Run(string text, int depth)
    {
        if (depth == 0)
            throw TemplateException.Failed("Max string recursion exceeded");
        var builder = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            _interpreter.Budget.Characters(1);
            if (text[i] is not ('{' or '}'))
            {
                builder.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == text[i])
            {
                builder.Append(text[i++]);
            }
            else if (text[i] == '}')
            {
                throw TemplateException.Failed("Single '}' encountered in format string");
            }
            else
            {
                var end = FieldEnd(text, i + 1);
                var replaced = Field(text[(i + 1)..end], depth);
                _interpreter.Budget.Characters(replaced.Length);
                builder.Append(replaced);
                i = end;
            }
        }

        return builder.ToString();
    }

    private static int FieldEnd(string text, int start)
    {
        var open = 1;
        var inBrackets = false;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '[' && open == 1)
                inBrackets = true;
            else if (text[i] == ']')
                inBrackets = false;
            if (inBrackets)
                continue;
            open += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (open == 0)
                return i;
        }

        throw TemplateException.Failed("Single '{' encountered in format string");
    }

    private string Field(string field, int depth)
    {
        var nameEnd = field.AsSpan().IndexOfAny("!:") is >= 0 and var mark && !field[..mark].Contains('[', StringComparison.Ordinal) ? mark : NameEnd(field);
        var name = field[..nameEnd];
        var conversion = '\0';
        var rest = field[nameEnd..];
        if (rest.StartsWith('!'))
        {
            if (rest.Length < 2 || (rest.Length > 2 && rest[2] != ':'))
                throw TemplateException.Failed("expected ':' after conversion specifier");
            conversion = rest[1];
            rest = rest[2..];
        }

        var value = Resolve(name);
        value = conversion switch
        {
            '\0' => value,
            's' => new StringValue(_interpreter.Text(value)),
            'r' => new StringValue(Representation.Repr(value, _interpreter.Budget)),
            'a' => new StringValue(Representation.Ascii(value, _interpreter.Budget)),
            _ => throw TemplateException.Failed($"Unknown conversion specifier '{conversion}'"),
        };
        var spec = rest.Length > 0 ? Run(rest[1..], depth - 1) : "";
        var text = FormatSpec.Parse(spec).Format(_interpreter, value);
        return _escapes && value is not StringValue { IsMarkup: true } ? Markup.Escape(text) : text;
    }

    // A '[…]' may hold the marks that end a name elsewhere.
    private static int NameEnd(string field)
    {
        var inBrackets = false;
        for (var i = 0; i < field.Length; i++)
        {
            inBrackets = field[i] == '[' || (inBrackets && field[i] != ']');
            if (!inBrackets && field[i] is '!' or ':')
                return i;
        }

        return field.Length;
    }

    private Value Resolve(string name)
    {
        var end = name.AsSpan().IndexOfAny(".[");
        var first = end < 0 ? name : name[..end];
        Value value;
        if (first.Length == 0 || first.All(char.IsAsciiDigit))
        {
            if (first.Length == 0 ? _manual : _automatic > 0)
                throw TemplateException.Failed("cannot switch between manual field specification and automatic field numbering");
            _manual |= first.Length > 0;
            var index = first.Length == 0 ? _automatic++ : int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : int.MaxValue;
            value = index < _positional.Count ? _positional[index] : throw TemplateException.Failed($"Replacement index {first} out of range for positional args tuple");
        }
        else
        {
            value = _named.TryGetValue(first, out var found) ? found : throw TemplateException.Failed($"the format needs the argument '{first}'");
        }

        for (var i = end; i >= 0 && i < name.Length;)
        {
            if (name[i] == '.')
            {
                var stop = name.AsSpan(i + 1).IndexOfAny(".[") is >= 0 and var next ? i + 1 + next : name.Length;
                value = Members.Attribute(_interpreter, value, name[(i + 1)..stop]);
                i = stop;
            }
            else
            {
                var stop = name.IndexOf(']', i);
                if (stop < 0 || (stop + 1 < name.Length && name[stop + 1] is not ('.' or '[')))
                    throw TemplateException.Failed("Missing ']' in format string");
                var key = name[(i + 1)..stop];
                value = Members.Item(_interpreter, value, key.Length is > 0 and < 10 && key.All(char.IsAsciiDigit)
                    ? new IntValue(BigInteger.Parse(key, CultureInfo.InvariantCulture)) : new StringValue(key));
                i = stop + 1;
            }
        }

        return value;
    }
}
