using System.Globalization;
using System.Numerics;
using System.Text;
using ForensicKit.Templates.Evaluation;

namespace ForensicKit.Templates.Values;

/// <summary>Python's <c>str</c> and <c>repr</c>.</summary>
internal static class Representation
{
    /// <summary><c>str(value)</c>.</summary>
    public static string Str(Value value, Budget budget)
    {
        switch (value)
        {
            case StringValue s:
                return s.Text;
            case UndefinedValue:
                return "";
            default:
                return Repr(value, budget);
        }
    }

    /// <summary><c>repr(value)</c>.</summary>
    public static string Repr(Value value, Budget budget)
    {
        var builder = new StringBuilder();
        Write(value, builder, budget, []);
        return builder.ToString();
    }

    /// <summary>A whole number in decimal digits.</summary>
    public static string Integer(BigInteger number, Budget budget)
    {
        budget.Step(number.GetByteCount());
        return number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary><c>repr</c> of a text: single quotes unless only they occur in it.</summary>
    public static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var builder = new StringBuilder(text.Length + 2).Append(quote);
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            var rune = PythonText.RuneAt(text, i, out var width);
            i += width;
            _ = c switch
            {
                '\\' => builder.Append("\\\\"),
                '\n' => builder.Append("\\n"),
                '\r' => builder.Append("\\r"),
                '\t' => builder.Append("\\t"),
                _ when c == quote => builder.Append('\\').Append(c),
                _ when width == 1 && char.IsSurrogate(c) => builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ when PythonText.IsPrintable(rune) => builder.Append(rune.ToString()),
                _ when rune.Value < 0x100 => builder.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ when rune.Value < 0x10000 => builder.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => builder.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        return builder.Append(quote).ToString();
    }

    /// <summary><c>ascii(value)</c>: as <c>repr</c>, with escapes for all that is not ASCII.</summary>
    public static string Ascii(Value value, Budget budget)
    {
        var builder = new StringBuilder();
        foreach (var rune in Repr(value, budget).EnumerateRunes())
        {
            var (letter, format) = rune.Value < 0x100 ? ('x', "x2") : rune.Value < 0x10000 ? ('u', "x4") : ('U', "x8");
            if (rune.IsAscii)
                builder.Append((char)rune.Value);
            else
                builder.Append('\\').Append(letter).Append(rune.Value.ToString(format, CultureInfo.InvariantCulture));
            budget.Characters(rune.IsAscii ? 1 : 10);
        }

        return builder.ToString();
    }

    private static void Write(Value value, StringBuilder builder, Budget budget, HashSet<NamespaceValue> open)
    {
        budget.Step();
        switch (value)
        {
            case StringValue s:
                budget.Characters(s.Text.Length);
                builder.Append(s.IsMarkup ? $"Markup({Quote(s.Text)})" : Quote(s.Text));
                break;
            case IntValue i:
                builder.Append(Integer(i.Number, budget));
                break;
            case FloatValue f:
                builder.Append(FloatText.Repr(f.Number));
                break;
            case BoolValue b:
                builder.Append(b.IsTrue ? "True" : "False");
                break;
            case NoneValue:
                builder.Append("None");
                break;
            case ListValue list:
                WriteAll("[", list.Items, "]");
                break;
            case TupleValue tuple:
                WriteAll("(", tuple.Items, tuple.Items.Count == 1 ? ",)" : ")");
                break;
            case DictValue dict:
                WriteEntries("{", dict.Entries, "}");
                break;
            case DictViewValue view:
                WriteAll($"{view.TypeName}([", view.Items(), "])");
                break;
            case RangeValue range:
                builder.Append("range(").Append(Integer(range.Start, budget)).Append(", ").Append(Integer(range.Stop, budget));
                if (!range.Increment.IsOne)
                    builder.Append(", ").Append(Integer(range.Increment, budget));
                builder.Append(')');
                break;
            case NamespaceValue space:
                // Namespaces are the only values that can hold themselves.
                if (!open.Add(space))
                {
                    builder.Append("<Namespace {...}>");
                    break;
                }

                if (open.Count > Value.MaxDepth)
                    throw TemplateException.Exceeded("Namespaces are nested too deep to be written out.");
                WriteEntries("<Namespace {", space.Entries, "}>");
                open.Remove(space);
                break;
            default:
                builder.Append(value switch
                {
                    UndefinedValue => "Undefined",
                    MacroValue { Name: { } name } => $"<Macro {Quote(name)}>",
                    MacroValue => "<Macro anonymous>",
                    LoopValue loop => string.Create(CultureInfo.InvariantCulture, $"<LoopContext {loop.Index0 + 1}/{loop.Length}>"),
                    _ => $"<{value.TypeName} object>",
                });
                break;
        }

        void WriteAll(string start, IEnumerable<Value> items, string end)
        {
            Budget.EnsureStack();
            builder.Append(start);
            var first = true;
            foreach (var item in items)
            {
                builder.Append(first ? "" : ", ");
                first = false;
                Write(item, builder, budget, open);
            }

            builder.Append(end);
        }

        void WriteEntries(string start, IEnumerable<KeyValuePair<Value, Value>> entries, string end)
        {
            Budget.EnsureStack();
            builder.Append(start);
            var first = true;
            foreach (var (key, item) in entries)
            {
                builder.Append(first ? "" : ", ");
                first = false;
                Write(key, builder, budget, open);
                builder.Append(": ");
                Write(item, builder, budget, open);
            }

            builder.Append(end);
        }
    }
}
