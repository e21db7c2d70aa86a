using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>One linear map, or several of the same input that are computed as one.</summary>
internal abstract class Projection : IDisposable
{
    /// <summary>A projection of maps that stay the caller's and are joined at each use: gradients flow to them.</summary>
    /// <param name="parts">Weight [outputs, inputs] and bias [outputs] of each map.</param>
    public static Projection Borrowed((Tensor Weight, Tensor? Bias)[] parts) => new ExactProjection(parts, owns: false);

    /// <summary>A projection that takes its maps over and joins them once: faster for few tokens.</summary>
    /// <param name="parts">Weight [outputs, inputs] and bias [outputs] of each map.</param>
    /// <param name="precision">How the matrix is held.</param>
    public static Projection TakeOver((Tensor Weight, Tensor? Bias)[] parts, WeightPrecision precision)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var (weight, bias) = parts.Length == 1 ? parts[0] : Join(parts);
        var projection = Of(weight, bias, precision);
        foreach (var part in parts.Where(part => parts.Length > 1 || precision != WeightPrecision.Float32))
        {
            part.Weight.Dispose();
            if (parts.Length > 1)
                part.Bias?.Dispose();
        }

        return projection;
    }

    /// <summary>A projection of a matrix, of which it makes what it holds: itself where it is held exactly.</summary>
    public static Projection Of(Tensor weight, Tensor? bias, WeightPrecision precision) => precision switch
    {
        WeightPrecision.Float32 => new ExactProjection([(weight.DetachFromDisposeScope(), bias?.DetachFromDisposeScope())], owns: true),
        WeightPrecision.BFloat16 => new BFloat16Projection(weight.to(ScalarType.BFloat16).DetachFromDisposeScope(), bias?.DetachFromDisposeScope()),
        _ => Int8Projection.Of(weight, bias?.DetachFromDisposeScope()),
    };

    /// <summary>The outputs side by side [tokens, sum of outputs] for <paramref name="x"/> [tokens, inputs], in the order of the maps.</summary>
    public abstract Tensor Apply(Tensor x);

    /// <summary>Releases what is the projection's.</summary>
    public abstract void Dispose();

    // The matrices are small beside what passes through them, and gradients flow through the joining.
    private static (Tensor Weight, Tensor? Bias) Join((Tensor Weight, Tensor? Bias)[] parts) =>
        (cat([.. parts.Select(part => part.Weight)], 0), parts[0].Bias is null ? null : cat([.. parts.Select(part => part.Bias!)], 0));

    private sealed class ExactProjection((Tensor Weight, Tensor? Bias)[] parts, bool owns) : Projection
    {
        public override Tensor Apply(Tensor x)
        {
            var (weight, bias) = parts.Length == 1 ? parts[0] : Join(parts);
            if (!FewTokens.Applies(x) || x.numel() / x.size(-1) > FewTokens.Most || !FewTokens.CanRead(weight))
                return nn.functional.linear(x, weight, bias);
            var result = FewTokens.Multiply(x, weight);
            return bias is null ? result : result.PlusInPlace(bias);
        }

        public override void Dispose()
        {
            if (!owns)
                return;
            foreach (var (weight, bias) in parts)
            {
                weight.Dispose();
                bias?.Dispose();
            }
        }
    }

    private sealed class BFloat16Projection(Tensor weight, Tensor? bias) : Projection
    {
        public override Tensor Apply(Tensor x)
        {
            using var rounded = x.to(ScalarType.BFloat16);
            using var product = nn.functional.linear(rounded, weight);
            var result = product.to(ScalarType.Float32);
            return bias is null ? result : result.PlusInPlace(bias);
        }

        public override void Dispose()
        {
            weight.Dispose();
            bias?.Dispose();
        }
    }
}
