using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="Mt19937"/> and <see cref="PoissonSchedule"/>.</summary>
public sealed class PoissonScheduleVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "poisson-schedule";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var seed = comparison.Input("seed").GetUInt64();
        if (comparison.Input("kind").GetString() == "mt19937")
        {
            CheckOutputs(comparison, (uint)(seed & 0xffffffff));
            return;
        }

        var gaps = PoissonSchedule.Gaps(seed, comparison.Input("qps").GetDouble());
        // The names say how many: first_20, sum_100, sum_2000.
        foreach (var name in comparison.Case.EnumerateObject().Select(p => p.Name))
        {
            if (NumberAfter(name, "first_") is { } first)
                comparison.Integers(name, [.. gaps.Take(first)]);
            else if (NumberAfter(name, "sum_") is { } count)
                comparison.Integer(name, gaps.Take(count).Sum());
        }
    }

    private static void CheckOutputs(VectorComparison comparison, uint seed)
    {
        if (comparison.Expected("first") is { } first)
        {
            var generator = new Mt19937(seed);
            comparison.Integers("first", first, [.. Enumerable.Range(0, first.GetArrayLength()).Select(_ => (long)generator.NextUInt32())]);
        }

        foreach (var name in comparison.Case.EnumerateObject().Select(p => p.Name))
        {
            if (NumberAfter(name, "output_") is not { } index)
                continue;
            var generator = new Mt19937(seed);
            var output = 0u;
            for (var i = 0; i < index; i++)
                output = generator.NextUInt32();
            comparison.Integer(name, output);
        }
    }

    private static int? NumberAfter(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
