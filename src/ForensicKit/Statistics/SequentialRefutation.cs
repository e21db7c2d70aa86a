using System.Runtime.InteropServices;

namespace ForensicKit.Statistics;

/// <summary>What outcomes so far say of a claim, valid however often one looks.</summary>
/// <param name="N">Outcomes so far.</param>
/// <param name="LogE">ln e after all of them.</param>
/// <param name="LargestLogE">The largest ln e after any of them, at least 0.</param>
/// <param name="RefutedAfter">After how many outcomes e first reached 1/α; null where it has not.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SequentialRefutationState(long N, double LogE, double LargestLogE, long? RefutedAfter)
{
    /// <summary>Whether asking may stop: the claim is refuted at level α, and more outcomes cannot take that back.</summary>
    public bool MayStop => RefutedAfter is not null;

    /// <summary>A p-value at any stopping time: 1/max(1, largest e) (Ville 1939).</summary>
    public Probability AnytimeP => Probability.FromLog(-LargestLogE);
}

/// <summary>
/// Refutes a claimed rate while items are still being asked: H0, the true mean credit of an item is at least the claim minus the margin.
/// </summary>
/// <remarks>
/// <para>e is the mean, over a fixed grid of lower rates q, of the likelihood ratios Π (q/p0)^x·((1−q)/(1−p0))^(1−x), p0 = claim − margin.
/// Each is a non-negative supermartingale under H0: it is convex in x, so its expectation is at most that of a coin with the same mean, which
/// is at most 1 where that mean is p0 or more. So is their mean (method of mixtures, Robbins 1970), and P(e ever ≥ 1/α) ≤ α (Ville 1939).
/// Credits between 0 and 1 (shares of samples) are as good as right and wrong.</para>
/// <para>The outcomes must be a random sequence: items in random order, independent as questions of the same kind. The grid is geometric,
/// p0·(1 − 2^(−j/2)), j = 1…14: gaps from 0.8 % to 71 % of p0.</para>
/// </remarks>
public sealed class SequentialRefutation
{
    private const int Alternatives = 14;

    private readonly double[] _success = new double[Alternatives];
    private readonly double[] _failure = new double[Alternatives];
    private readonly double _logThreshold;

    /// <param name="claim">The claimed rate, 0 to 1.</param>
    /// <param name="margin">The gap that is tolerated, as a share of 1, from 0 and below 1.</param>
    /// <param name="alpha">Chance to refute a claim that holds within the margin, strictly between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number lies outside its range.</exception>
    public SequentialRefutation(double claim, double margin, double alpha)
    {
        SuccessCount.CheckRate(claim, nameof(claim));
        if (!(margin >= 0 && margin < 1))
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin lies between 0 and 1.");
        SuccessCount.CheckOpen(alpha, nameof(alpha));
        (Rate, Alpha) = (Math.Max(0, claim - margin), alpha);
        _logThreshold = -Math.Log(alpha);
        for (var j = 0; j < Alternatives; j++)
        {
            var less = Math.Pow(2, -(j + 1) / 2.0);
            _success[j] = LogSpace.LogOnePlus(-less);
            _failure[j] = Rate < 1 ? LogSpace.LogOnePlus(Rate * less / (1 - Rate)) : 0;
        }
    }

    /// <summary>p0, the lowest rate at which the claim holds within the margin; at 0 nothing can be refuted.</summary>
    public double Rate { get; }

    /// <summary>The level.</summary>
    public double Alpha { get; }

    /// <summary>ln e after so many outcomes with this sum.</summary>
    /// <param name="sum">Sum of the outcomes.</param>
    /// <param name="n">Their number.</param>
    public double LogE(double sum, long n)
    {
        // No rate is below 0; and at 1 one outcome short of it says all.
        if (Rate <= 0)
            return 0;
        if (Rate >= 1 && sum < n)
            return double.PositiveInfinity;
        var largest = double.NegativeInfinity;
        Span<double> logs = stackalloc double[Alternatives];
        for (var j = 0; j < Alternatives; j++)
        {
            logs[j] = (sum * _success[j]) + (n > sum ? (n - sum) * _failure[j] : 0);
            largest = Math.Max(largest, logs[j]);
        }

        var total = 0.0;
        foreach (var log in logs)
            total += Math.Exp(log - largest);
        return largest + Math.Log(total / Alternatives);
    }

    /// <summary>
    /// Says whether asking may stop. Give all outcomes so far, in the order they came: after each batch the same ones and more.
    /// </summary>
    /// <param name="outcomes">Credits of the items so far, each 0 to 1.</param>
    /// <exception cref="ArgumentException">An outcome lies outside 0…1.</exception>
    public SequentialRefutationState Decide(IEnumerable<double> outcomes)
    {
        long n = 0;
        long? refuted = null;
        double sum = 0, logE = 0, largest = 0;
        foreach (var outcome in outcomes)
        {
            if (!(outcome >= 0 && outcome <= 1))
                throw new ArgumentException("An outcome lies between 0 and 1.", nameof(outcomes));
            n++;
            sum += outcome;
            logE = LogE(sum, n);
            largest = Math.Max(largest, logE);
            if (refuted is null && logE >= _logThreshold)
                refuted = n;
        }

        return new(n, logE, largest, refuted);
    }
}
