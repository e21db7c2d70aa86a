using System.Globalization;
using System.Runtime.InteropServices;

namespace ForensicKit.Statistics;

/// <summary>
/// A number held as the unevaluated sum of two doubles: about 32 significant digits.
/// </summary>
/// <remarks>
/// Used where a double is not enough: differences of nearly equal rates, and exponents of tails (an error of one unit in the last place of
/// z = 30 changes p by 2e-13 in relative terms). Algorithms: Dekker 1971; Knuth, TAOCP 2, 4.2.2; Hida, Li and Bailey 2001.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly struct DoubleDouble : IEquatable<DoubleDouble>, IComparable<DoubleDouble>
{
    private DoubleDouble(double hi, double lo)
    {
        Hi = hi;
        Lo = lo;
    }

    /// <summary>The leading part: this number rounded to a double.</summary>
    public double Hi { get; }

    /// <summary>The remainder, at most half a unit in the last place of <see cref="Hi"/>.</summary>
    public double Lo { get; }

    /// <summary>π.</summary>
    public static DoubleDouble Pi { get; } = new(3.141592653589793, 1.2246467991473532e-16);

    /// <summary>ln 2.</summary>
    public static DoubleDouble Ln2 { get; } = new(0.6931471805599453, 2.3190468138462996e-17);

    /// <summary>ln √(2π).</summary>
    public static DoubleDouble LogSqrtTwoPi { get; } = new(0.9189385332046728, -3.8782941580672414e-17);

    /// <summary>The exact value of a double.</summary>
    public static implicit operator DoubleDouble(double value) => new(value, 0);

    /// <summary>Rounds to the nearest double.</summary>
    public static explicit operator double(DoubleDouble value) => value.Hi;

    /// <summary>The exact value of an integer.</summary>
    public static DoubleDouble FromInteger(long value)
    {
        double hi = value;
        // A long has at most 64 bits, so what the rounding dropped fits a double; 2^63 itself does not fit a long.
        var lo = hi >= 9.2233720368547758e18 ? -(double)(long.MaxValue - value + 1) : value - (long)hi;
        return QuickTwoSum(hi, lo);
    }

    /// <summary>The ratio of two integers.</summary>
    public static DoubleDouble Ratio(long numerator, long denominator) => FromInteger(numerator) / FromInteger(denominator);

    /// <summary>Sum.</summary>
    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        var (s, e) = TwoSum(a.Hi, b.Hi);
        if (!double.IsFinite(s))
            return s;
        var (t, f) = TwoSum(a.Lo, b.Lo);
        var r = QuickTwoSum(s, e + t);
        return QuickTwoSum(r.Hi, r.Lo + f);
    }

    /// <summary>Difference.</summary>
    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    /// <summary>Negation.</summary>
    public static DoubleDouble operator -(DoubleDouble a) => new(-a.Hi, -a.Lo);

    /// <summary>Product.</summary>
    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        var p = a.Hi * b.Hi;
        if (!double.IsFinite(p) || p == 0)
            return p;
        var e = Math.FusedMultiplyAdd(a.Hi, b.Hi, -p);
        return QuickTwoSum(p, e + ((a.Hi * b.Lo) + (a.Lo * b.Hi)));
    }

    /// <summary>Quotient.</summary>
    public static DoubleDouble operator /(DoubleDouble a, DoubleDouble b)
    {
        var q1 = a.Hi / b.Hi;
        if (!double.IsFinite(q1) || q1 == 0 || double.IsInfinity(b.Hi))
            return q1;
        var r = a - (b * q1);
        var q2 = r.Hi / b.Hi;
        r -= b * q2;
        return QuickTwoSum(q1, q2) + (r.Hi / b.Hi);
    }

    /// <summary>Smaller than.</summary>
    public static bool operator <(DoubleDouble a, DoubleDouble b) => a.Hi < b.Hi || (a.Hi == b.Hi && a.Lo < b.Lo);

    /// <summary>Greater than.</summary>
    public static bool operator >(DoubleDouble a, DoubleDouble b) => b < a;

    /// <summary>At most.</summary>
    public static bool operator <=(DoubleDouble a, DoubleDouble b) => a.Hi < b.Hi || (a.Hi == b.Hi && a.Lo <= b.Lo);

    /// <summary>At least.</summary>
    public static bool operator >=(DoubleDouble a, DoubleDouble b) => b <= a;

    /// <summary>Equal.</summary>
    public static bool operator ==(DoubleDouble a, DoubleDouble b) => a.Hi == b.Hi && a.Lo == b.Lo;

    /// <summary>Not equal.</summary>
    public static bool operator !=(DoubleDouble a, DoubleDouble b) => !(a == b);

    /// <summary>Absolute value.</summary>
    public static DoubleDouble Abs(DoubleDouble a) => a.Hi < 0 ? -a : a;

    /// <summary>The smaller of two.</summary>
    public static DoubleDouble Min(DoubleDouble a, DoubleDouble b) => b < a ? b : a;

    /// <summary>The larger of two.</summary>
    public static DoubleDouble Max(DoubleDouble a, DoubleDouble b) => b > a ? b : a;

    /// <summary>Square root; NaN below 0.</summary>
    public static DoubleDouble Sqrt(DoubleDouble a)
    {
        var y = Math.Sqrt(a.Hi);
        if (y == 0 || !double.IsFinite(y))
            return y;
        // One Newton step doubles the digits of the double root.
        DoubleDouble root = y;
        return root + ((a - (root * root)) / (2 * y));
    }

    /// <summary>Exponential; 0 and infinity outside the range of a double.</summary>
    public static DoubleDouble Exp(DoubleDouble a)
    {
        if (double.IsNaN(a.Hi))
            return double.NaN;
        if (a.Hi < -746)
            return 0;
        if (a.Hi > 710)
            return double.PositiveInfinity;
        var k = Math.Round(a.Hi / Ln2.Hi);
        var r = (a - (Ln2 * k)) * (1.0 / 512);
        // Taylor series of e^r − 1 at |r| < 0.0007, then squared nine times.
        DoubleDouble term = r, sum = r;
        for (var i = 2; i <= 10; i++)
        {
            term = term * r / i;
            sum += term;
        }

        for (var i = 0; i < 9; i++)
            sum = (sum * 2) + (sum * sum);
        sum += 1;
        return new(Math.ScaleB(sum.Hi, (int)k), Math.ScaleB(sum.Lo, (int)k));
    }

    /// <summary>Natural logarithm; negative infinity at 0, NaN below.</summary>
    public static DoubleDouble Log(DoubleDouble a)
    {
        if (!(a.Hi > 0) || double.IsInfinity(a.Hi))
            return Math.Log(a.Hi);
        var exponent = Math.ILogB(a.Hi);
        // In [1, 2) the exponential of the Newton step neither over- nor underflows, whatever the size of a.
        var m = new DoubleDouble(Math.ScaleB(a.Hi, -exponent), Math.ScaleB(a.Lo, -exponent));
        if (exponent is 0 or -1)
        {
            m = a;
            exponent = 0;
        }

        if (Math.Abs(m.Hi - 1) < 0.01)
            return (Ln2 * exponent) + LogOnePlus(m - 1);
        DoubleDouble y = Math.Log(m.Hi);
        return (Ln2 * exponent) + y + ((m * Exp(-y)) - 1);
    }

    /// <summary>ln(1 + a) without loss for small a.</summary>
    public static DoubleDouble LogOnePlus(DoubleDouble a)
    {
        if (Math.Abs(a.Hi) > 0.011)
            return Log(a + 1);
        // 2 artanh(a / (2 + a))
        var s = a / (a + 2);
        var square = s * s;
        DoubleDouble power = s, sum = s;
        for (var i = 3; i <= 17; i += 2)
        {
            power *= square;
            sum += power / i;
        }

        return sum * 2;
    }

    /// <inheritdoc/>
    public int CompareTo(DoubleDouble other) => Hi.CompareTo(other.Hi) is var c and not 0 ? c : Lo.CompareTo(other.Lo);

    /// <inheritdoc/>
    public bool Equals(DoubleDouble other) => Hi.Equals(other.Hi) && Lo.Equals(other.Lo);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DoubleDouble other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Hi, Lo);

    /// <summary>The leading double.</summary>
    public override string ToString() => Hi.ToString("R", CultureInfo.InvariantCulture);

    private static DoubleDouble QuickTwoSum(double a, double b)
    {
        var s = a + b;
        return double.IsFinite(s) ? new(s, b - (s - a)) : new(s, 0);
    }

    private static (double Sum, double Error) TwoSum(double a, double b)
    {
        var s = a + b;
        var bb = s - a;
        return (s, (a - (s - bb)) + (b - bb));
    }
}
