using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>One or several linear maps of the same input, computed one by one or as one joined matrix.</summary>
internal sealed class Projection : IDisposable
{
    private readonly (Tensor Weight, Tensor? Bias)[] _parts;
    private readonly long[] _sizes;
    private readonly bool _joined;

    /// <param name="weights">Weights by name.</param>
    /// <param name="join">Whether to copy the maps into one matrix.</param>
    /// <param name="names">Names of the maps: <c>name.weight</c> [output, input] and, where there is one, <c>name.bias</c> [output].</param>
    public Projection(IReadOnlyDictionary<string, Tensor> weights, bool join, params ReadOnlySpan<string> names)
    {
        _parts = new (Tensor, Tensor?)[names.Length];
        _sizes = new long[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            _parts[i] = (weights[names[i] + ".weight"], weights.GetValueOrDefault(names[i] + ".bias"));
            _sizes[i] = _parts[i].Weight.size(0);
        }

        if (!join || names.Length == 1)
            return;
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var weight = cat([.. _parts.Select(part => part.Weight)], 0).DetachFromDisposeScope();
        var bias = _parts[0].Bias is null ? null : cat([.. _parts.Select(part => part.Bias!)], 0).DetachFromDisposeScope();
        _parts = [(weight, bias)];
        _joined = true;
    }

    /// <summary>The outputs [.., output] for <paramref name="x"/> [.., input], in the order of the names.</summary>
    public Tensor[] Apply(Tensor x)
    {
        if (_joined)
            return nn.functional.linear(x, _parts[0].Weight, _parts[0].Bias).split(_sizes, -1);
        var outputs = new Tensor[_parts.Length];
        for (var i = 0; i < outputs.Length; i++)
            outputs[i] = nn.functional.linear(x, _parts[i].Weight, _parts[i].Bias);
        return outputs;
    }

    public void Dispose()
    {
        if (!_joined)
            return;
        _parts[0].Weight.Dispose();
        _parts[0].Bias?.Dispose();
    }
}
