using System.Text;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>Texts as sequences of code points.</summary>
internal static class CodePoints
{
    /// <summary>The code points of <paramref name="text"/>; half a surrogate pair becomes U+FFFD.</summary>
    public static int[] Of(string text)
    {
        var points = new int[text.Length];
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
            points[count++] = rune.Value;
        if (count < points.Length)
            Array.Resize(ref points, count);
        return points;
    }

    /// <summary>The text of code points.</summary>
    public static string Text(ReadOnlySpan<int> points)
    {
        var builder = new StringBuilder(points.Length);
        Span<char> units = stackalloc char[2];
        foreach (var point in points)
            builder.Append(units[..new Rune(point).EncodeToUtf16(units)]);
        return builder.ToString();
    }
}
