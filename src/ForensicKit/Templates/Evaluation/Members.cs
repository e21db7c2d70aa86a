using System.Collections.Frozen;
using System.Numerics;
using ForensicKit.Templates.Builtins;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary><c>a.b</c> and <c>a[b]</c>: the one tries the attribute first, the other the item. What exists in neither is undefined.</summary>
internal static class Members
{
    // The sandbox hides what would change a value.
    private static readonly FrozenSet<string> s_listMutators =
        FrozenSet.Create(StringComparer.Ordinal, "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

    private static readonly FrozenSet<string> s_dictMutators = FrozenSet.Create(StringComparer.Ordinal, "clear", "pop", "popitem", "setdefault", "update");

    /// <summary><c>owner.name</c>.</summary>
    /// <exception cref="TemplateException">The owner is undefined.</exception>
    public static Value Attribute(Interpreter interpreter, Value owner, string name) =>
        Own(interpreter, owner, name) ?? Element(interpreter, owner, new StringValue(name)) ?? UndefinedValue.Attribute(owner, name);

    /// <summary><c>owner[key]</c>.</summary>
    /// <exception cref="TemplateException">The owner is undefined.</exception>
    public static Value Item(Interpreter interpreter, Value owner, Value key) =>
        Element(interpreter, owner, key)
        ?? (key is StringValue name ? Own(interpreter, owner, name.Text) ?? UndefinedValue.Attribute(owner, name.Text) : UndefinedValue.Item(owner, key));

    /// <summary>The attribute proper; null where the owner has none of that name.</summary>
    public static Value? Own(Interpreter interpreter, Value owner, string name)
    {
        if (owner is UndefinedValue undefined)
            throw undefined.Failure;
        if (owner is NamespaceValue space)
            return space.Get(name) is { } value ? Safe(owner, name, value) : null;
        if (name.StartsWith('_'))
            return name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal) ? UndefinedValue.Forbidden(owner, name) : null;
        if ((owner is ListValue && s_listMutators.Contains(name)) || (owner is DictValue && s_dictMutators.Contains(name)))
            return UndefinedValue.Forbidden(owner, name);
        var methods = owner switch
        {
            StringValue => StringMethods.All,
            ListValue => SequenceMethods.OfLists,
            TupleValue or RangeValue => SequenceMethods.OfTuples,
            DictValue => DictMethods.All,
            CyclerValue => CyclerMethods.All,
            IntValue or BoolValue => NumberMethods.OfIntegers,
            FloatValue => NumberMethods.OfFloats,
            _ => FrozenDictionary<string, Builtin>.Empty,
        };
        if (methods.TryGetValue(name, out var method))
            return new FunctionValue(method, owner);
        return (owner, name) switch
        {
            (LoopValue loop, _) => loop.Attribute(name),
            (GroupValue group, "grouper") => group.Grouper,
            (GroupValue group, "list") => group.Members,
            (RangeValue range, "start") => new IntValue(range.Start),
            (RangeValue range, "stop") => new IntValue(range.Stop),
            (RangeValue range, "step") => new IntValue(range.Increment),
            (MacroValue macro, _) => macro.Attribute(name),
            (IntValue or BoolValue, "real" or "numerator") => new IntValue((BigInteger)Equality.Number(owner)!),
            (IntValue or BoolValue, "denominator") => new IntValue(BigInteger.One),
            (IntValue or BoolValue, "imag") => new IntValue(BigInteger.Zero),
            (FloatValue, "real") => owner,
            (FloatValue, "imag") => new FloatValue(0),
            (CyclerValue cycler, "current") => cycler.Current,
            _ => null,
        };
    }

    private static Value Safe(Value owner, string name, Value value) => name.StartsWith('_') ? UndefinedValue.Forbidden(owner, name) : value;

    private static Value? Element(Interpreter interpreter, Value owner, Value key)
    {
        interpreter.Budget.Step(key.Weight);
        switch (owner)
        {
            case UndefinedValue undefined:
                throw undefined.Failure;
            case DictValue dict:
                return IsHashable(key) && dict.TryGet(key, out var value) ? value : null;
            case SequenceValue or StringValue or RangeValue when key is IntValue or BoolValue:
                var length = Iteration.Length(owner)!.Value;
                var index = (long)Expect.Index(key);
                if (index < 0)
                    index += length;
                if (index < 0 || index >= length)
                    return null;
                if (owner is StringValue text)
                {
                    interpreter.Budget.Step(text.Length == text.Text.Length ? 1 : text.Text.Length);
                    return text.Part((int)index, (int)index + 1);
                }

                return owner is RangeValue range ? range[(int)index] : ((SequenceValue)owner).Items[(int)index];
            default:
                return null;
        }
    }

    private static bool IsHashable(Value key)
    {
        try
        {
            Equality.EnsureHashable(key);
            return true;
        }
        catch (TemplateException)
        {
            return false;
        }
    }
}
