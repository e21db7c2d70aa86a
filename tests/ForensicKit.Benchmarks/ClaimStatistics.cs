using BenchmarkDotNet.Attributes;
using ForensicKit.Statistics;

namespace ForensicKit.Benchmarks;

/// <summary>The statistics of one claim on the largest benchmark of the sheet (MMLU, 14,042 items).</summary>
public class ClaimStatistics
{
    private const long N = 14_042;
    private const long Claimed = 11_585;
    private const long Reproduced = 10_405;

    /// <summary>A tail of 1e-136, exact.</summary>
    [Benchmark]
    public Probability BinomialTail() => BinomialTest.Less(Reproduced, N, 0.825);

    /// <summary>McNemar's bounds over all pairings.</summary>
    [Benchmark]
    public McNemarBounds McNemarBounds() => McNemar.UnknownPairing(N, Claimed, Reproduced);

    /// <summary>Clopper–Pearson.</summary>
    [Benchmark]
    public Interval ClopperPearson() => BinomialInterval.ClopperPearson(Reproduced, N, 0.9875);

    /// <summary>Expected gain of the best of 27 variants, exact.</summary>
    [Benchmark]
    public double BestOf27() => BestOfN.ExpectedInflation((int)N, (double)Reproduced / N, 27);

    /// <summary>Variants that luck would need.</summary>
    [Benchmark]
    public double VariantsNeeded() => BestOfN.LogVariantsForExpectedMaximum(22.7);
}
