using ForensicKit.Benchmarks;
using ForensicKit.Cases;
using ForensicKit.Evidence;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Items of the kit's benchmarks as a scan looks for them.</summary>
public static class ScanBenchmarks
{
    /// <summary>What is looked for where nothing else is said.</summary>
    public static IReadOnlyList<string> Usual { get; } = ["gsm8k", "mmlu", "hellaswag", "humaneval"];

    /// <summary>The items of a benchmark.</summary>
    /// <exception cref="KitException">There is no such benchmark, or its files are not here.</exception>
    public static IReadOnlyList<ScanItem> Read(KitFolder kit, string name, CancellationToken cancellationToken)
    {
        var benchmark = kit.Benchmark(name);
        var store = ArtifactStore.For(benchmark.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable), more: Path.Combine(kit.Root, "data-manifests", "cases"));
        return [.. BenchmarkFormats.Read(benchmark, store, cancellationToken).Select(i => ScanItem.From(name, i))];
    }
}
