using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>Normalises the last dimension.</summary>
internal sealed class Norm : IDisposable
{
    private readonly NormKind _kind;
    private readonly double _epsilon;
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    /// <param name="config">The model.</param>
    /// <param name="weights">Weights by name.</param>
    /// <param name="name">Name of the norm: <c>name.weight</c> and, for layer norms, <c>name.bias</c>.</param>
    /// <param name="kind">Another kind than the model's.</param>
    public Norm(DecoderConfig config, IReadOnlyDictionary<string, Tensor> weights, string name, NormKind? kind = null)
    {
        _kind = kind ?? config.Norm;
        _epsilon = config.NormEpsilon;
        _bias = _kind == NormKind.Layer ? weights[name + ".bias"] : null;
        using var scope = NewDisposeScope();
        var weight = weights[name + ".weight"];
        _weight = _kind == NormKind.RootMeanSquarePlusOne ? weight.Plus(1).DetachFromDisposeScope() : weight;
    }

    /// <summary>The normalised <paramref name="x"/>, same shape.</summary>
    public Tensor Apply(Tensor x)
    {
        if (_kind == NormKind.Layer)
            return nn.functional.layer_norm(x, _weight.shape, _weight, _bias, _epsilon);
        if (FewTokens.Applies(x))
            return FewTokens.RootMeanSquareNorm(x, _weight, _epsilon);
        using var norm = x.norm(-1, keepdim: true);
        using var scale = norm.Squared().Over(x.size(-1)).Plus(_epsilon).rsqrt();
        using var scaled = x * scale;
        return scaled * _weight;
    }

    /// <summary>Releases what the norm made itself.</summary>
    public void Dispose()
    {
        if (_kind == NormKind.RootMeanSquarePlusOne)
            _weight.Dispose();
    }
}
