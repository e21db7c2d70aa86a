using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace ForensicKit.Reporting;

/// <summary>Markup that is safe to place into a page as it is.</summary>
/// <param name="Markup">The markup.</param>
public readonly record struct Html(string Markup)
{
    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>Markup from an interpolated string whose holes are escaped (<see cref="Html"/> holes are not).</summary>
    public static Html Of(HtmlHandler markup) => new(markup.ToMarkup());

    /// <summary>Several pieces one after another.</summary>
    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(p => p.Markup)));

    /// <inheritdoc/>
    public override string ToString() => Markup;
}

/// <summary>
/// Builds markup from interpolated strings: the literal parts are the kit's own markup, every hole is escaped for text and attribute
/// values alike. There is no way to forget it.
/// </summary>
[InterpolatedStringHandler]
public readonly struct HtmlHandler
{
    private readonly StringBuilder _markup;

    /// <summary>Called by the compiler.</summary>
    public HtmlHandler(int literalLength, int formattedCount) => _markup = new StringBuilder(literalLength + (formattedCount * 16));

    /// <summary>A literal part: the kit's own markup.</summary>
    public void AppendLiteral(string markup) => _markup.Append(markup);

    /// <summary>A hole that is markup already.</summary>
    public void AppendFormatted(Html html) => _markup.Append(html.Markup);

    /// <summary>A hole of text: escaped, control characters made visible.</summary>
    public void AppendFormatted(string? text) => _markup.Append(Escape(text));

    /// <summary>A number.</summary>
    public void AppendFormatted(long number) => _markup.Append(number.ToString(CultureInfo.InvariantCulture));

    internal string ToMarkup() => _markup.ToString();

    private static string Escape(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Controls and bidirectional overrides could make a page read otherwise than its source.
            var hidden = (Rune.IsControl(rune) && rune.Value is not ('\n' or '\t')) || rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
            visible.Append(hidden ? "\uFFFD" : rune.ToString());
        }

        return WebUtility.HtmlEncode(visible.ToString());
    }
}
