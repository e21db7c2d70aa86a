using System.Numerics;
using System.Text;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Filters on sequences and dictionaries as wholes. What Python gives as a generator is one here too.</summary>
internal static class SequenceFilters
{
    public static IReadOnlyList<(string Name, string Parameters, BuiltinBody Body)> All { get; } =
    [
        .. new[] { "default", "d" }.Select(name => (name, "default_value? boolean?", (BuiltinBody)((_, v, a) =>
            v is UndefinedValue || ((a[1]?.IsTrue ?? false) && !v.IsTrue) ? a[0] ?? StringValue.Empty : v))),
        .. new[] { "length", "count" }.Select(name => (name, "", (BuiltinBody)((it, v, _) => new IntValue(Length(v))))),
        ("list", "", (it, v, _) => new ListValue(Iteration.List(v, it.Budget))),
        ("items", "", (_, v, _) => new IteratorValue(Pairs(v))),
        ("first", "", (_, v, _) => Iteration.Items(v).FirstOrDefault() ?? new UndefinedValue("No first item, sequence was empty.")),
        ("last", "", (it, v, _) => Backwards(it, v)?.FirstOrDefault() is { } last ? last
            : v is StringValue or SequenceValue or DictValue or DictViewValue or RangeValue or UndefinedValue ? new UndefinedValue("No last item, sequence was empty.")
            : throw TemplateException.Failed($"'{v.TypeName}' object is not reversible")),
        ("reverse", "", Reverse),
        ("join", "d? attribute?", Join),
        ("batch", "linecount fill_with?", (it, v, a) => new IteratorValue(Batches(it, v, a.Required(0), a[1]))),
        ("slice", "slices fill_with?", (it, v, a) => new IteratorValue(Slices(it, v, a.Required(0), a[1]))),
        ("sum", "attribute? start?", Sum),
        ("attr", "name", (it, v, a) => v is UndefinedValue undefined ? throw undefined.Failure
            : Members.Own(it, v, Expect.Text(a.Required(0)).Text) ?? UndefinedValue.Attribute(v, Expect.Text(a.Required(0)).Text)),
        ("random", "", (_, _, _) => throw TemplateException.Failed("The filter 'random' is not available: what a template gives may not depend on chance.")),
    ];

    private static int Length(Value value) => Iteration.Length(value) ?? throw TemplateException.Failed($"object of type '{value.TypeName}' has no len()");

    // A generator: the failure comes when it is read.
    private static IEnumerable<Value> Pairs(Value value)
    {
        if (value is UndefinedValue)
            yield break;
        if (value is not DictValue dict)
            throw TemplateException.Failed("Can only get item pairs from a mapping.");
        foreach (var pair in new DictViewValue(dict, DictViewKind.Items).Items())
            yield return pair;
    }

    private static IEnumerable<Value>? Backwards(Interpreter it, Value value)
    {
        if (value is not (StringValue or SequenceValue or DictValue or DictViewValue or RangeValue))
            return null;
        var items = Iteration.List(value, it.Budget);
        items.Reverse();
        return items;
    }

    private static Value Reverse(Interpreter it, Value value, BoundArguments a)
    {
        if (value is StringValue)
            return Slicing.Take(it.Budget, value, NoneValue.Instance, NoneValue.Instance, new IntValue(BigInteger.MinusOne));
        if (Backwards(it, value) is { } reversed)
            return new IteratorValue(reversed, "reversed");
        var items = Iteration.List(value, it.Budget);
        items.Reverse();
        return value is UndefinedValue ? new IteratorValue(items, "reversed") : new ListValue(items);
    }

    private static StringValue Join(Interpreter it, Value value, BoundArguments a)
    {
        var separator = a[0] is null ? "" : it.Text(a.Required(0));
        var getter = a[1] is null or NoneValue ? null : AttributePath.Parse(a.Required(1));
        var builder = new StringBuilder();
        var isFirst = true;
        foreach (var item in Iteration.Items(value))
        {
            var text = it.Text(getter is null ? item : getter.Get(it, item));
            it.Budget.Characters((long)text.Length + separator.Length);
            if (!isFirst)
                builder.Append(separator);
            isFirst = false;
            builder.Append(text);
        }

        return new(builder.ToString());
    }

    private static IEnumerable<Value> Batches(Interpreter it, Value value, Value size, Value? fill)
    {
        var batch = new List<Value>();
        foreach (var item in Iteration.Items(value))
        {
            it.Budget.Step();
            if (Comparison.AreEqual(it.Budget, new IntValue(batch.Count), size))
            {
                yield return new ListValue(batch);
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count == 0)
            yield break;
        if (fill is not (null or NoneValue) && Expect.Index(size) - batch.Count is > 0 and var missing)
        {
            it.Budget.Step(missing);
            batch.AddRange(Enumerable.Repeat(fill, missing));
        }

        yield return new ListValue(batch);
    }

    private static IEnumerable<Value> Slices(Interpreter it, Value value, Value slices, Value? fill)
    {
        var items = Iteration.List(value, it.Budget);
        var count = Expect.Index(slices);
        if (count == 0)
            throw TemplateException.Failed("integer division or modulo by zero");
        var offset = 0;
        for (var slice = 0; slice < count; slice++)
        {
            it.Budget.Step();
            var hasExtra = slice < items.Count % count;
            var size = (items.Count / count) + (hasExtra ? 1 : 0);
            var part = items.GetRange(offset, size);
            offset += size;
            if (fill is not (null or NoneValue) && !hasExtra)
                part.Add(fill);
            yield return new ListValue(part);
        }
    }

    private static Value Sum(Interpreter it, Value value, BoundArguments a)
    {
        var getter = a[0] is null or NoneValue ? null : AttributePath.Parse(a.Required(0));
        var sum = a[1] ?? new IntValue(BigInteger.Zero);
        if (sum is StringValue)
            throw TemplateException.Failed("sum() can't sum strings [use ''.join(seq) instead]");
        foreach (var item in Iteration.Items(value))
        {
            it.Budget.Step();
            sum = Operators.Binary(it.Budget, "+", sum, getter is null ? item : getter.Get(it, item), it);
        }

        return sum;
    }
}
