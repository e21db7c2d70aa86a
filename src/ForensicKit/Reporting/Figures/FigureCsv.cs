using System.Security.Cryptography;
using System.Text;

namespace ForensicKit.Reporting;

/// <summary>
/// The rows behind a figure as CSV (RFC 4180): UTF-8 without byte-order mark, CRLF, a header with units, numbers in the shortest form that reads back exactly.
/// </summary>
/// <remarks>
/// A text cell that a spreadsheet might run as a formula is preceded by an apostrophe, and so is text that begins with an apostrophe: a reader that
/// removes one leading apostrophe gets the text back exactly. Numbers are never touched.
/// </remarks>
public static class FigureCsv
{
    /// <summary>The CSV's text.</summary>
    public static string Write(FigureData data)
    {
        var csv = new StringBuilder();
        csv.AppendJoin(',', data.Columns.Select(c => Quote(Defuse(c.Header)))).Append("\r\n");
        foreach (var row in data.Rows)
            csv.AppendJoin(',', row.Select(cell => cell.Text is { } text ? Quote(Defuse(text)) : cell.ToString())).Append("\r\n");
        return csv.ToString();
    }

    /// <summary>The CSV's bytes, as they stand in the file.</summary>
    public static byte[] WriteBytes(FigureData data) => Encoding.UTF8.GetBytes(Write(data));

    /// <summary>SHA-256 of the CSV's bytes, 64 lower-case hexadecimal digits.</summary>
    public static string Sha256(FigureData data) => Convert.ToHexStringLower(SHA256.HashData(WriteBytes(data)));

    // Spreadsheets skip leading space; the full-width signs run too (OWASP, CSV Injection).
    private static string Defuse(string text)
    {
        var first = text.AsSpan().TrimStart(' ');
        return first.Length > 0 && first[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠' || text.StartsWith('\'')
            ? "'" + text
            : text;
    }

    private static string Quote(string text) => text.AsSpan().IndexOfAny(",\"\r\n") >= 0 || text.Length == 0 || text[0] == ' ' || text[^1] == ' '
        ? "\"" + text.Replace("\"", "\"\"", StringComparison.Ordinal) + "\""
        : text;
}
