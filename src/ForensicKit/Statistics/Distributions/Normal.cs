using MathNet.Numerics;

namespace ForensicKit.Statistics;

/// <summary>The standard normal distribution, with tails that never vanish.</summary>
public static class Normal
{
    // From here on the continued fraction converges in a few dozen steps and erfc would lose digits to the rounding of z²/2.
    private const double FractionFrom = 6;

    /// <summary>ln φ(z), the density's logarithm.</summary>
    public static double LogDensity(double z) => LogDensityExtended(z).Hi;

    /// <summary>φ(z), the density.</summary>
    public static double Density(double z) => Math.Exp(LogDensity(z));

    /// <summary>Φ(z) as a double; see <see cref="Lower"/> for tails below its range.</summary>
    public static double Cdf(double z) => z <= -FractionFrom ? Lower(z).Value : 0.5 * SpecialFunctions.Erfc(-z / Constants.Sqrt2);

    /// <summary>P(Z ≤ z).</summary>
    public static Probability Lower(DoubleDouble z) => Upper(-z);

    /// <summary>P(Z ≥ z).</summary>
    public static Probability Upper(DoubleDouble z)
    {
        if (double.IsNaN(z.Hi))
            throw new ArgumentOutOfRangeException(nameof(z), "z is not a number.");
        // First order in the low part: d ln P(Z ≥ z) / dz = −φ(z)/P(Z ≥ z).
        var log = LogUpper(z.Hi);
        return z.Lo == 0 || double.IsNegativeInfinity(log) ? Probability.FromLog(log)
            : Probability.FromLog(log - (z.Lo * Math.Exp(LogDensity(z.Hi) - log)));
    }

    /// <summary>P(|Z| ≥ |z|).</summary>
    public static Probability TwoSided(DoubleDouble z) => Upper(DoubleDouble.Abs(z)).TimesCapped(2);

    /// <summary>z with P(Z ≤ z) = p, 0 ≤ p ≤ 1 (−∞ and ∞ at the ends). Relative error about 1e-15.</summary>
    public static double Quantile(double p)
    {
        CheckProbability(p);
        return p <= 0.5 ? -UpperQuantileExtended(p).Hi : UpperQuantileExtended(1 - (DoubleDouble)p).Hi;
    }

    /// <summary>z with P(Z ≥ z) = q, 0 ≤ q ≤ 1. Relative error about 1e-15.</summary>
    public static double UpperQuantile(double q)
    {
        CheckProbability(q);
        return UpperQuantileExtended(q).Hi;
    }

    /// <summary>z with P(Z ≥ z) = q, also for q below the range of a double.</summary>
    public static double UpperQuantile(Probability q) =>
        q.Log > Math.Log(1e-300) ? UpperQuantileExtended(DoubleDouble.Exp(q.Log)).Hi : TailQuantile(q.Log);

    /// <summary>z with P(Z ≥ z) = q with about 30 digits for q ≥ 1e-12, of a double below; 0 &lt; q &lt; 1.</summary>
    public static DoubleDouble UpperQuantileExtended(DoubleDouble q)
    {
        if (q > 0.5)
            return -UpperQuantileExtended(1 - q);
        if (q.Hi <= 0)
            return double.PositiveInfinity;
        if (q == 0.5)
            return 0;
        // Near one half the tail says little about z: start from the tangent at 0 and let the extended steps do the rest.
        var z = q.Hi > 0.4 ? ((0.5 - q) / Math.Exp(-DoubleDouble.LogSqrtTwoPi.Hi)).Hi : TailQuantile(Math.Log(q.Hi));
        if (z > 7)
            return z;
        DoubleDouble extended = z;
        var steps = q.Hi > 0.4 ? 5 : 2;
        for (var i = 0; i < steps; i++)
            extended += (0.5 - CentralHalf(extended) - q) / DoubleDouble.Exp(LogDensityExtended(extended));
        return extended;
    }

    /// <summary>z with P(|Z| ≤ z) = level, 0 &lt; level &lt; 1, with about 30 digits: the critical value of a two-sided interval.</summary>
    public static DoubleDouble TwoSidedCriticalValue(double level)
    {
        if (!(level > 0 && level < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level lies strictly between 0 and 1.");
        return UpperQuantileExtended((1 - (DoubleDouble)level) * 0.5);
    }

    private static DoubleDouble LogDensityExtended(DoubleDouble z) => -(z * z * 0.5) - DoubleDouble.LogSqrtTwoPi;

    private static double LogUpper(double z)
    {
        if (z < 0)
            return LogSpace.LogOnePlus(-Math.Exp(LogUpper(-z)));
        if (z < FractionFrom)
            return Math.Log(0.5 * SpecialFunctions.Erfc(z / Constants.Sqrt2));
        if (double.IsPositiveInfinity(z))
            return double.NegativeInfinity;
        // Mills' ratio as Laplace's continued fraction 1/(z + 1/(z + 2/(z + …))), from the far end.
        var tail = z;
        for (var k = 60; k >= 1; k--)
            tail = z + (k / tail);
        return LogDensity(z) - Math.Log(tail);
    }

    // Φ(z) − ½ = φ(z)(z + z³/3 + z⁵/15 + …); all terms have one sign, so nothing cancels. For |z| ≤ 7.
    private static DoubleDouble CentralHalf(DoubleDouble z)
    {
        var square = z * z;
        DoubleDouble term = z, sum = z;
        for (var k = 3; Math.Abs(term.Hi) > 1e-33 * Math.Abs(sum.Hi); k += 2)
        {
            term = term * square / k;
            sum += term;
        }

        return sum * DoubleDouble.Exp(LogDensityExtended(z));
    }

    // Newton on the logarithm of the tail, which is concave: quadratic from the asymptotic guess.
    private static double TailQuantile(double log)
    {
        var twice = -2 * log;
        if (double.IsPositiveInfinity(twice))
            return twice;
        var z = Math.Sqrt(Math.Max(0.01, twice - Math.Log(2 * Math.PI * Math.Max(1, twice))));
        for (var i = 0; i < 20; i++)
        {
            var upper = LogUpper(z);
            var step = (upper - log) / Math.Exp(LogDensity(z) - upper);
            z += step;
            if (Math.Abs(step) <= 1e-15 * Math.Abs(z))
                break;
        }

        return z;
    }

    private static void CheckProbability(double p)
    {
        if (!(p >= 0 && p <= 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability lies between 0 and 1.");
    }
}
