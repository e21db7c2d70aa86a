using System.Globalization;
using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Filters that give texts.</summary>
internal static class TextFilters
{
    public static IReadOnlyList<(string Name, string Parameters, BuiltinBody Body)> All { get; } =
    [
        Method("capitalize", "", "capitalize"),
        Method("lower", "", "lower"),
        Method("upper", "", "upper"),
        Method("trim", "chars?", "strip"),
        ("center", "width?", (it, v, a) => StringMethods.Center(it, Expect.Soft(it, v), Expect.Index(a[0], 80))),
        ("title", "", (it, v, _) => Title(it, Expect.Soft(it, v))),
        ("string", "", (it, v, _) => Expect.Soft(it, v)),
        ("safe", "", (it, v, _) => v is StringValue { IsMarkup: true } ? v : new StringValue(it.Text(v), isMarkup: true)),
        .. new[] { "escape", "e" }.Select(name => (name, "", (BuiltinBody)((it, v, _) => Escaped(it, Expect.Soft(it, v))))),
        ("forceescape", "", (it, v, _) => Escaped(it, new(it.Text(v)))),
        ("striptags", "", (it, v, _) => Stripped(it, it.Text(v))),
        ("urlencode", "", (it, v, _) => UrlText.Filter(it, v)),
        ("xmlattr", "autospace?", (it, v, a) => Attributes(it, Expect.Dictionary(v), a[0]?.IsTrue ?? true)),
        ("replace", "old new count?", (it, v, a) => StringSearch.Replace(
            it.Budget, new(it.Text(v)), new(it.Text(a.Required(0))), new(it.Text(a.Required(1))), Expect.IndexOrNone(a[2], -1))),
        ("format", "* **", (it, v, a) => Format(it, Expect.Soft(it, v), a)),
        ("indent", "width? first? blank?", Indent),
        ("truncate", "length? killwords? end? leeway?", Truncate),
        ("wordcount", "", (it, v, _) => WordCount(it, Expect.Soft(it, v).Text)),
        ("wordwrap", "width? break_long_words? wrapstring? break_on_hyphens?", (it, v, a) => WordWrap.Filter(it, Expect.Text(v), a)),
        ("pprint", "", (it, v, _) => Pretty(it, v)),
        ("urlize", "* **", (_, _, _) => throw TemplateException.Failed("The filter 'urlize' makes HTML links; it is not available to templates.")),
    ];

    private static (string, string, BuiltinBody) Method(string name, string parameters, string method) =>
        (name, parameters, (it, v, a) => StringMethods.All[method].Invoke(it, Expect.Soft(it, v), new([.. a.Values.OfType<Value>()], [])));

    private static StringValue Escaped(Interpreter it, StringValue text)
    {
        it.Budget.Characters(text.Text.Length * 5L);
        return Markup.Escape(text);
    }

    private static StringValue Stripped(Interpreter it, string text)
    {
        it.Budget.Characters(text.Length * 16L);
        return new(Markup.Strip(text));
    }

    // Jinja's own idea of words, unlike that of str.title.
    private static StringValue Title(Interpreter it, StringValue text)
    {
        it.Budget.Characters(text.Text.Length * 3L);
        var builder = new StringBuilder(text.Text.Length);
        var parts = new StringBuilder();
        void Flush()
        {
            if (parts.Length == 0)
                return;
            var part = parts.ToString();
            PythonText.RuneAt(part, 0, out var width);
            builder.Append(PythonText.ToUpper(part[..width])).Append(PythonText.ToLower(part[width..]));
            parts.Clear();
        }

        var wasBreak = false;
        foreach (var c in text.Text)
        {
            var isBreak = c is '-' or '(' or '{' or '[' or '<' || PythonText.IsSpace(c);
            if (isBreak != wasBreak)
                Flush();
            wasBreak = isBreak;
            parts.Append(c);
        }

        Flush();
        return new(builder.ToString());
    }

    private static StringValue Attributes(Interpreter it, DictValue dict, bool spaced)
    {
        var builder = new StringBuilder();
        foreach (var (key, value) in dict.Entries)
        {
            if (value is NoneValue or UndefinedValue)
                continue;
            var name = Expect.Text(key).Text;
            if (name.AsSpan().IndexOfAny(" \t\n\r\f\v/>=") >= 0)
                throw TemplateException.Failed($"Invalid character in attribute name: {Representation.Quote(name)}");
            var text = $"{Markup.Escape(name)}=\"{Escaped(it, Expect.Soft(it, value)).Text}\"";
            it.Budget.Characters(text.Length);
            builder.Append(builder.Length > 0 || spaced ? " " : "").Append(text);
        }

        return new(builder.ToString());
    }

    private static StringValue Format(Interpreter it, StringValue format, BoundArguments a)
    {
        if (a.Rest.Count > 0 && a.RestNamed.Count > 0)
            throw TemplateException.Failed("can't handle positional and keyword arguments at the same time");
        Value values = a.RestNamed.Count > 0
            ? new DictValue(a.RestNamed.Select(n => KeyValuePair.Create<Value, Value>(new StringValue(n.Key), n.Value)))
            : new TupleValue(a.Rest);
        return PercentFormat.Apply(it, format, values);
    }

    private static StringValue Indent(Interpreter it, Value value, BoundArguments a)
    {
        var text = Expect.Text(value);
        var first = a[1]?.IsTrue ?? false;
        var blank = a[2]?.IsTrue ?? false;
        var width = a[0] is StringValue own ? "" : new string(' ', Math.Clamp(Expect.Index(a[0], 4), 0, 1 << 20));
        var indention = (a[0] as StringValue)?.Text ?? width;
        if (text.IsMarkup)
            indention = a[0] is StringValue { IsMarkup: false } ? Markup.Escape(indention) : indention;
        it.Budget.Characters(text.Text.Length * 8L);
        var builder = new StringBuilder();
        var lines = PythonText.SplitLines(text.Text + "\n").ToList();
        for (var i = 0; i < lines.Count; i++)
        {
            it.Budget.Characters((long)indention.Length + lines[i].Length + 1);
            if (i > 0)
                builder.Append('\n');
            if (i == 0 ? first : blank || lines[i].Length > 0)
                builder.Append(indention);
            builder.Append(lines[i]);
        }

        return text.With(builder.ToString());
    }

    private static Value Truncate(Interpreter it, Value value, BoundArguments a)
    {
        var length = Expect.Index(a[0], 255);
        var endLength = a[2] is null ? 3 : Iteration.Length(a.Required(2)) ?? throw TemplateException.Failed("the end has no length");
        var leeway = Expect.IndexOrNone(a[3], 5);
        if (length < endLength)
            throw TemplateException.Failed(string.Create(CultureInfo.InvariantCulture, $"expected length >= {endLength}, got {length}"));
        if (leeway < 0)
            throw TemplateException.Failed("expected leeway >= 0");
        // Whatever is short enough stays as it is.
        if (Iteration.Length(value) <= (long)length + leeway)
            return value;
        var text = Expect.Text(value);
        var end = a[2] is null ? new("...") : Expect.Text(a.Required(2));
        it.Budget.Characters((long)length + end.Length);
        var kept = text.Part(0, length - end.Length);
        if (!(a[1]?.IsTrue ?? false) && kept.Text.LastIndexOf(' ') is >= 0 and var space)
            kept = kept.With(kept.Text[..space]);
        return Operators.Binary(it.Budget, "+", kept, end, it);
    }

    private static IntValue WordCount(Interpreter it, string text)
    {
        it.Budget.Step(text.Length / 8);
        var count = 0;
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var isWord = PythonText.IsWord(rune);
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return new(count);
    }

    // Where it fits a line of 80; beyond, Python's layout is not reproduced.
    private static StringValue Pretty(Interpreter it, Value value)
    {
        it.Budget.Step(value.Weight);
        var text = Representation.Repr(SortedKeys(it, value), it.Budget);
        return text.Length <= 80 ? new(text) : throw TemplateException.Failed("The filter 'pprint' is available only for what fits one line; use tojson.");
    }

    private static Value SortedKeys(Interpreter it, Value value) => value switch
    {
        DictValue dict => new DictValue(Sorting.Sort(it.Budget, dict.Entries, e => e.Key, isReversed: false).Select(e => KeyValuePair.Create(e.Key, SortedKeys(it, e.Value)))),
        SequenceValue sequence => sequence.With([.. sequence.Items.Select(item => SortedKeys(it, item))]),
        _ => value,
    };
}
