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
        // E[max] − np = Σ_k (F(k) − F(k)^N), terms of one sign. Where F(k) or N·(1 − F(k)) is below e⁻⁵⁰ all terms together are below n·e⁻⁵⁰.
        var first = (int)Math.Max(0, Math.Floor((n * p) - Reach(50)));
        var end = (int)Math.Min(n, Math.Ceiling((n * p) + Reach(50 + Math.Log(variants))));
        var sum = 0.0;
        for (var k = first; k < end; k++)
        {
            var log = Binomial.Lower(k, n, p).Log;
            if (!double.IsNegativeInfinity(log))
                sum -= Math.Exp(log) * LogSpace.ExpMinusOne((variants - 1) * log);
        }

        return sum;

        // Bernstein's inequality, both sides: P(|X − np| ≥ t) ≤ exp(−t²/(2(npq + t/3))) ≤ e^−L from this t on.
        double Reach(double level) => (level / 3) + Math.Sqrt((level * level / 9) + (2 * level * n * p * (1 - p)));
    }

    /// <summary>
    /// E[max of N independent standard normals], from ln N ≥ 0; N need not be whole. Times the standard error it is the normal
    /// approximation of the inflation.
    /// </summary>
    public static double ExpectedNormalMaximum(double logN)
    {
        if (!(logN >= 0 && logN < 1e6))
            throw new ArgumentOutOfRangeException(nameof(logN), logN, "At least one variant is needed.");
        // ∫ x dΦ(x)^N by the trapezoid rule around the maximum's centre: smooth and falling on both sides, so it converges geometrically.
        // The peak narrows as 1/centre; in its units the integrand is analytic to about π/2 off the real axis, so a step of h leaves e^(−π²/h).
        var centre = Math.Max(0, Normal.UpperQuantile(Probability.FromLog(-logN - Math.Log(2))));
        var sharpness = Math.Max(1, centre);
        var (reach, step) = (10 / Math.Max(1, centre / 4), 1 / (8 * sharpness));
        double mass = 0, moment = 0;
        for (var x = centre - reach; x <= centre + reach; x += step)
        {
            // N·Φ^(N−1)·φ without the factor N; −ln Φ(x) is P(Z > x) to the last digit where that is tiny.
            var upper = Normal.Upper(x).Log;
            var minusLogCdf = upper < -40 ? upper : Math.Log(-LogSpace.Complement(upper));
            var scale = logN == 0 ? 0 : Math.Exp(logN + LogSpace.Complement(-logN) + minusLogCdf);
            var density = Math.Exp(logN + Normal.LogDensity(x) - scale);
            mass += density;
            moment += x * density;
        }

        return moment / mass;
    }

    /// <summary>
    /// ln N at which the expected maximum of N standard normals is <paramref name="z"/>: how many identical variants make a lead of z
    /// standard errors what luck is expected to give.
    /// </summary>
    public static double LogVariantsForExpectedMaximum(double z)
    {
        if (!(z >= 0 && z < 1000))
            throw new ArgumentOutOfRangeException(nameof(z), z, "The lead in standard errors is not negative.");
        // E[max] ≥ the median of the max, so N with median z is enough; N = 1 gives 0.
        var (low, high) = (0.0, Math.Max(1, 1 - Normal.Upper(z).Log));
        var (atLow, atHigh) = (-z, ExpectedNormalMaximum(high) - z);
        // Regula falsi with the Illinois rule (an end kept twice counts half): every step costs an integral, and the function is smooth and increasing.
        var lastSide = 0;
        for (var i = 0; i < 100 && high - low > 1e-13 * high; i++)
        {
            var next = Math.Clamp(high - (atHigh * (high - low) / (atHigh - atLow)), low, high);
            var at = ExpectedNormalMaximum(next) - z;
            if (Math.Abs(at) <= 1e-14 * Math.Max(1, z))
                return next;
            if (at < 0)
            {
                (low, atLow) = (next, at);
                if (lastSide < 0)
                    atHigh /= 2;
                lastSide = -1;
            }
            else
            {
                (high, atHigh) = (next, at);
                if (lastSide > 0)
                    atLow /= 2;
                lastSide = 1;
            }
        }

        return 0.5 * (low + high);
    }

    /// <summary>
    /// ln of the number of variants after which one reaches the claim by luck with the given chance:
    /// ln(1 − chance)/ln(1 − P(X ≥ claimed)), exact.
    /// </summary>
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
