using System.Globalization;
using System.Text;

namespace ForensicKit.Templates.Values;

/// <summary>What Python's strings know of characters: white space, kinds of letters, case, line ends.</summary>
internal static class PythonText
{
    /// <summary>White space as <c>str.strip</c>, <c>str.split</c> and <c>\s</c> see it; all of it lies in the basic plane.</summary>
    public static bool IsSpace(char c) => c is >= '\t' and <= '\r' or >= '\x1c' and <= ' ' or '\u0085' or '\u00a0' or '\u1680'
        or >= '\u2000' and <= '\u200a' or '\u2028' or '\u2029' or '\u202f' or '\u205f' or '\u3000';

    public static bool IsAlpha(Rune r) => Rune.GetUnicodeCategory(r) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
        or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter;

    public static bool IsDecimal(Rune r) => Rune.GetUnicodeCategory(r) == UnicodeCategory.DecimalDigitNumber;

    public static bool IsDigit(Rune r) => IsDecimal(r) || r.Value is 0xb2 or 0xb3 or 0xb9 or 0x2070 or (>= 0x2074 and <= 0x2079)
        or (>= 0x2080 and <= 0x2089) or (>= 0x2460 and <= 0x2468) or (>= 0x2474 and <= 0x247c) or (>= 0x2488 and <= 0x2490);

    public static bool IsNumeric(Rune r) => IsDigit(r) || Rune.GetUnicodeCategory(r) is UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
        || r.Value is 0x4e00 or 0x4e8c or 0x4e09 or 0x56db or 0x4e94 or 0x516d or 0x4e03 or 0x516b or 0x4e5d or 0x5341 or 0x767e or 0x5343 or 0x842c or 0x4e07;

    public static bool IsAlphanumeric(Rune r) => IsAlpha(r) || IsNumeric(r);

    /// <summary>A character of a word as the pattern <c>\w</c> sees it.</summary>
    public static bool IsWord(Rune r) => r.Value == '_' || IsAlphanumeric(r);

    public static bool IsUpper(Rune r) => Rune.GetUnicodeCategory(r) == UnicodeCategory.UppercaseLetter || r.Value is (>= 0x2160 and <= 0x216f) or (>= 0x24b6 and <= 0x24cf);

    public static bool IsLower(Rune r) => Rune.GetUnicodeCategory(r) == UnicodeCategory.LowercaseLetter
        || r.Value is 0xaa or 0xba or (>= 0x2170 and <= 0x217f) or (>= 0x24d0 and <= 0x24e9) or (>= 0x2b0 and <= 0x2b8) or 0x2c0 or 0x2c1;

    public static bool IsTitle(Rune r) => Rune.GetUnicodeCategory(r) == UnicodeCategory.TitlecaseLetter;

    public static bool IsCased(Rune r) => IsUpper(r) || IsLower(r) || IsTitle(r);

    /// <summary>What <c>repr</c> shows as it is.</summary>
    public static bool IsPrintable(Rune r) => r.Value == ' ' || Rune.GetUnicodeCategory(r) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary>A name of Python's.</summary>
    public static bool IsIdentifier(string text)
    {
        var first = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var start = rune.Value == '_' || IsAlpha(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.LetterNumber;
            var goesOn = start || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;
            if (first ? !start : !goesOn)
                return false;
            first = false;
        }

        return !first;
    }

    public static string ToUpper(string text) => Map(text, SpecialCasing.ToUpper);

    public static string ToLower(string text)
    {
        if (!text.Contains('\u03a3', StringComparison.Ordinal))
            return Map(text, SpecialCasing.ToLower);
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var rune = RuneAt(text, i, out var width);
            builder.Append(rune.Value == 0x3a3 && IsFinalSigma(text, i) ? "\u03c2" : width == 1 && char.IsSurrogate(text[i]) ? text[i].ToString() : SpecialCasing.ToLower(rune));
            i += width;
        }

        return builder.ToString();
    }

    /// <summary><c>str.capitalize</c>: the first in title case, the rest in lower case.</summary>
    public static string Capitalize(string text)
    {
        if (text.Length == 0)
            return text;
        var first = RuneAt(text, 0, out var width);
        return char.IsSurrogate(text[0]) && width == 1 ? text[0] + ToLower(text[1..]) : SpecialCasing.ToTitle(first) + ToLower(text)[ToLower(text[..width]).Length..];
    }

    /// <summary><c>str.title</c>: after each character without case a letter in title case, all others in lower case.</summary>
    public static string Title(string text)
    {
        var afterCased = false;
        return Map(text, rune =>
        {
            var mapped = afterCased ? SpecialCasing.ToLower(rune) : SpecialCasing.ToTitle(rune);
            afterCased = IsCased(rune);
            return mapped;
        });
    }

    /// <summary><c>str.casefold</c>, as lower case of upper case; a few letters of Cherokee differ.</summary>
    public static string CaseFold(string text) => Map(ToUpper(text), SpecialCasing.ToLower);

    public static string SwapCase(string text) => Map(text, r => IsUpper(r) ? SpecialCasing.ToLower(r) : IsLower(r) ? SpecialCasing.ToUpper(r) : r.ToString());

    /// <summary>Strips characters on the left, the right, or both; white space where no set is given.</summary>
    public static string Strip(string text, string? set, bool left, bool right)
    {
        var start = 0;
        var end = text.Length;
        var chosen = set?.EnumerateRunes().Select(r => r.Value).ToHashSet();
        bool Goes(Rune rune, char unit) => chosen is null ? IsSpace(unit) : chosen.Contains(rune.Value);
        while (left && start < end && Goes(RuneAt(text, start, out var width), text[start]))
            start += width;
        while (right && start < end)
        {
            var width = end - start >= 2 && char.IsSurrogatePair(text[end - 2], text[end - 1]) ? 2 : 1;
            if (!Goes(RuneAt(text, end - width, out _), text[end - width]))
                break;
            end -= width;
        }

        return text[start..end];
    }

    /// <summary><c>str.splitlines</c>.</summary>
    public static IEnumerable<string> SplitLines(string text, bool keepEnds = false)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\u0085' or '\u2028' or '\u2029'))
                continue;
            var end = i;
            if (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            yield return text[start..(keepEnds ? i + 1 : end)];
            start = i + 1;
        }

        if (start < text.Length)
            yield return text[start..];
    }

    /// <summary>The code point at a position; half a surrogate pair reads as the replacement character of width 1.</summary>
    public static Rune RuneAt(string text, int index, out int width)
    {
        if (Rune.TryGetRuneAt(text, index, out var rune))
        {
            width = rune.Utf16SequenceLength;
            return rune;
        }

        width = 1;
        return Rune.ReplacementChar;
    }

    private static string Map(string text, Func<Rune, string> map)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var rune = RuneAt(text, i, out var width);
            if (width == 1 && char.IsSurrogate(text[i]))
                builder.Append(text[i]);
            else
                builder.Append(map(rune));
            i += width;
        }

        return builder.ToString();
    }

    // Unicode's Final_Sigma: a cased letter before, none after, marks and apostrophes passed over.
    private static bool IsFinalSigma(string text, int index)
    {
        static bool Passed(Rune r) => Rune.GetUnicodeCategory(r) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol || r.Value is '\'' or '.' or ':' or 0xb7 or 0x2018 or 0x2019 or 0x2024 or 0x2027;
        var before = index - 1;
        while (before >= 0 && Passed(RuneAt(text, before, out _)))
            before--;
        if (before >= 1 && char.IsLowSurrogate(text[before]))
            before--;
        if (before < 0 || !IsCased(RuneAt(text, before, out _)))
            return false;
        var after = index + 1;
        while (after < text.Length && RuneAt(text, after, out var width) is var rune && Passed(rune))
            after += width;
        return after >= text.Length || !IsCased(RuneAt(text, after, out _));
    }
}
