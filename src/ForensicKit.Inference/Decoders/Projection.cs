using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>One linear map, or several of the same input that are computed as one.</summary>
internal sealed class Projection : IDisposable
{
    private readonly (Tensor Weight, Tensor? Bias)[] _parts;
    private readonly bool _copied;

    /// <param name="weights">Weights by name.</param>
    /// <param name="copy">Whether to join several maps once, as a copy, instead of at each use.</param>
    /// <param name="names">Names of the maps: <c>name.weight</c> [output, input] and, where there is one, <c>name.bias</c> [output].</param>
    public Projection(IReadOnlyDictionary<string, Tensor> weights, bool copy, params ReadOnlySpan<string> names)
    {
        _parts = new (Tensor, Tensor?)[names.Length];
        for (var i = 0; i < names.Length; i++)
            _parts[i] = (weights[names[i] + ".weight"], weights.GetValueOrDefault(names[i] + ".bias"));
        if (!copy || names.Length == 1)
            return;
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var (weight, bias) = Join();
        _parts = [(weight.DetachFromDisposeScope(), bias?.DetachFromDisposeScope())];
        _copied = true;
    }

    /// <summary>The outputs side by side [.., sum of outputs] for <paramref name="x"/> [.., input], in the order of the names.</summary>
    public Tensor Apply(Tensor x)
    {
        var (weight, bias) = _parts.Length == 1 ? _parts[0] : Join();
        return nn.functional.linear(x, weight, bias);
    }

    /// <summary>Releases a copy, never the weights.</summary>
    public void Dispose()
    {
        if (!_copied)
            return;
        _parts[0].Weight.Dispose();
        _parts[0].Bias?.Dispose();
    }

    // The matrices are small beside what passes through them, and gradients flow through the joining.
    private (Tensor Weight, Tensor? Bias) Join() =>
        (cat([.. _parts.Select(part => part.Weight)], 0), _parts[0].Bias is null ? null : cat([.. _parts.Select(part => part.Bias!)], 0));
}
