using System.Numerics;
using ForensicKit.Templates.Evaluation;

namespace ForensicKit.Templates.Values;

/// <summary>A list or a tuple.</summary>
internal abstract class SequenceValue : Value
{
    protected SequenceValue(IReadOnlyList<Value> items)
    {
        Items = items;
        (Depth, Weight) = Measure(items);
    }

    public override bool IsTrue => Items.Count > 0;

    public sealed override int Depth { get; }

    public sealed override long Weight { get; }

    public IReadOnlyList<Value> Items { get; }

    /// <summary>A sequence of the same type with other items.</summary>
    public abstract SequenceValue With(IReadOnlyList<Value> items);
}

/// <summary>A list; the sandbox makes it immutable.</summary>
internal sealed class ListValue(IReadOnlyList<Value> items) : SequenceValue(items)
{
    public override string TypeName => "list";

    public override SequenceValue With(IReadOnlyList<Value> items) => new ListValue(items);
}

/// <summary>A tuple.</summary>
internal class TupleValue(IReadOnlyList<Value> items) : SequenceValue(items)
{
    // Tuples are keys of dictionaries: a nested one is hashed once.
    private int? _hash;

    public override string TypeName => "tuple";

    public override SequenceValue With(IReadOnlyList<Value> items) => new TupleValue(items);

    public int Hash(Func<Value, int> hash) => _hash ??= Items.Aggregate(17, (h, item) => HashCode.Combine(h, hash(item)));
}

/// <summary>What <c>groupby</c> gives: a tuple whose two items also have names.</summary>
internal sealed class GroupValue(Value grouper, ListValue members) : TupleValue([grouper, members])
{
    public Value Grouper => Items[0];

    public Value Members => Items[1];
}

/// <summary>What <c>range</c> gives; the sandbox bounds its length.</summary>
internal sealed class RangeValue(BigInteger start, BigInteger stop, BigInteger step, int count) : Value
{
    public override string TypeName => "range";

    public override bool IsTrue => Count > 0;

    public BigInteger Start { get; } = start;

    public BigInteger Stop { get; } = stop;

    public BigInteger Increment { get; } = step;

    public int Count { get; } = count;

    public IntValue this[int index] => new(Start + (index * Increment));

    public IEnumerable<Value> Items() => Enumerable.Range(0, Count).Select(i => this[i]);
}

/// <summary>A generator: its items come once and only when asked for, and so do its failures.</summary>
internal sealed class IteratorValue(IEnumerable<Value> items, string typeName = "generator") : Value
{
    private readonly IEnumerator<Value> _rest = items.GetEnumerator();

    public override string TypeName => typeName;

    /// <summary>The items not taken yet; each is given once, whoever asks.</summary>
    public IEnumerable<Value> Rest()
    {
        // Generators can be put upon each other without end.
        for (Budget.EnsureStack(); _rest.MoveNext(); Budget.EnsureStack())
            yield return _rest.Current;
    }
}
