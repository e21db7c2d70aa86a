using ForensicKit.Benchmarks;
using ForensicKit.Cases;
using ForensicKit.Evidence;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Items of the kit's benchmarks as a scan looks for them.</summary>
public static class ScanBenchmarks
{
    /// <summary>What is looked for where nothing else is said.</summary>
    public static IReadOnlyList<string> Usual { get; } = ["gsm8k", "mmlu", "hellaswag", "humaneval"];

    /// <summary>The items of a benchmark, and those of its other splits.</summary>
    /// <exception cref="KitException">There is no such benchmark, or its files are not here.</exception>
    public static IReadOnlyList<ScanItem> Read(KitFolder kit, string name, CancellationToken cancellationToken) =>
        [.. BenchmarkFormats.Read(kit.Benchmark(name), Store(kit, name), cancellationToken).Select(i => ScanItem.From(name, i)), .. Examples(kit, name, cancellationToken)];

    /// <summary>The items of a benchmark's other splits (<see cref="ScanItem.IsExample"/>), as far as their files are here: without them nothing is missed.</summary>
    /// <exception cref="KitException">There is no such benchmark.</exception>
    public static IReadOnlyList<ScanItem> Examples(KitFolder kit, string name, CancellationToken cancellationToken)
    {
        var benchmark = kit.Benchmark(name);
        var examples = new List<ScanItem>();
        foreach (var pool in benchmark.Pools)
        {
            try
            {
                examples.AddRange(BenchmarkFormats.ReadPool(benchmark, pool.Split, Store(kit, name), cancellationToken).Select(i => ScanItem.From(name, i) with { IsExample = true }));
            }
            catch (KitException e) when (e.ExitCode == ExitCode.EnvironmentLacks)
            {
                // Their number is told, so that it is seen.
            }
        }

        return examples;
    }

    private static ArtifactStore Store(KitFolder kit, string name) =>
        ArtifactStore.For(kit.Benchmark(name).FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable), more: Path.Combine(kit.Root, "data-manifests", "cases"));
}
