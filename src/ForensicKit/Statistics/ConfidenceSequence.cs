namespace ForensicKit.Statistics;

/// <summary>The state of anytime-valid inference after n outcomes.</summary>
/// <param name="N">Outcomes so far.</param>
/// <param name="Successes">Successes so far.</param>
/// <param name="LogE">ln e against p = p0.</param>
/// <param name="AnytimeP">1/max(1, largest e so far): a p-value at any stopping time.</param>
/// <param name="LogELess">ln e against p ≥ p0 (the prior is cut to p &lt; p0).</param>
/// <param name="LogEGreater">ln e against p ≤ p0 (the prior is cut to p &gt; p0).</param>
/// <param name="Lower">Lower end of {p: e(p) &lt; 1/α} at this n alone.</param>
/// <param name="Upper">Upper end.</param>
public sealed record ConfidenceSequenceStep(
    long N, long Successes, double LogE, double AnytimeP, double LogELess, double LogEGreater, double Lower, double Upper);

/// <summary>
/// Inference about a Bernoulli rate that stays valid however often one looks and whenever one stops: the beta-binomial mixture e-process
/// e = B(a+s, b+f) / (B(a, b) p0^s (1−p0)^f) (Robbins 1970; Howard et al. 2021; Waudby-Smith and Ramdas 2024).
/// </summary>
public sealed class ConfidenceSequence
{
    private readonly double _logAlpha;
    private readonly DoubleDouble _logBetaPrior;

    /// <param name="alpha">1 − confidence, strictly between 0 and 1.</param>
    /// <param name="a">First shape of the beta mixture, positive.</param>
    /// <param name="b">Second shape, positive.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public ConfidenceSequence(double alpha, double a = 1, double b = 1)
    {
        if (!(alpha > 0 && alpha < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "α lies strictly between 0 and 1.");
        if (!(a > 0 && b > 0) || double.IsInfinity(a) || double.IsInfinity(b))
            throw new ArgumentOutOfRangeException(nameof(a), a, "The shapes of the mixture are positive and finite.");
        (Alpha, A, B) = (alpha, a, b);
        _logAlpha = Math.Log(alpha);
        _logBetaPrior = LogGamma.BetaExtended(a, b);
    }

    /// <summary>1 − confidence.</summary>
    public double Alpha { get; }

    /// <summary>First shape of the mixture.</summary>
    public double A { get; }

    /// <summary>Second shape of the mixture.</summary>
    public double B { get; }

    /// <summary>ln e against p = p0 after so many successes and failures.</summary>
    /// <exception cref="ArgumentException">p0 is not strictly between 0 and 1, or a count is negative.</exception>
    public double LogE(long successes, long failures, double p0)
    {
        CheckCounts(successes, failures);
        CheckRate(p0);
        return (LogMixture(successes, failures)
            - (DoubleDouble.FromInteger(successes) * DoubleDouble.Log(p0))
            - (DoubleDouble.FromInteger(failures) * DoubleDouble.LogOnePlus(-(DoubleDouble)p0))).Hi;
    }

    /// <summary>ln e for rates below p0: evidence against p ≥ p0.</summary>
    /// <inheritdoc cref="LogE"/>
    public double LogELess(long successes, long failures, double p0) =>
        LogE(successes, failures, p0) + Beta.Lower(p0, A + successes, B + failures).Log - Beta.Lower(p0, A, B).Log;

    /// <summary>ln e for rates above p0: evidence against p ≤ p0.</summary>
    /// <inheritdoc cref="LogE"/>
    public double LogEGreater(long successes, long failures, double p0) =>
        LogE(successes, failures, p0) + Beta.Upper(p0, A + successes, B + failures).Log - Beta.Upper(p0, A, B).Log;

    /// <summary>The set of rates that are not rejected after these outcomes alone: {p: e(p) &lt; 1/α}. Intersect over time for the running interval.</summary>
    /// <exception cref="ArgumentException">A count is negative, or there are no outcomes.</exception>
    public (double Lower, double Upper) Limits(long successes, long failures)
    {
        CheckCounts(successes, failures);
        if (successes + failures == 0)
            return (0, 1);
        var constant = LogMixture(successes, failures).Hi + _logAlpha;
        // In u = ln(p/(1−p)); ln e is convex in u with its minimum, below ln(1/α), at the observed rate.
        double Excess(double u) => constant + (successes * Softplus(-u)) + (failures * Softplus(u));
        const double end = 745;
        var centre = successes == 0 ? -end : failures == 0 ? end : Math.Log(successes / (double)failures);
        return (successes == 0 ? 0 : Logistic(Root(-end, centre, Excess)), failures == 0 ? 1 : Logistic(Root(end, centre, Excess)));
    }

    /// <summary>Follows outcomes in the order observed.</summary>
    /// <exception cref="ArgumentException">p0 is not strictly between 0 and 1, or there are no outcomes.</exception>
    public IReadOnlyList<ConfidenceSequenceStep> Run(IReadOnlyCollection<bool> outcomes, double p0, CancellationToken cancellationToken = default)
    {
        CheckRate(p0);
        if (outcomes.Count == 0)
            throw new ArgumentException("There are no outcomes.", nameof(outcomes));
        var steps = new List<ConfidenceSequenceStep>(outcomes.Count);
        long successes = 0, n = 0;
        var largest = 0.0;
        foreach (var outcome in outcomes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            n++;
            successes += outcome ? 1 : 0;
            var failures = n - successes;
            var logE = LogE(successes, failures, p0);
            largest = Math.Max(largest, logE);
            var (lower, upper) = Limits(successes, failures);
            steps.Add(new ConfidenceSequenceStep(
                n, successes, logE, Math.Exp(-largest), LogELess(successes, failures, p0), LogEGreater(successes, failures, p0), lower, upper));
        }

        return steps;
    }

    /// <summary>The first n at which e ≥ 1/α: p = p0 is rejected for good; null where it never is.</summary>
    public long? FirstRejection(IEnumerable<ConfidenceSequenceStep> steps) => steps.FirstOrDefault(s => s.LogE >= -_logAlpha)?.N;

    /// <summary>
    /// Radius of Robbins' normal mixture around s/n, for any outcomes in [0, 1] (sub-Gaussian with σ = ½):
    /// √((nρ² + 1)/(2n²ρ²) · ln(√(nρ² + 1)/α)).
    /// </summary>
    /// <param name="n">Outcomes, at least 1.</param>
    /// <param name="rho">ρ, positive: the smaller, the later the interval is tightest.</param>
    /// <exception cref="ArgumentException">A number lies outside its range.</exception>
    public double NormalMixtureRadius(long n, double rho)
    {
        if (n < 1)
            throw new ArgumentOutOfRangeException(nameof(n), n, "There is at least one outcome.");
        if (!(rho > 0) || double.IsInfinity(rho))
            throw new ArgumentOutOfRangeException(nameof(rho), rho, "ρ is positive and finite.");
        var scaled = n * rho * rho;
        return Math.Sqrt((scaled + 1) / (2 * n * scaled) * ((LogSpace.LogOnePlus(scaled) / 2) - _logAlpha));
    }

    private DoubleDouble LogMixture(long successes, long failures) => LogGamma.BetaExtended(A + successes, B + failures) - _logBetaPrior;

    // Bisection between an end with a positive and a centre with a negative excess, until neighbouring doubles.
    private static double Root(double outside, double inside, Func<double, double> excess)
    {
        while (true)
        {
            var middle = (outside + inside) / 2;
            if (middle == outside || middle == inside)
                return inside;
            if (excess(middle) >= 0)
                outside = middle;
            else
                inside = middle;
        }
    }

    // ln(1 + e^x)
    private static double Softplus(double x) => x > 0 ? x + LogSpace.LogOnePlus(Math.Exp(-x)) : LogSpace.LogOnePlus(Math.Exp(x));

    private static double Logistic(double u) => u >= 0 ? 1 / (1 + Math.Exp(-u)) : Math.Exp(u) / (1 + Math.Exp(u));

    private static void CheckRate(double p0)
    {
        if (!(p0 > 0 && p0 < 1))
            throw new ArgumentOutOfRangeException(nameof(p0), p0, "p0 lies strictly between 0 and 1.");
    }

    private static void CheckCounts(long successes, long failures)
    {
        if (successes < 0 || failures < 0)
            throw new ArgumentOutOfRangeException(nameof(successes), successes, "Counts are not negative.");
    }
}
