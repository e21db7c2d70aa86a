using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>How queries meet keys and values in one layer: over the sequences themselves, or over a cache too.</summary>
/// <param name="layer">Index of the layer.</param>
/// <param name="queries">[tokens, heads, head size], turned to their positions.</param>
/// <param name="keys">[tokens, key heads, head size], turned to their positions.</param>
/// <param name="values">[tokens, key heads, head size].</param>
/// <returns>[tokens, heads · head size].</returns>
internal delegate Tensor Attention(int layer, Tensor queries, Tensor keys, Tensor values);

/// <summary>
/// A decoder-only transformer as a function of its weights: the one description of it, for every family, for training and for inference.
/// </summary>
/// <remarks>
/// Everything but attention works on tokens laid end to end. Everything between is disposed of before a call returns, so memory is bounded
/// without waiting for the garbage collector.
/// </remarks>
public sealed class TransformerDecoder : IDisposable
{
    private readonly WeightBag _weights;
    private readonly Tensor _embedding;
    private readonly Tensor? _positions;
    private readonly Projection _head;
    private readonly Norm _finalNorm;
    private readonly DecoderLayer[] _layers;
    private readonly RotaryPositions? _rotary;
    private readonly RotaryPositions? _localRotary;

    /// <summary>A decoder of weights that stay the caller's: gradients flow to those that require them, and in-place updates are seen by the next call.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="weights">Every tensor of <see cref="WeightShapes"/> by name, floating point, on one device; others are ignored.</param>
    /// <exception cref="KitException">A weight is missing or has another shape.</exception>
    public TransformerDecoder(DecoderConfig config, IReadOnlyDictionary<string, Tensor> weights)
        : this(config, weights, owned: null, WeightPrecision.Float32)
    {
    }

    private TransformerDecoder(DecoderConfig config, IReadOnlyDictionary<string, Tensor> weights, Dictionary<string, Tensor>? owned, WeightPrecision precision)
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

        _weights = new(weights, owned, precision);
        _embedding = weights["model.embed_tokens.weight"];
        _positions = config.LearnedPositions ? weights["model.embed_positions.weight"] : null;
        _head = _weights.Head(config.TiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");
        _finalNorm = new(config, weights, "model.norm");
        Form = new(config);
        if (!config.LearnedPositions)
            _rotary = new(config, Device);
        if (config.LocalRopeTheta is not null)
            _localRotary = new(config, Device, local: true);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(i => new DecoderLayer(config, _weights, i))];
    }

    /// <summary>The shape.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device => _embedding.device;

    /// <summary>How queries meet keys.</summary>
    internal AttentionForm Form { get; }

    /// <summary>A decoder that takes its weights over, for inference: projections of the same input are joined once, and everything is released with it.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="weights">As for the constructor; must not be used afterwards.</param>
    /// <param name="precision">How its matrices are held.</param>
    /// <exception cref="KitException">A weight is missing or has another shape; the weights are released.</exception>
    public static TransformerDecoder TakeOver(DecoderConfig config, IReadOnlyDictionary<string, Tensor> weights, WeightPrecision precision = WeightPrecision.Float32)
    {
        var owned = weights.ToDictionary(w => w.Key, w => w.Value, StringComparer.Ordinal);
        try
        {
            using var none = no_grad();
            return new(config, owned, owned, precision);
        }
        catch
        {
            foreach (var weight in owned.Values)
                weight.Dispose();
            throw;
        }
    }

    /// <summary>Name and shape of every weight, by Llama's names in Hugging Face's layout; in the order of the forward pass.</summary>
    public static IReadOnlyList<(string Name, long[] Shape)> WeightShapes(DecoderConfig config)
    {
        var shapes = new List<(string, long[])> { ("model.embed_tokens.weight", [config.VocabularySize, config.HiddenSize]) };
        if (config.LearnedPositions)
            shapes.Add(("model.embed_positions.weight", [config.ContextLength, config.HiddenSize]));
        for (var i = 0; i < config.Layers; i++)
            shapes.AddRange(DecoderLayer.WeightShapes(config, i));
        shapes.Add(("model.norm.weight", [config.HiddenSize]));
        if (config.Norm == NormKind.Layer)
            shapes.Add(("model.norm.bias", [config.HiddenSize]));
        if (!config.TiedEmbeddings)
            shapes.Add(("lm_head.weight", [config.VocabularySize, config.HiddenSize]));
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
    public Tensor Hidden(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var (rows, tokens) = (ids.size(0), ids.size(1));
        return Run(TokenBatch.Whole(Config, ids), CausalRows(rows, tokens)).view(rows, tokens, Config.HiddenSize).MoveToOuterDisposeScope();
    }

    /// <summary>Logits [.., vocabulary] of rows of the residual stream [.., hidden size].</summary>
    public Tensor Logits(Tensor hidden)
    {
        var logits = _head.Apply(hidden);
        if (Config.LogitSoftCap is not { } cap)
            return logits;
        using (logits)
            return Scalars.With(cap, logits.Over(cap).tanh_().mul_);
    }

    /// <summary>Releases what the decoder made itself, and the weights where it took them over.</summary>
    public void Dispose()
    {
        _rotary?.Dispose();
        _localRotary?.Dispose();
        _finalNorm.Dispose();
        _head.Dispose();
        foreach (var layer in _layers)
            layer.Dispose();
        _weights.Dispose();
    }

    /// <summary>Attention of tokens that are rows of equal length laid end to end, each from its position 0.</summary>
    internal Attention CausalRows(long rows, long tokens) => (layer, queries, keys, values) =>
    {
        Tensor Split(Tensor x) => x.view(rows, tokens, x.size(1), Config.HeadSize).transpose(1, 2);
        return Form.Causal(layer, Split(queries), Split(keys), Split(values)).transpose(1, 2).reshape(rows * tokens, Config.Heads * Config.HeadSize);
    };

    /// <summary>Runs tokens.</summary>
    /// <param name="batch">The tokens.</param>
    /// <param name="attention">How queries meet keys.</param>
    /// <param name="places">Which tokens are asked for, int64, as indices into the batch; null for all.</param>
    /// <returns>The residual stream after the final norm [tokens or places, hidden size].</returns>
    internal Tensor Run(TokenBatch batch, Attention attention, Tensor? places = null)
    {
        using var scope = NewDisposeScope();
        var turns = _rotary?.Of(batch.Positions, batch.Regimes);
        var localTurns = _localRotary?.Of(batch.Positions, null);
        var x = _embedding.index_select(0, batch.Ids);
        if (Config.EmbeddingScale != 1)
            x = x.Times(Config.EmbeddingScale);
        if (_positions is not null)
            x = x.Plus(_positions.index_select(0, tensor(batch.Positions, ScalarType.Int64, Device)));
        for (var i = 0; i < _layers.Length; i++)
        {
            using var inner = NewDisposeScope();
            var local = localTurns is not null && Config.WindowOf(i) is not null;
            // After the last attention no token is seen by another: the rest is computed only where it is asked for.
            var next = _layers[i].Apply(x, local ? _localRotary : _rotary, local ? localTurns : turns, attention, i == _layers.Length - 1 ? places : null);
            x.Dispose();
            x = next.MoveToOuterDisposeScope();
        }

        return _finalNorm.Apply(x).MoveToOuterDisposeScope();
    }
}
