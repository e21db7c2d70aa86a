using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="RocCurve"/> and <see cref="ConformalNull"/>.</summary>
public sealed class RocVectors : IStatisticsVectorFile
{
    private const string AtMost = "tpr_at_fpr_le_";
    private const string Below = "tpr_at_fpr_lt_";

    /// <inheritdoc/>
    public string Name => "roc-with-ties";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-13, 1e-13);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var nonMembers = VectorComparison.ReadNumbers(comparison.Input("nonmembers"));
        var curve = new RocCurve(VectorComparison.ReadNumbers(comparison.Input("members")), nonMembers);
        comparison.Number("auc", curve.AreaUnderCurve);
        comparison.Number("u_statistic", curve.U);
        foreach (var name in comparison.Case.EnumerateObject().Select(p => p.Name).ToArray())
        {
            if (name.StartsWith(AtMost, StringComparison.Ordinal))
                comparison.Number(name, curve.TruePositiveRateAt(Limit(name[AtMost.Length..])));
            else if (name.StartsWith(Below, StringComparison.Ordinal))
                comparison.Number(name, curve.TruePositiveRateAt(Limit(name[Below.Length..]), strictly: true));
        }

        var conformal = new ConformalNull(nonMembers);
        foreach (var expected in comparison.OptionalInput("conformal_p")?.EnumerateObject().ToArray() ?? [])
        {
            comparison.Number(
                "conformal_p." + expected.Name, expected.Value, conformal.PValue(double.Parse(expected.Name, CultureInfo.InvariantCulture)));
        }
    }

    private static decimal Limit(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
