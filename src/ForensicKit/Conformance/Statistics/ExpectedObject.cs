using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>An object of expected values inside a case: compares by name and notes the names nothing has read.</summary>
internal sealed class ExpectedObject(VectorComparison comparison, string label, JsonElement element)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>
    /// Compares the object <paramref name="name"/> of the case, if it has one, with <paramref name="actual"/> by <paramref name="compare"/>;
    /// null (undefined) must meet null.
    /// </summary>
    public static void Compare<T>(VectorComparison comparison, string name, T? actual, Action<ExpectedObject, T> compare)
        where T : class
    {
        if (comparison.Expected(name) is { } element)
            Compare(comparison, name, element, actual, compare);
    }

    /// <summary>The same for an element found by the caller.</summary>
    public static void Compare<T>(VectorComparison comparison, string label, JsonElement element, T? actual, Action<ExpectedObject, T> compare)
        where T : class
    {
        if (element.ValueKind != JsonValueKind.Object || actual is null)
        {
            if (element.ValueKind != JsonValueKind.Null || actual is not null)
                comparison.Differs(label, element.ToString(), actual is null ? "null" : "a result");
            return;
        }

        var expected = new ExpectedObject(comparison, label, element);
        compare(expected, actual);
        foreach (var property in element.EnumerateObject().Where(p => !expected._read.Contains(p.Name)))
            comparison.Differs($"{label}.{property.Name}", property.Value.ToString(), "not checked by this build");
    }

    /// <summary>The names of the object, for those whose names carry a parameter.</summary>
    public IEnumerable<string> Names => element.EnumerateObject().Select(p => p.Name);

    /// <summary>Marks names as read that are inputs taken elsewhere, or notes.</summary>
    public void Ignore(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            _read.Add(name);
    }

    /// <summary>A number that belongs to the inputs.</summary>
    public double Input(string name)
    {
        _read.Add(name);
        return VectorComparison.ReadNumber(element.GetProperty(name));
    }

    /// <summary>A list of numbers that belongs to the inputs.</summary>
    public double[] Inputs(string name)
    {
        _read.Add(name);
        return VectorComparison.ReadNumbers(element.GetProperty(name));
    }

    /// <summary>An element that belongs to the inputs; null where it is absent or null.</summary>
    public JsonElement? OptionalInput(string name) => Find(name) is { ValueKind: not JsonValueKind.Null } value ? value : null;

    public void Numbers(string name, IReadOnlyList<double> actual, double? relative = null, double? absolute = null)
    {
        if (Find(name) is { } value)
            comparison.Numbers($"{label}.{name}", value, actual, relative, absolute);
    }

    public void Integer(string name, long? actual)
    {
        if (Find(name) is { } value)
            comparison.Integer($"{label}.{name}", value, actual);
    }

    public void Integers(string name, IReadOnlyList<long> actual)
    {
        if (Find(name) is { } value)
            comparison.Integers($"{label}.{name}", value, actual);
    }

    public void Number(string name, double? actual, double? relative = null, double? absolute = null)
    {
        if (Find(name) is { } value)
            comparison.Number($"{label}.{name}", value, actual, relative, absolute);
    }

    /// <summary>Compares a decimal logarithm within 1e-10.</summary>
    public void Logarithm(string name, double actual)
    {
        if (Find(name) is { } value)
            Logarithm(comparison, $"{label}.{name}", value, actual);
    }

    /// <summary>Compares a decimal logarithm within 1e-10, whatever its size.</summary>
    public static void Logarithm(VectorComparison comparison, string label, JsonElement expected, double? actual)
    {
        var relative = expected.ValueKind == JsonValueKind.Null ? 0 : 1e-10 / Math.Abs(VectorComparison.ReadNumber(expected));
        comparison.Number(label, expected, actual, relative, absolute: 1e-10);
    }

    public void Limits(string name, Interval? actual)
    {
        if (Find(name) is { } value)
            comparison.Numbers($"{label}.{name}", value, actual is { } i ? [i.Lower, i.Upper] : null);
    }

    public void Probability(string name, Probability? actual)
    {
        if (Find(name) is { } value)
            comparison.Probability($"{label}.{name}", value, actual);
    }

    private JsonElement? Find(string name)
    {
        _read.Add(name);
        return element.TryGetProperty(name, out var value) ? value : null;
    }
}
