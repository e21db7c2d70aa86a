namespace ForensicKit.Statistics;

/// <summary>The χ² distribution (regularised incomplete gamma function) in logarithms.</summary>
/// <remarks>Series and continued fraction of Abramowitz and Stegun 6.5.29 and 6.5.31.</remarks>
public static class ChiSquared
{
    private const int MaxSteps = 20_000_000;

    /// <summary>P(X ≥ x) with the given degrees of freedom.</summary>
    public static Probability Upper(DoubleDouble x, double degrees) => Tail(x, degrees, upper: true);

    /// <summary>P(X ≤ x).</summary>
    public static Probability Lower(DoubleDouble x, double degrees) => Tail(x, degrees, upper: false);

    private static Probability Tail(DoubleDouble x, double degrees, bool upper)
    {
        if (!(degrees > 0) || double.IsInfinity(degrees))
            throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "The degrees of freedom are positive and finite.");
        if (double.IsNaN(x.Hi))
            throw new ArgumentOutOfRangeException(nameof(x), "χ² is not a number.");
        if (x.Hi <= 0)
            return upper ? Probability.One : Probability.Zero;
        if (double.IsInfinity(x.Hi))
            return upper ? Probability.Zero : Probability.One;
        var (half, a) = (x * 0.5, degrees / 2);
        var logPower = (DoubleDouble.Log(half) * a) - half - LogGamma.OfExtended(a);
        var small = half.Hi < a + 1;
        var log = Math.Min(0, small ? (logPower + Math.Log(LowerSeries(half.Hi, a))).Hi : (logPower - Math.Log(UpperFraction(half.Hi, a))).Hi);
        return Probability.FromLog(small == upper ? LogSpace.Complement(log) : log);
    }

    // γ(a, x) e^x x^−a = Σ xⁿ / (a(a+1)…(a+n))
    private static double LowerSeries(double x, double a)
    {
        double term = 1 / a, sum = term;
        for (var n = 1; n < MaxSteps; n++)
        {
            term *= x / (a + n);
            sum += term;
            if (term < 1e-18 * sum)
                return sum;
        }

        throw new ArithmeticException("The series of the incomplete gamma function did not converge.");
    }

    // 1 / (Γ(a, x) e^x x^−a) = x + 1 − a − 1(1−a)/(x + 3 − a − 2(2−a)/(x + 5 − a − …)), Lentz's method.
    private static double UpperFraction(double x, double a)
    {
        var b = x + 1 - a;
        double f = b, c = b, d = 0;
        for (var i = 1; i < MaxSteps; i++)
        {
            var coefficient = -i * (i - a);
            b += 2;
            d = 1 / (b + (coefficient * d));
            c = b + (coefficient / c);
            var delta = c * d;
            f *= delta;
            if (Math.Abs(delta - 1) < 2.5e-16)
                return f;
        }

        throw new ArithmeticException("The continued fraction of the incomplete gamma function did not converge.");
    }
}
