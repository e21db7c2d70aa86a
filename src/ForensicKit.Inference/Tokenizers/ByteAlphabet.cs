namespace ForensicKit.Inference.Tokenizers;

/// <summary>The printable characters that stand for the 256 bytes in byte-level vocabularies (GPT-2).</summary>
public static class ByteAlphabet
{
    private static readonly int[] s_points = Make();
    private static readonly short[] s_bytes = Invert();

    /// <summary>The character of each byte.</summary>
    public static IReadOnlyList<char> Characters { get; } = [.. s_points.Select(point => (char)point)];

    /// <summary>The code point of a byte.</summary>
    internal static int PointOf(byte value) => s_points[value];

    /// <summary>The byte of a code point; -1 where it is not in the alphabet.</summary>
    internal static int ByteOf(int point) => point < s_bytes.Length ? s_bytes[point] : -1;

    private static int[] Make()
    {
        var points = new int[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
            points[value] = value is >= 0x21 and <= 0x7e or >= 0xa1 and <= 0xac or >= 0xae ? value : next++;
        return points;
    }

    private static short[] Invert()
    {
        var bytes = new short[0x144];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
            bytes[s_points[value]] = (short)value;
        return bytes;
    }
}
