using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>A linear map whose weights are whole numbers from -127 to 127 with one scale for each output (symmetric, round to nearest).</summary>
/// <remarks>For few tokens, reading the weights is all the time there is, and a quarter of the bytes is read; for many, they are made float32 again.</remarks>
internal sealed class Int8Projection : Projection
{
    private readonly Tensor _weight;
    private readonly Tensor _scale;
    private readonly Tensor? _bias;

    private Int8Projection(Tensor weight, Tensor scale, Tensor? bias) => (_weight, _scale, _bias) = (weight, scale, bias);

    /// <summary>Rounds a matrix [outputs, inputs].</summary>
    /// <exception cref="KitException">The matrix is not in the CPU's memory.</exception>
    public static Int8Projection Of(Tensor weight, Tensor? bias)
    {
        if (weight.device.type != TorchSharp.DeviceType.CPU)
            throw new KitException("Weights of 8 bits are for the CPU.", null, "Choose float32 or bfloat16, or --device cpu.");
        using var scope = NewDisposeScope();
        var scale = Scalars.With(1e-30f, weight.abs().amax([1], keepdim: true).clamp_min).Over(127);
        var rounded = weight.div(scale).round_().to(ScalarType.Int8);
        return new(rounded.DetachFromDisposeScope(), scale.DetachFromDisposeScope(), bias);
    }

    public override Tensor Apply(Tensor x)
    {
        if (x.numel() / x.size(-1) <= FewTokens.Most)
        {
            var result = FewTokens.Multiply(x, _weight, _scale);
            return _bias is null ? result : result.PlusInPlace(_bias);
        }

        // Making float32 of the weights once is cheaper than going over them for each few tokens.
        using var matrix = _weight.to(ScalarType.Float32).mul_(_scale);
        return nn.functional.linear(x, matrix, _bias);
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _scale.Dispose();
        _bias?.Dispose();
    }
}
