namespace ForensicKit.Statistics;

/// <summary>Tests of H0: claimed rate − true rate ≤ margin, from aggregate counts of the same n items.</summary>
/// <param name="FixedClaim">The claim taken as a fixed rate: P(X ≤ reproduced) at claimed − margin, exact.</param>
/// <param name="WorstPairingZ">z of the paired Wald test at the least favourable pairing; null where its standard error is 0.</param>
/// <param name="WorstPairing">Its upper tail.</param>
/// <param name="ClaimSupported">The opposite question, H0: gap ≥ margin: P(X ≥ reproduced) at claimed − margin, exact.</param>
public sealed record ClaimGapTest(Probability FixedClaim, double? WorstPairingZ, Probability? WorstPairing, Probability ClaimSupported);

/// <summary>Whether a claimed score exceeds what was reproduced by more than a margin, when only totals are known.</summary>
public static class ClaimGap
{
    /// <summary>The tests from counts.</summary>
    /// <param name="n">Items of the benchmark.</param>
    /// <param name="claimed">Items the claim says were right.</param>
    /// <param name="reproduced">Items that were right in the reproduction.</param>
    /// <param name="margin">The gap that is tolerated, as a share of 1, at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Counts or margin are impossible.</exception>
    public static ClaimGapTest Test(long n, long claimed, long reproduced, double margin)
    {
        SuccessCount.Check(claimed, n, nameof(claimed), nameof(n));
        SuccessCount.Check(reproduced, n, nameof(reproduced), nameof(n));
        var limit = Limit(DoubleDouble.Ratio(claimed, n), margin);
        var at = McNemar.UnknownPairing(n, claimed, reproduced);
        var (b, c) = (Math.Max(0, claimed - reproduced) + at.MaxSmallerCount, Math.Max(0, reproduced - claimed) + at.MaxSmallerCount);
        var error = PairedProportions.WaldError(b, c, n);
        DoubleDouble? z = error.Hi > 0 ? (DoubleDouble.Ratio(claimed - reproduced, n) - margin) / error : null;
        return new(Binomial.Lower(reproduced, n, limit), z?.Hi, z is { } value ? Normal.Upper(value) : null, Binomial.Upper(reproduced, n, limit));
    }

    /// <summary>H0: gap ≤ margin for a claim known only as a printed rate: P(X ≤ reproduced) at claim − margin, exact.</summary>
    public static Probability FixedPrintedClaim(long n, double claim, long reproduced, double margin)
    {
        SuccessCount.Check(reproduced, n, nameof(reproduced), nameof(n));
        SuccessCount.CheckRate(claim, nameof(claim));
        return Binomial.Lower(reproduced, n, Limit(claim, margin));
    }

    /// <summary>
    /// The gap that is exceeded with one-sided confidence <paramref name="level"/>, the claim taken as a fixed rate: claim minus the
    /// exact upper limit of the rate.
    /// </summary>
    public static double LowerBound(long n, double claim, long reproduced, double level)
    {
        SuccessCount.CheckRate(claim, nameof(claim));
        return claim - BinomialInterval.ClopperPearsonUpper(reproduced, n, level);
    }

    // A claim below the margin leaves no rate to test against but 0.
    private static DoubleDouble Limit(DoubleDouble claim, double margin)
    {
        if (!(margin >= 0 && margin < 1))
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin lies between 0 and 1.");
        return DoubleDouble.Max(0, claim - margin);
    }
}
