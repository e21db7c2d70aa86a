namespace ForensicKit.Statistics;

/// <summary>What luck alone gives when the best of several identical variants is published.</summary>
public static class BestOfN
{
    /// <summary>E[max of N independent Binomial(n, p)] − np, in successes, exact: Σ_k (1 − F(k)^N) − np. Divide by n for a rate.</summary>
    /// <param name="n">Items of the benchmark.</param>
    /// <param name="p">The true rate of every variant.</param>
    /// <param name="variants">N, at least 1.</param>
    public static double ExpectedInflation(int n, double p, double variants)
    {
        if (n < 1)
            throw new ArgumentOutOfRangeException(nameof(n), n, "At least one item is needed.");
        if (!(variants >= 1) || double.IsInfinity(variants))
            throw new ArgumentOutOfRangeException(nameof(variants), variants, "At least one variant is needed.");
        SuccessCount.CheckRate(p, nameof(p));
        // E[max] − np = Σ_k (F(k) − F(k)^N), terms of one sign.
        var sum = 0.0;
        for (var k = 0; k < n; k++)
        {
            var log = Binomial.Lower(k, n, p).Log;
            if (!double.IsNegativeInfinity(log))
                sum -= Math.Exp(log) * LogSpace.ExpMinusOne((variants - 1) * log);
        }

        return sum;
    }

    /// <summary>ln of the number of variants after which one reaches the claim by luck with the given chance: ln(1 − chance)/ln(1 − P(X ≥ claimed)).</summary>
    /// <param name="claimed">Successes of the claim.</param>
    /// <param name="n">Items.</param>
    /// <param name="p">The true rate.</param>
    /// <param name="chance">The chance that at least one variant reaches the claim, for example ½.</param>
    public static double LogVariantsNeeded(long claimed, long n, DoubleDouble p, double chance)
    {
        SuccessCount.Check(claimed, n, nameof(claimed), nameof(n));
        SuccessCount.CheckOpen(chance, nameof(chance));
        var reached = Binomial.Upper(claimed, n, p);
        // −ln(1 − P) = P to the last digit for tiny P, where 1 − P is 1.
        var rate = reached.Log < -40 ? reached.Log : Math.Log(-LogSpace.Complement(reached.Log));
        return Math.Log(-LogSpace.LogOnePlus(-chance)) - rate;
    }
}
