using System.Text;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>Texts as sequences of code points.</summary>
internal static class CodePoints
{
    /// <summary>The code points of <paramref name="text"/>; half a surrogate pair becomes U+FFFD.</summary>
    public static int[] Of(ReadOnlySpan<char> text)
    {
        var points = new int[text.Length];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text[i];
            if (!char.IsSurrogate(unit))
                points[count++] = unit;
            else if (char.IsHighSurrogate(unit) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                points[count++] = char.ConvertToUtf32(unit, text[++i]);
            else
                points[count++] = 0xfffd;
        }

        if (count < points.Length)
            Array.Resize(ref points, count);
        return points;
    }

    /// <summary>The text of code points.</summary>
    public static string Text(ReadOnlySpan<int> points)
    {
        var builder = new StringBuilder(points.Length);
        foreach (var point in points)
            Append(builder, point);
        return builder.ToString();
    }

    /// <summary>Appends one code point.</summary>
    public static void Append(StringBuilder builder, int point)
    {
        if (point < 0x10000)
        {
            builder.Append((char)point);
            return;
        }

        Span<char> units = stackalloc char[2];
        builder.Append(units[..new Rune(point).EncodeToUtf16(units)]);
    }

    /// <summary>How many bytes a code point takes in UTF-8.</summary>
    public static int Utf8Length(int point) => point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
