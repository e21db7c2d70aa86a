using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>A linear map whose weights are whole numbers from -127 to 127 with one scale for each output (symmetric, round to nearest).</summary>
/// <remarks>For few tokens, reading the weights is all the time there is, and a quarter of the bytes is read; for many, they are made float32 again.</remarks>
internal sealed class Int8Projection : Projection
{
    // Beyond this many tokens, making float32 of the weights once is cheaper than going over them for each few.
    private const int MostTogether = 4;

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
        var scale = weight.abs().amax([1], keepdim: true).clamp_min(1e-30f).div_(127);
        var rounded = weight.div(scale).round_().to(ScalarType.Int8);
        return new(rounded.DetachFromDisposeScope(), scale.DetachFromDisposeScope(), bias);
    }

    public override Tensor Apply(Tensor x)
    {
        long[] shape = [.. x.shape.SkipLast(1), _weight.size(0)];
        var tokens = (int)(x.numel() / x.size(-1));
        if (tokens > MostTogether)
        {
            using var matrix = _weight.to(ScalarType.Float32).mul_(_scale);
            return nn.functional.linear(x, matrix, _bias);
        }

        using var inputs = x.contiguous();
        var result = empty(tokens, _weight.size(0));
        for (var token = 0; token < tokens; token++)
            Multiply(Floats(inputs).Slice(token * (int)_weight.size(1), (int)_weight.size(1)), Floats(result).Slice(token * (int)_weight.size(0), (int)_weight.size(0)));
        return (_bias is null ? result : result.add_(_bias)).view(shape);
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _scale.Dispose();
        _bias?.Dispose();
    }

    private static Span<float> Floats(Tensor x) => MemoryMarshal.Cast<byte, float>(x.bytes);

    // One vector: every output is the product of its row and the input.
    private unsafe void Multiply(ReadOnlySpan<float> x, Span<float> y)
    {
        var (outputs, inputs) = (y.Length, x.Length);
        fixed (byte* weights = _weight.bytes)
        {
            fixed (float* scales = Floats(_scale), input = x, output = y)
            {
                var (w, s, from, to) = ((nint)weights, (nint)scales, (nint)input, (nint)output);
                // The memory is libtorch's and stays where it is.
                var parts = Math.Clamp((int)((long)outputs * inputs >> 17), 1, get_num_threads());
                if (parts == 1)
                    Rows(w, s, from, to, 0, outputs, inputs);
                else
                    Parallel.For(0, parts, part => Rows(w, s, from, to, (int)((long)outputs * part / parts), (int)((long)outputs * (part + 1) / parts), inputs));
            }
        }
    }

    private static unsafe void Rows(nint weights, nint scales, nint input, nint output, int first, int last, int inputs)
    {
        var x = (float*)input;
        var s = (float*)scales;
        var y = (float*)output;
        for (var row = first; row < last; row++)
            y[row] = s[row] * Dot((sbyte*)weights + ((long)row * inputs), x, inputs);
    }

    private static unsafe float Dot(sbyte* w, float* x, int count)
    {
        var (a, b) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var (c, d) = (Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i <= count - 64; i += 64)
        {
            a = Vector512.FusedMultiplyAdd(Widened(w + i), Vector512.Load(x + i), a);
            b = Vector512.FusedMultiplyAdd(Widened(w + i + 16), Vector512.Load(x + i + 16), b);
            c = Vector512.FusedMultiplyAdd(Widened(w + i + 32), Vector512.Load(x + i + 32), c);
            d = Vector512.FusedMultiplyAdd(Widened(w + i + 48), Vector512.Load(x + i + 48), d);
        }

        var sum = Vector512.Sum(a + b + (c + d));
        for (; i < count; i++)
            sum += w[i] * x[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<float> Widened(sbyte* w)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(w)));
        var (lower, upper) = Vector128.Widen(Vector128.Load(w));
        return Vector512.ConvertToSingle(Vector512.Create(Vector256.Create(Vector128.WidenLower(lower), Vector128.WidenUpper(lower)), Vector256.Create(Vector128.WidenLower(upper), Vector128.WidenUpper(upper))));
    }
}
