using System.Collections.Frozen;
using System.Numerics;
using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>All tests by name.</summary>
internal static class TestTable
{
    public static FrozenDictionary<string, Builtin> All { get; } = Builtin.Table(
    [
        Is("defined", v => v is not UndefinedValue),
        Is("undefined", v => v is UndefinedValue),
        Is("none", v => v is NoneValue),
        Is("boolean", v => v is BoolValue),
        Is("true", v => v == BoolValue.True),
        Is("false", v => v == BoolValue.False),
        Is("integer", v => v is IntValue),
        Is("float", v => v is FloatValue),
        Is("number", v => v is IntValue or FloatValue or BoolValue),
        Is("string", v => v is StringValue),
        Is("mapping", v => v is DictValue),
        Is("sequence", v => v is StringValue or SequenceValue or DictValue or RangeValue or UndefinedValue),
        Is("iterable", v => v is LoopValue || Iteration.TryItems(v) is not null),
        Is("callable", v => v is CallableValue or UndefinedValue),
        Is("escaped", v => v is StringValue { IsMarkup: true }),
        Is("filter", v => IsKey(v, FilterTable.Names)),
        Is("test", v => IsKey(v, Names!)),
        ("odd", "", (it, v, _) => BoolValue.Of(Remainder(it, v, new IntValue(2), BigInteger.One))),
        ("even", "", (it, v, _) => BoolValue.Of(Remainder(it, v, new IntValue(2), BigInteger.Zero))),
        ("divisibleby", "num", (it, v, a) => BoolValue.Of(Remainder(it, v, a.Required(0), BigInteger.Zero))),
        ("lower", "", (it, v, _) => BoolValue.Of(StringMethods.IsLower(Paid(it, v)))),
        ("upper", "", (it, v, _) => BoolValue.Of(StringMethods.IsUpper(Paid(it, v)))),
        ("sameas", "other", (_, v, a) => BoolValue.Of(IsSame(v, a.Required(0)))),
        ("in", "seq", (it, v, a) => BoolValue.Of(Comparison.Contains(it.Budget, a.Required(0), v))),
        .. Compares("==", "==", "eq", "equalto"),
        .. Compares("!=", "!=", "ne"),
        .. Compares("<", "<", "lt", "lessthan"),
        .. Compares("<=", "<=", "le"),
        .. Compares(">", ">", "gt", "greaterthan"),
        .. Compares(">=", ">=", "ge"),
    ]);

    public static FrozenSet<string> Names { get; } = All.Keys.ToFrozenSet(StringComparer.Ordinal);

    private static (string, string, BuiltinBody) Is(string name, Func<Value, bool> test) => (name, "", (_, v, _) => BoolValue.Of(test(v)));

    private static IEnumerable<(string, string, BuiltinBody)> Compares(string op, params IEnumerable<string> names) =>
        names.Select(name => (name, "other", (BuiltinBody)((it, v, a) => BoolValue.Of(Comparison.Holds(it.Budget, op, v, a.Required(0))))));

    private static bool IsKey(Value value, FrozenSet<string> names)
    {
        Equality.EnsureHashable(value);
        return value is StringValue name && names.Contains(name.Text);
    }

    private static bool Remainder(Interpreter it, Value value, Value by, BigInteger expected) =>
        Comparison.AreEqual(it.Budget, Operators.Binary(it.Budget, "%", value, by, it), new IntValue(expected));

    private static string Paid(Interpreter it, Value value)
    {
        var text = it.Text(value);
        it.Budget.Step(text.Length / 8);
        return text;
    }

    // Python keeps one object for small numbers and for texts of a template; larger numbers that are computed differ, which no template can rely on.
    private static bool IsSame(Value a, Value b) => ReferenceEquals(a, b) || (a, b) switch
    {
        (IntValue x, IntValue y) => x.Number == y.Number,
        (StringValue x, StringValue y) => x.IsMarkup == y.IsMarkup && x.Text == y.Text,
        _ => false,
    };
}
