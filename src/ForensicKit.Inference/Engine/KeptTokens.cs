using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>Keys and values of tokens that others will follow, layer by layer.</summary>
/// <param name="above">Those that come before these; null at the beginning.</param>
/// <param name="layers">How many layers the model has.</param>
internal sealed class KeptKeys(KeptKeys? above, int layers) : IDisposable
{
    /// <summary>Those that come before these; null at the beginning.</summary>
    public KeptKeys? Above { get; } = above;

    /// <summary>[tokens, key heads, head size] of each layer.</summary>
    public Tensor[] Keys { get; } = new Tensor[layers];

    /// <summary>[tokens, key heads, head size] of each layer.</summary>
    public Tensor[] Values { get; } = new Tensor[layers];

    /// <summary>Bytes that one token takes.</summary>
    public static long BytesPerToken(Checkpoints.DecoderConfig config) => 2L * config.Layers * config.KeyValueHeads * config.HeadSize * sizeof(float);

    /// <summary>Those before and these, the first ones first.</summary>
    public IEnumerable<KeptKeys> Chain => (Above?.Chain ?? []).Append(this);

    public void Dispose()
    {
        foreach (var tensor in Keys.Concat(Values))
            tensor?.Dispose();
    }
}

/// <summary>Where a node's tokens lie among those that were kept with them.</summary>
/// <param name="Keys">The keys and values.</param>
/// <param name="Offset">Its first token.</param>
internal sealed record KeptTokens(KeptKeys Keys, int Offset);
