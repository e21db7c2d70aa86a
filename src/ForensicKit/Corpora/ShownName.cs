using System.Globalization;
using System.Text;

namespace ForensicKit.Corpora;

/// <summary>Names from corpora made safe to show: they may hold anything.</summary>
internal static class ShownName
{
    private const int MaximumLength = 512;

    /// <summary>The name with control, format and line-ending characters escaped, shortened in the middle where it is very long.</summary>
    public static string Of(string name)
    {
        var shown = name.AsSpan().Length <= MaximumLength ? name : $"{name.AsSpan(0, MaximumLength / 2)}…{name.AsSpan(name.Length - MaximumLength / 2)}";
        if (!shown.Any(MustEscape))
            return shown;
        var text = new StringBuilder(shown.Length + 16);
        foreach (var c in shown)
        {
            if (MustEscape(c))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        }

        return text.ToString();
    }

    /// <summary>The name of an archive's entry, without the leading <c>./</c> that some writers put.</summary>
    public static string OfEntry(string shard, string entry) => $"{shard}!{Of(entry.StartsWith("./", StringComparison.Ordinal) && entry.Length > 2 ? entry[2..] : entry)}";

    // Surrogates stay where they come in pairs; a lone one cannot be written as UTF-8, and the encoder would show U+FFFD for it.
    private static bool MustEscape(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
