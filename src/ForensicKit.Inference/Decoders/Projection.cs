using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>One linear map, or several of the same input that are computed as one.</summary>
/// <param name="parts">Weight [outputs, inputs] and bias [outputs] of each map.</param>
/// <param name="owns">Whether the tensors are released with the projection.</param>
internal sealed class Projection((Tensor Weight, Tensor? Bias)[] parts, bool owns) : IDisposable
{
    /// <summary>A projection that takes its maps over and joins them once: faster for few tokens.</summary>
    public static Projection Joined((Tensor Weight, Tensor? Bias)[] parts)
    {
        if (parts.Length == 1)
            return new(parts, owns: true);
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var (weight, bias) = Join(parts);
        foreach (var part in parts)
        {
            part.Weight.Dispose();
            part.Bias?.Dispose();
        }

        return new([(weight.DetachFromDisposeScope(), bias?.DetachFromDisposeScope())], owns: true);
    }

    /// <summary>The outputs side by side [.., sum of outputs] for <paramref name="x"/> [.., inputs], in the order of the maps.</summary>
    public Tensor Apply(Tensor x)
    {
        var (weight, bias) = parts.Length == 1 ? parts[0] : Join(parts);
        return nn.functional.linear(x, weight, bias);
    }

    /// <summary>Releases the tensors where they are the projection's.</summary>
    public void Dispose()
    {
        if (!owns)
            return;
        foreach (var (weight, bias) in parts)
        {
            weight.Dispose();
            bias?.Dispose();
        }
    }

    // The matrices are small beside what passes through them, and gradients flow through the joining.
    private static (Tensor Weight, Tensor? Bias) Join((Tensor Weight, Tensor? Bias)[] parts) =>
        (cat([.. parts.Select(part => part.Weight)], 0), parts[0].Bias is null ? null : cat([.. parts.Select(part => part.Bias!)], 0));
}
