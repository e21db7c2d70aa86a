namespace ForensicKit.Statistics;

/// <summary>The mean difference of two systems' scores on the same items.</summary>
/// <param name="MeanA">Mean of the first.</param>
/// <param name="MeanB">Mean of the second.</param>
/// <param name="Difference">Mean of a − b.</param>
/// <param name="StandardError">sd(a − b)/√n with n − 1; null for one item.</param>
/// <param name="StandardErrorA">sd(a)/√n; null for one item.</param>
/// <param name="StandardErrorB">sd(b)/√n; null for one item.</param>
/// <param name="BootstrapError">√Σ(d − d̄)²/n: what the standard deviation of an infinite bootstrap over items approaches.</param>
/// <param name="Correlation">Pearson's correlation of a and b; null where one does not vary.</param>
/// <param name="T">Difference over its standard error; null where that is 0 or undefined.</param>
/// <param name="PTwoSided">P(|T| ≥ |t|) with n − 1 degrees of freedom; null with <paramref name="T"/>.</param>
public sealed record PairedDifferenceResult(
    double MeanA, double MeanB, double Difference, double? StandardError, double? StandardErrorA, double? StandardErrorB,
    double BootstrapError, double? Correlation, double? T, Probability? PTwoSided);

/// <summary>Paired comparison of scores (Miller 2024, section 4: SE² = SE_A² + SE_B² − 2·SE_A·SE_B·ρ).</summary>
public static class PairedDifference
{
    /// <summary>Standard errors, correlation and t test.</summary>
    /// <param name="a">Scores of the first system, one per item.</param>
    /// <param name="b">Scores of the second system on the same items.</param>
    /// <exception cref="ArgumentException">There are no items, the lengths differ, or a score is not finite.</exception>
    public static PairedDifferenceResult Compare(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        var differences = SampleMoments.Differences(a, b);
        var (first, second) = (SampleMoments.Exact(a, nameof(a)), SampleMoments.Exact(b, nameof(b)));
        var (meanA, meanB, mean) = (SampleMoments.Mean(first), SampleMoments.Mean(second), SampleMoments.Mean(differences));
        var error = SampleMoments.StandardError(differences);
        var n = differences.Length;
        DoubleDouble? t = error is { Hi: > 0 } se ? mean / se : null;
        return new(meanA.Hi, meanB.Hi, mean.Hi, error?.Hi, SampleMoments.StandardError(first)?.Hi, SampleMoments.StandardError(second)?.Hi,
            (DoubleDouble.Sqrt(SampleMoments.SquaresAbout(differences, mean)) / n).Hi, Correlation(first, meanA, second, meanB),
            t?.Hi, t is { } value ? StudentT.TwoSided(value, n - 1) : null);
    }

    private static double? Correlation(DoubleDouble[] a, DoubleDouble meanA, DoubleDouble[] b, DoubleDouble meanB)
    {
        var squares = SampleMoments.SquaresAbout(a, meanA) * SampleMoments.SquaresAbout(b, meanB);
        if (squares.Hi <= 0)
            return null;
        var products = SampleMoments.Sum(a.Zip(b, (x, y) => (x - meanA) * (y - meanB)));
        return Math.Clamp((products / DoubleDouble.Sqrt(squares)).Hi, -1, 1);
    }
}
