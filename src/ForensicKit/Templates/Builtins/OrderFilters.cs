using ForensicKit.Templates.Evaluation;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Filters that order or compare items. Texts count as equal whatever their case, unless asked otherwise.</summary>
internal static class OrderFilters
{
    public static IReadOnlyList<(string Name, string Parameters, BuiltinBody Body)> All { get; } =
    [
        ("sort", "reverse? case_sensitive? attribute?", Sort),
        ("dictsort", "case_sensitive? by? reverse?", DictSort),
        ("unique", "case_sensitive? attribute?", (it, v, a) => new IteratorValue(Unique(it, v, IsSet(a[0]), AttributePath.Parse(a[1])))),
        ("min", "case_sensitive? attribute?", (it, v, a) => Extreme(it, v, a, wantsGreater: false)),
        ("max", "case_sensitive? attribute?", (it, v, a) => Extreme(it, v, a, wantsGreater: true)),
        ("groupby", "attribute default? case_sensitive?", GroupBy),
    ];

    private static bool IsSet(Value? flag) => flag?.IsTrue ?? false;

    private static Value Key(Interpreter it, Value value, bool caseSensitive)
    {
        if (caseSensitive || value is not StringValue text)
            return value;
        it.Budget.Characters(text.Text.Length);
        return text.With(PythonText.ToLower(text.Text));
    }

    private static ListValue Sort(Interpreter it, Value value, BoundArguments a)
    {
        var paths = AttributePath.ParseAll(a[2]);
        return new(Sorting.Sort(it.Budget, Iteration.List(value, it.Budget), item => new ListValue([.. paths.Select(p => Key(it, p.Get(it, item), IsSet(a[1])))]), Expect.Index(a[0], 0) != 0));
    }

    private static ListValue DictSort(Interpreter it, Value value, BoundArguments a)
    {
        var by = a[1] is null ? "key" : Expect.Text(a.Required(1)).Text;
        if (by is not ("key" or "value"))
            throw TemplateException.Failed("You can only sort by either \"key\" or \"value\"");
        var sorted = Sorting.Sort(it.Budget, Expect.Dictionary(value).Entries, e => Key(it, by == "key" ? e.Key : e.Value, IsSet(a[0])), Expect.Index(a[2], 0) != 0);
        return new([.. sorted.Select(e => new TupleValue([e.Key, e.Value]))]);
    }

    private static IEnumerable<Value> Unique(Interpreter it, Value value, bool caseSensitive, AttributePath path)
    {
        var seen = new HashSet<Value>(Equality.Instance);
        foreach (var item in Iteration.Items(value))
        {
            var key = Key(it, path.Get(it, item), caseSensitive);
            it.Budget.Step(key.Weight);
            Equality.EnsureHashable(key);
            if (seen.Add(key))
                yield return item;
        }
    }

    private static Value Extreme(Interpreter it, Value value, BoundArguments a, bool wantsGreater)
    {
        var path = AttributePath.Parse(a[1]);
        Value? best = null;
        Value? bestKey = null;
        foreach (var item in Iteration.Items(value))
        {
            it.Budget.Step();
            var key = Key(it, path.Get(it, item), IsSet(a[0]));
            if (bestKey is null || (wantsGreater ? Comparison.Order(it.Budget, key, bestKey, ">") > 0 : Comparison.Order(it.Budget, key, bestKey) < 0))
                (best, bestKey) = (item, key);
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    private static ListValue GroupBy(Interpreter it, Value value, BoundArguments a)
    {
        var path = AttributePath.Parse(a.Required(0));
        Value Grouper(Value item) => path.Get(it, item, a[1]);
        var sorted = Sorting.Sort(it.Budget, Iteration.List(value, it.Budget), item => Key(it, Grouper(item), IsSet(a[2])), isReversed: false);
        var groups = new List<Value>();
        for (var start = 0; start < sorted.Count;)
        {
            var key = Key(it, Grouper(sorted[start]), IsSet(a[2]));
            var end = start + 1;
            while (end < sorted.Count && Comparison.AreEqual(it.Budget, key, Key(it, Grouper(sorted[end]), IsSet(a[2]))))
                end++;
            // The group goes by the first item's own spelling.
            groups.Add(new GroupValue(Grouper(sorted[start]), new(sorted[start..end])));
            start = end;
        }

        return new(groups);
    }
}
