using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>The weights that a decoder is made of.</summary>
/// <param name="weights">Weights by name.</param>
/// <param name="owned">
/// The same dictionary where the decoder takes the weights over: those that are joined leave it and are released, so that a model is never held
/// twice. Null where they stay the caller's, gradients flow to them, and joining happens at each use.
/// </param>
/// <param name="precision">How matrices are held that are taken over.</param>
internal sealed class WeightBag(IReadOnlyDictionary<string, Tensor> weights, Dictionary<string, Tensor>? owned, WeightPrecision precision) : IDisposable
{
    /// <summary>A weight.</summary>
    public Tensor this[string name] => weights[name];

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<string, Tensor> All => weights;

    /// <summary>One linear map, or several of the same input as one.</summary>
    /// <param name="names">Names of the maps: <c>name.weight</c> [outputs, inputs] and, where there is one, <c>name.bias</c> [outputs].</param>
    public Projection Projection(params string[] names)
    {
        var parts = Array.ConvertAll(names, name => (weights[name + ".weight"], weights.GetValueOrDefault(name + ".bias")));
        if (owned is null)
            return Decoders.Projection.Borrowed(parts);
        var projection = Decoders.Projection.TakeOver(parts, precision);
        foreach (var name in names)
        {
            owned.Remove(name + ".weight");
            owned.Remove(name + ".bias");
        }

        return projection;
    }

    /// <summary>The output head.</summary>
    /// <param name="name">Name of its matrix [vocabulary, hidden size], which may be the embedding and stays.</param>
    public Projection Head(string name)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        // Logits of 8 bits after the point are too few to tell tokens apart: bfloat16 is for the layers.
        return owned is not null && precision == WeightPrecision.Int8
            ? Decoders.Projection.Of(weights[name], null, precision)
            : Decoders.Projection.Borrowed([(weights[name], null)]);
    }

    /// <summary>Releases what was taken over and has not left.</summary>
    public void Dispose()
    {
        foreach (var weight in owned?.Values.ToArray() ?? [])
            weight.Dispose();
    }
}
