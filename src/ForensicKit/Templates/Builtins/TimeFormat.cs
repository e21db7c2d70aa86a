using System.Globalization;
using System.Text;
using ForensicKit.Templates.Evaluation;

namespace ForensicKit.Templates.Builtins;

/// <summary><c>strftime</c> in the C locale.</summary>
internal static class TimeFormat
{
    /// <summary>Formats a time without zone. Directives that are not known stay as they are, as in the C library.</summary>
    public static string Apply(DateTime time, string format, Budget budget)
    {
        var builder = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                budget.Characters(1);
                builder.Append(format[i]);
                continue;
            }

            var start = i++;
            // glibc: '-' no padding, '_' spaces, '0' zeros, '^' upper case.
            var flag = format[i] is '-' or '_' or '0' or '^' or '#' && i + 1 < format.Length ? format[i++] : '\0';
            var text = Directive(time, format[i], budget);
            text = text is null ? format[start..(i + 1)] : flag switch
            {
                '-' => Padded(text, "", text.Length),
                '_' => Padded(text, " ", text.Length),
                '0' => Padded(text, "0", text.Length),
                '^' => text.ToUpperInvariant(),
                '#' => format[i] is 'p' or 'Z' ? text.ToLowerInvariant() : text.ToUpperInvariant(),
                _ => text,
            };
            budget.Characters(text.Length);
            builder.Append(text);
        }

        return builder.ToString();
    }

    private static string Padded(string text, string fill, int width)
    {
        var bare = text.TrimStart('0', ' ');
        if (bare.Length == 0)
            bare = "0";
        return fill.Length == 0 ? bare : bare.PadLeft(width, fill[0]);
    }

    private static string? Directive(DateTime t, char directive, Budget budget)
    {
        static string Two(int number) => number.ToString("00", CultureInfo.InvariantCulture);
        static string Spaced(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(2);
        string Date(string format) => t.ToString(format, CultureInfo.InvariantCulture);
        string Again(string format) => Apply(t, format, budget);
        var hour12 = t.Hour % 12 == 0 ? 12 : t.Hour % 12;
        return directive switch
        {
            'a' => Date("ddd"),
            'A' => Date("dddd"),
            'b' or 'h' => Date("MMM"),
            'B' => Date("MMMM"),
            'c' => Again("%a %b %e %H:%M:%S %Y"),
            'C' => Two(t.Year / 100),
            'd' => Two(t.Day),
            'D' or 'x' => Again("%m/%d/%y"),
            'e' => Spaced(t.Day),
            'f' => (t.Ticks % TimeSpan.TicksPerSecond / 10).ToString("000000", CultureInfo.InvariantCulture),
            'F' => Again("%Y-%m-%d"),
            'g' => Two(ISOWeek.GetYear(t) % 100),
            'G' => ISOWeek.GetYear(t).ToString(CultureInfo.InvariantCulture),
            'H' => Two(t.Hour),
            'I' => Two(hour12),
            'j' => t.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'k' => Spaced(t.Hour),
            'l' => Spaced(hour12),
            'm' => Two(t.Month),
            'M' => Two(t.Minute),
            'n' => "\n",
            'p' => t.Hour < 12 ? "AM" : "PM",
            'P' => t.Hour < 12 ? "am" : "pm",
            'r' => Again("%I:%M:%S %p"),
            'R' => Again("%H:%M"),
            's' => new DateTimeOffset(t, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            'S' => Two(t.Second),
            't' => "\t",
            'T' or 'X' => Again("%H:%M:%S"),
            'u' => (t.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)t.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'U' => Two((t.DayOfYear + 6 - (int)t.DayOfWeek) / 7),
            'V' => Two(ISOWeek.GetWeekOfYear(t)),
            'w' => ((int)t.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'W' => Two((t.DayOfYear + 6 - (((int)t.DayOfWeek + 6) % 7)) / 7),
            'y' => Two(t.Year % 100),
            'Y' => t.Year.ToString(CultureInfo.InvariantCulture),
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };
    }
}
