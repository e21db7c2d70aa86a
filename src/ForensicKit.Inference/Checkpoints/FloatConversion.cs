using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Turns whole blocks of a file's elements into float32.</summary>
/// <param name="blocks">The blocks' bytes, little-endian.</param>
/// <param name="into">As many elements as the blocks hold.</param>
internal delegate void BlockConversion(ReadOnlySpan<byte> blocks, Span<float> into);

/// <summary>Floating-point numbers of other widths as float32: exact from 16 bits, rounded to nearest, ties to even, from 64.</summary>
internal static class FloatConversion
{
    /// <summary>Copies.</summary>
    public static void FromFloat32(ReadOnlySpan<byte> blocks, Span<float> into) => blocks.CopyTo(MemoryMarshal.AsBytes(into));

    /// <summary>bfloat16: the upper half of a float32.</summary>
    public static void FromBFloat16(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(blocks);
        var at = 0;
        var bits = MemoryMarshal.Cast<float, uint>(into);
        for (; at <= halves.Length - Vector256<ushort>.Count; at += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(halves[at..]));
            (low << 16).CopyTo(bits[at..]);
            (high << 16).CopyTo(bits[(at + Vector256<uint>.Count)..]);
        }

        for (; at < halves.Length; at++)
            bits[at] = (uint)halves[at] << 16;
    }

    /// <summary>IEEE half precision.</summary>
    public static void FromFloat16(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(blocks);
        var at = 0;
        var bits = MemoryMarshal.Cast<float, uint>(into);
        for (; at <= halves.Length - Vector256<ushort>.Count; at += Vector256<ushort>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(halves[at..]));
            FromFloat16(low).CopyTo(bits[at..]);
            FromFloat16(high).CopyTo(bits[(at + Vector256<uint>.Count)..]);
        }

        for (; at < halves.Length; at++)
            into[at] = (float)BitConverter.UInt16BitsToHalf(halves[at]);
    }

    /// <summary>IEEE double precision.</summary>
    public static void FromFloat64(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        for (var i = 0; i < into.Length; i++)
            into[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(blocks[(8 * i)..]);
    }

    // The exponent is moved and re-biased as an integer; subnormals are normalised by subtracting what their made-up leading bit is worth.
    private static Vector256<uint> FromFloat16(Vector256<uint> half)
    {
        var exponent = Vector256.Create(0x7c00u << 13);
        var moved = (half & Vector256.Create(0x7fffu)) << 13;
        var biased = moved + Vector256.Create((127u - 15) << 23);
        var infinite = Vector256.Equals(moved & exponent, exponent);
        var subnormal = Vector256.Equals(moved & exponent, Vector256<uint>.Zero);
        var normalised = ((biased + Vector256.Create(1u << 23)).AsSingle() - Vector256.Create(113u << 23).AsSingle()).AsUInt32();
        var magnitude = Vector256.ConditionalSelect(subnormal, normalised, biased + (infinite & Vector256.Create((128u - 16) << 23)));
        return magnitude | ((half & Vector256.Create(0x8000u)) << 16);
    }
}
