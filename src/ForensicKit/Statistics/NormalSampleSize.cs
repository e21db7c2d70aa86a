namespace ForensicKit.Statistics;

/// <summary>A sample size by formula.</summary>
/// <param name="Real">The formula's value.</param>
public sealed record SampleSize(double Real)
{
    /// <summary>The next whole number.</summary>
    public long N => checked((long)Math.Ceiling(Real));
}

/// <summary>Sample sizes and detectable effects by the normal approximation. α and power lie strictly between 0 and 1, rates in [0, 1].</summary>
public static class NormalSampleSize
{
    /// <summary>One proportion: ((z_α√(p0q0) + z_β√(p1q1))/(p1 − p0))², z_α one-sided or at α/2.</summary>
    public static SampleSize OneProportion(double p0, double p1, double alpha, double power, Alternative alternative)
    {
        CheckRates(p0, p1);
        var root = ((AlphaQuantile(alpha, alternative) * Deviation(p0)) + (PowerQuantile(power) * Deviation(p1))) / ((DoubleDouble)p1 - p0);
        return new((root * root).Hi);
    }

    /// <summary>
    /// The effect δ that n items detect: δ√n = z_α√(p0q0) + z_β√(p1q1) with p1 = p0 − δ (p0 + δ for <see cref="Alternative.Greater"/>);
    /// null where no rate in [0, 1] is far enough.
    /// </summary>
    public static DetectableEffect? MinimumDetectable(long n, double p0, double alpha, double power, Alternative alternative)
    {
        if (n < 1)
            throw new ArgumentOutOfRangeException(nameof(n), n, "At least one item is needed.");
        SuccessCount.CheckRate(p0, nameof(p0));
        var sign = alternative == Alternative.Greater ? 1 : -1;
        var (low, high) = ((DoubleDouble)0, sign > 0 ? 1 - (DoubleDouble)p0 : p0);
        var (zAlpha, zBeta, root) = (AlphaQuantile(alpha, alternative), PowerQuantile(power), DoubleDouble.Sqrt(DoubleDouble.FromInteger(n)));
        if (!Detected(high))
            return null;
        for (var i = 0; i < 110; i++)
        {
            var middle = (low + high) * 0.5;
            if (Detected(middle))
                high = middle;
            else
                low = middle;
        }

        return new((p0 + (high * sign)).Hi, high.Hi);

        bool Detected(DoubleDouble delta) => delta * root >= (zAlpha * Deviation(p0)) + (zBeta * Deviation(p0 + (delta * sign)));
    }

    /// <summary>Non-inferiority against a fixed rate p0: (z_α + z_β)²p0q0/(margin − true gap)², α one-sided.</summary>
    public static SampleSize NonInferiority(double p0, double margin, double alpha, double power, double trueGap = 0)
    {
        SuccessCount.CheckRate(p0, nameof(p0));
        if (!(margin > 0 && margin < 1))
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin is positive and below 1.");
        if (!(trueGap < margin))
            throw new ArgumentOutOfRangeException(nameof(trueGap), trueGap, "The true gap must lie below the margin.");
        var root = (AlphaQuantile(alpha, Alternative.Less) + PowerQuantile(power)) * Deviation(p0) / ((DoubleDouble)margin - trueGap);
        return new((root * root).Hi);
    }

    /// <summary>
    /// Paired comparison of two models' scores: (z_{α/2} + z_β)²(ω² + σ_A²/K_A + σ_B²/K_B)/δ² (Miller 2024, section 5). ω² is the variance
    /// of the difference of expected scores over items, σ² the within-item variance of one answer, K the answers per item.
    /// </summary>
    public static SampleSize Paired(
        DoubleDouble omega2, DoubleDouble sigma2A, DoubleDouble sigma2B, int answersA, int answersB, double delta, double alpha, double power)
    {
        if (!(omega2 >= 0 && sigma2A >= 0 && sigma2B >= 0))
            throw new ArgumentOutOfRangeException(nameof(omega2), "A variance is negative.");
        if (answersA < 1 || answersB < 1)
            throw new ArgumentOutOfRangeException(nameof(answersA), "At least one answer per item is needed.");
        if (!(delta > 0))
            throw new ArgumentOutOfRangeException(nameof(delta), delta, "The effect must be positive.");
        var z = (AlphaQuantile(alpha, Alternative.TwoSided) + PowerQuantile(power)) / delta;
        return new((z * z * (omega2 + (sigma2A / answersA) + (sigma2B / answersB))).Hi);
    }

    /// <summary>Two independent groups, each: (z_{α/2}√(2p̄q̄) + z_β√(p1q1 + p2q2))²/(p1 − p2)² (pooled null).</summary>
    public static SampleSize TwoProportions(double p1, double p2, double alpha, double power)
    {
        CheckRates(p1, p2);
        var mean = ((DoubleDouble)p1 + p2) * 0.5;
        var deviation = DoubleDouble.Sqrt(((DoubleDouble)p1 * (1 - (DoubleDouble)p1)) + ((DoubleDouble)p2 * (1 - (DoubleDouble)p2)));
        var root = ((AlphaQuantile(alpha, Alternative.TwoSided) * DoubleDouble.Sqrt(mean * (1 - mean) * 2)) + (PowerQuantile(power) * deviation))
            / ((DoubleDouble)p1 - p2);
        return new((root * root).Hi);
    }

    /// <summary>Two independent groups, each: 2((z_{α/2} + z_β)/h)², h = 2 arcsin √p1 − 2 arcsin √p2 (Cohen 1988).</summary>
    public static SampleSize TwoProportionsArcsine(double p1, double p2, double alpha, double power)
    {
        CheckRates(p1, p2);
        // sin(h/2) = √(p1q2) − √(p2q1), and the difference of squares keeps the digits of p1 − p2.
        DoubleDouble a = p1, b = p2;
        var sum = DoubleDouble.Sqrt(a * (1 - b)) + DoubleDouble.Sqrt(b * (1 - a));
        var h = 2 * Math.Asin(Math.Clamp(((a - b) / sum).Hi, -1, 1));
        var root = (AlphaQuantile(alpha, Alternative.TwoSided) + PowerQuantile(power)).Hi / h;
        return new(2 * root * root);
    }

    private static DoubleDouble Deviation(DoubleDouble p) => DoubleDouble.Sqrt(p * (1 - p));

    private static DoubleDouble AlphaQuantile(double alpha, Alternative alternative)
    {
        SuccessCount.CheckOpen(alpha, nameof(alpha));
        return Normal.UpperQuantileExtended(alternative == Alternative.TwoSided ? alpha / 2 : alpha);
    }

    private static DoubleDouble PowerQuantile(double power)
    {
        SuccessCount.CheckOpen(power, nameof(power));
        return -Normal.UpperQuantileExtended(power);
    }

    private static void CheckRates(double first, double second)
    {
        SuccessCount.CheckRate(first, nameof(first));
        SuccessCount.CheckRate(second, nameof(second));
        if (first == second)
            throw new ArgumentException("The rates are equal: there is no effect to detect.", nameof(second));
    }
}
