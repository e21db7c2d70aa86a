namespace ForensicKit.Statistics;

/// <summary>
/// e-values: non-negative statistics with expectation at most 1 under the null hypothesis (Vovk and Wang 2021; Shafer 2021).
/// Calibrators return natural logarithms where e can leave the range of a double.
/// </summary>
public static class EValues
{
    /// <summary>ln of the power calibrator κp^(κ−1), 0 &lt; κ &lt; 1, 0 &lt; p ≤ 1.</summary>
    public static double LogPowerCalibrator(Probability p, double kappa)
    {
        CheckP(p);
        SuccessCount.CheckOpen(kappa, nameof(kappa));
        return Math.Log(kappa) + ((kappa - 1) * p.Log);
    }

    /// <summary>ln of the mixture calibrator ∫₀¹ κp^(κ−1)dκ = (1 − p + p ln p)/(p (ln p)²); ½ at p = 1.</summary>
    public static double LogMixtureCalibrator(Probability p)
    {
        CheckP(p);
        var log = p.Log;
        if (log < -1)
            return Math.Log(1 - p.Value + (p.Value * log)) - log - (2 * Math.Log(-log));
        // With L = ln p the numerator over L² is Σ L^(k−2)(k − 1)/k!, k ≥ 2: no cancellation near p = 1.
        double power = 0.5, sum = 0;
        for (var k = 2; k < 30; k++)
        {
            sum += power * (k - 1);
            power *= log / (k + 1);
        }

        return Math.Log(sum) - log;
    }

    /// <summary>Shafer's calibrator p^(−½) − 1; infinity where it leaves the range of a double.</summary>
    public static double ShaferCalibrator(Probability p)
    {
        CheckP(p);
        return LogSpace.ExpMinusOne(-p.Log / 2);
    }

    /// <summary>Vovk and Sellke's bound −1/(e p ln p) for p &lt; 1/e, else 1: an upper bound over calibrators, not an e-value.</summary>
    public static double VovkSellkeBound(Probability p)
    {
        CheckP(p);
        return p.Log < -1 ? Math.Exp(-1 - p.Log - Math.Log(-p.Log)) : 1;
    }

    /// <summary>The average: an e-value under any dependence.</summary>
    /// <exception cref="ArgumentException">There are no e-values, or one is negative or not a number.</exception>
    public static double Average(IReadOnlyList<double> e)
    {
        Check(e);
        // Divided first, so that the sum stays in range.
        return e.Sum(x => x / e.Count);
    }

    /// <summary>ln of the product: an e-value for independent or sequential e-values. Negative infinity where one is 0.</summary>
    public static double LogProduct(IReadOnlyList<double> e)
    {
        Check(e);
        return e.Any(x => x == 0) ? double.NegativeInfinity : e.Aggregate((DoubleDouble)0, static (sum, x) => sum + DoubleDouble.Log(x)).Hi;
    }

    /// <summary>The p-value min(1, 1/e) by Markov's inequality, from ln e.</summary>
    public static Probability ToPValue(double logE) => Probability.FromLog(Math.Min(0, -logE));

    /// <summary>
    /// e-BH (Wang and Ramdas 2022): the positions, ascending, of the k* largest e-values, k* = max{k : k·e₍ₖ₎ ≥ m/α}. Controls the false
    /// discovery rate at α under any dependence.
    /// </summary>
    public static IReadOnlyList<int> BenjaminiHochberg(IReadOnlyList<double> e, double alpha)
    {
        Check(e);
        SuccessCount.CheckOpen(alpha, nameof(alpha));
        var order = Enumerable.Range(0, e.Count).OrderByDescending(i => e[i]).ToList();
        var last = Enumerable.Range(1, e.Count).LastOrDefault(k => k * e[order[k - 1]] >= e.Count / alpha);
        return [.. order.Take(last).Order()];
    }

    private static void CheckP(Probability p)
    {
        if (double.IsNegativeInfinity(p.Log))
            throw new ArgumentException("p must be positive.", nameof(p));
    }

    private static void Check(IReadOnlyList<double> e)
    {
        if (e.Count == 0)
            throw new ArgumentException("There are no e-values.", nameof(e));
        if (e.Any(x => !(x >= 0)))
            throw new ArgumentException("An e-value is negative or not a number.", nameof(e));
    }
}
