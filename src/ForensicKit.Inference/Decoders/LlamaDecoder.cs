using System.Globalization;
using ForensicKit.Inference.Checkpoints;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ForensicKit.Inference.Decoders;

/// <summary>How queries meet keys and values in one layer: over the sequence itself, or over a cache too.</summary>
/// <param name="layer">Index of the layer.</param>
/// <param name="queries">[rows, query heads, tokens, head size], turned to their positions.</param>
/// <param name="keys">[rows, key heads, tokens, head size], turned to their positions.</param>
/// <param name="values">[rows, key heads, tokens, head size].</param>
/// <returns>[rows, query heads, tokens, head size].</returns>
internal delegate Tensor Attention(int layer, Tensor queries, Tensor keys, Tensor values);

/// <summary>
/// A Llama-style decoder as a function of its weights (Touvron et al. 2023; Hugging Face's names and layouts): the one description of it, for
/// training and for inference.
/// </summary>
/// <remarks>
/// The weights stay the caller's: gradients flow to those that require them, and in-place updates are seen by the next call.
/// Everything between is disposed of before a call returns, so memory is bounded without waiting for the garbage collector.
/// </remarks>
public sealed class LlamaDecoder : IDisposable
{
    private readonly Tensor _embedding;
    private readonly Tensor _finalNorm;
    private readonly Tensor _head;
    private readonly Layer[] _layers;
    private readonly RotaryTable _rotary;

    /// <param name="config">The shape.</param>
    /// <param name="weights">Every tensor of <see cref="WeightShapes"/> by name, floating point, on one device; others are ignored.</param>
    /// <param name="join">
    /// Whether projections of the same input are joined into one matrix once instead of at each use: faster for few tokens, but a copy, so for
    /// inference only: neither gradients nor later changes of the weights reach it.
    /// </param>
    /// <exception cref="KitException">A weight is missing or has another shape.</exception>
    public LlamaDecoder(LlamaConfig config, IReadOnlyDictionary<string, Tensor> weights, bool join = false)
    {
        Config = config.Validate();
        Torch.TorchRuntime.EnsureLoaded();
        foreach (var (name, shape) in WeightShapes(config))
        {
            if (!weights.TryGetValue(name, out var weight))
                throw new KitException($"The weight '{name}' is missing.");
            if (!weight.shape.AsSpan().SequenceEqual(shape))
                throw new KitException($"The weight '{name}' has the shape [{string.Join(", ", weight.shape)}] instead of [{string.Join(", ", shape)}].");
        }

        _embedding = weights["model.embed_tokens.weight"];
        _finalNorm = weights["model.norm.weight"];
        _head = config.TiedEmbeddings ? _embedding : weights["lm_head.weight"];
        _rotary = new RotaryTable(config, _embedding.device);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(i => new Layer(weights, LayerName(i), join))];
    }

    /// <summary>The shape.</summary>
    public LlamaConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device => _embedding.device;

    /// <summary>Name and shape of every weight, as a checkpoint holds them; in the order of the forward pass.</summary>
    public static IReadOnlyList<(string Name, long[] Shape)> WeightShapes(LlamaConfig config)
    {
        long hidden = config.HiddenSize, queries = config.Heads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize, inner = config.IntermediateSize;
        var shapes = new List<(string, long[])> { ("model.embed_tokens.weight", [config.VocabularySize, hidden]) };
        void Linear(string name, long output, long input, bool bias)
        {
            shapes.Add((name + ".weight", [output, input]));
            if (bias)
                shapes.Add((name + ".bias", [output]));
        }

        for (var i = 0; i < config.Layers; i++)
        {
            var layer = LayerName(i);
            shapes.Add((layer + "input_layernorm.weight", [hidden]));
            Linear(layer + "self_attn.q_proj", queries, hidden, config.AttentionBias);
            Linear(layer + "self_attn.k_proj", keys, hidden, config.AttentionBias);
            Linear(layer + "self_attn.v_proj", keys, hidden, config.AttentionBias);
            Linear(layer + "self_attn.o_proj", hidden, queries, config.AttentionBias);
            shapes.Add((layer + "post_attention_layernorm.weight", [hidden]));
            Linear(layer + "mlp.gate_proj", inner, hidden, config.MlpBias);
            Linear(layer + "mlp.up_proj", inner, hidden, config.MlpBias);
            Linear(layer + "mlp.down_proj", hidden, inner, config.MlpBias);
        }

        shapes.Add(("model.norm.weight", [hidden]));
        if (!config.TiedEmbeddings)
            shapes.Add(("lm_head.weight", [config.VocabularySize, hidden]));
        return shapes;
    }

    /// <summary>Logits of every position: causal attention over whole sequences, from position 0.</summary>
    /// <param name="ids">Token ids [rows, tokens], int64, each below the vocabulary's size. Shorter rows are padded on the right: what is
    /// left of the padding does not see it.</param>
    /// <returns>[rows, tokens, vocabulary]; carries gradients where weights require them.</returns>
    public Tensor Forward(Tensor ids)
    {
        using var hidden = Hidden(ids);
        return Logits(hidden);
    }

    /// <summary>The residual stream after the final norm [rows, tokens, hidden size] for ids as in <see cref="Forward"/>.</summary>
    public Tensor Hidden(Tensor ids) => Hidden(ids, (_, queries, keys, values) => CausalAttention(queries, keys, values));

    /// <summary>Logits [.., vocabulary] of rows of the residual stream [.., hidden size].</summary>
    public Tensor Logits(Tensor hidden) => functional.linear(hidden, _head);

    /// <summary>Releases what the decoder made itself, never the weights it was given.</summary>
    public void Dispose()
    {
        _rotary.Dispose();
        foreach (var layer in _layers)
            layer.Dispose();
    }

    /// <summary>As <see cref="Hidden(Tensor)"/>, with given attention, and where <paramref name="places"/> are given only there.</summary>
    /// <param name="ids">[rows, tokens], int64.</param>
    /// <param name="attention">How queries meet keys.</param>
    /// <param name="places">Places in the rows laid end to end, int64; the result is then [places, hidden size].</param>
    internal Tensor Hidden(Tensor ids, Attention attention, Tensor? places = null)
    {
        var (cosines, sines) = _rotary.Rows(ids.size(1));
        using var scope = NewDisposeScope();
        var length = ids.size(1);
        return Run(ids, cosines.narrow(0, 0, length).unsqueeze(1), sines.narrow(0, 0, length).unsqueeze(1), attention, places).MoveToOuterDisposeScope();
    }

    /// <summary>As <see cref="Hidden(Tensor)"/>, at given positions [rows, tokens] (int64, all below <paramref name="length"/>) and with given attention.</summary>
    internal Tensor Run(Tensor ids, Tensor positions, long length, Attention attention, Tensor? places = null)
    {
        var (cosines, sines) = _rotary.Rows(length);
        using var scope = NewDisposeScope();
        var flat = positions.reshape(-1);
        long[] shape = [positions.size(0), positions.size(1), 1, Config.HeadSize];
        return Run(ids, cosines.index_select(0, flat).view(shape), sines.index_select(0, flat).view(shape), attention, places).MoveToOuterDisposeScope();
    }

    // Pre-norm residual blocks: x + attention(norm(x)), then x + down(silu(gate) * up) of norm(x).
    private Tensor Run(Tensor ids, Tensor cosines, Tensor sines, Attention attention, Tensor? places)
    {
        var rows = ids.size(0);
        var tokens = ids.size(1);
        var x = _embedding.index_select(0, ids.reshape(-1)).view(rows, tokens, Config.HiddenSize);
        for (var i = 0; i < _layers.Length; i++)
        {
            using var scope = NewDisposeScope();
            var layer = _layers[i];
            var (queries, keys, values) = Heads(layer.QueryKeyValue.Apply(Norm(x, layer.InputNorm)), cosines, sines);
            var mixed = attention(i, queries, keys, values).transpose(1, 2).reshape(rows, tokens, Config.Heads * Config.HeadSize);
            var residual = x;
            if (places is not null && i == _layers.Length - 1)
            {
                // After the last attention no place is seen by another: the rest is computed only where it is asked for.
                mixed = mixed.view(rows * tokens, -1).index_select(0, places);
                residual = x.view(rows * tokens, -1).index_select(0, places);
            }

            var middle = residual + layer.Output.Apply(mixed);
            var inner = layer.GateUp.Apply(Norm(middle, layer.PostAttentionNorm));
            var gated = functional.silu(inner.narrow(-1, 0, Config.IntermediateSize)) * inner.narrow(-1, Config.IntermediateSize, Config.IntermediateSize);
            var next = middle + layer.Down.Apply(gated);
            x.Dispose();
            x = next.MoveToOuterDisposeScope();
        }

        return Norm(x, _finalNorm);
    }

    private (Tensor Queries, Tensor Keys, Tensor Values) Heads(Tensor joined, Tensor cosines, Tensor sines)
    {
        long queries = Config.Heads, keys = Config.KeyValueHeads;
        var heads = joined.view(joined.size(0), joined.size(1), queries + (2 * keys), Config.HeadSize);
        // Queries and keys are turned alike, values not at all.
        var turned = RotaryTable.Turn(heads.narrow(2, 0, queries + keys), cosines, sines);
        return (turned.narrow(2, 0, queries).transpose(1, 2), turned.narrow(2, queries, keys).transpose(1, 2), heads.narrow(2, queries + keys, keys).transpose(1, 2));
    }

    /// <summary>Attention of every token to itself and what is before it.</summary>
    internal Tensor CausalAttention(Tensor queries, Tensor keys, Tensor values) =>
        functional.scaled_dot_product_attention(queries, Repeat(keys), Repeat(values), is_casual: true);

    /// <summary>Gives every query head its key head: head h of [rows, key heads, tokens, size] becomes heads h·g … h·g + g - 1.</summary>
    internal Tensor Repeat(Tensor heads)
    {
        var group = Config.Heads / Config.KeyValueHeads;
        if (group == 1)
            return heads;
        var shape = heads.shape;
        return heads.unsqueeze(2).expand(shape[0], shape[1], group, shape[2], shape[3]).reshape(shape[0], shape[1] * group, shape[2], shape[3]);
    }

    // Zhang and Sennrich 2019: x / sqrt(mean(x²) + ε) · w.
    private Tensor Norm(Tensor x, Tensor weight)
    {
        var scale = x.norm(-1, keepdim: true).square().div(Config.HiddenSize).add(Config.NormEpsilon).rsqrt();
        return x * scale * weight;
    }

    private static string LayerName(int layer) => string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");

    private sealed class Layer(IReadOnlyDictionary<string, Tensor> weights, string name, bool join) : IDisposable
    {
        public Tensor InputNorm { get; } = weights[name + "input_layernorm.weight"];

        public Projection QueryKeyValue { get; } = new(weights, join, name + "self_attn.q_proj", name + "self_attn.k_proj", name + "self_attn.v_proj");

        public Projection Output { get; } = new(weights, copy: false, name + "self_attn.o_proj");

        public Tensor PostAttentionNorm { get; } = weights[name + "post_attention_layernorm.weight"];

        public Projection GateUp { get; } = new(weights, join, name + "mlp.gate_proj", name + "mlp.up_proj");

        public Projection Down { get; } = new(weights, copy: false, name + "mlp.down_proj");

        public void Dispose()
        {
            QueryKeyValue.Dispose();
            GateUp.Dispose();
        }
    }
}
