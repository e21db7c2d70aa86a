using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>The filter <c>urlencode</c>: one text, or the pairs of a query.</summary>
internal static class UrlText
{
    public static StringValue Filter(Interpreter it, Value value)
    {
        if (value is StringValue || Iteration.TryItems(value) is not { } items)
            return new(Quote(it, value, isQuery: false));
        var pairs = value is DictValue dict ? new DictViewValue(dict, DictViewKind.Items).Items() : items;
        var parts = pairs.Select(pair => Iteration.Items(pair).Take(3).ToList() is [var key, var item]
            ? $"{Quote(it, key, isQuery: true)}={Quote(it, item, isQuery: true)}"
            : throw TemplateException.Failed("not enough or too many values to unpack (expected 2)"));
        return new(string.Join('&', parts));
    }

    private static string Quote(Interpreter it, Value value, bool isQuery)
    {
        var text = it.Text(value);
        it.Budget.Characters(text.Length * 9L);
        var builder = new StringBuilder(text.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)unit;
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' || (c == '/' && !isQuery))
                builder.Append(c);
            else if (c == ' ' && isQuery)
                builder.Append('+');
            else
                builder.Append('%').Append(unit.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return builder.ToString();
    }
}
