using System.Net;
using System.Text;
using ForensicKit.Templates.Values;

namespace ForensicKit.Templates.Builtins;

/// <summary>Text for HTML.</summary>
internal static class Markup
{
    /// <summary>Escapes what is not marked safe, and marks it.</summary>
    public static StringValue Escape(StringValue text) => text.IsMarkup ? text : new(Escape(text.Text), isMarkup: true);

    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal)
        .Replace("\"", "&#34;", StringComparison.Ordinal);

    /// <summary>Drops comments and tags, folds white space, and resolves entities.</summary>
    public static string Strip(string text)
    {
        text = Without(Without(text, "<!--", "-->"), "<", ">");
        var words = new StringBuilder();
        foreach (var word in text.Split([.. text.Where(PythonText.IsSpace).Distinct()], StringSplitOptions.RemoveEmptyEntries))
            words.Append(words.Length > 0 ? " " : "").Append(word);
        return WebUtility.HtmlDecode(words.ToString());
    }

    private static string Without(string text, string open, string close)
    {
        var builder = new StringBuilder();
        var start = 0;
        for (; ; )
        {
            var opened = text.IndexOf(open, start, StringComparison.Ordinal);
            var closed = opened < 0 ? -1 : text.IndexOf(close, opened, StringComparison.Ordinal);
            if (closed < 0)
                return builder.Append(text, start, text.Length - start).ToString();
            builder.Append(text, start, opened - start);
            start = closed + close.Length;
        }
    }
}
