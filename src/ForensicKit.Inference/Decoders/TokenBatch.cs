using ForensicKit.Inference.Checkpoints;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>Tokens to run together, laid end to end, whatever sequences they belong to.</summary>
/// <param name="Ids">[tokens], int64.</param>
/// <param name="Positions">Position of each in its sequence.</param>
/// <param name="Regimes">What <see cref="RopeScaling.Regime"/> says of each one's sequence; null where the model has no such scaling.</param>
internal sealed record TokenBatch(Tensor Ids, int[] Positions, int[]? Regimes)
{
    /// <summary>Whole sequences of equal length.</summary>
    /// <param name="config">The model.</param>
    /// <param name="ids">[rows, tokens], int64.</param>
    public static TokenBatch Whole(DecoderConfig config, Tensor ids)
    {
        var (rows, tokens) = ((int)ids.size(0), (int)ids.size(1));
        var positions = new int[rows * tokens];
        for (var i = 0; i < positions.Length; i++)
            positions[i] = i % tokens;
        var regime = config.RopeScaling?.Regime(tokens, config.ContextLength) ?? 0;
        return new(ids.reshape(-1), positions, regime == 0 ? null : [.. Enumerable.Repeat(regime, positions.Length)]);
    }
}
