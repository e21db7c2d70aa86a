using System.Globalization;
using System.Text.Json;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Lists of lists and lists of objects inside a case.</summary>
internal static class JsonLists
{
    public static int[] Int32s(JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];

    public static int[][] Int32Matrix(JsonElement element) => [.. element.EnumerateArray().Select(Int32s)];

    public static double[][] Matrix(JsonElement element) => [.. element.EnumerateArray().Select(VectorComparison.ReadNumbers)];

    /// <summary>Compares a table row by row.</summary>
    public static void Compare(VectorComparison comparison, string name, IReadOnlyList<IReadOnlyList<double>> actual)
    {
        if (comparison.Expected(name) is not { } expected)
            return;
        if (expected.ValueKind != JsonValueKind.Array || expected.GetArrayLength() != actual.Count)
        {
            comparison.Differs(name, expected.ToString(), string.Create(CultureInfo.InvariantCulture, $"{actual.Count} rows"));
            return;
        }

        for (var i = 0; i < actual.Count; i++)
            comparison.Numbers(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), expected[i], actual[i]);
    }

    /// <summary>Compares yes or no element by element.</summary>
    public static void Compare(VectorComparison comparison, string name, IReadOnlyList<bool> actual)
    {
        if (comparison.Expected(name) is not { } expected)
            return;
        if (expected.ValueKind != JsonValueKind.Array || expected.GetArrayLength() != actual.Count)
        {
            comparison.Differs(name, expected.ToString(), string.Create(CultureInfo.InvariantCulture, $"{actual.Count} values"));
            return;
        }

        for (var i = 0; i < actual.Count; i++)
            comparison.Boolean(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), expected[i], actual[i]);
    }

    /// <summary>Walks a list of objects that hold inputs and expected values; notes what is not read.</summary>
    public static void CompareObjects(VectorComparison comparison, string name, Action<ExpectedObject> compare)
    {
        var index = 0;
        foreach (var element in comparison.Input(name).EnumerateArray())
        {
            var label = string.Create(CultureInfo.InvariantCulture, $"{name}[{index++}]");
            ExpectedObject.Compare(comparison, label, element, compare, static (expected, run) => run(expected));
        }
    }
}
