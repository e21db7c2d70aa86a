using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>Python's comparisons.</summary>
internal static class Comparison
{
    /// <summary>Whether a comparison holds.</summary>
    /// <param name="budget">Pays for it.</param>
    /// <param name="op"><c>== != &lt; &lt;= &gt; &gt;= in</c> or <c>not in</c>.</param>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <exception cref="TemplateException">The two cannot be compared.</exception>
    public static bool Holds(Budget budget, string op, Value left, Value right) => op switch
    {
        "==" => AreEqual(budget, left, right),
        "!=" => !AreEqual(budget, left, right),
        "in" => Contains(budget, right, left),
        "not in" => !Contains(budget, right, left),
        _ => Order(budget, left, right, op) is { } order && op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 },
    };

    public static bool AreEqual(Budget budget, Value left, Value right)
    {
        budget.Step(Math.Min(left.Weight, right.Weight));
        return Equality.Instance.Equals(left, right);
    }

    /// <summary>Below zero where the left comes first; null where neither does (not a number).</summary>
    /// <exception cref="TemplateException">The two have no order.</exception>
    public static int? Order(Budget budget, Value left, Value right, string op = "<")
    {
        if (left is UndefinedValue undefined || (undefined = (right as UndefinedValue)!) is not null)
            throw undefined.Failure;
        budget.Step(Math.Min(left.Weight, right.Weight));
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                return OrderCodePoints(a.Text, b.Text);
            case (ListValue or TupleValue, SequenceValue) when (left is ListValue) == (right is ListValue):
                var (x, y) = (((SequenceValue)left).Items, ((SequenceValue)right).Items);
                for (var i = 0; i < Math.Min(x.Count, y.Count); i++)
                {
                    if (!Equality.Instance.Equals(x[i], y[i]))
                        return Order(budget, x[i], y[i], op);
                }

                return x.Count.CompareTo(y.Count);
            default:
                return Equality.Number(left) is { } m && Equality.Number(right) is { } n
                    ? Equality.Compare(m, n)
                    : throw TemplateException.Failed($"'{op}' not supported between instances of '{left.TypeName}' and '{right.TypeName}'");
        }
    }

    public static bool Contains(Budget budget, Value container, Value item)
    {
        switch (container)
        {
            case StringValue text:
                if (item is not StringValue part)
                    throw TemplateException.Failed($"'in <string>' requires string as left operand, not {item.TypeName}");
                budget.Search(text.Text.Length, part.Text.Length);
                return text.Text.Contains(part.Text, StringComparison.Ordinal);
            case DictValue or DictViewValue { Kind: DictViewKind.Keys }:
                budget.Step(item.Weight);
                return (container as DictValue ?? ((DictViewValue)container).Dictionary).TryGet(item, out _);
            default:
                var items = Iteration.TryItems(container) ?? throw TemplateException.Failed($"argument of type '{container.TypeName}' is not iterable");
                return items.Any(candidate => AreEqual(budget, candidate, item));
        }
    }

    // By code points, not UTF-16 units: the two differ between surrogate pairs and what lies above them in the basic plane.
    private static int OrderCodePoints(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        var (x, y) = (a[common], b[common]);
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y) : char.IsSurrogate(x) ? 1 : -1;
    }
}
