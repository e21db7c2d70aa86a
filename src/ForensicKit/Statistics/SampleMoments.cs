namespace ForensicKit.Statistics;

/// <summary>Mean and sums of squares of finite numbers with some 30 digits, so that small differences of means keep theirs.</summary>
internal static class SampleMoments
{
    public static DoubleDouble Mean(IReadOnlyCollection<DoubleDouble> values) => Sum(values) / DoubleDouble.FromInteger(values.Count);

    public static DoubleDouble Sum(IEnumerable<DoubleDouble> values) => values.Aggregate((DoubleDouble)0, static (sum, x) => sum + x);

    /// <summary>Σ(x − mean)².</summary>
    public static DoubleDouble SquaresAbout(IEnumerable<DoubleDouble> values, DoubleDouble mean) =>
        values.Aggregate((DoubleDouble)0, (sum, x) => sum + ((x - mean) * (x - mean)));

    /// <summary>Standard error of the mean with n − 1; null for fewer than two values.</summary>
    public static DoubleDouble? StandardError(IReadOnlyCollection<DoubleDouble> values) => values.Count < 2 ? null
        : DoubleDouble.Sqrt(SquaresAbout(values, Mean(values)) / DoubleDouble.FromInteger(values.Count - 1) / DoubleDouble.FromInteger(values.Count));

    public static DoubleDouble[] Exact(IReadOnlyList<double> scores, string name)
    {
        if (scores.Count == 0)
            throw new ArgumentException("There are no items.", name);
        if (scores.Any(s => !double.IsFinite(s)))
            throw new ArgumentException("A score is not a finite number.", name);
        return [.. scores.Select(s => (DoubleDouble)s)];
    }

    /// <summary>a − b item by item.</summary>
    public static DoubleDouble[] Differences(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        var (first, second) = (Exact(a, nameof(a)), Exact(b, nameof(b)));
        if (first.Length != second.Length)
            throw new ArgumentException("Both systems need a score for each item.", nameof(b));
        return [.. first.Zip(second, static (x, y) => x - y)];
    }
}
