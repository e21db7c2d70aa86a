using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Conformance;

/// <summary>
/// Corpora with planted items: folders with <c>corpus.jsonl</c> and <c>truth.jsonl</c>, packed or not. Each kind of planted text is a vector: enough
/// of it must be found, and of texts without an item no more than one in a hundred.
/// </summary>
public sealed class PlantedVectors : IConformanceKind
{
    private const double MostFalse = 0.01;

    // What a kind's name says of how far the text is from the item; the first that fits.
    private static readonly (string Part, double Recall)[] s_bars =
    [
        ("rephras", 0.5), ("rewrit", 0.85), ("llm", 0.85), ("benbench", 0.85), ("verbatim", 0.99), ("edit05", 0.99), ("edit10", 0.99), ("edit20", 0.99), ("number", 0.99), ("question-only", 0.99),
    ];

    // Changes of form, and more edits than a fifth.
    private const double OtherRecall = 0.95;

    /// <inheritdoc/>
    public string Kind => "planted";

    /// <inheritdoc/>
    public IEnumerable<VectorResult> Run(string path, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> truths = File.Exists(path) ? [path]
            : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "truth.jsonl*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)] : [];
        return truths.Count > 0 ? truths.SelectMany(truth => RunCorpus(path, truth, cancellationToken))
            : throw new KitException("The folder holds no truth.jsonl.", path, "Give a folder in the format of golden/planted.");
    }

    private static IEnumerable<VectorResult> RunCorpus(string path, string truthFile, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(truthFile))!;
        var corpus = Directory.EnumerateFiles(folder, "corpus.jsonl*").Order(StringComparer.Ordinal).FirstOrDefault()
            ?? throw new KitException("There is no corpus.jsonl beside what was planted in it.", truthFile, "Put both into one folder.");
        var truth = ScanTruth.Read(truthFile, cancellationToken);
        var kit = KitFolder.Locate();
        var index = ScanIndex.Of([.. truth.Benchmarks.SelectMany(b => ScanBenchmarks.Read(kit, b, cancellationToken))]);
        var calibration = ScanCalibration.Of(index, Environment.ProcessorCount, cancellationToken);
        var scan = new CorpusScan(index, calibration, calibration.Thresholds(), new());
        var result = scan.Scan([new(Path.GetFileName(corpus), corpus, new FileInfo(corpus).Length)], Environment.ProcessorCount, null, cancellationToken);
        var shown = Path.GetRelativePath(File.Exists(path) ? folder : path, truthFile);
        return truth.Measure(result.Hits).Select(row => new VectorResult(shown, $"{row.Benchmark} {row.Kind}".Trim(), Differences(row)));
    }

    private static string[] Differences(TruthRow row)
    {
        var interval = string.Create(CultureInfo.InvariantCulture, $"95 % interval {row.Interval.Lower:F4} to {row.Interval.Upper:F4}");
        if (!row.IsContaminated)
            return row.Share <= MostFalse ? [] : [string.Create(CultureInfo.InvariantCulture, $"{row.Found} of {row.Documents} are taken for an item, more than {MostFalse:P0}; {interval}")];
        var bar = s_bars.Where(b => row.Kind.Contains(b.Part, StringComparison.OrdinalIgnoreCase)).Select(b => b.Recall).Append(OtherRecall).First();
        return row.Share >= bar ? []
            : [string.Create(CultureInfo.InvariantCulture, $"{row.RightItem} of {row.Documents} are found, less than {bar:F2} of them ({row.Found} with any item); {interval}")];
    }
}
