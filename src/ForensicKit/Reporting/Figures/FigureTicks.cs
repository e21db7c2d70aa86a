using System.Globalization;

namespace ForensicKit.Reporting;

/// <summary>Round places on an axis with their labels.</summary>
internal sealed record FigureTicks(IReadOnlyList<double> Values, IReadOnlyList<string> Labels, double Step)
{
    /// <summary>
    /// Ticks inside [<paramref name="min"/>, <paramref name="max"/>] at multiples of 1, 2 or 5 times a power of ten, about <paramref name="count"/> of them
    /// and never more.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The ends are not finite or not in order.</exception>
    public static FigureTicks Linear(double min, double max, int count)
    {
        Check(min, max);
        count = Math.Max(2, count);
        var raw = (max / count) - (min / count);
        var exponent = (int)Math.Floor(Math.Log10(raw));
        var (mantissa, power) = (1, exponent);
        // Walk up 1, 2, 5, 10, … from one step too fine: at most five rounds.
        for (var i = 0; Multiples(min, max, mantissa, power).Count > count && i < 12; i++)
            (mantissa, power) = mantissa switch { 1 => (2, power), 2 => (5, power), _ => (1, power + 1) };
        var values = Multiples(min, max, mantissa, power);
        // A step can jump over a narrow range; its ends are then the honest ticks.
        if (values.Count < 2)
            values = [min, max];
        return new(values, Format(values, power), mantissa * Pow10(power));
    }

    /// <summary>Ticks of a logarithmic axis: powers of ten, thinned to <paramref name="count"/>, with 2 and 5 between them where there is room.</summary>
    public static FigureTicks Logarithmic(double min, double max, int count)
    {
        Check(min, max);
        if (min <= 0)
            throw new ArgumentOutOfRangeException(nameof(min), min, "A logarithmic axis starts above 0.");
        count = Math.Max(2, count);
        var (low, high) = ((int)Math.Floor(Math.Log10(min)), (int)Math.Ceiling(Math.Log10(max)));
        foreach (int[] mantissas in new int[][] { [1, 2, 5], [1, 3], [1] })
        {
            var values = Enumerable.Range(low, high - low + 1).SelectMany(e => mantissas.Select(m => m * Pow10(e)))
                .Where(v => v >= min * (1 - 1e-12) && v <= max * (1 + 1e-12)).ToList();
            if (values.Count >= 2 && values.Count <= count)
                return new(values, [.. values.Select(LogLabel)], 0);
        }

        var decades = Enumerable.Range(low, high - low + 1).Where(e => Pow10(e) >= min * (1 - 1e-12) && Pow10(e) <= max * (1 + 1e-12)).ToList();
        if (decades.Count < 2)
            return Linear(min, max, count);
        var stride = (decades.Count + count - 1) / count;
        var thinned = decades.Where((_, i) => i % stride == 0).Select(Pow10).ToList();
        return new(thinned, [.. thinned.Select(LogLabel)], 0);
    }

    private static void Check(double min, double max)
    {
        if (!double.IsFinite(min) || !double.IsFinite(max) || min >= max)
            throw new ArgumentOutOfRangeException(nameof(min), min, "An axis needs two finite ends in order.");
    }

    private static List<double> Multiples(double min, double max, int mantissa, int power)
    {
        var values = new List<double>();
        var step = mantissa * Pow10(power);
        var tolerance = 1e-9 * step;
        var first = Math.Ceiling((min - tolerance) / step);
        for (var i = 0; i < 200; i++)
        {
            // Division by an exact power of ten gives the double nearest to the decimal; multiplying by 0.1 would not.
            var value = power < 0 ? (first + i) * mantissa / Pow10(-power) : (first + i) * step;
            if (value > max + tolerance || !double.IsFinite(value))
                break;
            if (values.Count == 0 || value > values[^1])
                values.Add(value == 0 ? 0 : value);
        }

        return values;
    }

    private static List<string> Format(List<double> values, int power)
    {
        var largest = values.Max(Math.Abs);
        var labels = largest is >= 1e7 or < 1e-4 || power < -6
            ? values.Select(v => Scientific(v, Math.Clamp(Exponent(largest) - power, 0, 15))).ToList()
            : values.Select(v => FigureText.Number(v, Math.Clamp(-power, 0, 6))).ToList();
        return labels.Distinct(StringComparer.Ordinal).Count() == labels.Count
            ? labels
            : [.. values.Select(v => v.ToString("R", CultureInfo.InvariantCulture).Replace('-', '\u2212'))];
    }

    private static string LogLabel(double value) =>
        value is >= 1e7 or < 1e-4 ? Scientific(value, 0) : FigureText.Number(value, Math.Clamp(-Exponent(value), 0, 6));

    private static string Scientific(double value, int decimals)
    {
        if (value == 0)
            return "0";
        var parts = value.ToString("E" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Split('E');
        // The font has no raised minus sign, so exponents are written as the kit prints probabilities: 1e−9.
        var mantissa = decimals > 0 ? parts[0].TrimEnd('0').TrimEnd('.') : parts[0];
        return $"{mantissa}e{int.Parse(parts[1], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)}".Replace('-', '\u2212');
    }

    private static int Exponent(double value) => value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)) + 1e-12);

    // Parsing is correctly rounded on every platform, which Math.Pow is not.
    private static double Pow10(int exponent) => double.Parse("1e" + exponent.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
