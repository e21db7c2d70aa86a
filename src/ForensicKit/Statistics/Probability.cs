using System.Globalization;

namespace ForensicKit.Statistics;

/// <summary>
/// A probability (or p-value) that keeps its size below the range of a double: 1e-355 is not 0.
/// </summary>
/// <remarks>
/// Held as a natural logarithm. For values inside the double range <see cref="Value"/> loses at most |ln p|·2⁻⁵³ ≤ 9e-14 in relative terms.
/// </remarks>
public readonly record struct Probability : IComparable<Probability>
{
    private readonly double _log;

    private Probability(double log) => _log = log;

    /// <summary>The impossible event.</summary>
    public static Probability Zero { get; } = new(double.NegativeInfinity);

    /// <summary>The certain event.</summary>
    public static Probability One { get; } = new(0);

    /// <summary>Natural logarithm; negative infinity for 0.</summary>
    public double Log => _log;

    /// <summary>Decimal logarithm; negative infinity for 0.</summary>
    public double Log10 => _log / Math.Log(10);

    /// <summary>The value as a double; 0 where it is below the double range.</summary>
    public double Value => Math.Exp(_log);

    /// <summary>From a value in [0, 1]; rounding dust up to 1e-9 outside is clipped.</summary>
    public static Probability FromValue(double value)
    {
        if (double.IsNaN(value) || value < -1e-9 || value > 1 + 1e-9)
            throw new ArgumentOutOfRangeException(nameof(value), value, "A probability lies between 0 and 1.");
        return new(Math.Log(Math.Clamp(value, 0, 1)));
    }

    /// <summary>From a natural logarithm ≤ 0; rounding dust above 0 is clipped.</summary>
    public static Probability FromLog(double log)
    {
        if (double.IsNaN(log) || log > 1e-9)
            throw new ArgumentOutOfRangeException(nameof(log), log, "The logarithm of a probability is at most 0.");
        return new(Math.Min(log, 0));
    }

    /// <summary>This probability times <paramref name="factor"/>, at most 1 (Bonferroni and Holm steps).</summary>
    public Probability TimesCapped(double factor) => FromLog(Math.Min(0, _log + Math.Log(factor)));

    /// <inheritdoc/>
    public int CompareTo(Probability other) => _log.CompareTo(other._log);

    /// <summary>Smaller than.</summary>
    public static bool operator <(Probability a, Probability b) => a._log < b._log;

    /// <summary>Greater than.</summary>
    public static bool operator >(Probability a, Probability b) => a._log > b._log;

    /// <summary>At most.</summary>
    public static bool operator <=(Probability a, Probability b) => a._log <= b._log;

    /// <summary>At least.</summary>
    public static bool operator >=(Probability a, Probability b) => a._log >= b._log;

    /// <summary>The larger of two (the p-value of an intersection–union test).</summary>
    public static Probability Max(Probability a, Probability b) => a >= b ? a : b;

    /// <summary>The smaller of two.</summary>
    public static Probability Min(Probability a, Probability b) => a <= b ? a : b;

    /// <summary>Scientific notation with <paramref name="digits"/> significant digits, also below the double range, for example <c>7.5e-52</c>.</summary>
    public string ToScientific(int digits = 2)
    {
        if (double.IsNegativeInfinity(_log))
            return "0";
        var log10 = Log10;
        var exponent = (int)Math.Floor(log10);
        var mantissa = Math.Round(Math.Pow(10, log10 - exponent), digits - 1, MidpointRounding.AwayFromZero);
        if (mantissa >= 10)
        {
            mantissa /= 10;
            exponent++;
        }

        var format = digits > 1 ? "0." + new string('0', digits - 1) : "0";
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa.ToString(format, CultureInfo.InvariantCulture)}e{exponent}");
    }

    /// <summary>Plain decimals from 1e-4 up, scientific notation below.</summary>
    public override string ToString() =>
        _log >= Math.Log(1e-4) ? Value.ToString("0.####", CultureInfo.InvariantCulture) : ToScientific();
}
