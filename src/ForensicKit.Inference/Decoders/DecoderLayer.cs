using System.Globalization;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>One layer: attention and a feed-forward block, each added to the residual stream.</summary>
internal sealed class DecoderLayer : IDisposable
{
    private readonly DecoderConfig _config;
    private readonly int _index;
    private readonly Projection _queryKeyValue;
    private readonly Projection _output;
    private readonly FeedForward? _dense;
    private readonly Experts? _experts;
    private readonly Dictionary<string, Norm> _norms;

    public DecoderLayer(DecoderConfig config, WeightBag weights, int index)
    {
        (_config, _index) = (config, index);
        var name = Name(index);
        _norms = Norms(config).ToDictionary(n => n.Name, n => new Norm(config, weights.All, name + n.Name, n.Kind), StringComparer.Ordinal);
        _queryKeyValue = weights.Projection(name + "self_attn.q_proj", name + "self_attn.k_proj", name + "self_attn.v_proj");
        _output = weights.Projection(name + "self_attn.o_proj");
        if (config.Experts is { } experts && experts.Layers[index])
            _experts = new(config, weights, name + "mlp.");
        else
            _dense = new(config, weights, name + "mlp.", config.IntermediateSize);
    }

    /// <summary>Name and shape of every weight of a layer.</summary>
    public static IEnumerable<(string Name, long[] Shape)> WeightShapes(DecoderConfig config, int index)
    {
        var name = Name(index);
        long hidden = config.HiddenSize, queries = config.Heads * config.HeadSize, keys = config.KeyValueHeads * config.HeadSize;
        var shapes = new List<(string, long[])>();
        void Linear(string part, long output, long input, bool bias)
        {
            shapes.Add((name + part + ".weight", [output, input]));
            if (bias)
                shapes.Add((name + part + ".bias", [output]));
        }

        void Norm(string part)
        {
            foreach (var (norm, kind, width) in Norms(config).Where(n => n.Name == part))
            {
                shapes.Add((name + norm + ".weight", [width]));
                if ((kind ?? config.Norm) == NormKind.Layer)
                    shapes.Add((name + norm + ".bias", [width]));
            }
        }

        void Block(string part, long width)
        {
            if (config.Gated)
                Linear(part + "gate_proj", width, hidden, config.MlpBias);
            Linear(part + "up_proj", width, hidden, config.MlpBias);
            Linear(part + "down_proj", hidden, width, config.MlpBias);
        }

        Norm("input_layernorm");
        Linear("self_attn.q_proj", queries, hidden, config.AttentionBias);
        Linear("self_attn.k_proj", keys, hidden, config.AttentionBias);
        Linear("self_attn.v_proj", keys, hidden, config.AttentionBias);
        Norm("self_attn.q_norm");
        Norm("self_attn.k_norm");
        Linear("self_attn.o_proj", hidden, queries, config.OutputBias);
        Norm("post_attention_layernorm");
        Norm("pre_feedforward_layernorm");
        if (config.Experts is { } experts && experts.Layers[index])
        {
            Linear("mlp.gate", experts.Count, hidden, bias: false);
            for (var e = 0; e < experts.Count; e++)
                Block(Experts.Name("mlp.", e), experts.IntermediateSize);
        }
        else
        {
            Block("mlp.", config.IntermediateSize);
        }

        Norm("post_feedforward_layernorm");
        return shapes;
    }

    /// <summary>The residual stream after the layer.</summary>
    /// <param name="x">[tokens, hidden size].</param>
    /// <param name="rotary">What turns queries and keys; null for nothing.</param>
    /// <param name="turns">Cosines and sines of the tokens.</param>
    /// <param name="attention">How queries meet keys.</param>
    /// <param name="places">Which tokens are wanted; null for all.</param>
    /// <returns>[tokens or places, hidden size].</returns>
    public Tensor Apply(Tensor x, RotaryPositions? rotary, (Tensor Cosines, Tensor Sines)? turns, Attention attention, Tensor? places)
    {
        var normed = _config.Order == BlockOrder.NormAfter ? x : _norms["input_layernorm"].Apply(x);
        using var joined = _queryKeyValue.Apply(normed);
        if (_config.Order != BlockOrder.NormAfter)
            normed.Dispose();
        var (queries, keys, values) = Heads(joined, rotary, turns);
        var seen = attention(_index, queries, keys, values);
        // Views of what is not needed any more.
        queries.Dispose();
        keys.Dispose();
        values.Dispose();
        if (places is not null)
            (seen, x) = (seen.index_select(0, places), x.index_select(0, places));
        var mixed = _output.Apply(seen);
        switch (_config.Order)
        {
            case BlockOrder.NormBefore:
                x = x.Plus(mixed);
                return x.Plus(Transform(_norms["post_attention_layernorm"].Apply(x)));
            case BlockOrder.NormAfter:
                x = x.Plus(_norms["post_attention_layernorm"].Apply(mixed));
                return x.Plus(_norms["post_feedforward_layernorm"].Apply(Transform(x)));
            case BlockOrder.NormAround:
                x = x.Plus(_norms["post_attention_layernorm"].Apply(mixed));
                return x.Plus(_norms["post_feedforward_layernorm"].Apply(Transform(_norms["pre_feedforward_layernorm"].Apply(x))));
            default:
                return x.Plus(mixed).Plus(Transform(_norms["post_attention_layernorm"].Apply(x)));
        }
    }

    public void Dispose()
    {
        _queryKeyValue.Dispose();
        _output.Dispose();
        _dense?.Dispose();
        _experts?.Dispose();
        foreach (var norm in _norms.Values)
            norm.Dispose();
    }

    private static string Name(int layer) => string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");

    // Names are Hugging Face's, in which post_attention_layernorm is a block's first norm or its last.
    private static IEnumerable<(string Name, NormKind? Kind, long Width)> Norms(DecoderConfig config)
    {
        if (config.Order != BlockOrder.NormAfter)
            yield return ("input_layernorm", null, config.HiddenSize);
        yield return ("post_attention_layernorm", null, config.HiddenSize);
        if (config.Order == BlockOrder.NormAround)
            yield return ("pre_feedforward_layernorm", null, config.HiddenSize);
        if (config.Order is BlockOrder.NormAround or BlockOrder.NormAfter)
            yield return ("post_feedforward_layernorm", null, config.HiddenSize);
        if (config.QueryKeyNorm == QueryKeyNorm.None)
            yield break;
        var all = config.QueryKeyNorm == QueryKeyNorm.AllHeads;
        yield return ("self_attn.q_norm", null, all ? config.Heads * config.HeadSize : config.HeadSize);
        yield return ("self_attn.k_norm", null, all ? config.KeyValueHeads * config.HeadSize : config.HeadSize);
    }

    private Tensor Transform(Tensor x) => _experts?.Apply(x) ?? _dense!.Apply(x);

    private (Tensor Queries, Tensor Keys, Tensor Values) Heads(Tensor joined, RotaryPositions? rotary, (Tensor Cosines, Tensor Sines)? turns)
    {
        var tokens = joined.size(0);
        long queries = _config.Heads, keys = _config.KeyValueHeads, size = _config.HeadSize;
        var values = joined.narrow(1, (queries + keys) * size, keys * size).view(tokens, keys, size);
        if (_config.QueryKeyNorm == QueryKeyNorm.None)
        {
            // Queries and keys are turned alike.
            var both = joined.narrow(1, 0, (queries + keys) * size).view(tokens, queries + keys, size);
            if (rotary is not null)
                both = rotary.Turn(both, turns!.Value.Cosines, turns.Value.Sines);
            return (both.narrow(1, 0, queries), both.narrow(1, queries, keys), values);
        }

        Tensor Prepared(long from, long heads, string norm)
        {
            var part = joined.narrow(1, from * size, heads * size);
            part = _config.QueryKeyNorm == QueryKeyNorm.AllHeads
                ? _norms[norm].Apply(part).view(tokens, heads, size)
                : _norms[norm].Apply(part.view(tokens, heads, size));
            return rotary?.Turn(part, turns!.Value.Cosines, turns.Value.Sines) ?? part;
        }

        return (Prepared(0, queries, "self_attn.q_norm"), Prepared(queries, keys, "self_attn.k_norm"), values);
    }
}
