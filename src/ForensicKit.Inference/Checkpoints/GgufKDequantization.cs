using System.Buffers.Binary;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Block quantizations of 256 elements with quantized scales of their parts, bit for bit as ggml's <c>dequantize_row_*_K</c>.</summary>
/// <remarks>Layouts: ggml-common.h; arithmetic: ggml-quants.c. Every product here is exact in float32 (11 + 8 + 5 bits at most), and at most one sum follows it.</remarks>
internal static class GgufKDequantization
{
    private const int Block = 256;

    /// <summary>16 parts of 16: <c>(d·s)·q − (m·l)</c>, s and l of 4 bits, q of 2. Scales, quants, d, m.</summary>
    public static void Q2_K(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        for (; into.Length >= Block; blocks = blocks[84..], into = into[Block..])
        {
            var scales = blocks[..16];
            var quants = blocks.Slice(16, 64);
            var (all, least) = (GgufDequantization.Half(blocks[80..]), GgufDequantization.Half(blocks[82..]));
            for (var part = 0; part < 16; part++)
            {
                var (scale, offset) = (all * (scales[part] & 15), least * (scales[part] >> 4));
                var shift = part / 2 % 4 * 2;
                var source = quants.Slice((part / 8 * 32) + (part % 2 * 16), 16);
                var target = into.Slice(part * 16, 16);
                for (var i = 0; i < 16; i++)
                    target[i] = (scale * ((source[i] >> shift) & 3)) - offset;
            }
        }
    }

    /// <summary>16 parts of 16: <c>(d·(s − 32))·(q − 4)</c>, s of 6 bits, q of 3 with its third bit apart. Third bits, quants, scales, d.</summary>
    public static void Q3_K(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        for (; into.Length >= Block; blocks = blocks[110..], into = into[Block..])
        {
            var high = blocks[..32];
            var quants = blocks.Slice(32, 64);
            var scales = blocks.Slice(96, 12);
            var all = GgufDequantization.Half(blocks[108..]);
            for (var part = 0; part < 16; part++)
            {
                var low = part < 8 ? scales[part] & 15 : scales[part - 8] >> 4;
                var scale = all * ((low | (((scales[8 + (part % 4)] >> (part / 4 * 2)) & 3) << 4)) - 32);
                var shift = part / 2 % 4 * 2;
                var source = quants.Slice((part / 8 * 32) + (part % 2 * 16), 16);
                var third = high.Slice(part % 2 * 16, 16);
                var target = into.Slice(part * 16, 16);
                for (var i = 0; i < 16; i++)
                    target[i] = scale * (((source[i] >> shift) & 3) - (((third[i] >> (part / 2)) & 1) == 0 ? 4 : 0));
            }
        }
    }

    /// <summary>8 parts of 32: <c>(d·s)·q − (m·l)</c>, s and l of 6 bits, q of 4. d, m, scales, quants.</summary>
    public static void Q4_K(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        Span<float> values = stackalloc float[16];
        for (; into.Length >= Block; blocks = blocks[144..], into = into[Block..])
        {
            var (all, least) = (GgufDequantization.Half(blocks), GgufDequantization.Half(blocks[2..]));
            var scales = blocks.Slice(4, 12);
            for (var part = 0; part < 8; part++)
            {
                var (scale, offset) = ScaleAndOffset(all, least, scales, part);
                for (var q = 0; q < 16; q++)
                    values[q] = (scale * q) - offset;
                var source = blocks.Slice(16 + (part / 2 * 32), 32);
                var target = into.Slice(part * 32, 32);
                var shift = part % 2 * 4;
                for (var i = 0; i < 32; i++)
                    target[i] = values[(source[i] >> shift) & 15];
            }
        }
    }

    /// <summary>As Q4_K with q of 5 bits, the fifth apart. d, m, scales, fifth bits, quants.</summary>
    public static void Q5_K(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        for (; into.Length >= Block; blocks = blocks[176..], into = into[Block..])
        {
            var (all, least) = (GgufDequantization.Half(blocks), GgufDequantization.Half(blocks[2..]));
            var scales = blocks.Slice(4, 12);
            var fifth = blocks.Slice(16, 32);
            for (var part = 0; part < 8; part++)
            {
                var (scale, offset) = ScaleAndOffset(all, least, scales, part);
                var source = blocks.Slice(48 + (part / 2 * 32), 32);
                var target = into.Slice(part * 32, 32);
                var shift = part % 2 * 4;
                for (var i = 0; i < 32; i++)
                    target[i] = (scale * (((source[i] >> shift) & 15) | (((fifth[i] >> part) & 1) << 4))) - offset;
            }
        }
    }

    /// <summary>16 parts of 16: <c>(d·s)·(q − 32)</c>, s a signed byte, q of 6 bits. Low four bits, high two bits, scales, d.</summary>
    public static void Q6_K(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        for (; into.Length >= Block; blocks = blocks[210..], into = into[Block..])
        {
            var all = GgufDequantization.Half(blocks[208..]);
            for (var part = 0; part < 16; part++)
            {
                var (half, quarter, side) = (part / 8, part % 8 / 2, part % 2 * 16);
                var scale = all * (sbyte)blocks[192 + part];
                var low = blocks.Slice((half * 64) + (quarter % 2 * 32) + side, 16);
                var high = blocks.Slice(128 + (half * 32) + side, 16);
                var target = into.Slice(part * 16, 16);
                var (lowShift, highShift) = (quarter / 2 * 4, quarter * 2);
                for (var i = 0; i < 16; i++)
                    target[i] = scale * ((((low[i] >> lowShift) & 15) | (((high[i] >> highShift) & 3) << 4)) - 32);
            }
        }
    }

    /// <summary><c>d·q</c>: a float32 d, 256 signed bytes, and sums that only products need.</summary>
    public static void Q8_K(ReadOnlySpan<byte> blocks, Span<float> into)
    {
        for (; into.Length >= Block; blocks = blocks[292..], into = into[Block..])
            GgufDequantization.Bytes(BinaryPrimitives.ReadSingleLittleEndian(blocks), blocks.Slice(4, Block), into[..Block]);
    }

    // get_scale_min_k4: eight pairs of 6 bits in 12 bytes, the upper two bits of the last four pairs in the first eight bytes.
    private static (float Scale, float Offset) ScaleAndOffset(float all, float least, ReadOnlySpan<byte> scales, int part)
    {
        var (scale, offset) = part < 4
            ? (scales[part] & 63, scales[part + 4] & 63)
            : ((scales[part + 4] & 15) | (scales[part - 4] >> 6 << 4), (scales[part + 4] >> 4) | (scales[part] >> 6 << 4));
        return (all * scale, least * offset);
    }
}
