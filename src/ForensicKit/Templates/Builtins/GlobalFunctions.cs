using System.Collections.Frozen;
using System.Numerics;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>The functions a template may call by name: Jinja's own and the two of transformers.</summary>
internal static class GlobalFunctions
{
    // As in Jinja's sandbox.
    private const int MaxRange = 100_000;

    public static FrozenDictionary<string, Value> Table { get; } = Builtin.Table(
        ("raise_exception", "message", (it, _, a) => throw new TemplateException(TemplateFailure.Raised, it.Text(a.Required(0)))),
        ("strftime_now", "format", (it, _, a) => new StringValue(TimeFormat.Apply(it.Clock.GetLocalNow().DateTime, Expect.Text(a.Required(0)).Text, it.Budget))),
        ("range", "/ start stop? step?", (_, _, a) => Range(a)),
        ("dict", "* **", (it, _, a) => new DictValue(Entries(it, "dict", a))),
        ("namespace", "* **", (it, _, a) => Namespace(it, a)),
        ("cycler", "*", (_, _, a) => a.Rest.Count > 0 ? new CyclerValue(a.Rest) : throw TemplateException.Failed("at least one item has to be provided")),
        ("joiner", "sep?", (_, _, a) => Joiner(a[0] ?? new StringValue(", "))),
        ("lipsum", "* **", (_, _, _) => throw TemplateException.Failed("lipsum gives random text; a template may not depend on chance.")))
        .ToFrozenDictionary(f => f.Key, f => (Value)new FunctionValue(f.Value), StringComparer.Ordinal);

    private static RangeValue Range(BoundArguments a)
    {
        static BigInteger Whole(Value value) => value is IntValue or BoolValue ? (BigInteger)Equality.Number(value)!
            : throw (value is UndefinedValue undefined ? undefined.Failure : TemplateException.Failed($"'{value.TypeName}' object cannot be interpreted as an integer"));
        var (start, stop) = a[1] is { } end ? (Whole(a.Required(0)), Whole(end)) : (BigInteger.Zero, Whole(a.Required(0)));
        var step = a[2] is { } by ? Whole(by) : BigInteger.One;
        if (step.IsZero)
            throw TemplateException.Failed("range() arg 3 must not be zero");
        var span = step.Sign > 0 ? stop - start : start - stop;
        var count = span.Sign <= 0 ? BigInteger.Zero : (span + BigInteger.Abs(step) - 1) / BigInteger.Abs(step);
        return count <= MaxRange ? new(start, stop, step, (int)count) : throw TemplateException.Exceeded($"Range too big. The sandbox blocks ranges larger than {MaxRange}.");
    }

    private static List<KeyValuePair<Value, Value>> Entries(Interpreter it, string function, BoundArguments a)
    {
        if (a.Rest.Count > 1)
            throw TemplateException.Failed($"{function} expected at most 1 argument, got {a.Rest.Count}");
        var entries = new List<KeyValuePair<Value, Value>>();
        if (a.Rest.Count == 1 && a.Rest[0] is DictValue dict)
        {
            entries.AddRange(dict.Entries);
        }
        else if (a.Rest.Count == 1)
        {
            foreach (var item in Iteration.Items(a.Rest[0]))
            {
                if (Iteration.Items(item).Take(3).ToList() is not [var key, var value])
                    throw TemplateException.Failed("dictionary update sequence element does not have length 2");
                entries.Add(new(key, value));
                it.Budget.Step(key.Weight);
            }
        }

        entries.AddRange(a.RestNamed.Select(n => KeyValuePair.Create<Value, Value>(new StringValue(n.Key), n.Value)));
        it.Budget.Step(entries.Count * 4L);
        return entries;
    }

    private static NamespaceValue Namespace(Interpreter it, BoundArguments a)
    {
        var space = new NamespaceValue();
        foreach (var (key, value) in Entries(it, "namespace", a))
        {
            if (key is StringValue name)
                space.Set(name.Text, value);
        }

        return space;
    }

    private static FunctionValue Joiner(Value separator)
    {
        var used = false;
        return new(new("joiner", "", (_, _, _) =>
        {
            var text = used ? separator : StringValue.Empty;
            used = true;
            return text;
        }));
    }
}
