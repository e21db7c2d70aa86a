namespace ForensicKit.Statistics;

/// <summary>The beta distribution (regularised incomplete beta function) in logarithms, and its quantiles to about 1e-14.</summary>
/// <remarks>
/// Even part of the continued fraction of DLMF 8.17.22, in the form of DiDonato and Morris (1992, equation 9), by Lentz's method; time
/// grows with √max(a, b).
/// </remarks>
public static class Beta
{
    private const int MaxSteps = 20_000_000;

    /// <summary>ln of the density at x in (0, 1).</summary>
    public static double LogDensity(double x, double a, double b)
    {
        CheckShapes(a, b);
        var e = (DoubleDouble)x;
        return (LogPower(e, 1 - e, a, b) - DoubleDouble.Log(e) - DoubleDouble.LogOnePlus(-e)).Hi;
    }

    /// <summary>P(X ≤ x) = Iₓ(a, b).</summary>
    public static Probability Lower(DoubleDouble x, double a, double b) => Lower(x, 1 - x, a, b);

    /// <summary>P(X ≥ x) = 1 − Iₓ(a, b).</summary>
    public static Probability Upper(DoubleDouble x, double a, double b) => Lower(1 - x, x, b, a);

    /// <summary>P(X ≤ x) where x and its complement y = 1 − x are both known with full relative precision.</summary>
    public static Probability Lower(DoubleDouble x, DoubleDouble y, double a, double b)
    {
        CheckShapes(a, b);
        if (double.IsNaN(x.Hi))
            throw new ArgumentOutOfRangeException(nameof(x), "x is not a number.");
        if (x.Hi <= 0)
            return Probability.Zero;
        return y.Hi <= 0 ? Probability.One : Probability.FromLog(LogLower(x, y, a, b));
    }

    /// <summary>x with P(X ≤ x) = p.</summary>
    public static double Quantile(double p, double a, double b) => Solve(p, a, b).X;

    /// <summary>x with P(X ≥ x) = q: as exact for q near 0 as <see cref="Quantile"/> for p near 0.</summary>
    public static double UpperQuantile(double q, double a, double b) => Solve(q, b, a).Y;

    private static double LogLower(DoubleDouble x, DoubleDouble y, double a, double b)
    {
        if (x.Hi > (a + 1) / (a + b + 2))
            return LogSpace.Complement(Math.Min(0, LogLowerFraction(y, x, b, a)));
        return Math.Min(0, LogLowerFraction(x, y, a, b));
    }

    private static double LogLowerFraction(DoubleDouble x, DoubleDouble y, double a, double b) =>
        (LogPower(x, y, a, b) - DoubleDouble.Log(Denominator(x, a, b))).Hi;

    // ln x^a y^b / B(a, b); the smaller of x and y carries the digits of both logarithms.
    private static DoubleDouble LogPower(DoubleDouble x, DoubleDouble y, double a, double b)
    {
        var logX = x < y ? DoubleDouble.Log(x) : DoubleDouble.LogOnePlus(-y);
        var logY = x < y ? DoubleDouble.LogOnePlus(-x) : DoubleDouble.Log(y);
        return (logX * a) + (logY * b) - LogGamma.BetaExtended(a, b);
    }

    // x^a y^b / (B(a, b) Iₓ(a, b)). The partial denominators are sums of what does not cancel but for a + 1 − (a + b)x, which is small
    // where x is near 1: 30 digits for it, or the tail would lose a factor 1/(1 − x) of its precision.
    private static double Denominator(DoubleDouble x, double a, double b)
    {
        var lead = ((DoubleDouble)a + 1 - (((DoubleDouble)a + b) * x)).Hi;
        var (hi, f) = (x.Hi, a / (a + 1) * lead);
        double c = f, d = 0;
        for (var m = 1; m < MaxSteps; m++)
        {
            var odd = a + (2.0 * m) - 1;
            var numerator = (a + m - 1) / odd * ((a + b + m - 1) / odd) * (m * (b - m) * hi * hi);
            var denominator = m + (m * (b - m) * hi / odd) + ((a + m) / (odd + 2) * (lead + (m * (2 - hi))));
            d = 1 / NotZero(denominator + (numerator * d));
            c = NotZero(denominator + (numerator / c));
            f *= c * d;
            if (Math.Abs((c * d) - 1) < 2.5e-16)
                return f;
        }

        throw new ArithmeticException("The continued fraction of the incomplete beta function did not converge.");

        // Lentz: a vanishing denominator is passed by with a tiny one.
        static double NotZero(double value) => Math.Abs(value) < 1e-300 ? 1e-300 : value;
    }

    // In u = ln(x/y) both ends of the interval keep their relative precision. Newton on the logarithm of the smaller tail, kept in a bracket.
    private static (double X, double Y) Solve(double p, double a, double b)
    {
        CheckShapes(a, b);
        if (!(p >= 0 && p <= 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
        if (p == 0)
            return (0, 1);
        if (p == 1)
            return (1, 0);
        var upper = p > 0.5;
        var target = upper ? LogSpace.LogOnePlus(-p) : Math.Log(p);
        double u = Math.Log(a / b), low = u, high = u;
        for (var step = 1.0; low > -746 && Excess(low) > 0; step *= 2)
            low = Math.Max(-746, low - step);
        for (var step = 1.0; high < 746 && Excess(high) < 0; step *= 2)
            high = Math.Min(746, high + step);
        u = Math.Clamp(u, low, high);
        for (var i = 0; i < 200; i++)
        {
            var (x, y) = Split(u);
            var log = LogTail(x, y);
            var excess = upper ? target - log : log - target;
            if (excess == 0)
                break;
            if (excess > 0)
                high = u;
            else
                low = u;
            var slope = Math.Exp(LogPower(x, y, a, b).Hi - log);
            var next = u - (excess / slope);
            if (!(next > low && next < high))
                next = 0.5 * (low + high);
            if (Math.Abs(next - u) <= 1e-16 * Math.Max(1e-3, Math.Abs(u)))
            {
                u = next;
                break;
            }

            u = next;
        }

        var root = Split(u);
        return (root.X.Hi, root.Y.Hi);

        double Excess(double at)
        {
            var (x, y) = Split(at);
            var log = LogTail(x, y);
            return upper ? target - log : log - target;
        }

        double LogTail(DoubleDouble x, DoubleDouble y) => upper ? LogLower(y, x, b, a) : LogLower(x, y, a, b);
    }

    private static (DoubleDouble X, DoubleDouble Y) Split(double u)
    {
        var e = DoubleDouble.Exp(-Math.Abs(u));
        var (large, small) = (1 / (1 + e), e / (1 + e));
        return u >= 0 ? (large, small) : (small, large);
    }

    private static void CheckShapes(double a, double b)
    {
        if (!(a > 0) || double.IsInfinity(a))
            throw new ArgumentOutOfRangeException(nameof(a), a, "A shape of the beta distribution is positive and finite.");
        if (!(b > 0) || double.IsInfinity(b))
            throw new ArgumentOutOfRangeException(nameof(b), b, "A shape of the beta distribution is positive and finite.");
    }
}
