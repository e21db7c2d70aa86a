using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Calibrators from p to e, combinations, and e-BH.</summary>
public sealed class EValuesVectors : IStatisticsVectorFile
{
    private const string RejectedAt = "ebh_rejected_at_";

    /// <inheritdoc/>
    public string Name => "e-values";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        switch (comparison.Input("kind").GetString())
        {
            case "calibrate":
                Calibrate(comparison);
                break;
            case "combine":
                Combine(comparison);
                break;
            case var other:
                throw new FormatException($"'{other}' is not a kind of e-value vector.");
        }
    }

    private static void Calibrate(VectorComparison comparison)
    {
        var p = Probability.FromValue(VectorComparison.ReadNumber(comparison.Input("p")));
        var mixture = EValues.LogMixtureCalibrator(p);
        comparison.Number("mixture", Math.Exp(mixture));
        Logarithm(comparison, "mixture_log10", mixture / Math.Log(10));
        comparison.Number("shafer", EValues.ShaferCalibrator(p));
        comparison.Number("vovk_sellke_bound", EValues.VovkSellkeBound(p));
        var i = 0;
        foreach (var element in comparison.OptionalInput("power")?.EnumerateArray() ?? default)
        {
            var label = $"power[{(i++).ToString(CultureInfo.InvariantCulture)}]";
            ExpectedObject.Compare(comparison, label, element, comparison, (expected, _) =>
            {
                var log = EValues.LogPowerCalibrator(p, expected.Input("kappa"));
                expected.Number("e", Math.Exp(log));
                expected.Logarithm("log10_e", log / Math.Log(10));
            });
        }
    }

    private static void Combine(VectorComparison comparison)
    {
        var e = VectorComparison.ReadNumbers(comparison.Input("e"));
        var average = EValues.Average(e);
        var product = EValues.LogProduct(e);
        comparison.Number("average", average);
        comparison.Number("product", Math.Exp(product));
        Logarithm(comparison, "product_log10", double.IsNegativeInfinity(product) ? null : product / Math.Log(10));
        comparison.Probability("p_from_average", EValues.ToPValue(Math.Log(average)));
        comparison.Probability("p_from_product", EValues.ToPValue(product));
        foreach (var name in comparison.Case.EnumerateObject().Select(p => p.Name).Where(n => n.StartsWith(RejectedAt, StringComparison.Ordinal)))
        {
            var alpha = double.Parse(name.AsSpan(RejectedAt.Length), CultureInfo.InvariantCulture);
            comparison.Numbers(name, [.. EValues.BenjaminiHochberg(e, alpha).Select(i => (double)i)], relative: 0);
        }
    }

    private static void Logarithm(VectorComparison comparison, string name, double? actual)
    {
        if (comparison.Expected(name) is { } expected)
            ExpectedObject.Logarithm(comparison, name, expected, actual);
    }
}
