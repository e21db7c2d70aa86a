using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Decoders;

/// <summary>
/// Steps of a decoder on a handful of tokens, which is what generation is made of. There the time goes into reading weights and into calling a
/// library many times for little: each step is one pass here, and matrices are read by all threads as fast as memory gives them.
/// </summary>
/// <remarks>
/// The same operations as libtorch's in float32, in another order of summation. Where gradients are wanted, on other devices and for many tokens
/// libtorch does it.
/// </remarks>
internal static unsafe class FewTokens
{
    /// <summary>Most tokens that are done here.</summary>
    public const int Most = 8;

    /// <summary>Whether <paramref name="x"/> [tokens, ..] is for here.</summary>
    public static bool Applies(Tensor x) => x.size(0) is >= 1 and <= Most && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && !is_grad_enabled();

    /// <summary>Where the numbers of a contiguous float32 tensor on the CPU lie; valid while the tensor lives.</summary>
    public static float* Floats(Tensor x) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(x.bytes));

    /// <summary>Whether a matrix can be read from here: contiguous float32 on the CPU, of a size that a span can have.</summary>
    public static bool CanRead(Tensor matrix) =>
        matrix.device_type == DeviceType.CPU && matrix.dtype == ScalarType.Float32 && matrix.is_contiguous() && matrix.numel() * sizeof(float) <= int.MaxValue;

    /// <summary>x / √(mean(x²) + ε) · w over the last dimension.</summary>
    public static Tensor RootMeanSquareNorm(Tensor x, Tensor weight, double epsilon)
    {
        var width = (int)x.size(-1);
        using var source = x.contiguous();
        var result = empty_like(source);
        var rows = (int)(source.numel() / width);
        for (var row = 0; row < rows; row++)
            VectorKernels.RootMeanSquareNorm(Floats(source) + ((long)row * width), Floats(weight), Floats(result) + ((long)row * width), width, (float)epsilon);
        return result;
    }

    /// <summary>silu(x₁) · x₂ of [tokens, 2 · width], its halves x₁ and x₂.</summary>
    public static Tensor GatedSilu(Tensor x, int width)
    {
        using var source = x.contiguous();
        var tokens = (int)source.size(0);
        var result = empty(tokens, width);
        for (var token = 0; token < tokens; token++)
            VectorKernels.GatedSilu(Floats(source) + ((long)token * 2 * width), Floats(result) + ((long)token * width), width);
        return result;
    }

    /// <summary>Products of [tokens, inputs] with a matrix [outputs, inputs].</summary>
    public static Tensor Multiply(Tensor x, Tensor matrix)
    {
        var (outputs, inputs) = ((int)matrix.size(0), (int)matrix.size(1));
        using var source = x.contiguous();
        var tokens = (int)(source.numel() / inputs);
        var result = empty([.. x.shape.SkipLast(1), outputs]);
        var (w, from, to) = ((nint)Floats(matrix), (nint)Floats(source), (nint)Floats(result));
        WorkerTeam.Shared.Run(Parts(outputs, inputs), (part, parts) =>
        {
            var (row, last) = ((int)((long)outputs * part / parts), (int)((long)outputs * (part + 1) / parts));
            for (; row <= last - 4; row += 4)
            {
                for (var token = 0; token < tokens; token++)
                    VectorKernels.FourDots((float*)w + ((long)row * inputs), (float*)from + ((long)token * inputs), inputs).Store((float*)to + ((long)token * outputs) + row);
            }

            for (; row < last; row++)
            {
                for (var token = 0; token < tokens; token++)
                    ((float*)to)[((long)token * outputs) + row] = VectorKernels.Dot((float*)w + ((long)row * inputs), (float*)from + ((long)token * inputs), inputs);
            }
        });
        return result;
    }

    /// <summary>The same of a matrix of 8 bits with a scale for each output.</summary>
    public static Tensor Multiply(Tensor x, Tensor matrix, Tensor scales)
    {
        var (outputs, inputs) = ((int)matrix.size(0), (int)matrix.size(1));
        using var source = x.contiguous();
        var tokens = (int)(source.numel() / inputs);
        var result = empty([.. x.shape.SkipLast(1), outputs]);
        var (w, s, from, to) = ((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(matrix.bytes)), (nint)Floats(scales), (nint)Floats(source), (nint)Floats(result));
        WorkerTeam.Shared.Run(Parts(outputs, inputs), (part, parts) =>
        {
            var (first, last) = ((int)((long)outputs * part / parts), (int)((long)outputs * (part + 1) / parts));
            for (var row = first; row < last; row++)
            {
                for (var token = 0; token < tokens; token++)
                    ((float*)to)[((long)token * outputs) + row] = ((float*)s)[row] * VectorKernels.Dot((sbyte*)w + ((long)row * inputs), (float*)from + ((long)token * inputs), inputs);
            }
        });
        return result;
    }

    // Below some ten thousand products, waking a thread costs more than it does.
    private static int Parts(int outputs, int inputs) => Math.Clamp((int)((long)outputs * inputs >> 14), 1, get_num_threads());
}
