using System.Globalization;
using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="Grim"/> and <see cref="MacroGrim"/>.</summary>
public sealed class GrimVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "grim";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-15, 0);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        switch (comparison.Input("kind").GetString())
        {
            case "attainable":
                var decimals = comparison.Input("decimals").GetInt32();
                var attainable = Grim.AttainableValues(comparison.Input("n").GetInt64(), decimals);
                comparison.Integer("half_up", attainable);
                comparison.Integer("half_even", attainable);
                comparison.Integer("truncate", attainable);
                comparison.Integer("of", Grim.PrintableValues(decimals));
                break;
            case "claim":
                CheckClaim(comparison);
                break;
            case "macro_claim":
                var claim = comparison.Input("claim").GetString()!;
                var macro = MacroGrim.Check(claim, VectorComparison.ReadIntegers(comparison.Input("sizes")));
                comparison.Integer("decimals", macro.Micro.Decimals);
                comparison.Boolean("macro_possible", macro.Possible);
                comparison.Text("macro_solutions", macro.Solutions?.ToString(CultureInfo.InvariantCulture));
                comparison.Boolean("micro_possible", macro.Micro.Possible);
                break;
            default:
                CheckAverages(comparison);
                break;
        }
    }

    private static void CheckClaim(VectorComparison comparison)
    {
        var result = Grim.Check(
            comparison.Input("claim").GetString()!, comparison.Input("n").GetInt64(), comparison.Input("samples_per_item").GetInt64());
        CheckCounts("counts_half_up", result.HalfUp);
        CheckCounts("counts_half_even", result.HalfEven);
        CheckCounts("counts_truncate", result.Truncated);
        comparison.Boolean("possible", result.Possible);
        comparison.Boolean("possible_only_by_truncation", result.PossibleOnlyByTruncation);
        comparison.Text("nearest_below", result.Below?.Printed);
        comparison.Text("nearest_above", result.Above?.Printed);

        void CheckCounts(string name, CountRange range)
        {
            // Listed only where the lengths agree: a crafted n would make a list without end.
            if (comparison.Expected(name) is { ValueKind: JsonValueKind.Array } expected && expected.GetArrayLength() == range.Count)
                comparison.Integers(name, expected, [.. range.Values]);
            else
                comparison.Differs(name, comparison.Expected(name)?.ToString() ?? "nothing", range.ToString());
        }
    }

    private static void CheckAverages(VectorComparison comparison)
    {
        var counts = VectorComparison.ReadIntegers(comparison.Input("counts"));
        var sizes = VectorComparison.ReadIntegers(comparison.Input("sizes"));
        foreach (var (name, average) in new[] { ("micro", Grim.Micro(counts, sizes)), ("macro", Grim.Macro(counts, sizes)) })
        {
            comparison.Number(name, average.ToDouble());
            foreach (var decimals in Enumerable.Range(0, 7))
            {
                comparison.Number(
                    string.Create(CultureInfo.InvariantCulture, $"{name}_{decimals}dp"),
                    double.Parse(average.ToFixed(decimals, Rounding.HalfUp), CultureInfo.InvariantCulture));
            }
        }
    }
}
