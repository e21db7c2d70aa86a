using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Evaluation;

/// <summary>Python's <c>iter</c> and <c>len</c>.</summary>
internal static class Iteration
{
    /// <summary>The items of a value, read as they are asked for.</summary>
    /// <exception cref="TemplateException">It has none.</exception>
    public static IEnumerable<Value> Items(Value value) => TryItems(value) ?? throw TemplateException.Failed($"'{value.TypeName}' object is not iterable");

    /// <summary>The items, or null where a value cannot be iterated over.</summary>
    public static IEnumerable<Value>? TryItems(Value value) => value switch
    {
        SequenceValue sequence => sequence.Items,
        StringValue text => text.Characters(),
        DictValue dict => dict.Entries.Select(e => e.Key),
        DictViewValue view => view.Items(),
        RangeValue range => range.Items(),
        IteratorValue iterator => iterator.Rest(),
        UndefinedValue => [],
        _ => null,
    };

    /// <summary>The items as a list, each paid for.</summary>
    public static List<Value> List(Value value, Budget budget)
    {
        var items = new List<Value>();
        foreach (var item in Items(value))
        {
            budget.Item();
            items.Add(item);
        }

        return items;
    }

    /// <summary><c>len</c>, or null where a value has no length.</summary>
    public static int? Length(Value value) => value switch
    {
        StringValue text => text.Length,
        SequenceValue sequence => sequence.Items.Count,
        DictValue dict => dict.Count,
        DictViewValue view => view.Dictionary.Count,
        RangeValue range => range.Count,
        UndefinedValue => 0,
        LoopValue loop => loop.Length,
        _ => null,
    };
}
