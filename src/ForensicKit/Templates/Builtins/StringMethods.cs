using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>The methods of Python's strings.</summary>
internal static class StringMethods
{
    public static FrozenDictionary<string, Builtin> All { get; } = Builtin.Table(
    [
        Mapped("upper", PythonText.ToUpper),
        Mapped("lower", PythonText.ToLower),
        Mapped("capitalize", PythonText.Capitalize),
        Mapped("title", PythonText.Title),
        Mapped("swapcase", PythonText.SwapCase),
        Mapped("casefold", PythonText.CaseFold),
        Asked("isalpha", (_, runes) => runes.All(PythonText.IsAlpha)),
        Asked("isalnum", (_, runes) => runes.All(PythonText.IsAlphanumeric)),
        Asked("isdecimal", (_, runes) => runes.All(PythonText.IsDecimal)),
        Asked("isdigit", (_, runes) => runes.All(PythonText.IsDigit)),
        Asked("isnumeric", (_, runes) => runes.All(PythonText.IsNumeric)),
        Asked("isspace", (text, _) => text.All(PythonText.IsSpace)),
        Asked("islower", (text, _) => IsLower(text)),
        Asked("isupper", (text, _) => IsUpper(text)),
        Asked("istitle", (_, runes) => IsTitle(runes)),
        Asked("isidentifier", (text, _) => PythonText.IsIdentifier(text)),
        Asked("isascii", (text, _) => Ascii.IsValid(text), ofEmpty: true),
        Asked("isprintable", (_, runes) => runes.All(PythonText.IsPrintable), ofEmpty: true),
        Stripped("strip", left: true, right: true),
        Stripped("lstrip", left: true, right: false),
        Stripped("rstrip", left: false, right: true),
        ("startswith", "/ prefix start? stop?", (it, self, a) => BoolValue.Of(Affix(it, self, a, atStart: true))),
        ("endswith", "/ suffix start? stop?", (it, self, a) => BoolValue.Of(Affix(it, self, a, atStart: false))),
        ("removeprefix", "/ prefix", (it, self, a) => Removed(it.Budget, (StringValue)self, Expect.Text(a.Required(0)).Text, atStart: true)),
        ("removesuffix", "/ suffix", (it, self, a) => Removed(it.Budget, (StringValue)self, Expect.Text(a.Required(0)).Text, atStart: false)),
        ("find", "/ sub start? stop?", (it, self, a) => new IntValue(StringSearch.Find(it.Budget, self, a, last: false))),
        ("rfind", "/ sub start? stop?", (it, self, a) => new IntValue(StringSearch.Find(it.Budget, self, a, last: true))),
        ("index", "/ sub start? stop?", (it, self, a) => Found(StringSearch.Find(it.Budget, self, a, last: false))),
        ("rindex", "/ sub start? stop?", (it, self, a) => Found(StringSearch.Find(it.Budget, self, a, last: true))),
        ("count", "/ sub start? stop?", (it, self, a) => new IntValue(StringSearch.Count(it.Budget, self, a))),
        ("replace", "/ old new count?", (it, self, a) => StringSearch.Replace(it.Budget, (StringValue)self, Expect.Text(a.Required(0)), Expect.Text(a.Required(1)), Expect.Index(a[2], -1))),
        ("split", "sep? maxsplit?", (it, self, a) => StringSearch.Split(it.Budget, (StringValue)self, Expect.TextOrNone(a[0]), Expect.Index(a[1], -1), fromRight: false)),
        ("rsplit", "sep? maxsplit?", (it, self, a) => StringSearch.Split(it.Budget, (StringValue)self, Expect.TextOrNone(a[0]), Expect.Index(a[1], -1), fromRight: true)),
        ("partition", "/ sep", (it, self, a) => StringSearch.Partition(it.Budget, (StringValue)self, Expect.Text(a.Required(0)).Text, last: false)),
        ("rpartition", "/ sep", (it, self, a) => StringSearch.Partition(it.Budget, (StringValue)self, Expect.Text(a.Required(0)).Text, last: true)),
        ("splitlines", "keepends?", (it, self, a) => Lines(it, (StringValue)self, Expect.Index(a[0], 0) != 0)),
        ("join", "/ iterable", (it, self, a) => Join(it, (StringValue)self, a.Required(0))),
        ("center", "/ width fillchar?", (it, self, a) => Padded(it, self, a, CenterMargin)),
        ("ljust", "/ width fillchar?", (it, self, a) => Padded(it, self, a, (_, _) => 0)),
        ("rjust", "/ width fillchar?", (it, self, a) => Padded(it, self, a, (margin, _) => margin)),
        ("zfill", "/ width", (it, self, a) => ZeroFilled(it, (StringValue)self, Expect.Index(a.Required(0)))),
        ("expandtabs", "tabsize?", (it, self, a) => Expanded(it, (StringValue)self, Expect.Index(a[0], 8))),
        ("format", "* **", (it, self, a) => BraceFormat.Apply(it, (StringValue)self, a.Rest, a.RestNamed.ToDictionary(n => n.Key, n => n.Value, StringComparer.Ordinal))),
        ("format_map", "/ mapping", (it, self, a) => BraceFormat.Apply(it, (StringValue)self, [], Expect.Dictionary(a.Required(0)).Entries
            .Where(e => e.Key is StringValue).ToDictionary(e => ((StringValue)e.Key).Text, e => e.Value, StringComparer.Ordinal))),
    ]);

    /// <summary>Whether there are cased letters, all of them lower case.</summary>
    public static bool IsLower(string text) => text.EnumerateRunes().Any(PythonText.IsLower) && !text.EnumerateRunes().Any(r => PythonText.IsUpper(r) || PythonText.IsTitle(r));

    /// <summary>Whether there are cased letters, all of them upper case.</summary>
    public static bool IsUpper(string text) => text.EnumerateRunes().Any(PythonText.IsUpper) && !text.EnumerateRunes().Any(r => PythonText.IsLower(r) || PythonText.IsTitle(r));

    /// <summary><c>separator.join(items)</c>.</summary>
    public static StringValue Join(Interpreter it, StringValue separator, Value items)
    {
        var builder = new StringBuilder();
        var index = 0;
        foreach (var item in Iteration.Items(items))
        {
            if (item is not StringValue part)
                throw TemplateException.Failed(string.Create(CultureInfo.InvariantCulture, $"sequence item {index}: expected str instance, {item.TypeName} found"));
            var text = separator.IsMarkup ? Markup.Escape(part).Text : part.Text;
            it.Budget.Characters((long)text.Length + separator.Text.Length);
            if (index++ > 0)
                builder.Append(separator.Text);
            builder.Append(text);
        }

        return separator.With(builder.ToString());
    }

    /// <summary><c>str.center</c>: the odd space goes left where the width is odd.</summary>
    public static StringValue Center(Interpreter it, StringValue text, int width) => Padded(it, text, width, " ", CenterMargin);

    private static int CenterMargin(int margin, int width) => (margin / 2) + (margin & width & 1);

    private static (string, string, BuiltinBody) Mapped(string name, Func<string, string> map) => (name, "", (it, self, _) =>
    {
        var text = (StringValue)self;
        it.Budget.Characters(text.Text.Length * 3L);
        return text.With(map(text.Text));
    }
    );

    private static (string, string, BuiltinBody) Asked(string name, Func<string, IEnumerable<Rune>, bool> ask, bool ofEmpty = false) => (name, "", (it, self, _) =>
    {
        var text = ((StringValue)self).Text;
        it.Budget.Step(text.Length / 8);
        return BoolValue.Of(text.Length > 0 ? ask(text, text.EnumerateRunes()) : ofEmpty);
    }
    );

    private static (string, string, BuiltinBody) Stripped(string name, bool left, bool right) => (name, "/ chars?", (it, self, a) =>
    {
        var text = (StringValue)self;
        it.Budget.Characters(text.Text.Length);
        return text.With(PythonText.Strip(text.Text, Expect.TextOrNone(a[0]), left, right));
    }
    );

    private static bool IsTitle(IEnumerable<Rune> runes)
    {
        var (any, afterCased) = (false, false);
        foreach (var rune in runes)
        {
            if ((PythonText.IsUpper(rune) || PythonText.IsTitle(rune)) ? afterCased : PythonText.IsLower(rune) && !afterCased)
                return false;
            afterCased = PythonText.IsCased(rune);
            any |= afterCased;
        }

        return any;
    }

    private static bool Affix(Interpreter it, Value self, BoundArguments a, bool atStart)
    {
        var affixes = a.Required(0) is TupleValue several ? several.Items : [Expect.Text(a.Required(0))];
        if (StringSearch.Window(it.Budget, (StringValue)self, a[1], a[2]) is not { } part)
            return false;
        bool Fits(Value affix)
        {
            var text = Expect.Text(affix).Text;
            it.Budget.Step(text.Length / 64);
            return atStart ? part.StartsWith(text, StringComparison.Ordinal) : part.EndsWith(text, StringComparison.Ordinal);
        }

        return affixes.Any(Fits);
    }

    private static StringValue Removed(Budget budget, StringValue self, string affix, bool atStart)
    {
        budget.Characters(self.Text.Length);
        return affix.Length == 0 || !(atStart ? self.Text.StartsWith(affix, StringComparison.Ordinal) : self.Text.EndsWith(affix, StringComparison.Ordinal))
            ? self
            : self.With(atStart ? self.Text[affix.Length..] : self.Text[..^affix.Length]);
    }

    private static IntValue Found(int index) => index >= 0 ? new(index) : throw TemplateException.Failed("substring not found");

    private static ListValue Lines(Interpreter it, StringValue self, bool keepEnds)
    {
        it.Budget.Characters(self.Text.Length);
        var lines = new List<Value>();
        foreach (var line in PythonText.SplitLines(self.Text, keepEnds))
        {
            it.Budget.Item();
            lines.Add(self.With(line));
        }

        return new(lines);
    }

    private static StringValue Padded(Interpreter it, Value self, BoundArguments a, Func<int, int, int> left)
    {
        var fill = a[1] is null ? " " : Expect.Text(a.Required(1)) is { Length: 1 } one ? one.Text : throw TemplateException.Failed("The fill character must be exactly one character long");
        return Padded(it, (StringValue)self, Expect.Index(a.Required(0)), fill, left);
    }

    private static StringValue Padded(Interpreter it, StringValue text, int width, string fill, Func<int, int, int> left)
    {
        var margin = width - text.Length;
        if (margin <= 0)
            return text;
        it.Budget.Characters(((long)margin * fill.Length) + text.Text.Length);
        var before = left(margin, width);
        string Fill(int count) => new StringBuilder(count * fill.Length).Insert(0, fill, count).ToString();
        return text.With(Fill(before) + text.Text + Fill(margin - before));
    }

    private static StringValue ZeroFilled(Interpreter it, StringValue self, int width)
    {
        var missing = width - self.Length;
        if (missing <= 0)
            return self;
        it.Budget.Characters((long)missing + self.Text.Length);
        var sign = self.Text.Length > 0 && self.Text[0] is '+' or '-' ? 1 : 0;
        return self.With(string.Concat(self.Text.AsSpan(0, sign), new string('0', missing), self.Text.AsSpan(sign)));
    }

    private static StringValue Expanded(Interpreter it, StringValue self, int tabSize)
    {
        var builder = new StringBuilder();
        var column = 0;
        foreach (var rune in self.Text)
        {
            var width = rune != '\t' ? 1 : tabSize > 0 ? tabSize - (column % tabSize) : 0;
            it.Budget.Characters(width);
            if (rune == '\t')
                builder.Append(' ', width);
            else
                builder.Append(rune);
            column = rune is '\n' or '\r' ? 0 : column + width;
        }

        return self.With(builder.ToString());
    }
}
