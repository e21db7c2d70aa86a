namespace ForensicKit.Statistics;

/// <summary>The exact p-values of one binomial observation.</summary>
/// <param name="Less">P(X ≤ x), against p &lt; p0.</param>
/// <param name="Greater">P(X ≥ x), against p &gt; p0.</param>
/// <param name="TwoSidedMinLikelihood">Σ P(k) over all k no likelier than x, up to a factor 1 + 1e-7 (R's binom.test, scipy's binomtest).</param>
/// <param name="TwoSidedCentral">min(1, 2·min(Less, Greater)); inverts to Clopper and Pearson's interval.</param>
/// <param name="TwoSidedMidP">min(1, 2·(min(Less, Greater) − P(x)/2)).</param>
public sealed record BinomialTestResult(
    Probability Less, Probability Greater, Probability TwoSidedMinLikelihood, Probability TwoSidedCentral, Probability TwoSidedMidP);

/// <summary>Exact binomial tests of p = p0.</summary>
public static class BinomialTest
{
    /// <summary>All p-values of x successes in n trials under p0.</summary>
    /// <param name="x">Successes, 0…n.</param>
    /// <param name="n">Trials, at least 1.</param>
    /// <param name="p0">The rate under the null hypothesis; a rate that is no double (x/n − margin) keeps its digits.</param>
    /// <exception cref="ArgumentOutOfRangeException">The counts or p0 are impossible.</exception>
    public static BinomialTestResult Exact(long x, long n, DoubleDouble p0)
    {
        SuccessCount.Check(x, n);
        SuccessCount.CheckRate(p0, nameof(p0));
        var less = Binomial.Lower(x, n, p0);
        var greater = Binomial.Upper(x, n, p0);
        // The tail without x, plus half of P(x): a sum, so that nothing cancels.
        var beyond = less <= greater ? Binomial.Lower(x - 1, n, p0) : Binomial.Upper(x + 1, n, p0);
        var midP = LogSpace.Add(beyond.Log, Binomial.LogMass(x, n, p0) - Math.Log(2));
        return new(less, greater, TwoSidedMinLikelihood(x, n, p0), Probability.Min(less, greater).TimesCapped(2),
            Probability.FromLog(Math.Min(0, midP)).TimesCapped(2));
    }

    /// <summary>P(X ≤ x): the exact one-sided p-value against a rate below p0.</summary>
    public static Probability Less(long x, long n, DoubleDouble p0)
    {
        SuccessCount.Check(x, n);
        return Binomial.Lower(x, n, p0);
    }

    /// <summary>P(X ≥ x): the exact one-sided p-value against a rate above p0.</summary>
    public static Probability Greater(long x, long n, DoubleDouble p0)
    {
        SuccessCount.Check(x, n);
        return Binomial.Upper(x, n, p0);
    }

    private static Probability TwoSidedMinLikelihood(long x, long n, DoubleDouble p0)
    {
        var mode = Math.Clamp((long)Math.Floor(((DoubleDouble.FromInteger(n) + 1) * p0).Hi), 0, n);
        return MinimumLikelihood.PValue(x, 0, n, mode, k => Binomial.LogMass(k, n, p0), k => Binomial.Lower(k, n, p0), k => Binomial.Upper(k, n, p0));
    }
}
