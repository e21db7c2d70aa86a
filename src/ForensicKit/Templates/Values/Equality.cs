using System.Numerics;

namespace ForensicKit.Templates.Values;

/// <summary>Python's <c>==</c> and <c>hash</c>: numbers are equal across their types, containers by their items.</summary>
/// <remarks>Depth and weight of values are bounded, so both end; whoever compares pays the budget for the weight.</remarks>
internal sealed class Equality : IEqualityComparer<Value>
{
    public static readonly Equality Instance = new();

    public bool Equals(Value? x, Value? y) => ReferenceEquals(x, y) || (x, y) switch
    {
        (UndefinedValue, UndefinedValue) => true,
        (StringValue a, StringValue b) => string.Equals(a.Text, b.Text, StringComparison.Ordinal),
        (ListValue a, ListValue b) => AllEqual(a, b),
        (TupleValue a, TupleValue b) => AllEqual(a, b),
        (DictValue a, DictValue b) => a.Count == b.Count && a.Entries.All(e => b.TryGet(e.Key, out var other) && Equals(e.Value, other)),
        (RangeValue a, RangeValue b) => a.Count == b.Count && (a.Count == 0 || (a.Start == b.Start && (a.Count == 1 || a.Increment == b.Increment))),
        (DictViewValue { Kind: not DictViewKind.Values } a, DictViewValue { Kind: not DictViewKind.Values } b) => a.Items().ToHashSet(this).SetEquals(b.Items()),
        _ => Number(x) is { } a && Number(y) is { } b && Compare(a, b) == 0,
    };

    public int GetHashCode(Value obj) => obj switch
    {
        StringValue s => string.GetHashCode(s.Text, StringComparison.Ordinal),
        TupleValue t => t.Hash(GetHashCode),
        UndefinedValue => 1,
        RangeValue r => r.Count,
        _ => Number(obj) switch
        {
            BigInteger i => i.GetHashCode(),
            double d when double.IsInteger(d) => new BigInteger(d).GetHashCode(),
            double d => d.GetHashCode(),
            _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(obj),
        },
    };

    /// <summary>Refuses what cannot be a key: lists, dictionaries, and tuples that hold them.</summary>
    public static void EnsureHashable(Value key)
    {
        if (key is ListValue or DictValue or DictViewValue { Kind: not DictViewKind.Values })
            throw TemplateException.Failed($"unhashable type: '{key.TypeName}'");
        if (key is TupleValue tuple)
        {
            foreach (var item in tuple.Items)
                EnsureHashable(item);
        }
    }

    /// <summary>A boolean or whole number as <see cref="BigInteger"/>, a float as <see cref="double"/>; null for everything else.</summary>
    public static object? Number(Value? value) => value switch
    {
        BoolValue b => b.IsTrue ? BigInteger.One : BigInteger.Zero,
        IntValue i => i.Number,
        FloatValue f => f.Number,
        _ => null,
    };

    /// <summary>Compares two numbers exactly; null where one is not a number in the sense of floats.</summary>
    public static int? Compare(object a, object b) => (a, b) switch
    {
        (BigInteger x, BigInteger y) => x.CompareTo(y),
        (double x, double y) => double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y),
        (BigInteger x, double y) => CompareExactly(x, y),
        (double x, BigInteger y) => -CompareExactly(y, x),
        _ => null,
    };

    private static int? CompareExactly(BigInteger whole, double number)
    {
        if (double.IsNaN(number))
            return null;
        if (double.IsInfinity(number))
            return number > 0 ? -1 : 1;
        var floor = Math.Floor(number);
        var order = whole.CompareTo(new BigInteger(floor));
        return order != 0 ? order : floor < number ? -1 : 0;
    }

    private bool AllEqual(SequenceValue a, SequenceValue b)
    {
        if (a.Items.Count != b.Items.Count)
            return false;
        for (var i = 0; i < a.Items.Count; i++)
        {
            if (!Equals(a.Items[i], b.Items[i]))
                return false;
        }

        return true;
    }
}
