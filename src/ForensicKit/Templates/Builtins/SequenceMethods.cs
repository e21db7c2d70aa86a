using System.Collections.Frozen;
using System.Numerics;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Methods of lists, tuples and ranges that change nothing.</summary>
internal static class SequenceMethods
{
    public static FrozenDictionary<string, Builtin> OfTuples { get; } = Builtin.Table(
        ("count", "/ value", (it, self, a) => new IntValue(Iteration.Items(self).Count(item => Comparison.AreEqual(it.Budget, item, a.Required(0))))),
        ("index", "/ value start? stop?", (it, self, a) => Index(it, self, a)));

    public static FrozenDictionary<string, Builtin> OfLists { get; } =
        OfTuples.Append(new("copy", new("copy", "", (_, self, _) => self))).ToFrozenDictionary(StringComparer.Ordinal);

    private static IntValue Index(Interpreter it, Value self, BoundArguments a)
    {
        var length = Iteration.Length(self)!.Value;
        int Bound(Value? value, int otherwise) => value is null ? otherwise : Expect.Index(value) is var i && i < 0 ? Math.Max(0, i + length) : i;
        var (start, stop) = (Bound(a[1], 0), Bound(a[2], length));
        var index = 0;
        foreach (var item in Iteration.Items(self))
        {
            if (index >= start && index < stop && Comparison.AreEqual(it.Budget, item, a.Required(0)))
                return new(index);
            it.Budget.Step();
            index++;
        }

        throw TemplateException.Failed($"the value is not in the {self.TypeName}");
    }
}

/// <summary>Methods of dictionaries that change nothing.</summary>
internal static class DictMethods
{
    public static FrozenDictionary<string, Builtin> All { get; } = Builtin.Table(
        ("get", "/ key default?", (it, self, a) => Get(it, (DictValue)self, a.Required(0)) ?? a[1] ?? NoneValue.Instance),
        ("items", "", (_, self, _) => new DictViewValue((DictValue)self, DictViewKind.Items)),
        ("keys", "", (_, self, _) => new DictViewValue((DictValue)self, DictViewKind.Keys)),
        ("values", "", (_, self, _) => new DictViewValue((DictValue)self, DictViewKind.Values)),
        ("copy", "", (_, self, _) => self),
        ("fromkeys", "/ keys value?", (it, _, a) => new DictValue(Iteration.List(a.Required(0), it.Budget).Select(k => KeyValuePair.Create(k, a[1] ?? NoneValue.Instance)))));

    private static Value? Get(Interpreter it, DictValue dict, Value key)
    {
        it.Budget.Step(key.Weight);
        return dict.TryGet(key, out var value) ? value : null;
    }
}

/// <summary>Methods of what <c>cycler</c> gives.</summary>
internal static class CyclerMethods
{
    public static FrozenDictionary<string, Builtin> All { get; } = Builtin.Table(
        ("next", "", (_, self, _) => ((CyclerValue)self).Next()),
        ("reset", "", (_, self, _) =>
        {
            ((CyclerValue)self).Reset();
            return NoneValue.Instance;
        }
    ));
}

/// <summary>Methods of numbers.</summary>
internal static class NumberMethods
{
    public static FrozenDictionary<string, Builtin> OfIntegers { get; } = Builtin.Table(
        ("bit_length", "", (_, self, _) => new IntValue((long)BigInteger.Abs((BigInteger)Equality.Number(self)!).GetBitLength())),
        ("conjugate", "", (_, self, _) => Operators.Unary("+", self)));

    public static FrozenDictionary<string, Builtin> OfFloats { get; } = Builtin.Table(
        ("conjugate", "", (_, self, _) => self),
        ("is_integer", "", (_, self, _) => BoolValue.Of(double.IsInteger(((FloatValue)self).Number))));
}
