namespace ForensicKit.Statistics;

/// <summary>The F distribution of a ratio of mean squares.</summary>
public static class FisherF
{
    /// <summary>P(F ≥ f) with d1 (numerator) and d2 (denominator) degrees of freedom.</summary>
    public static Probability Upper(DoubleDouble f, double d1, double d2)
    {
        if (double.IsNaN(f.Hi))
            throw new ArgumentOutOfRangeException(nameof(f), "F is not a number.");
        if (f.Hi <= 0)
            return Probability.One;
        if (double.IsInfinity(f.Hi))
            return Probability.Zero;
        // Abramowitz and Stegun 26.6.2, divided through by d1·f.
        var ratio = d2 / (f * d1);
        return Beta.Lower(ratio / (ratio + 1), 1 / (ratio + 1), d2 / 2, d1 / 2);
    }

    /// <summary>P(F ≤ f).</summary>
    public static Probability Lower(DoubleDouble f, double d1, double d2) =>
        Probability.FromLog(LogSpace.Complement(Upper(f, d1, d2).Log));
}
