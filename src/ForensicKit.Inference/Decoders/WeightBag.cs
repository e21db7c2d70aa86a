using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>The weights that a decoder is made of.</summary>
/// <param name="weights">Weights by name.</param>
/// <param name="owned">
/// The same dictionary where the decoder takes the weights over: those that are joined leave it and are released, so that a model is never held
/// twice. Null where they stay the caller's, gradients flow to them, and joining happens at each use.
/// </param>
internal sealed class WeightBag(IReadOnlyDictionary<string, Tensor> weights, Dictionary<string, Tensor>? owned) : IDisposable
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
            return new(parts, owns: false);
        foreach (var name in names)
        {
            owned.Remove(name + ".weight");
            owned.Remove(name + ".bias");
        }

        return Decoders.Projection.Joined(parts);
    }

    /// <summary>Releases what was taken over and has not left.</summary>
    public void Dispose()
    {
        foreach (var weight in owned?.Values.ToArray() ?? [])
            weight.Dispose();
    }
}
