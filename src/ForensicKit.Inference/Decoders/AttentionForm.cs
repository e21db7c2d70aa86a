using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ForensicKit.Inference.Decoders;

/// <summary>How queries meet keys and values in the layers of a model: scale, soft cap, shared key heads, windows.</summary>
internal sealed class AttentionForm(DecoderConfig config)
{
    private readonly int _group = config.Heads / config.KeyValueHeads;

    // Libtorch's own scale is 1/√(head size): another one is brought in through the queries.
    private readonly double _queryScale = (config.AttentionScale ?? (1 / Math.Sqrt(config.HeadSize))) * Math.Sqrt(config.HeadSize);

    /// <summary>How many tokens back a layer sees, the token itself included; null for all.</summary>
    public int? WindowOf(int layer) => config.WindowOf(layer);

    /// <summary>Attention of every token to itself and to what is before it in its row.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="queries">[rows, heads, tokens, head size], turned.</param>
    /// <param name="keys">[rows, key heads, tokens, head size], turned.</param>
    /// <param name="values">[rows, key heads, tokens, head size].</param>
    /// <returns>[rows, heads, tokens, head size].</returns>
    public Tensor Causal(int layer, Tensor queries, Tensor keys, Tensor values)
    {
        var tokens = queries.size(2);
        var window = WindowOf(layer);
        if (config.AttentionSoftCap is null && (window is null || tokens <= window))
            return functional.scaled_dot_product_attention(Scaled(queries), Repeat(keys), Repeat(values), is_casual: true);
        var unseen = Scalars.With(float.NegativeInfinity, value => full([tokens, tokens], value, device: queries.device, dtype: queries.dtype));
        var mask = unseen.triu(1);
        if (window is { } w && w < tokens)
            mask = mask.Plus(unseen.tril(-w));
        return Masked(queries, keys, values, mask.view(1, 1, tokens, tokens));
    }

    /// <summary>Attention to the keys that a mask leaves.</summary>
    /// <param name="queries">[rows, heads, tokens, head size], turned.</param>
    /// <param name="keys">[rows, key heads, keys, head size], turned.</param>
    /// <param name="values">[rows, key heads, keys, head size].</param>
    /// <param name="mask">[rows or 1, 1, tokens or 1, keys]: 0 where a key is seen, minus infinity where not; null for all.</param>
    /// <returns>[rows, heads, tokens, head size].</returns>
    public Tensor Masked(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        var (rows, tokens) = (queries.size(0), queries.size(2));
        // The heads that share a key head are more queries of it: no key is copied.
        var folded = Scaled(queries).reshape(rows, config.KeyValueHeads, _group * tokens, config.HeadSize);
        if (mask is not null && _group > 1 && mask.size(2) > 1)
            mask = mask.unsqueeze(2).expand(mask.size(0), 1, _group, tokens, keys.size(2)).reshape(mask.size(0), 1, _group * tokens, keys.size(2));
        return Attend(folded, keys, values, mask).reshape(rows, config.Heads, tokens, config.HeadSize);
    }

    private Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        if (config.AttentionSoftCap is not { } cap)
            return functional.scaled_dot_product_attention(queries, keys, values, mask);
        var scores = queries.matmul(keys.transpose(-2, -1)).Times(1 / Math.Sqrt(config.HeadSize)).Over(cap).tanh().Times(cap);
        if (mask is not null)
            scores = scores.Plus(mask);
        return scores.softmax(-1).matmul(values);
    }

    private Tensor Scaled(Tensor queries) => config.AttentionScale is null ? queries : queries.Times(_queryScale);

    // Gives every query head its key head: head h of [rows, key heads, tokens, size] becomes heads h·g … h·g + g - 1.
    private Tensor Repeat(Tensor heads)
    {
        if (_group == 1)
            return heads;
        var shape = heads.shape;
        return heads.unsqueeze(2).expand(shape[0], shape[1], _group, shape[2], shape[3]).reshape(shape[0], shape[1] * _group, shape[2], shape[3]);
    }
}
