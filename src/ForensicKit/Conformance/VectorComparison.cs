using System.Globalization;
using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance;

/// <summary>
/// Compares one case of a vector file with this build and collects what differs.
/// Expected values are read from the case by name, so that a value that the reference has and this build does not compute is noticed
/// (<see cref="Unread"/>).
/// </summary>
public sealed class VectorComparison
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly List<string> _differences = [];

    /// <param name="case">The case as it stands in the file.</param>
    /// <param name="allCases">All cases of the file, for files whose cases refer to inputs listed in another one.</param>
    public VectorComparison(JsonElement @case, JsonElement allCases = default)
    {
        Case = @case;
        AllCases = allCases;
    }

    /// <summary>The case: inputs and expected values.</summary>
    public JsonElement Case { get; }

    /// <summary>All cases of the file; undefined where the case stands alone.</summary>
    public JsonElement AllCases { get; }

    /// <summary>What differs so far.</summary>
    public IReadOnlyList<string> Differences => _differences;

    /// <summary>Relative tolerance used where a call gives none. The default of the vectors is 1e-12.</summary>
    public double RelativeTolerance { get; init; } = 1e-12;

    /// <summary>Absolute tolerance where 0 is expected.</summary>
    public double AbsoluteTolerance { get; init; } = 1e-12;

    /// <summary>Top-level names of the case that nothing has read, as input or expectation.</summary>
    public IEnumerable<string> Unread => Case.ValueKind == JsonValueKind.Object
        ? Case.EnumerateObject().Select(p => p.Name).Where(n => !_read.Contains(n))
        : [];

    /// <summary>An input of the case; marks it as read.</summary>
    /// <exception cref="FormatException">The case has no such input.</exception>
    public JsonElement Input(string name)
    {
        _read.Add(name);
        return Case.TryGetProperty(name, out var value) ? value : throw new FormatException($"The case has no '{name}'.");
    }

    /// <summary>An optional input; null where it is absent or null.</summary>
    public JsonElement? OptionalInput(string name)
    {
        _read.Add(name);
        return Case.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    /// <summary>Whether the case has a value of this name (null counts).</summary>
    public bool Has(string name) => Case.TryGetProperty(name, out _);

    /// <summary>Marks names as read that are notes, not values to check.</summary>
    public void Ignore(params string[] names) => _read.UnionWith(names);

    /// <summary>Compares a number (or a null: undefined) with the expected value of that name, if the case has one.</summary>
    public void Number(string name, double? actual, double? relative = null, double? absolute = null)
    {
        if (Expected(name) is { } expected)
            Number(name, expected, actual, relative, absolute);
    }

    /// <summary>Compares a number with an expected element found by the caller (inside arrays and objects).</summary>
    public void Number(string label, JsonElement expected, double? actual, double? relative = null, double? absolute = null)
    {
        if (expected.ValueKind == JsonValueKind.Null || actual is null)
        {
            if (expected.ValueKind != JsonValueKind.Null || actual is not null)
                Differs(label, expected.ToString() is { Length: > 0 } s ? s : "null", actual is null ? "null" : Show(actual.Value));
            return;
        }

        var wanted = ReadNumber(expected);
        if (!Close(wanted, actual.Value, relative ?? RelativeTolerance, absolute ?? AbsoluteTolerance))
            Differs(label, Show(wanted), Show(actual.Value));
    }

    /// <summary>Compares a list of numbers element by element.</summary>
    public void Numbers(string name, IReadOnlyList<double>? actual, double? relative = null, double? absolute = null)
    {
        if (Expected(name) is { } expected)
            Numbers(name, expected, actual, relative, absolute);
    }

    /// <summary>Compares a list of numbers with an expected array.</summary>
    public void Numbers(string label, JsonElement expected, IReadOnlyList<double>? actual, double? relative = null, double? absolute = null)
    {
        if (expected.ValueKind == JsonValueKind.Null || actual is null)
        {
            if (expected.ValueKind != JsonValueKind.Null || actual is not null)
                Differs(label, expected.ToString(), actual is null ? "null" : "a list");
            return;
        }

        if (expected.GetArrayLength() != actual.Count)
        {
            Differs(label + ".length", expected.GetArrayLength().ToString(CultureInfo.InvariantCulture), actual.Count.ToString(CultureInfo.InvariantCulture));
            return;
        }

        var i = 0;
        foreach (var element in expected.EnumerateArray())
        {
            Number($"{label}[{i.ToString(CultureInfo.InvariantCulture)}]", element, actual[i], relative, absolute);
            i++;
        }
    }

    /// <summary>Compares a probability: its value within the relative tolerance and its log10 within 1e-10 absolute, tails below the double range included.</summary>
    public void Probability(string name, Probability? actual, double? relative = null)
    {
        if (Expected(name) is { } expected)
            Probability(name, expected, actual, relative);
    }

    /// <summary>Compares a probability with an expected element: <c>{value, log10, digits}</c>, a number, or null.</summary>
    public void Probability(string label, JsonElement expected, Probability? actual, double? relative = null)
    {
        if (expected.ValueKind != JsonValueKind.Object)
        {
            Number(label, expected, actual?.Value, relative);
            return;
        }

        if (actual is not { } p)
        {
            Differs(label, expected.ToString(), "null");
            return;
        }

        Number(label + ".value", expected.GetProperty("value"), p.Value, relative);
        var log10 = expected.GetProperty("log10");
        // The logarithm of 0 is written as null.
        var wanted = log10.ValueKind == JsonValueKind.Null ? double.NegativeInfinity : ReadNumber(log10);
        // NaN-safe: equal infinities agree, anything else must lie within 1e-10 (or the caller's looser relative tolerance carried to logs).
        var tolerance = Math.Max(1e-10, (relative ?? 0) / Math.Log(10));
        if (!(wanted.Equals(p.Log10) || Math.Abs(wanted - p.Log10) <= tolerance))
            Differs(label + ".log10", Show(wanted), Show(p.Log10));
    }

    /// <summary>Compares an integer exactly; null is "undefined".</summary>
    public void Integer(string name, long? actual)
    {
        if (Expected(name) is { } expected)
            Integer(name, expected, actual);
    }

    /// <summary>Compares an integer with an expected element.</summary>
    public void Integer(string label, JsonElement expected, long? actual)
    {
        var wanted = expected.ValueKind == JsonValueKind.Null ? "null" : expected.ToString();
        var got = actual?.ToString(CultureInfo.InvariantCulture) ?? "null";
        if (!string.Equals(wanted, got, StringComparison.Ordinal))
            Differs(label, wanted, got);
    }

    /// <summary>Compares a list of integers exactly.</summary>
    public void Integers(string name, IReadOnlyList<long> actual)
    {
        if (Expected(name) is { } expected)
            Integers(name, expected, actual);
    }

    /// <summary>Compares a list of integers with an expected array.</summary>
    public void Integers(string label, JsonElement expected, IReadOnlyList<long> actual)
    {
        if (expected.ValueKind != JsonValueKind.Array || expected.GetArrayLength() != actual.Count)
        {
            Differs(label, expected.ToString(), $"[{string.Join(", ", actual.Select(a => a.ToString(CultureInfo.InvariantCulture)))}]");
            return;
        }

        for (var i = 0; i < actual.Count; i++)
            Integer($"{label}[{i.ToString(CultureInfo.InvariantCulture)}]", expected[i], actual[i]);
    }

    /// <summary>Compares text (or an exact rational, or a big integer as text) exactly.</summary>
    public void Text(string name, string? actual)
    {
        if (Expected(name) is { } expected)
            Text(name, expected, actual);
    }

    /// <summary>Compares text with an expected element.</summary>
    public void Text(string label, JsonElement expected, string? actual)
    {
        var wanted = expected.ValueKind == JsonValueKind.Null ? null : expected.ToString();
        if (!string.Equals(wanted, actual, StringComparison.Ordinal))
            Differs(label, wanted ?? "null", actual ?? "null");
    }

    /// <summary>Compares a yes or no.</summary>
    public void Boolean(string name, bool? actual)
    {
        if (Expected(name) is { } expected)
            Boolean(name, expected, actual);
    }

    /// <summary>Compares a yes or no with an expected element.</summary>
    public void Boolean(string label, JsonElement expected, bool? actual)
    {
        bool? wanted = expected.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };
        if (wanted != actual)
            Differs(label, expected.ToString(), actual?.ToString() ?? "null");
    }

    /// <summary>The expected value of that name, marked as read; null where the case has none.</summary>
    public JsonElement? Expected(string name)
    {
        _read.Add(name);
        return Case.TryGetProperty(name, out var value) ? value : null;
    }

    /// <summary>Notes a difference.</summary>
    public void Differs(string label, string expected, string actual) => _differences.Add($"{label}: expected {expected}, got {actual}");

    /// <summary>Reads a JSON number or one of the strings "Infinity", "-Infinity", "NaN".</summary>
    public static double ReadNumber(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString() switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "NaN" => double.NaN,
            var other => throw new FormatException($"'{other}' is not a number."),
        }
        : element.GetDouble();

    /// <summary>Reads an array of integers.</summary>
    public static long[] ReadIntegers(JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt64())];

    /// <summary>Reads an array of numbers.</summary>
    public static double[] ReadNumbers(JsonElement element) => [.. element.EnumerateArray().Select(ReadNumber)];

    private static bool Close(double expected, double actual, double relative, double absolute)
    {
        if (expected.Equals(actual))
            return true;
        if (!double.IsFinite(expected) || !double.IsFinite(actual))
            return false;
        return Math.Abs(expected - actual) <= (expected == 0 ? absolute : relative * Math.Abs(expected));
    }

    private static string Show(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
