namespace ForensicKit.Statistics;

/// <summary>The two-sided exact p-value ordered by likelihood, for a unimodal distribution on whole numbers.</summary>
internal static class MinimumLikelihood
{
    // Masses that are equal in exact arithmetic differ by rounding; R and scipy use the same factor.
    private static readonly double _logFactor = LogSpace.LogOnePlus(1e-7);

    /// <summary>Σ P(k) over all k in [low, high] with P(k) ≤ P(x)·(1 + 1e-7).</summary>
    public static Probability PValue(
        long x, long low, long high, long mode, Func<long, double> logMass, Func<long, Probability> lower, Func<long, Probability> upper)
    {
        var threshold = logMass(x) + _logFactor;
        if (logMass(mode) <= threshold)
            return Probability.One;
        // Masses rise up to the mode and fall after it: bisect for the ends of the two sets of unlikely values.
        long inside = low - 1, outside = mode;
        while (outside - inside > 1)
        {
            var k = inside + ((outside - inside) / 2);
            if (logMass(k) <= threshold)
                inside = k;
            else
                outside = k;
        }

        var lowEnd = inside;
        (outside, inside) = (mode, high + 1);
        while (inside - outside > 1)
        {
            var k = outside + ((inside - outside) / 2);
            if (logMass(k) <= threshold)
                inside = k;
            else
                outside = k;
        }

        return Probability.FromLog(Math.Min(0, LogSpace.Add(lower(lowEnd).Log, upper(inside).Log)));
    }
}
