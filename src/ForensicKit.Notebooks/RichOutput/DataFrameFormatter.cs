using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Data.Analysis;

namespace ForensicKit.Notebooks.RichOutput;

/// <summary>Shows a <see cref="DataFrame"/> as a table: HTML for front ends, aligned text for everything else.</summary>
internal static class DataFrameFormatter
{
    private const int MaxRows = 100;
    private const int MaxColumns = 50;

    /// <summary>An HTML table: names and texts escaped, numbers aligned on the right, six significant digits with the whole value as tooltip.</summary>
    public static void WriteHtml(DataFrame frame, TextWriter writer)
    {
        var columns = frame.Columns.Take(MaxColumns).ToArray();
        var rows = Math.Min(frame.Rows.Count, MaxRows);
        writer.Write("<table class=\"dataframe\" style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\">\n<thead><tr>");
        foreach (var column in columns)
            writer.Write($"<th scope=\"col\" style=\"{Style(column, "bottom")}\">{WebUtility.HtmlEncode(column.Name)}</th>");
        writer.Write("</tr></thead>\n<tbody>\n");
        for (var r = 0L; r < rows; r++)
        {
            writer.Write("<tr>");
            foreach (var column in columns)
            {
                var (text, whole) = Show(column[r]);
                var title = whole is null ? "" : $" title=\"{WebUtility.HtmlEncode(whole)}\"";
                writer.Write($"<td style=\"{Style(column, "top")}\"{title}>{WebUtility.HtmlEncode(text)}</td>");
            }

            writer.Write("</tr>\n");
        }

        writer.Write("</tbody>\n</table>\n");
        if (Rest(frame) is { } rest)
            writer.Write($"<p>{WebUtility.HtmlEncode(rest)}</p>\n");
    }

    /// <summary>The same as text, two spaces between columns.</summary>
    public static void WriteText(DataFrame frame, TextWriter writer)
    {
        var columns = frame.Columns.Take(MaxColumns).ToArray();
        var rows = Math.Min(frame.Rows.Count, MaxRows);
        var lines = Enumerable.Range(0, (int)rows + 1).Select(_ => new StringBuilder()).ToArray();
        foreach (var column in columns)
        {
            string[] cells = [OneLine(column.Name), .. Enumerable.Range(0, (int)rows).Select(r => OneLine(Show(column[r]).Text))];
            var width = cells.Max(c => c.Length);
            for (var i = 0; i < cells.Length; i++)
            {
                if (lines[i].Length > 0)
                    lines[i].Append("  ");
                lines[i].Append(IsNumber(column) ? cells[i].PadLeft(width) : cells[i].PadRight(width));
            }
        }

        writer.Write(string.Join('\n', lines.Select(l => l.ToString().TrimEnd())));
        if (Rest(frame) is { } rest)
            writer.Write("\n" + rest);
    }

    private static string? Rest(DataFrame frame)
    {
        var rows = frame.Rows.Count > MaxRows
            ? string.Create(CultureInfo.InvariantCulture, $"{frame.Rows.Count - MaxRows} more rows of {frame.Rows.Count}.")
            : null;
        var columns = frame.Columns.Count > MaxColumns
            ? string.Create(CultureInfo.InvariantCulture, $"{frame.Columns.Count - MaxColumns} more columns of {frame.Columns.Count}.")
            : null;
        return rows is null ? columns : columns is null ? rows : $"{rows} {columns}";
    }

    // The text to show and, where that is shortened, the whole value.
    private static (string Text, string? Whole) Show(object? value)
    {
        switch (value)
        {
            case null:
                return ("", null);
            case double or float or decimal:
                var whole = ((IFormattable)value).ToString(format: null, CultureInfo.InvariantCulture);
                var text = ((IFormattable)value).ToString("G6", CultureInfo.InvariantCulture);
                return (text, text == whole ? null : whole);
            case IFormattable formattable:
                return (formattable.ToString(format: null, CultureInfo.InvariantCulture), null);
            default:
                return (value.ToString() ?? "", null);
        }
    }

    private static bool IsNumber(DataFrameColumn column) => column.IsNumericColumn();

    private static string Style(DataFrameColumn column, string vertical) =>
        $"text-align:{(IsNumber(column) ? "right" : "left")};padding:0.15em 0.75em;vertical-align:{vertical}";

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
