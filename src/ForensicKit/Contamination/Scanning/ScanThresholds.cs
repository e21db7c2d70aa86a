namespace ForensicKit.Contamination.Scanning;

/// <summary>From which score on an item of each benchmark counts as found.</summary>
/// <param name="ByBenchmark">For each benchmark of the index, in its order, a score for each <see cref="ScanUnit"/>.</param>
public sealed record ScanThresholds(IReadOnlyList<IReadOnlyList<double>> ByBenchmark)
{
    private static readonly int s_units = Enum.GetValues<ScanUnit>().Length;

    private readonly float[][] _scores = [.. ByBenchmark.Select(b => b.Select(s => (float)s).ToArray())];

    /// <summary>The same for all.</summary>
    public static ScanThresholds Same(ScanIndex index, double score) => new([.. index.Benchmarks.Select(_ => Enumerable.Repeat(score, s_units).ToArray())]);

    internal ReadOnlySpan<float> Of(int benchmark) => _scores[benchmark];
}
