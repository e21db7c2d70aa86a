namespace ForensicKit.Statistics;

/// <summary>The side on which a test looks for a deviation.</summary>
public enum Alternative
{
    /// <summary>A rate below the null value.</summary>
    Less,

    /// <summary>A rate above the null value.</summary>
    Greater,

    /// <summary>Either, each side at α/2 (central).</summary>
    TwoSided,
}

/// <summary>The rejection region of an exact binomial test and what it does.</summary>
/// <param name="RejectAtMost">Rejects at x ≤ this; −1 where the region is empty, null where the test has none on this side.</param>
/// <param name="RejectAtLeast">Rejects at x ≥ this; n + 1 where the region is empty, null where the test has none on this side.</param>
/// <param name="Power">Probability of rejection at p1.</param>
/// <param name="Size">Probability of rejection at p0, at most α.</param>
public sealed record ExactPower(long? RejectAtMost, long? RejectAtLeast, double Power, double Size);

/// <summary>Sample sizes of an exact test, whose power is a saw-tooth in n.</summary>
/// <param name="First">The smallest n whose power reaches the target; null where none does in the range searched.</param>
/// <param name="PowerAtFirst">Its power.</param>
/// <param name="All">The smallest n from which every n in the range reaches it; null where the last does not.</param>
/// <param name="PowerAtAll">Its power.</param>
public sealed record ExactSampleSize(int? First, double? PowerAtFirst, int? All, double? PowerAtAll);

/// <summary>A detectable rate.</summary>
/// <param name="P1">The rate.</param>
/// <param name="Effect">Its distance from p0.</param>
public sealed record DetectableEffect(double P1, double Effect);

/// <summary>Power, sample size and minimum detectable effect of the exact binomial test of p = p0.</summary>
public static class BinomialPower
{
    /// <summary>The rejection region and power at p1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">n &lt; 1, a rate outside [0, 1], or α outside (0, 1).</exception>
    public static ExactPower Exact(long n, double p0, double p1, double alpha, Alternative alternative)
    {
        Check(n, p0, alpha);
        SuccessCount.CheckRate(p1, nameof(p1));
        var (atMost, atLeast) = Region(n, p0, alpha, alternative);
        return new(atMost, atLeast, Rejection(n, p1, atMost, atLeast), Rejection(n, p0, atMost, atLeast));
    }

    /// <summary>Searches n = 1…<paramref name="limit"/>.</summary>
    public static ExactSampleSize SampleSize(
        double p0, double p1, double alpha, double power, Alternative alternative, int limit, CancellationToken cancellationToken = default)
    {
        SuccessCount.CheckOpen(power, nameof(power));
        (int N, double Power)? first = null, all = null;
        for (var n = 1; n <= limit; n++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var reached = Exact(n, p0, p1, alpha, alternative).Power;
            if (reached < power)
            {
                all = null;
                continue;
            }

            first ??= (n, reached);
            all ??= (n, reached);
        }

        return new(first?.N, first?.Power, all?.N, all?.Power);
    }

    /// <summary>
    /// The rate at which the power equals the target for the region that n and α fix; null where the region is empty.
    /// Two-sided tests look below p0 first.
    /// </summary>
    public static DetectableEffect? MinimumDetectable(long n, double p0, double alpha, double power, Alternative alternative)
    {
        Check(n, p0, alpha);
        SuccessCount.CheckOpen(power, nameof(power));
        var (atMost, atLeast) = Region(n, p0, alpha, alternative);
        double? p1 = (atMost, atLeast) switch
        {
            ( >= 0 and var x, null) => x == n ? null : Beta.UpperQuantile(power, x + 1, n - x),
            (null, var x) when x <= n => Beta.Quantile(power, x.Value, n - x.Value + 1),
            ( >= 0, not null) => Bisect(0, p0),
            (-1, var x) when x <= n => Bisect(1, p0),
            _ => null,
        };
        return p1 is { } found ? new(found, Math.Abs(p0 - found)) : null;

        // Power falls from the far end towards p0.
        double Bisect(double far, double near)
        {
            for (var i = 0; i < 200 && Math.Abs(far - near) > 1e-16 * Math.Abs(near); i++)
            {
                var middle = 0.5 * (far + near);
                if (Rejection(n, middle, atMost, atLeast) >= power)
                    far = middle;
                else
                    near = middle;
            }

            return 0.5 * (far + near);
        }
    }

    private static (long? AtMost, long? AtLeast) Region(long n, double p0, double alpha, Alternative alternative)
    {
        var level = alternative == Alternative.TwoSided ? alpha / 2 : alpha;
        long? atMost = alternative == Alternative.Greater ? null : LastBelow(x => Binomial.Lower(x, n, p0), n, level);
        // The upper region in failures is a lower one.
        long? atLeast = alternative == Alternative.Less ? null : n - LastBelow(f => Binomial.Upper(n - f, n, p0), n, level);
        return (atMost, atLeast);
    }

    // The largest x in −1…n with tail(x) ≤ level; an equality must not be lost to rounding.
    private static long LastBelow(Func<long, Probability> tail, long n, double level)
    {
        var limit = Math.Log(level) + 1e-13;
        long inside = -1, outside = n + 1;
        while (outside - inside > 1)
        {
            var x = inside + ((outside - inside) / 2);
            if (x <= n && tail(x).Log <= limit)
                inside = x;
            else
                outside = x;
        }

        return inside;
    }

    private static double Rejection(long n, double p, long? atMost, long? atLeast) =>
        (atMost is { } low ? Binomial.Lower(low, n, p).Value : 0) + (atLeast is { } high ? Binomial.Upper(high, n, p).Value : 0);

    private static void Check(long n, double p0, double alpha)
    {
        if (n < 1)
            throw new ArgumentOutOfRangeException(nameof(n), n, "At least one trial is needed.");
        SuccessCount.CheckRate(p0, nameof(p0));
        SuccessCount.CheckOpen(alpha, nameof(alpha));
    }
}
