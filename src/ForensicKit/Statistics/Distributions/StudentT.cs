namespace ForensicKit.Statistics;

/// <summary>Student's t distribution; the degrees of freedom need not be whole.</summary>
public static class StudentT
{
    /// <summary>P(T ≤ t).</summary>
    public static Probability Lower(DoubleDouble t, double degrees) => Upper(-t, degrees);

    /// <summary>P(T ≥ t).</summary>
    public static Probability Upper(DoubleDouble t, double degrees)
    {
        CheckDegrees(degrees);
        if (double.IsNaN(t.Hi))
            throw new ArgumentOutOfRangeException(nameof(t), "t is not a number.");
        if (t.Hi < 0)
            return Probability.FromLog(LogSpace.Complement(Upper(-t, degrees).Log));
        return Probability.FromLog(TwoSided(t, degrees).Log - Math.Log(2));
    }

    /// <summary>P(|T| ≥ |t|).</summary>
    public static Probability TwoSided(DoubleDouble t, double degrees)
    {
        CheckDegrees(degrees);
        if (double.IsInfinity(t.Hi))
            return Probability.Zero;
        if (t == 0)
            return Probability.One;
        if (Math.Abs(t.Hi) > 1e100 * Math.Sqrt(degrees))
        {
            // x below is lost to underflow; the leading term x^(ν/2)/(ν/2 · B(ν/2, ½)) is exact here.
            var logX = Math.Log(degrees) - (2 * Math.Log(Math.Abs(t.Hi)));
            return Probability.FromLog(((degrees / 2 * logX) - Math.Log(degrees / 2) - LogGamma.BetaExtended(degrees / 2, 0.5)).Hi);
        }

        // P(|T| ≥ t) = I_x(ν/2, ½) with x = ν/(ν + t²) (DLMF 8.17.1 with Abramowitz and Stegun 26.7.1).
        var ratio = DoubleDouble.Abs(t) > 1 ? 1 / t : t;
        var square = ratio * ratio;
        var (x, y) = DoubleDouble.Abs(t) > 1
            ? (square * degrees / ((square * degrees) + 1), 1 / ((square * degrees) + 1))
            : (degrees / (square + degrees), square / (square + degrees));
        return Beta.Lower(x, y, degrees / 2, 0.5);
    }

    /// <summary>t with P(T ≤ t) = p. Relative error about 1e-14.</summary>
    public static double Quantile(double p, double degrees) =>
        p <= 0.5 ? -UpperQuantile(p, degrees) : UpperQuantile(1 - p, degrees);

    /// <summary>t with P(T ≥ t) = q. Relative error about 1e-14.</summary>
    public static double UpperQuantile(double q, double degrees)
    {
        CheckDegrees(degrees);
        if (q > 0.5)
            return -UpperQuantile(1 - q, degrees);
        if (q == 0)
            return double.PositiveInfinity;
        if (q == 0.5)
            return 0;
        // Both x and 1 − x are needed with their own digits: t² = ν(1 − x)/x.
        var x = Beta.Quantile(2 * q, degrees / 2, 0.5);
        var y = x < 0.5 ? 1 - x : Beta.UpperQuantile(2 * q, 0.5, degrees / 2);
        return Math.Sqrt(degrees) * Math.Sqrt(y / x);
    }

    private static void CheckDegrees(double degrees)
    {
        if (!(degrees > 0) || double.IsInfinity(degrees))
            throw new ArgumentOutOfRangeException(nameof(degrees), degrees, "The degrees of freedom are positive and finite.");
    }
}
