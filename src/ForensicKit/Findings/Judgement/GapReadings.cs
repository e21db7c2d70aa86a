using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Judgement;

/// <summary>
/// The hypothesis that a claim exceeds the true score by at most the margin, tested for the three ways to read a printed claim.
/// </summary>
/// <param name="Fixed">A: the claim is a fixed number.</param>
/// <param name="Independent">B: the claim is an independent sample's estimate.</param>
/// <param name="SameItems">C: the claim is a score on the very same items, at the least favourable pairing.</param>
/// <param name="Support">The opposite hypothesis: the claim exceeds the true score by at least the margin.</param>
internal sealed record GapReadings(Probability Fixed, Probability Independent, Probability SameItems, Probability Support)
{
    /// <summary>p of an adverse verdict: all three must reject (intersection–union test, Berger 1982).</summary>
    public Probability Adverse => Probability.Max(Fixed, Probability.Max(Independent, SameItems));

    /// <summary>From right answers.</summary>
    /// <param name="rate">The claimed rate as printed, 0 to 1.</param>
    /// <param name="n">Items.</param>
    /// <param name="claimed">Right answers claimed, as a whole number of these items.</param>
    /// <param name="right">Right answers.</param>
    /// <param name="margin">The margin, as a share of 1.</param>
    public static GapReadings OfCounts(double rate, long n, long claimed, long right, double margin) => new(
        ClaimGap.FixedPrintedClaim(n, rate, right, margin),
        // Where the standard error under the hypothesis is 0 nothing can be rejected.
        Equivalence.FarringtonManning(claimed, n, right, n, margin)?.ZUpper is { } z ? Normal.Upper(z) : Probability.One,
        ClaimGap.Test(n, claimed, right, margin).WorstPairing ?? Probability.One,
        rate > margin ? BinomialTest.Greater(right, n, (DoubleDouble)rate - margin) : Probability.One);

    /// <summary>From credits, which may be shares of samples.</summary>
    /// <remarks>
    /// A share varies less than a coin with the same mean. Reading A then uses Hoeffding's bound exp(−n·KL) for any outcomes in [0, 1] (1963,
    /// theorem 1), which is exact in level and a little blunt; B and C take the variance of a coin and the next larger whole number of right
    /// answers, both in the claimant's favour.
    /// </remarks>
    /// <param name="claimed">The claim.</param>
    /// <param name="credits">Credits of the items, 0 to 1.</param>
    /// <param name="margin">The margin, as a share of 1.</param>
    public static GapReadings OfCredits(PrintedScore claimed, IReadOnlyList<double> credits, double margin)
    {
        var (n, rate, sum) = (credits.Count, claimed.Percent / 100, credits.Sum());
        var counts = OfCounts(rate, n, claimed.NearestCount(n), Math.Min(n, (long)Math.Ceiling(sum)), margin);
        if (credits.All(c => c is 0 or 1))
            return counts;
        var (mean, limit) = (sum / n, Math.Max(0, rate - margin));
        return counts with
        {
            Fixed = mean < limit ? Hoeffding(mean, limit, n) : Probability.One,
            Support = rate > margin && mean > limit ? Hoeffding(mean, limit, n) : Probability.One,
        };
    }

    /// <summary>
    /// Of a run that may stop while it asks: the claim read as a fixed number against the items in the order they were asked, at any time of looking.
    /// Readings of a fixed number of items say nothing there.
    /// </summary>
    /// <param name="state">What the items say of the claim.</param>
    /// <param name="support">p of the opposite hypothesis from all items; null where the run stopped before, so that it supports nothing.</param>
    public static GapReadings OfSequence(SequentialRefutationState state, Probability? support) =>
        new(state.AnytimeP, state.AnytimeP, state.AnytimeP, support ?? Probability.One);

    /// <summary>The largest number of right answers that all three readings reject at this level; −1 where none is.</summary>
    /// <param name="claimed">The claim.</param>
    /// <param name="n">Items.</param>
    /// <param name="margin">The margin, as a share of 1.</param>
    /// <param name="level">The level.</param>
    public static long LargestRejected(PrintedScore claimed, long n, double margin, double level)
    {
        long inside = -1, outside = n + 1;
        while (outside - inside > 1)
        {
            var right = inside + ((outside - inside) / 2);
            if (right <= n && OfCounts(claimed.Percent / 100, n, claimed.NearestCount(n), right, margin).Adverse.Value <= level)
                inside = right;
            else
                outside = right;
        }

        return inside;
    }

    private static Probability Hoeffding(double mean, double limit, long n) => Probability.FromLog(Math.Min(0, -n * (Part(mean, limit) + Part(1 - mean, 1 - limit))));

    private static double Part(double x, double p) => x <= 0 ? 0 : x * Math.Log(x / p);
}
