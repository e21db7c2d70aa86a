using System.Globalization;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ForensicKit.Inference.Decoders;

/// <summary>The feed-forward block of a layer, or one of its experts.</summary>
internal sealed class FeedForward : IDisposable
{
    private readonly DecoderConfig _config;
    private readonly Projection _up;
    private readonly Projection _down;
    private readonly int _width;

    public FeedForward(DecoderConfig config, WeightBag weights, string name, int width)
    {
        (_config, _width) = (config, width);
        _up = config.Gated ? weights.Projection(name + "gate_proj", name + "up_proj") : weights.Projection(name + "up_proj");
        _down = weights.Projection(name + "down_proj");
    }

    /// <summary>[tokens, hidden size] of [tokens, hidden size].</summary>
    public Tensor Apply(Tensor x)
    {
        // The widest tensors of a layer: each is released as soon as the next is there, unless gradients need it.
        using var inner = _up.Apply(x);
        if (_config is { Gated: true, Activation: Activation.Silu } && FewTokens.Applies(x))
            return _down.Apply(FewTokens.GatedSilu(inner, _width));
        if (!_config.Gated)
            return _down.Apply(Activate(inner));
        using var gate = inner.narrow(-1, 0, _width);
        using var up = inner.narrow(-1, _width, _width);
        using var active = Activate(gate);
        using var gated = active.mul(up);
        return _down.Apply(gated);
    }

    public void Dispose()
    {
        _up.Dispose();
        _down.Dispose();
    }

    private Tensor Activate(Tensor x) => _config.Activation switch
    {
        Activation.Silu => functional.silu(x),
        Activation.Gelu => functional.gelu(x),
        // Hendrycks and Gimpel 2016, section 2.
        Activation.GeluTanh => x.Times(0.5).mul(Scalars.With(3, x.pow).Times(0.044715).Plus(x).Times(Math.Sqrt(2 / Math.PI)).tanh().Plus(1)),
        Activation.Relu => functional.relu(x),
        _ => throw new InvalidOperationException(),
    };
}

/// <summary>Experts and the router that picks some for each token.</summary>
internal sealed class Experts : IDisposable
{
    private readonly ExpertMixture _mixture;
    private readonly Tensor _router;
    private readonly FeedForward[] _experts;

    public Experts(DecoderConfig config, WeightBag weights, string name)
    {
        _mixture = config.Experts!;
        _router = weights[name + "gate.weight"];
        _experts = [.. Enumerable.Range(0, _mixture.Count).Select(e => new FeedForward(config, weights, Name(name, e), _mixture.IntermediateSize))];
    }

    /// <summary>Name of an expert's weights, up to the point.</summary>
    public static string Name(string name, int expert) => string.Create(CultureInfo.InvariantCulture, $"{name}experts.{expert}.");

    /// <summary>[tokens, hidden size] of [tokens, hidden size].</summary>
    public Tensor Apply(Tensor x)
    {
        var (shares, chosen) = functional.linear(x, _router).softmax(-1, ScalarType.Float32).topk(_mixture.PerToken);
        if (_mixture.Normalize)
            shares = shares / shares.sum(-1, keepdim: true);
        var picks = chosen.cpu().data<long>().ToArray();
        var result = zeros_like(x);
        for (var e = 0; e < _experts.Length; e++)
        {
            long[] places = [.. Enumerable.Range(0, picks.Length).Where(i => picks[i] == e).Select(i => (long)i)];
            if (places.Length == 0)
                continue;
            var rows = tensor(Array.ConvertAll(places, i => i / _mixture.PerToken), device: x.device);
            var share = shares.reshape(-1, 1).index_select(0, tensor(places, device: x.device));
            result.AddRowsInPlace(rows, _experts[e].Apply(x.index_select(0, rows)) * share);
        }

        return result;
    }

    public void Dispose()
    {
        foreach (var expert in _experts)
            expert.Dispose();
    }
}
