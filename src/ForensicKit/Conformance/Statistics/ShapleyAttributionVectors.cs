using System.Globalization;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="ShapleyAttribution"/>.</summary>
public sealed class ShapleyAttributionVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "shapley-attribution";

    /// <inheritdoc/>
    public (double Relative, double Absolute) Tolerance => (1e-12, 1e-14);

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var attribution = new ShapleyAttribution(
            comparison.Input("m").GetInt32(),
            [.. comparison.Input("precedence").EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetInt32()))]);
        if (comparison.Input("kind").GetString() == "items")
        {
            CheckItems(comparison, attribution);
            return;
        }

        var shares = attribution.Shares(comparison.Input("value_by_bitmask").EnumerateObject()
            .ToDictionary(v => int.Parse(v.Name, CultureInfo.InvariantCulture), v => VectorComparison.ReadNumber(v.Value)));
        comparison.Integer("linear_extensions", shares.LinearExtensions);
        comparison.Numbers("phi", shares.Shares);
        comparison.Number("sum_phi", shares.Sum);
        comparison.Number("v_full_minus_v_empty", shares.Gap);
    }

    private static void CheckItems(VectorComparison comparison, ShapleyAttribution attribution)
    {
        var shares = attribution.ItemShares(
            [.. comparison.Input("masks").EnumerateArray().Select(m => m.GetInt32())],
            [.. comparison.Input("scores_item_by_mask").EnumerateArray().Select(VectorComparison.ReadNumbers)],
            comparison.OptionalInput("clusters")?.EnumerateArray().Select(c => c.GetInt32()).ToArray());
        comparison.Integer("linear_extensions", shares.LinearExtensions);
        var expected = comparison.Input("factors");
        if (expected.GetArrayLength() != shares.Factors.Count)
            comparison.Differs("factors", expected.ToString(), string.Create(CultureInfo.InvariantCulture, $"{shares.Factors.Count} factors"));
        for (var i = 0; i < Math.Min(expected.GetArrayLength(), shares.Factors.Count); i++)
        {
            var label = string.Create(CultureInfo.InvariantCulture, $"factors[{i}]");
            CheckField("phi", shares.Factors[i].Mean);
            CheckField("se", shares.Factors[i].StandardError);
            CheckField("se_clustered", shares.Factors[i].Clustered);
            CheckField("se_clustered_corrected", shares.Factors[i].ClusteredCorrected);

            void CheckField(string field, double? actual)
            {
                if (expected[i].TryGetProperty(field, out var wanted))
                    comparison.Number($"{label}.{field}", wanted, actual);
            }
        }

        comparison.Number("gap", shares.Gap.Mean);
        comparison.Number("gap_se", shares.Gap.StandardError);
        comparison.Number("gap_se_clustered", shares.Gap.Clustered);
        comparison.Number("gap_se_clustered_corrected", shares.Gap.ClusteredCorrected);
    }
}
