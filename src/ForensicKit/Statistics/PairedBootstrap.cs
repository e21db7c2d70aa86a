namespace ForensicKit.Statistics;

/// <summary>
/// The whole bootstrap distribution of a mean difference of right/wrong items (d in −1, 0, 1): n items drawn with replacement, without
/// simulation. A bootstrap with R replicates must agree with it within Monte Carlo error.
/// </summary>
public sealed class PairedBootstrap
{
    private readonly int _n;
    private readonly double[] _masses;

    private PairedBootstrap(int n, double[] masses)
    {
        _n = n;
        _masses = masses;
    }

    /// <summary>The distribution; null where a difference is none of −1, 0, 1. Time n².</summary>
    /// <exception cref="ArgumentException">There are no items, the lengths differ, or a score is not finite.</exception>
    public static PairedBootstrap? Exact(IReadOnlyList<double> a, IReadOnlyList<double> b, CancellationToken cancellationToken = default)
    {
        var differences = SampleMoments.Differences(a, b);
        if (differences.Any(d => d != 0 && d != 1 && d != -1))
            return null;
        var n = differences.Length;
        var (up, down) = (differences.Count(d => d == 1), differences.Count(d => d == -1));
        return new(n, Masses(n, up, down, cancellationToken));
    }

    /// <summary>P(mean difference ≤ <paramref name="value"/>).</summary>
    public double AtMost(double value) => Sum(k => (double)k / _n <= value);

    /// <summary>P(mean difference ≥ <paramref name="value"/>).</summary>
    public double AtLeast(double value) => Sum(k => (double)k / _n >= value);

    /// <summary>The smallest mean whose cumulative probability reaches <paramref name="probability"/> (inverse CDF).</summary>
    public double Quantile(double probability)
    {
        SuccessCount.CheckOpen(probability, nameof(probability));
        var cumulative = 0.0;
        for (var i = 0; i < _masses.Length; i++)
        {
            cumulative += _masses[i];
            // A cumulative probability that equals the target must not miss it by rounding.
            if (_masses[i] > 0 && cumulative >= probability * (1 - 1e-14))
                return (double)(i - _n) / _n;
        }

        return 1;
    }

    private double Sum(Func<int, bool> chosen) => Enumerable.Range(-_n, (2 * _n) + 1).Where(chosen).Sum(k => _masses[k + _n]);

    // One draw at a time: three masses of one sign, so that nothing cancels.
    private static double[] Masses(int n, int up, int down, CancellationToken cancellationToken)
    {
        var (rise, fall, stay) = ((double)up / n, (double)down / n, (double)(n - up - down) / n);
        var masses = new double[(2 * n) + 1];
        masses[n] = 1;
        for (var drawn = 1; drawn <= n; drawn++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // In place from below: the old masses of k − 1 and k are still at hand.
            double below = 0, here = masses[n - drawn];
            for (var k = n - drawn; k <= n + drawn; k++)
            {
                var above = k < 2 * n ? masses[k + 1] : 0;
                masses[k] = (below * rise) + (here * stay) + (above * fall);
                (below, here) = (here, above);
            }
        }

        return masses;
    }
}
