namespace ForensicKit.Statistics;

/// <summary>The binomial distribution: X successes in n trials of probability p. Tails are exact to about 1e-13 in relative terms, at any size.</summary>
/// <remarks>
/// p is taken with up to 30 digits (<see cref="DoubleDouble"/>; a double converts silently), since a rate such as x/n − margin is not a double.
/// Time grows with the standard deviation √(npq), not with n.
/// </remarks>
public static class Binomial
{
    /// <summary>ln P(X = k).</summary>
    public static double LogMass(long k, long n, DoubleDouble p) => LogMassExtended(k, n, p).Hi;

    /// <summary>P(X = k).</summary>
    public static Probability Mass(long k, long n, DoubleDouble p) => Probability.FromLog(LogMass(k, n, p));

    /// <summary>P(X ≤ x); x may lie outside 0…n.</summary>
    public static Probability Lower(long x, long n, DoubleDouble p)
    {
        Check(n, p);
        return Probability.FromLog(LogLower(x, n, p, 1 - p));
    }

    /// <summary>P(X ≥ x); x may lie outside 0…n.</summary>
    public static Probability Upper(long x, long n, DoubleDouble p)
    {
        Check(n, p);
        // Failures instead of successes turn one tail into the other.
        return x <= 0 ? Probability.One : Probability.FromLog(LogLower(n - x, n, 1 - p, p));
    }

    internal static DoubleDouble LogMassExtended(long k, long n, DoubleDouble p)
    {
        Check(n, p);
        return LogMass(k, n, p, 1 - p);
    }

    private static DoubleDouble LogMass(long k, long n, DoubleDouble p, DoubleDouble q)
    {
        if (k < 0 || k > n || (p == 0 && k > 0) || (q == 0 && k < n))
            return double.NegativeInfinity;
        var log = k == 0 || k == n ? 0 : LogGamma.ChooseExtended(n, k);
        if (k > 0)
            log += DoubleDouble.FromInteger(k) * LogOfComplement(q, p);
        if (k < n)
            log += DoubleDouble.FromInteger(n - k) * LogOfComplement(p, q);
        return log;
    }

    private static double LogLower(long x, long n, DoubleDouble p, DoubleDouble q)
    {
        if (x < 0)
            return double.NegativeInfinity;
        if (x >= n || p == 0)
            return 0;
        if (q == 0)
            return double.NegativeInfinity;
        // Above the mean the other tail is the small one and its complement loses nothing.
        if (x > (DoubleDouble.FromInteger(n) * p).Hi)
            return LogSpace.Complement(LogLowerSum(n - x - 1, n, q, p));
        return LogLowerSum(x, n, p, q);
    }

    // Terms from x downwards; below the mean each is smaller than the one before.
    private static double LogLowerSum(long x, long n, DoubleDouble p, DoubleDouble q)
    {
        var odds = (q / p).Hi;
        double term = 1, sum = 1;
        for (var k = x; k > 0; k--)
        {
            term *= k / (double)(n - k + 1) * odds;
            sum += term;
            if (term < 1e-18 * sum)
                break;
        }

        return (LogMass(x, n, p, q) + Math.Log(sum)).Hi;
    }

    // p tiny: ln(1 − p) from p; otherwise from q, which carries its own digits.
    private static DoubleDouble LogOfComplement(DoubleDouble p, DoubleDouble q) =>
        p < 0.5 ? DoubleDouble.LogOnePlus(-p) : DoubleDouble.Log(q);

    private static void Check(long n, DoubleDouble p)
    {
        if (n < 0)
            throw new ArgumentOutOfRangeException(nameof(n), n, "The number of trials is negative.");
        if (!(p >= 0 && p <= 1))
            throw new ArgumentOutOfRangeException(nameof(p), p.Hi, "The probability of a success lies between 0 and 1.");
    }
}
