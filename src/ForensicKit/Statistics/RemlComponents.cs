namespace ForensicKit.Statistics;

/// <summary>Variance components of a one-way random-effects model by restricted maximum likelihood.</summary>
/// <param name="Mean">Generalised least-squares mean.</param>
/// <param name="VarianceBetween">σ²_b ≥ 0.</param>
/// <param name="VarianceWithin">σ²_w.</param>
/// <param name="IntraclassCorrelation">σ²_b/(σ²_b + σ²_w).</param>
/// <param name="Criterion">−2 times the restricted log-likelihood at the maximum, with all constants (as lme4 reports it).</param>
public sealed record RemlComponents(double Mean, double VarianceBetween, double VarianceWithin, double IntraclassCorrelation, double Criterion)
{
    /// <summary>
    /// Maximises over λ = σ²_b/σ²_w ≥ 0 with the mean and σ²_w profiled out (Bates et al. 2015, section 3.4); null where scores do not
    /// vary within clusters, since the likelihood is unbounded then (or vary 1e-150 times less than between them, where λ overflows).
    /// </summary>
    internal static RemlComponents? Fit(DoubleDouble[][] groups)
    {
        var means = groups.Select(g => SampleMoments.Mean(g)).ToArray();
        var within = SampleMoments.Sum(groups.Zip(means, SampleMoments.SquaresAbout)).Hi;
        if (!(within > 0))
            return null;
        // Centred, so that the deviations keep their digits as doubles.
        var centre = SampleMoments.Mean(means);
        var profile = new Profile([.. groups.Select(g => (double)g.Length)], [.. means.Select(m => (m - centre).Hi)], within);
        if (!(profile.AlwaysRisingFrom < 1e300))
            return null;
        var best = profile.At(0);
        // Stationary points between the knots of a grid that holds all of them: the slope turns from falling to rising.
        var previous = 0.0;
        for (var exponent = -24; previous < profile.AlwaysRisingFrom; exponent++)
        {
            var next = Math.Pow(2, exponent * 0.5);
            if (profile.Slope(previous) < 0 && profile.Slope(next) >= 0)
            {
                var found = profile.At(Root(profile, previous, next));
                best = found.Criterion < best.Criterion ? found : best;
            }

            previous = next;
        }

        return best with { Mean = (centre + best.Mean).Hi };
    }

    private static double Root(Profile profile, double low, double high)
    {
        for (var i = 0; i < 200 && high - low > 1e-15 * high; i++)
        {
            var middle = 0.5 * (low + high);
            if (profile.Slope(middle) < 0)
                low = middle;
            else
                high = middle;
        }

        return 0.5 * (low + high);
    }

    private sealed class Profile(double[] sizes, double[] means, double within)
    {
        private readonly double _items = sizes.Sum();

        public RemlComponents At(double lambda)
        {
            var (weights, mean, squares) = Weighted(lambda);
            var variance = (within + squares) / (_items - 1);
            var criterion = sizes.Sum(n => LogSpace.LogOnePlus(lambda * n)) + Math.Log(weights.Sum())
                + ((_items - 1) * (1 + Math.Log(2 * Math.PI * variance)));
            return new(mean, lambda * variance, variance, lambda / (1 + lambda), criterion);
        }

        // A λ ≥ 1 beyond which the slope is positive: with w = n/(1 + λn), 1/(2λ) ≤ w ≤ 1/λ there, so that the slope is at least
        // (C − 1)/(2λ) − (N − 1)·C·range²/(λ²·within).
        public double AlwaysRisingFrom { get; } = Math.Max(
            1, 2 * (sizes.Sum() - 1) * sizes.Length / (sizes.Length - 1) * (means.Max() - means.Min()) * ((means.Max() - means.Min()) / within));

        // (1 + λ)·d criterion / dλ; dw/dλ = −w². The factor keeps w² from underflow where λ is huge.
        public double Slope(double lambda)
        {
            var (weights, mean, squares) = Weighted(lambda, 1 + lambda);
            var total = weights.Sum();
            var pull = weights.Zip(means, (w, m) => w * w * (m - mean) * (m - mean)).Sum();
            return total - (weights.Sum(w => w * w) / total) - ((_items - 1) * pull / (((1 + lambda) * within) + squares));
        }

        private (double[] Weights, double Mean, double Squares) Weighted(double lambda, double scale = 1)
        {
            double[] weights = [.. sizes.Select(n => n / (1 + (lambda * n)) * scale)];
            var mean = weights.Zip(means, static (w, m) => w * m).Sum() / weights.Sum();
            return (weights, mean, weights.Zip(means, (w, m) => w * (m - mean) * (m - mean)).Sum());
        }
    }
}
