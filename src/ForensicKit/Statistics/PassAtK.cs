namespace ForensicKit.Statistics;

/// <summary>pass@k from n samples of which c are correct.</summary>
public static class PassAtK
{
    private const long MaximumFactors = 1000;

    /// <summary>The unbiased estimate 1 − C(n−c, k)/C(n, k) (Chen et al. 2021, eq. 1).</summary>
    /// <param name="samples">n ≥ 1, samples drawn for the item.</param>
    /// <param name="correct">c in 0…n, samples that pass.</param>
    /// <param name="k">1…n.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public static double Estimate(long samples, long correct, long k)
    {
        var log = LogFailure(samples, correct, k);
        return (1 - DoubleDouble.Exp(log)).Hi;
    }

    /// <summary>1 − pass@k: all of k samples fail. Keeps its digits where pass@k is 1 in double.</summary>
    /// <inheritdoc cref="Estimate"/>
    public static Probability Failure(long samples, long correct, long k) => Probability.FromLog(LogFailure(samples, correct, k).Hi);

    /// <summary>The plug-in value 1 − (1 − c/n)^k, which is biased downwards; some reports use it.</summary>
    /// <inheritdoc cref="Estimate"/>
    public static double PlugIn(long samples, long correct, long k)
    {
        Check(samples, correct, k);
        if (correct == samples)
            return 1;
        var log = DoubleDouble.LogOnePlus(-DoubleDouble.Ratio(correct, samples)) * DoubleDouble.FromInteger(k);
        return (1 - DoubleDouble.Exp(log)).Hi;
    }

    private static DoubleDouble LogFailure(long samples, long correct, long k)
    {
        Check(samples, correct, k);
        if (k > samples - correct)
            return double.NegativeInfinity;
        // C(n−c, k)/C(n, k) = ∏ (1 − k/(n−i)), i = 0 … c−1, and the same with c and k exchanged. Few factors keep all digits at any n.
        var (few, many) = correct < k ? (correct, k) : (k, correct);
        if (few > MaximumFactors)
            return LogGamma.ChooseExtended(samples - correct, k) - LogGamma.ChooseExtended(samples, k);
        DoubleDouble log = 0;
        for (var i = 0L; i < few; i++)
            log += DoubleDouble.LogOnePlus(-DoubleDouble.Ratio(many, samples - i));
        return log;
    }

    private static void Check(long samples, long correct, long k)
    {
        if (samples < 1)
            throw new ArgumentOutOfRangeException(nameof(samples), samples, "There is at least one sample.");
        if (correct < 0 || correct > samples)
            throw new ArgumentOutOfRangeException(nameof(correct), correct, "The correct samples are some of the samples.");
        if (k < 1 || k > samples)
            throw new ArgumentOutOfRangeException(nameof(k), k, "k lies between 1 and the number of samples.");
    }
}
