using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ForensicKit.Inference.Decoders;

/// <summary>Loops over numbers in memory, 512 bits at a time or as many as the processor has.</summary>
internal static unsafe class VectorKernels
{
    private static readonly int s_width = Vector512<float>.Count;

    /// <summary>Σ a·b.</summary>
    public static float Dot(float* a, float* b, int count)
    {
        var (s0, s1, s2, s3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i <= count - 64; i += 64)
        {
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), s0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 16), Vector512.Load(b + i + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 32), Vector512.Load(b + i + 32), s2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 48), Vector512.Load(b + i + 48), s3);
        }

        for (; i <= count - 16; i += 16)
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), s0);
        var sum = Vector512.Sum(s0 + s1 + (s2 + s3));
        for (; i < count; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Σ a·b of four rows of <paramref name="a"/>, one behind the other, at once: four streams from memory keep it busier than one.</summary>
    public static Vector128<float> FourDots(float* a, float* b, int count)
    {
        var (a1, a2, a3) = ((nint)(a + count), (nint)(a + (2L * count)), (nint)(a + (3L * count)));
        var (s0, s1, s2, s3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (t0, t1, t2, t3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i <= count - 32; i += 32)
        {
            var (x, y) = (Vector512.Load(b + i), Vector512.Load(b + i + 16));
            s0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), x, s0);
            t0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 16), y, t0);
            s1 = Vector512.FusedMultiplyAdd(Vector512.Load((float*)a1 + i), x, s1);
            t1 = Vector512.FusedMultiplyAdd(Vector512.Load((float*)a1 + i + 16), y, t1);
            s2 = Vector512.FusedMultiplyAdd(Vector512.Load((float*)a2 + i), x, s2);
            t2 = Vector512.FusedMultiplyAdd(Vector512.Load((float*)a2 + i + 16), y, t2);
            s3 = Vector512.FusedMultiplyAdd(Vector512.Load((float*)a3 + i), x, s3);
            t3 = Vector512.FusedMultiplyAdd(Vector512.Load((float*)a3 + i + 16), y, t3);
        }

        var sums = Vector128.Create(Vector512.Sum(s0 + t0), Vector512.Sum(s1 + t1), Vector512.Sum(s2 + t2), Vector512.Sum(s3 + t3));
        for (; i < count; i++)
            sums += Vector128.Create(a[i], ((float*)a1)[i], ((float*)a2)[i], ((float*)a3)[i]) * b[i];
        return sums;
    }

    /// <summary>Σ a·b with a in 8 bits.</summary>
    public static float Dot(sbyte* a, float* b, int count)
    {
        var (s0, s1, s2, s3) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var i = 0;
        for (; i <= count - 64; i += 64)
        {
            s0 = Vector512.FusedMultiplyAdd(Widened(a + i), Vector512.Load(b + i), s0);
            s1 = Vector512.FusedMultiplyAdd(Widened(a + i + 16), Vector512.Load(b + i + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(Widened(a + i + 32), Vector512.Load(b + i + 32), s2);
            s3 = Vector512.FusedMultiplyAdd(Widened(a + i + 48), Vector512.Load(b + i + 48), s3);
        }

        var sum = Vector512.Sum(s0 + s1 + (s2 + s3));
        for (; i < count; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>y += a · x.</summary>
    public static void AddScaled(float* y, float a, float* x, int count)
    {
        var factor = Vector512.Create(a);
        var i = 0;
        for (; i <= count - s_width; i += s_width)
            Vector512.FusedMultiplyAdd(factor, Vector512.Load(x + i), Vector512.Load(y + i)).Store(y + i);
        for (; i < count; i++)
            y[i] += a * x[i];
    }

    /// <summary>y = x / √(mean(x²) + ε) · w.</summary>
    public static void RootMeanSquareNorm(float* x, float* w, float* y, int count, float epsilon)
    {
        var scale = 1 / MathF.Sqrt((Dot(x, x, count) / count) + epsilon);
        var factor = Vector512.Create(scale);
        var i = 0;
        for (; i <= count - s_width; i += s_width)
            (Vector512.Load(x + i) * factor * Vector512.Load(w + i)).Store(y + i);
        for (; i < count; i++)
            y[i] = x[i] * scale * w[i];
    }

    /// <summary>y = silu(x) · x', with x' behind x.</summary>
    public static void GatedSilu(float* x, float* y, int count)
    {
        var i = 0;
        for (; i <= count - s_width; i += s_width)
        {
            var gate = Vector512.Load(x + i);
            (gate / (Vector512<float>.One + Vector512.Exp(-gate)) * Vector512.Load(x + count + i)).Store(y + i);
        }

        for (; i < count; i++)
            y[i] = x[i] / (1 + MathF.Exp(-x[i])) * x[count + i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Widened(sbyte* w)
    {
        if (Avx512F.IsSupported)
            return Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(w)));
        var (lower, upper) = Vector128.Widen(Vector128.Load(w));
        return Vector512.ConvertToSingle(Vector512.Create(Vector256.Create(Vector128.WidenLower(lower), Vector128.WidenUpper(lower)), Vector256.Create(Vector128.WidenLower(upper), Vector128.WidenUpper(upper))));
    }
}
