namespace ForensicKit.Statistics;

/// <summary>One-way random-effects analysis of variance.</summary>
/// <param name="MeanSquareBetween">Between clusters.</param>
/// <param name="MeanSquareWithin">Within clusters.</param>
/// <param name="EffectiveSize">n0 = (N − Σnᵢ²/N)/(C − 1).</param>
/// <param name="VarianceBetween">(MSB − MSW)/n0; may be negative.</param>
/// <param name="VarianceWithin">MSW.</param>
/// <param name="IntraclassCorrelation">σ²_b/(σ²_b + σ²_w); null where both are 0.</param>
/// <param name="IntraclassCorrelationTruncated">The same with a negative σ²_b taken as 0.</param>
/// <param name="KishDesignEffect">1 + (Σnᵢ²/N − 1)·ICC, truncated (Kish 1965).</param>
public sealed record OneWayComponents(
    double MeanSquareBetween, double MeanSquareWithin, double EffectiveSize, double VarianceBetween, double VarianceWithin,
    double? IntraclassCorrelation, double? IntraclassCorrelationTruncated, double? KishDesignEffect);

/// <summary>The error of a mean whose items come in clusters (questions about one text, one subject).</summary>
/// <param name="Items">Number of items.</param>
/// <param name="Clusters">Number of clusters.</param>
/// <param name="Mean">Mean score.</param>
/// <param name="Naive">sd/√n, as if items were independent.</param>
/// <param name="Clustered">√Σ_c(Σ_{i∈c}(sᵢ − s̄))²/n (Miller 2024).</param>
/// <param name="ClusteredCorrected">The variance times C/(C − 1).</param>
/// <param name="Ratio">Clustered over naive; null where the scores do not vary.</param>
/// <param name="Components">Variance components; null where every item is its own cluster.</param>
/// <param name="Reml">Components by restricted maximum likelihood; null where scores do not vary within clusters.</param>
public sealed record ClusteredError(
    int Items, int Clusters, double Mean, double Naive, double Clustered, double ClusteredCorrected, double? Ratio,
    OneWayComponents? Components, RemlComponents? Reml)
{
    /// <summary>The squared ratio: how many times more items the clustered design needs.</summary>
    public double? DesignEffect => Ratio * Ratio;
}

/// <summary>Standard errors of the mean of clustered scores.</summary>
public static class ClusteredErrors
{
    /// <summary>Errors and components.</summary>
    /// <param name="scores">One score per item.</param>
    /// <param name="clusters">The cluster of each item.</param>
    /// <exception cref="ArgumentException">There are no items, the lengths differ, a score is not finite, or there is only one cluster.</exception>
    public static ClusteredError Of<TCluster>(IReadOnlyList<double> scores, IReadOnlyList<TCluster> clusters)
        where TCluster : notnull
    {
        if (scores.Count != clusters.Count)
            throw new ArgumentException("Each item needs one cluster.", nameof(clusters));
        var exact = SampleMoments.Exact(scores, nameof(scores));
        var groups = exact.Zip(clusters).GroupBy(p => p.Second, p => p.First).Select(g => g.ToArray()).ToArray();
        if (groups.Length < 2)
            throw new ArgumentException("At least two clusters are needed.", nameof(clusters));
        var n = exact.Length;
        var mean = SampleMoments.Mean(exact);
        var naive = SampleMoments.StandardError(exact)!.Value;
        var sums = groups.Select(g => SampleMoments.Sum(g.Select(x => x - mean)));
        var variance = SampleMoments.SquaresAbout(sums, 0) / n / n;
        var clustered = DoubleDouble.Sqrt(variance);
        return new(n, groups.Length, mean.Hi, naive.Hi, clustered.Hi, DoubleDouble.Sqrt(variance * groups.Length / (groups.Length - 1)).Hi,
            naive.Hi > 0 ? (clustered / naive).Hi : null, groups.Length < n ? OneWay(groups, mean, n) : null, RemlComponents.Fit(groups));
    }

    private static OneWayComponents OneWay(DoubleDouble[][] groups, DoubleDouble mean, int n)
    {
        var between = SampleMoments.Sum(groups.Select(g => (SampleMoments.Mean(g) - mean) * (SampleMoments.Mean(g) - mean) * g.Length));
        var within = SampleMoments.Sum(groups.Select(g => SampleMoments.SquaresAbout(g, SampleMoments.Mean(g))));
        var (betweenSquare, withinSquare) = (between / (groups.Length - 1), within / (n - groups.Length));
        var meanSize = SampleMoments.Sum(groups.Select(g => (DoubleDouble)g.Length * g.Length)) / n;
        var effective = (n - meanSize) / (groups.Length - 1);
        var variance = (betweenSquare - withinSquare) / effective;
        var truncated = DoubleDouble.Max(0, variance);
        var correlation = Share(variance, withinSquare);
        var shown = Share(truncated, withinSquare);
        return new(betweenSquare.Hi, withinSquare.Hi, effective.Hi, variance.Hi, withinSquare.Hi, correlation?.Hi, shown?.Hi,
            shown is { } icc ? (((meanSize - 1) * icc) + 1).Hi : null);
    }

    private static DoubleDouble? Share(DoubleDouble part, DoubleDouble rest) => part + rest == 0 ? null : part / (part + rest);
}
