using System.Globalization;
using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="Percentile"/> and <see cref="Moments"/>. Data stand in the first case of their index only.</summary>
public sealed class PercentileVectors : IStatisticsVectorFile
{
    private static readonly (string Name, PercentileMethod Method)[] Methods =
    [
        ("inverted_cdf", PercentileMethod.InvertedCdf), ("averaged_inverted_cdf", PercentileMethod.AveragedInvertedCdf),
        ("closest_observation", PercentileMethod.ClosestObservation), ("interpolated_inverted_cdf", PercentileMethod.InterpolatedInvertedCdf),
        ("hazen", PercentileMethod.Hazen), ("weibull", PercentileMethod.Weibull), ("linear", PercentileMethod.Linear),
        ("median_unbiased", PercentileMethod.MedianUnbiased), ("normal_unbiased", PercentileMethod.NormalUnbiased),
        ("lower", PercentileMethod.Lower), ("higher", PercentileMethod.Higher), ("midpoint", PercentileMethod.Midpoint),
        ("nearest", PercentileMethod.Nearest), ("loadgen", PercentileMethod.LoadGen),
    ];

    /// <inheritdoc/>
    public string Name => "percentiles";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        switch (comparison.OptionalInput("kind")?.GetString())
        {
            case "weighted_inverse_cdf":
                var values = VectorComparison.ReadNumbers(comparison.Input("values"));
                var weights = VectorComparison.ReadNumbers(comparison.Input("weights"));
                foreach (var expected in comparison.Input("percentiles").EnumerateObject())
                {
                    comparison.Number(
                        "percentiles." + expected.Name, expected.Value,
                        Percentile.WeightedInverseCdf(values, weights, double.Parse(expected.Name, CultureInfo.InvariantCulture)));
                }

                break;
            case "moments":
                var sample = Data(comparison);
                comparison.Number("mean", Moments.Mean(sample));
                comparison.Number("std_ddof0", Moments.StandardDeviation(sample, 0));
                comparison.Number("std_ddof1", Moments.StandardDeviation(sample, 1));
                break;
            default:
                var data = Data(comparison);
                var percent = comparison.Input("percentile").GetDouble();
                foreach (var (name, method) in Methods)
                    comparison.Number(name, Percentile.Of(data, percent, method));
                comparison.Integer("loadgen_raw_index", Percentile.LoadGenIndex(data.Length, percent / 100));
                break;
        }
    }

    private static double[] Data(VectorComparison comparison)
    {
        var index = comparison.OptionalInput("data_index")?.GetInt32();
        if (comparison.OptionalInput("data") is { } own)
            return VectorComparison.ReadNumbers(own);
        var listed = comparison.AllCases.EnumerateArray().FirstOrDefault(c =>
            c.TryGetProperty("data_index", out var i) && i.GetInt32() == index && c.TryGetProperty("data", out var d) && d.ValueKind == JsonValueKind.Array);
        return listed.ValueKind == JsonValueKind.Object
            ? VectorComparison.ReadNumbers(listed.GetProperty("data"))
            : throw new FormatException("No case lists the data of this index.");
    }
}
