using System.Globalization;
using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Python's <c>json.dumps</c>, as transformers puts it behind <c>tojson</c>: nothing escaped for HTML, keys in their order.</summary>
internal sealed class JsonText
{
    private readonly StringBuilder _builder = new();
    private readonly Budget _budget;
    private readonly bool _onlyAscii;
    private readonly string? _indent;
    private readonly string _itemSeparator;
    private readonly string _keySeparator;
    private readonly bool _sortsKeys;

    private JsonText(Budget budget, bool onlyAscii, string? indent, (string Item, string Key)? separators, bool sortsKeys)
    {
        _budget = budget;
        _onlyAscii = onlyAscii;
        _indent = indent;
        (_itemSeparator, _keySeparator) = separators ?? (indent is null ? ", " : ",", ": ");
        _sortsKeys = sortsKeys;
    }

    /// <summary>The filter <c>tojson(ensure_ascii, indent, separators, sort_keys)</c>.</summary>
    public static StringValue Filter(Interpreter it, Value value, BoundArguments a)
    {
        // The layout is looked at only where there is something to lay out.
        var isContainer = value is SequenceValue or DictValue;
        var indent = (isContainer ? a[1] : null) switch
        {
            null or NoneValue => null,
            StringValue text => text.Text,
            var width => Spaces(it.Budget, Expect.Index(width)),
        };
        (string, string)? separators = null;
        if (a[2] is not (null or NoneValue))
        {
            separators = Iteration.Items(a.Required(2)).Take(3).ToList() is [StringValue item, StringValue key]
                ? (item.Text, key.Text)
                : throw TemplateException.Failed("separators must be a pair of strings");
        }

        var json = new JsonText(it.Budget, a[0]?.IsTrue ?? false, indent, separators, a[3]?.IsTrue ?? false);
        json.Write(value, 0);
        return new(json._builder.ToString());
    }

    private static string Spaces(Budget budget, int count)
    {
        budget.Characters(Math.Max(0, count));
        return new(' ', Math.Max(0, count));
    }

    private void Write(Value value, int level)
    {
        _budget.Step();
        switch (value)
        {
            case StringValue text:
                Quote(text.Text);
                break;
            case NoneValue:
                _builder.Append("null");
                break;
            case BoolValue boolean:
                _builder.Append(boolean.IsTrue ? "true" : "false");
                break;
            case IntValue number:
                _builder.Append(Representation.Integer(number.Number, _budget));
                break;
            case FloatValue number:
                _builder.Append(Float(number.Number));
                break;
            case SequenceValue sequence:
                WriteAll('[', ']', sequence.Items, level, item => Write(item, level + 1));
                break;
            case DictValue dict:
                WriteAll('{', '}', _sortsKeys ? Sorted(dict) : dict.Entries, level, entry =>
                {
                    Quote(Key(entry.Key));
                    Append(_keySeparator);
                    Write(entry.Value, level + 1);
                });
                break;
            default:
                throw TemplateException.Failed($"Object of type {value.TypeName} is not JSON serializable");
        }
    }

    private void WriteAll<T>(char open, char close, IReadOnlyList<T> items, int level, Action<T> write)
    {
        Budget.EnsureStack();
        _builder.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                Append(_itemSeparator);
            NewLine(level + 1);
            write(items[i]);
        }

        if (items.Count > 0)
            NewLine(level);
        _builder.Append(close);
    }

    private void NewLine(int level)
    {
        if (_indent is null)
            return;
        _budget.Characters(1 + ((long)_indent.Length * level));
        _builder.Append('\n').Insert(_builder.Length, _indent, level);
    }

    private void Append(string text)
    {
        _budget.Characters(text.Length);
        _builder.Append(text);
    }

    private IReadOnlyList<KeyValuePair<Value, Value>> Sorted(DictValue dict) =>
        Sorting.Sort(_budget, dict.Entries, entry => entry.Key, isReversed: false);

    private string Key(Value key) => key switch
    {
        StringValue text => text.Text,
        NoneValue => "null",
        BoolValue boolean => boolean.IsTrue ? "true" : "false",
        IntValue number => Representation.Integer(number.Number, _budget),
        FloatValue number => Float(number.Number),
        _ => throw TemplateException.Failed($"keys must be str, int, float, bool or None, not {key.TypeName}"),
    };

    private static string Float(double number) => double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity") : FloatText.Repr(number);

    private void Quote(string text)
    {
        _budget.Characters(text.Length + 2L);
        _builder.Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => _builder.Append("\\\""),
                '\\' => _builder.Append("\\\\"),
                '\n' => _builder.Append("\\n"),
                '\r' => _builder.Append("\\r"),
                '\t' => _builder.Append("\\t"),
                '\b' => _builder.Append("\\b"),
                '\f' => _builder.Append("\\f"),
                _ when c < ' ' || (_onlyAscii && c > '~') => _builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _builder.Append(c),
            };
        }

        _builder.Append('"');
    }
}
