using System.Globalization;

namespace ForensicKit.Contamination.Scanning;

/// <summary>What in a text is not text: tags and entities of HTML, targets of Markdown links, escapes of JSON. Bounded looks ahead, so that no crafted text takes long.</summary>
internal static class Markup
{
    private const int LongestTag = 1000;
    private const int LongestLink = 500;
    private const int LongestAnnotation = 80;

    private static readonly HashSet<string> s_tags = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "abbr", "article", "aside", "b", "blockquote", "body", "br", "button", "caption", "center", "cite", "code", "col", "dd", "del", "details", "div", "dl", "dt", "em",
        "figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img", "input", "ins", "kbd", "label",
        "li", "link", "main", "mark", "meta", "nav", "ol", "option", "p", "pre", "q", "s", "samp", "script", "section", "select", "small", "source", "span", "strike", "strong",
        "style", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "title", "tr", "tt", "u", "ul", "var", "video",
    };

    private static readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> s_entities = new (string Name, int CodePoint)[]
    {
        ("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", 0xA0), ("rsquo", 0x2019), ("lsquo", 0x2018), ("ldquo", 0x201C), ("rdquo", 0x201D),
        ("ndash", 0x2013), ("mdash", 0x2014), ("hellip", 0x2026), ("shy", 0xAD), ("times", 0xD7), ("divide", 0xF7), ("deg", 0xB0), ("eacute", 'e'), ("egrave", 'e'), ("ecirc", 'e'),
        ("euml", 'e'), ("agrave", 'a'), ("aacute", 'a'), ("acirc", 'a'), ("auml", 'a'), ("ouml", 'o'), ("oacute", 'o'), ("ocirc", 'o'), ("uuml", 'u'), ("uacute", 'u'),
        ("iacute", 'i'), ("icirc", 'i'), ("ntilde", 'n'), ("ccedil", 'c'), ("szlig", 0xDF), ("oslash", 'o'),
    }.ToDictionary(e => e.Name, e => e.CodePoint, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> s_tagLookup = s_tags.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Bytes of a tag, a comment or a calculator annotation that starts here; 0 where there is none.</summary>
    public static int TagLength(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("<<"u8))
        {
            var close = text[..Math.Min(text.Length, LongestAnnotation)].IndexOf(">>"u8);
            return close > 0 && text[..close].IndexOfAny((byte)'=', (byte)'\n') is var found and > 0 && text[found] == '=' ? close + 2 : 0;
        }

        if (text.StartsWith("<!--"u8))
            return text[..Math.Min(text.Length, LongestTag)].IndexOf("-->"u8) is var end and > 0 ? end + 3 : 0;
        var at = 1;
        if (at < text.Length && text[at] == '/')
            at++;
        Span<char> name = stackalloc char[12];
        var length = 0;
        for (; at < text.Length && length < name.Length && char.IsAsciiLetterOrDigit((char)text[at]); at++)
            name[length++] = (char)text[at];
        if (length == 0 || at >= text.Length || !(text[at] is (byte)'>' or (byte)'/' or (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r') || !s_tagLookup.Contains(name[..length]))
            return 0;
        var rest = text[at..Math.Min(text.Length, LongestTag)].IndexOfAny((byte)'>', (byte)'<');
        if (rest < 0 || text[at + rest] != '>')
            return 0;
        // "a<b and c>d" is no tag.
        var isTag = length > 1 || rest == 0 || text[at] == '/' || text.Slice(at, rest).Contains((byte)'=');
        return isTag ? at + rest + 1 : 0;
    }

    /// <summary>Bytes of <c>](target)</c> that starts here, where the target is an address; 0 where there is none.</summary>
    public static int LinkLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 4 || text[1] != '(')
            return 0;
        var target = text[2..Math.Min(text.Length, LongestLink)];
        var end = target.IndexOfAny(")\n"u8);
        if (end <= 0 || target[end] != ')')
            return 0;
        target = target[..end];
        var isAddress = target.StartsWith("http"u8) || target.StartsWith("mailto:"u8) || target.StartsWith("www."u8) || target[0] is (byte)'/' or (byte)'#' or (byte)'.';
        return isAddress ? end + 3 : 0;
    }

    /// <summary>Bytes of an HTML entity that starts here, 0 where there is none, and what it stands for.</summary>
    public static int Entity(ReadOnlySpan<byte> text, out int codePoint)
    {
        codePoint = 0;
        var end = text[..Math.Min(text.Length, 12)].IndexOf((byte)';');
        if (end < 3)
            return 0;
        Span<char> name = stackalloc char[12];
        for (var i = 1; i < end; i++)
            name[i - 1] = (char)text[i];
        name = name[..(end - 1)];
        var isKnown = name is ['#', 'x' or 'X', ..] ? int.TryParse(name[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out codePoint)
            : name[0] == '#' ? int.TryParse(name[1..], NumberStyles.None, CultureInfo.InvariantCulture, out codePoint)
            : s_entities.TryGetValue(name, out codePoint);
        return isKnown && System.Text.Rune.IsValid(codePoint) ? end + 1 : 0;
    }

    /// <summary>Bytes of an escape of JSON or C that starts here, 0 where there is none, and what it stands for.</summary>
    /// <remarks>A backslash and n before a small letter may as well be TeX (<c>\nu</c>): it is left as it is.</remarks>
    public static int Escape(ReadOnlySpan<byte> text, out int codePoint)
    {
        codePoint = ' ';
        if (text.Length < 2)
            return 0;
        switch ((char)text[1])
        {
            case 'n' or 'r' or 't' when text.Length == 2 || text[2] is < (byte)'a' or > (byte)'z':
                return 2;
            case '"' or '\'' or '/':
                codePoint = text[1];
                return 2;
            case 'u' when text.Length >= 6:
                Span<char> digits = stackalloc char[4];
                for (var i = 0; i < 4; i++)
                    digits[i] = (char)text[i + 2];
                return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out codePoint) ? Surrogate(ref codePoint) : 0;
            default:
                return 0;
        }
    }

    // Halves of a pair stand for signs beyond the basic plane, hardly ever letters.
    private static int Surrogate(ref int codePoint)
    {
        if (!System.Text.Rune.IsValid(codePoint))
            codePoint = ' ';
        return 6;
    }
}
