using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Conformance.Statistics;

/// <summary>Vectors of <see cref="BlockBootstrap"/>.</summary>
public sealed class BlockBootstrapVectors : IStatisticsVectorFile
{
    /// <inheritdoc/>
    public string Name => "block-bootstrap";

    /// <inheritdoc/>
    public void Check(VectorComparison comparison)
    {
        var data = VectorComparison.ReadNumbers(comparison.Input("data"));
        int[] indices;
        if (comparison.Input("kind").GetString() == "moving_block")
        {
            var blockLength = comparison.Input("block_length").GetInt32();
            var moments = BlockBootstrap.MovingBlockMoments(data, blockLength);
            comparison.Number("expected_mean_when_l_divides_n", moments?.Mean);
            comparison.Number("variance_of_mean_when_l_divides_n", moments?.Variance);
            indices = BlockBootstrap.MovingBlockIndices(data.Length, blockLength, Whole(comparison.Input("starts")));
        }
        else
        {
            var p = comparison.Input("p").GetDouble();
            var moments = BlockBootstrap.StationaryMoments(data, p);
            comparison.Number("expected_mean", moments.Mean);
            comparison.Number("variance_of_mean", moments.Variance);
            indices = BlockBootstrap.StationaryIndices(
                data.Length, p, VectorComparison.ReadNumbers(comparison.Input("u")), VectorComparison.ReadNumbers(comparison.Input("w")));
        }

        comparison.Integers("indices", [.. indices.Select(i => (long)i)]);
        comparison.Number("mean_of_replicate", Moments.Mean([.. indices.Select(i => data[i])]));
    }

    private static int[] Whole(JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];
}
