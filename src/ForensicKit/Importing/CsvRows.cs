using System.Globalization;
using System.Text;

namespace ForensicKit.Importing;

/// <summary>One row of a CSV file.</summary>
/// <param name="Line">1-based line on which the row starts.</param>
/// <param name="Fields">Its fields.</param>
internal sealed record CsvRow(long Line, IReadOnlyList<string> Fields);

/// <summary>Reads comma-separated values as RFC 4180 has them: quoted fields may hold commas, doubled quotes and line breaks.</summary>
internal static class CsvRows
{
    private const int MaximumFieldCharacters = 1 << 20;
    private const int MaximumFields = 256;

    /// <summary>The rows of a stream, one at a time.</summary>
    /// <exception cref="KitException">A quote is not closed, a field is too long, or the file is not UTF-8.</exception>
    public static IEnumerable<CsvRow> Read(Stream stream, string file, CancellationToken cancellationToken)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var (isQuoted, wasQuoted, start, end) = (false, false, 1L, "\n");
        foreach (var line in TextLines.Read(stream, file, cancellationToken))
        {
            if (!isQuoted)
            {
                start = line.Number;
                if (line.Text.Length == 0)
                    continue;
            }
            else
            {
                field.Append(end);
            }

            end = line.End;
            for (var i = 0; i < line.Text.Length; i++)
            {
                var c = line.Text[i];
                if (isQuoted && c == '"')
                {
                    if (i + 1 < line.Text.Length && line.Text[i + 1] == '"')
                        field.Append(line.Text[i++]);
                    else
                        isQuoted = false;
                }
                else if (isQuoted || (c is not ',' and not '"'))
                {
                    if (!isQuoted && wasQuoted)
                        throw Bad(file, line.Number, "Text follows a closing quote.", "Double the quotes inside a quoted field.");
                    field.Append(c);
                }
                else if (c == ',')
                {
                    Finish(fields, field, ref wasQuoted, file, line.Number);
                }
                else
                {
                    if (field.Length > 0 || wasQuoted)
                        throw Bad(file, line.Number, "A quote stands inside an unquoted field.", "Quote the whole field and double the quotes in it.");
                    (isQuoted, wasQuoted) = (true, true);
                }
            }

            if (field.Length > MaximumFieldCharacters)
                throw Bad(file, start, "A field is longer than a million characters.", "Look for a quote that is not closed.");
            if (isQuoted)
                continue;
            Finish(fields, field, ref wasQuoted, file, line.Number);
            yield return new(start, [.. fields]);
            fields.Clear();
        }

        if (isQuoted)
            throw Bad(file, start, "A quoted field that starts here is never closed.", "The file is cut off: get it again from its source.");
    }

    private static void Finish(List<string> fields, StringBuilder field, ref bool wasQuoted, string file, long line)
    {
        if (fields.Count == MaximumFields)
            throw Bad(file, line, "The row has too many fields.", "Check that the file has the format it is said to have.");
        fields.Add(field.ToString());
        field.Clear();
        wasQuoted = false;
    }

    private static KitException Bad(string file, long line, string what, string mend) =>
        new(what, string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}"), mend);
}
