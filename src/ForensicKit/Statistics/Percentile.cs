namespace ForensicKit.Statistics;

/// <summary>How a percentile is read off a sample: numpy's thirteen methods and LoadGen's.</summary>
/// <remarks>The first nine are types 1–9 of Hyndman and Fan 1996 (R's numbering).</remarks>
public enum PercentileMethod
{
    /// <summary>Type 1 (guidellm).</summary>
    InvertedCdf,

    /// <summary>Type 2.</summary>
    AveragedInvertedCdf,

    /// <summary>Type 3.</summary>
    ClosestObservation,

    /// <summary>Type 4.</summary>
    InterpolatedInvertedCdf,

    /// <summary>Type 5.</summary>
    Hazen,

    /// <summary>Type 6.</summary>
    Weibull,

    /// <summary>Type 7: the default of numpy (vLLM, aiperf) and R.</summary>
    Linear,

    /// <summary>Type 8.</summary>
    MedianUnbiased,

    /// <summary>Type 9.</summary>
    NormalUnbiased,

    /// <summary>The observation at or below type 7's position.</summary>
    Lower,

    /// <summary>The observation at or above type 7's position.</summary>
    Higher,

    /// <summary>The mean of <see cref="Lower"/> and <see cref="Higher"/>.</summary>
    Midpoint,

    /// <summary>The observation nearest to type 7's position, a tie to the even index.</summary>
    Nearest,

    /// <summary>MLPerf LoadGen: sorted[⌊n·p⌋] counted from 0, the last observation where that lies beyond.</summary>
    LoadGen,
}

/// <summary>Sample percentiles. Tools disagree on the definition, so a latency claim has to say which it means.</summary>
public static class Percentile
{
    /// <summary>The percentile of a sample.</summary>
    /// <param name="data">Observations in any order, not empty, without NaN.</param>
    /// <param name="percent">0 to 100.</param>
    /// <param name="method">The definition.</param>
    /// <exception cref="ArgumentException">The sample is empty or has a NaN, or the percentage lies outside 0…100.</exception>
    public static double Of(IReadOnlyCollection<double> data, double percent, PercentileMethod method = PercentileMethod.Linear)
    {
        if (data.Count == 0)
            throw new ArgumentException("There are no observations.", nameof(data));
        if (data.Any(double.IsNaN))
            throw new ArgumentException("An observation is not a number.", nameof(data));
        double[] sorted = [.. data];
        Array.Sort(sorted);
        return OfSorted(sorted, percent, method);
    }

    /// <summary>The percentile of a sample that is already in ascending order.</summary>
    /// <inheritdoc cref="Of"/>
    public static double OfSorted(IReadOnlyList<double> sorted, double percent, PercentileMethod method = PercentileMethod.Linear)
    {
        if (sorted.Count == 0)
            throw new ArgumentException("There are no observations.", nameof(sorted));
        CheckPercent(percent);
        // In double and in this order, as numpy does: at a whole n·q the rounding decides which observation is taken.
        double q = percent / 100, n = sorted.Count, linear = (n - 1) * q;
        return method switch
        {
            PercentileMethod.InvertedCdf => At(Step((n * q) - 1, (gamma, _) => gamma == 0)),
            PercentileMethod.AveragedInvertedCdf => (n * q) - 1 is var position && position == Math.Floor(position)
                ? Between(position, 0.5) : At(Math.Floor(position) + 1),
            // Ties to the even order statistic, counted from 1.
            PercentileMethod.ClosestObservation => At(Step((n * q) - 1.5, (gamma, floor) => gamma == 0 && Math.Abs(floor % 2) == 1)),
            PercentileMethod.InterpolatedInvertedCdf => Interpolate((n * q) - 1),
            PercentileMethod.Hazen => Interpolate(Plotting(0.5)),
            PercentileMethod.Weibull => Interpolate(Plotting(0)),
            PercentileMethod.Linear => Interpolate(linear),
            PercentileMethod.MedianUnbiased => Interpolate(Plotting(1 / 3.0)),
            PercentileMethod.NormalUnbiased => Interpolate(Plotting(3 / 8.0)),
            PercentileMethod.Lower => At(Math.Floor(linear)),
            PercentileMethod.Higher => At(Math.Ceiling(linear)),
            PercentileMethod.Midpoint => Lerp(At(Math.Floor(linear)), At(Math.Ceiling(linear)), 0.5),
            PercentileMethod.Nearest => At(Math.Round(linear, MidpointRounding.ToEven)),
            PercentileMethod.LoadGen => At(LoadGenIndex(sorted.Count, q)),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, "There is no such percentile method."),
        };

        double At(double index) => sorted[(int)Math.Clamp(index, 0, n - 1)];

        double Between(double position, double gamma) => Lerp(At(position), At(position + 1), gamma);

        double Interpolate(double position) => Math.Floor(position) is var floor ? Between(floor, position - floor) : 0;

        // n·q + (α + q(1 − α − β)) − 1 with α = β (Hyndman and Fan's m).
        double Plotting(double alpha) => (n * q) + (alpha + (q * (1 - alpha - alpha))) - 1;
    }

    /// <summary>LoadGen's index ⌊n·p⌋, counted from 0; n where p = 1, which is beyond the last observation.</summary>
    /// <param name="n">Number of observations.</param>
    /// <param name="p">The percentile as a fraction.</param>
    public static long LoadGenIndex(long n, double p) => (long)(n * p);

    /// <summary>The smallest value whose cumulative weight reaches percent/100 of the total (guidellm's percentiles of weighted data).</summary>
    /// <param name="values">Values in any order, without NaN.</param>
    /// <param name="weights">Weights, not negative, with a positive sum.</param>
    /// <param name="percent">0 to 100.</param>
    /// <exception cref="ArgumentException">There are no values, the lengths differ, a weight is negative, or all are 0.</exception>
    public static double WeightedInverseCdf(IReadOnlyList<double> values, IReadOnlyList<double> weights, double percent)
    {
        CheckPercent(percent);
        if (values.Count == 0 || values.Count != weights.Count)
            throw new ArgumentException("There is one weight for each value, and at least one value.", nameof(values));
        if (values.Any(double.IsNaN) || weights.Any(w => !(w >= 0) || double.IsInfinity(w)))
            throw new ArgumentException("Values are numbers; weights are finite and not negative.", nameof(weights));
        var order = Enumerable.Range(0, values.Count).Where(i => weights[i] > 0).OrderBy(i => values[i]).ToArray();
        if (order.Length == 0)
            throw new ArgumentException("All weights are 0.", nameof(weights));
        var target = percent / 100 * order.Sum(i => weights[i]);
        var cumulative = 0.0;
        foreach (var i in order)
        {
            cumulative += weights[i];
            if (cumulative >= target)
                return values[i];
        }

        return values[order[^1]];
    }

    private static double Step(double position, Func<double, double, bool> stay)
    {
        var floor = Math.Floor(position);
        return stay(position - floor, floor) ? floor : floor + 1;
    }

    // From the nearer end, as numpy does; an infinite end (a request that failed) must not turn into NaN.
    private static double Lerp(double a, double b, double t) =>
        a == b || t == 0 ? a : double.IsInfinity(b) ? b : t < 0.5 ? a + ((b - a) * t) : b - ((b - a) * (1 - t));

    private static void CheckPercent(double percent)
    {
        if (!(percent >= 0 && percent <= 100))
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "A percentage lies between 0 and 100.");
    }
}
