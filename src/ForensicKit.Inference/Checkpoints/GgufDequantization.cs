using System.Buffers.Binary;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Block quantizations of 32 elements with a half-precision scale, bit for bit as ggml's <c>dequantize_row_*</c>.</summary>
/// <remarks>Layouts: ggml-common.h; arithmetic: ggml-quants.c. Every product here is exact in float32, and at most one sum follows it.</remarks>
internal static class GgufDequantization
{
    private const int Block = 32;

    /// <summary><c>d·(q − 8)</c>: d, 16 bytes of nibbles, the low ones first.</summary>
    public static void Q4_0(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        Span<float> values = stackalloc float[16];
        for (; into.Length >= Block; blocks = blocks[18..], into = into[Block..])
        {
            var scale = Half(blocks);
            for (var q = 0; q < 16; q++)
                values[q] = (q - 8) * scale;
            Nibbles(blocks.Slice(2, 16), values, into[..Block]);
        }
    }

    /// <summary><c>d·q + m</c>: d, m, 16 bytes of nibbles.</summary>
    public static void Q4_1(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        Span<float> values = stackalloc float[16];
        for (; into.Length >= Block; blocks = blocks[20..], into = into[Block..])
        {
            var (scale, least) = (Half(blocks), Half(blocks[2..]));
            for (var q = 0; q < 16; q++)
                values[q] = (q * scale) + least;
            Nibbles(blocks.Slice(4, 16), values, into[..Block]);
        }
    }

    /// <summary><c>d·(q − 16)</c>: d, 32 fifth bits, 16 bytes of nibbles.</summary>
    public static void Q5_0(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        Span<float> values = stackalloc float[32];
        for (; into.Length >= Block; blocks = blocks[22..], into = into[Block..])
        {
            var scale = Half(blocks);
            for (var q = 0; q < 32; q++)
                values[q] = (q - 16) * scale;
            FiveBits(BinaryPrimitives.ReadUInt32LittleEndian(blocks[2..]), blocks.Slice(6, 16), values, into[..Block]);
        }
    }

    /// <summary><c>d·q + m</c>: d, m, 32 fifth bits, 16 bytes of nibbles.</summary>
    public static void Q5_1(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        Span<float> values = stackalloc float[32];
        for (; into.Length >= Block; blocks = blocks[24..], into = into[Block..])
        {
            var (scale, least) = (Half(blocks), Half(blocks[2..]));
            for (var q = 0; q < 32; q++)
                values[q] = (q * scale) + least;
            FiveBits(BinaryPrimitives.ReadUInt32LittleEndian(blocks[4..]), blocks.Slice(8, 16), values, into[..Block]);
        }
    }

    /// <summary><c>d·q</c>: d, 32 signed bytes.</summary>
    public static void Q8_0(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        for (; into.Length >= Block; blocks = blocks[34..], into = into[Block..])
            Bytes(Half(blocks), blocks.Slice(2, Block), into[..Block]);
    }

    /// <summary>A scale or offset in half precision.</summary>
    internal static float Half(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary><c>d·q</c> for signed bytes.</summary>
    internal static void Bytes(float scale, ReadOnlySpan<byte> quants, Span<float> into)
    {
        for (var i = 0; i < into.Length && i < quants.Length; i++)
            into[i] = (sbyte)quants[i] * scale;
    }

    // The low nibbles are the first half of the block. A look-up costs less than the arithmetic: there are 16 values and 32 elements.
    private static void Nibbles(ReadOnlySpan<byte> quants, ReadOnlySpan<float> values, Span<float> into)
    {
        var first = into[..16];
        var second = into[16..];
        for (var i = 0; i < 16; i++)
        {
            first[i] = values[quants[i] & 15];
            second[i] = values[quants[i] >> 4];
        }
    }

    private static void FiveBits(uint fifth, ReadOnlySpan<byte> quants, ReadOnlySpan<float> values, Span<float> into)
    {
        var first = into[..16];
        var second = into[16..];
        for (var i = 0; i < 16; i++)
        {
            first[i] = values[(quants[i] & 15) | (int)(((fifth >> i) & 1) << 4)];
            second[i] = values[(quants[i] >> 4) | (int)(((fifth >> (i + 16)) & 1) << 4)];
        }
    }
}
