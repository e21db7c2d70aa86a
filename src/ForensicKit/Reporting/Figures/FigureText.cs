using System.Globalization;
using System.Text;

namespace ForensicKit.Reporting;

/// <summary>Text made safe to draw, and broken into lines by its measured width.</summary>
internal static class FigureText
{
    /// <summary>Longest text drawn, in characters; what is longer ends with an ellipsis (the data keep it whole).</summary>
    public const int MaxLength = 400;

    private const char Replacement = '\uFFFD';

    /// <summary>
    /// The text without characters that XML cannot hold or that reorder what stands around them (bidirectional controls): each becomes U+FFFD,
    /// so that nothing hidden vanishes silently. White space of every kind becomes one space.
    /// </summary>
    public static string Clean(string text, int maxLength = MaxLength)
    {
        var builder = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (builder.Length >= maxLength)
            {
                builder.Append('…');
                break;
            }

            if (Rune.IsWhiteSpace(rune))
            {
                if (builder.Length > 0 && builder[^1] != ' ')
                    builder.Append(' ');
            }
            else if (Rune.IsControl(rune) || IsBidirectionalControl(rune.Value) || (rune.Value & 0xFFFE) == 0xFFFE)
            {
                builder.Append(Replacement);
            }
            else
            {
                builder.Append(rune);
            }
        }

        return builder.ToString().TrimEnd(' ');
    }

    /// <summary>Breaks clean text into lines no wider than <paramref name="width"/>: at spaces and after joints, inside a word only where it must.</summary>
    public static IReadOnlyList<string> Wrap(string text, FigureFont font, double size, double width, int maxLines = 8)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var piece in Pieces(text))
        {
            if (font.Measure((line + piece).TrimEnd(' '), size) <= width)
            {
                line += piece;
                continue;
            }

            if (line.Length > 0)
                lines.Add(line.TrimEnd(' '));
            line = piece;
            while (font.Measure(line.TrimEnd(' '), size) > width && FirstFitting(line, font, size, width) is var cut && cut < line.Length)
            {
                lines.Add(line[..cut]);
                line = line[cut..];
            }
        }

        if (line.Length > 0)
            lines.Add(line.TrimEnd(' '));
        if (lines.Count > maxLines)
        {
            lines.RemoveRange(maxLines, lines.Count - maxLines);
            lines[^1] = Shorten(lines[^1], font, size, width);
        }

        return lines;
    }

    /// <summary>Formats a number for print: invariant, thousands by comma, a true minus sign.</summary>
    public static string Number(double value, int decimals)
    {
        var text = value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return text.Trim('0', '.', ',', '-').Length == 0 ? text.TrimStart('-') : text.Replace('-', '\u2212');
    }

    private static string Shorten(string line, FigureFont font, double size, double width)
    {
        while (line.Length > 0 && font.Measure(line + "…", size) > width)
            line = line[..^(char.IsLowSurrogate(line[^1]) && line.Length > 1 ? 2 : 1)];
        return line + "…";
    }

    private static IEnumerable<string> Pieces(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            // A joint ends a piece only inside a word: never between a sign and its number or before a closing mark.
            var joint = text[i] is '-' or '/' or '_' or '–' && i > start && i + 1 < text.Length && char.IsLetter(text[i + 1]);
            if (text[i] != ' ' && !joint)
                continue;
            yield return text[start..(i + 1)];
            start = i + 1;
        }

        if (start < text.Length)
            yield return text[start..];
    }

    // At least one character, so that a width below one character still ends.
    private static int FirstFitting(string word, FigureFont font, double size, double width)
    {
        var length = 0;
        foreach (var rune in word.EnumerateRunes())
        {
            var next = length + rune.Utf16SequenceLength;
            if (length > 0 && font.Measure(word[..next], size) > width)
                break;
            length = next;
        }

        return length;
    }

    private static bool IsBidirectionalControl(int c) =>
        c is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C or 0xFEFF;
}
