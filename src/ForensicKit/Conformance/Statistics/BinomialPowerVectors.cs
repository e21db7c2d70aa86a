using System.Globalization;
using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Power, sample size and minimum detectable effect.</summary>
public sealed class BinomialPowerVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "binomial-power";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-10, 1e-10);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        switch (comparison.Input("kind").GetString())
        {
            case "power_exact":
                PowerExact(comparison);
                break;
            case "n_exact":
                SampleSizeExact(comparison);
                break;
            case "mde_exact":
                Effect(comparison, BinomialPower.MinimumDetectable(
                    Count(comparison, "n"), Real(comparison, "p0"), Real(comparison, "alpha"), Real(comparison, "power"), Side(comparison)));
                break;
            case "mde_normal":
                Effect(comparison, NormalSampleSize.MinimumDetectable(
                    Count(comparison, "n"), Real(comparison, "p0"), Real(comparison, "alpha"), Real(comparison, "power"), Side(comparison)));
                break;
            case "n_normal":
                Size(comparison, NormalSampleSize.OneProportion(
                    Real(comparison, "p0"), Real(comparison, "p1"), Real(comparison, "alpha"), Real(comparison, "power"), Side(comparison)));
                break;
            case "n_noninferiority":
                Size(comparison, NormalSampleSize.NonInferiority(Real(comparison, "p0"), Real(comparison, "margin"),
                    Real(comparison, "alpha_one_sided"), Real(comparison, "power"), OptionalReal(comparison, "true_gap")));
                break;
            case "n_miller":
                Size(comparison, NormalSampleSize.Paired(Fraction(comparison.Input("omega2")), Fraction(comparison.Input("sigma2_a")),
                    Fraction(comparison.Input("sigma2_b")), comparison.Input("k_a").GetInt32(), comparison.Input("k_b").GetInt32(),
                    Real(comparison, "delta"), Real(comparison, "alpha"), Real(comparison, "power")));
                break;
            case "n_two_proportions":
                var (p1, p2, alpha, power) = (Real(comparison, "p1"), Real(comparison, "p2"), Real(comparison, "alpha"), Real(comparison, "power"));
                var size = NormalSampleSize.TwoProportions(p1, p2, alpha, power);
                comparison.Number("n_per_group_real", size.Real);
                comparison.Integer("n_per_group", size.N);
                comparison.Number("n_per_group_arcsine_real", NormalSampleSize.TwoProportionsArcsine(p1, p2, alpha, power).Real);
                break;
            case var other:
                throw new FormatException($"'{other}' is not a kind of power vector.");
        }
    }

    private static void PowerExact(VectorComparison comparison)
    {
        var result = BinomialPower.Exact(
            Count(comparison, "n"), Real(comparison, "p0"), Real(comparison, "p1"), Real(comparison, "alpha"), Side(comparison));
        comparison.Integer("reject_if_x_at_most", result.RejectAtMost);
        comparison.Integer("reject_if_x_at_least", result.RejectAtLeast);
        comparison.Number("power", result.Power);
        comparison.Number("size", result.Size);
    }

    private static void SampleSizeExact(VectorComparison comparison)
    {
        var result = BinomialPower.SampleSize(Real(comparison, "p0"), Real(comparison, "p1"), Real(comparison, "alpha"), Real(comparison, "power"),
            Side(comparison), comparison.Input("searched_up_to").GetInt32());
        comparison.Integer("n_first", result.First);
        comparison.Number("power_at_n_first", result.PowerAtFirst);
        comparison.Integer("n_all", result.All);
        comparison.Number("power_at_n_all", result.PowerAtAll);
    }

    private static void Effect(VectorComparison comparison, DetectableEffect? effect)
    {
        comparison.Number("p1", effect?.P1);
        comparison.Number("mde", effect?.Effect);
    }

    private static void Size(VectorComparison comparison, SampleSize size)
    {
        comparison.Number("n_real", size.Real);
        comparison.Integer("n", size.N);
    }

    private static long Count(VectorComparison comparison, string name) => comparison.Input(name).GetInt64();

    private static double Real(VectorComparison comparison, string name) => VectorComparison.ReadNumber(comparison.Input(name));

    private static double OptionalReal(VectorComparison comparison, string name) =>
        comparison.OptionalInput(name) is { } value ? VectorComparison.ReadNumber(value) : 0;

    private static Alternative Side(VectorComparison comparison) => comparison.Input("alternative").GetString() switch
    {
        "less" => Alternative.Less,
        "greater" => Alternative.Greater,
        "two-sided" => Alternative.TwoSided,
        var other => throw new FormatException($"'{other}' is not an alternative."),
    };

    // "1/9" or a plain number.
    private static DoubleDouble Fraction(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
            return element.GetDouble();
        var parts = element.GetString()!.Split('/');
        var numerator = double.Parse(parts[0], CultureInfo.InvariantCulture);
        return parts.Length == 1 ? numerator : (DoubleDouble)numerator / double.Parse(parts[1], CultureInfo.InvariantCulture);
    }
}
