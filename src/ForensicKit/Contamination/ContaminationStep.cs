using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Corpora;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Contamination;

/// <summary>Scans a case's training snippets for benchmark items and stores what is found; a scan that is stored is not done again.</summary>
internal static class ContaminationStep
{
    // Changes where the same snippets and items would give other hits.
    private const string Method = "word-pair seeds, place comparison, fresh control; 1";

    /// <summary>Scans and stores.</summary>
    /// <param name="plan">What to look for.</param>
    /// <param name="snippets">The files with training text.</param>
    /// <param name="itemsOf">Items of a benchmark.</param>
    /// <param name="evidence">Where it is stored.</param>
    /// <param name="now">When.</param>
    /// <param name="progress">Told of bytes.</param>
    /// <param name="cancellationToken">Stops the scan; nothing of it is stored then.</param>
    /// <returns>The scan's id: it covers files, items and method.</returns>
    /// <exception cref="KitException">A file was changed while it was read.</exception>
    public static string Run(
        ContaminationPlan plan, IReadOnlyList<VerifiedArtifact> snippets, Func<string, IReadOnlyList<BenchmarkItem>> itemsOf, EvidenceDatabase evidence, DateTimeOffset now,
        IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        List<ScanItem> items = [.. plan.Benchmarks.SelectMany(b =>
            itemsOf(b.Benchmark).Select(i => ScanItem.From(b.Benchmark, i)).Concat(itemsOf(b.Fresh).Select(i => ScanItem.From(b.Benchmark, i, isFresh: true))))];
        var id = EvidenceDatabase.Sha256(string.Join('\n', [.. snippets.Select(s => s.Artifact.Sha256), Method, JsonSerializer.Serialize(items)]))[..16];
        if (evidence.HasScan(id, cancellationToken))
            return id;
        var index = ScanIndex.Of(items);
        var calibration = ScanCalibration.Of(index, Environment.ProcessorCount, cancellationToken);
        var thresholds = calibration.Thresholds();
        // Names of a machine's folders are no evidence.
        var shards = snippets.Select(s => new CorpusShard(Path.GetFileName(s.Artifact.Path), s.FilePath, s.Artifact.Bytes)).ToList();
        var result = new CorpusScan(index, calibration, thresholds, new()).Scan(shards, Environment.ProcessorCount, progress, cancellationToken);
        foreach (var ((shard, reading), snippet) in result.Shards.Zip(snippets))
        {
            if (reading.Sha256 != snippet.Artifact.Sha256)
                throw new KitException("A file was changed while it was read.", shard.Path, "Put the original back and try again.");
        }

        var found = CaseHits.Of(items, index, thresholds, result.Hits);
        var settings = new ScanSettings(Method, FreshControl.Rate, found.Twins, NotRead(result));
        evidence.AppendScan(new ScanRow(id, JsonSerializer.Serialize(settings), result.Documents, result.Words, now), found.Hits, found.Presence, cancellationToken);
        return id;
    }

    private static Dictionary<string, long> NotRead(CorpusScanResult result) => result.Shards.SelectMany(s => s.Reading.DefectCounts)
        .GroupBy(d => d.Key).OrderBy(g => g.Key).ToDictionary(g => g.Key.ToString(), g => g.Sum(d => d.Value), StringComparer.Ordinal);
}

/// <summary>How a case's training text was scanned.</summary>
/// <param name="Method">The method and its version.</param>
/// <param name="ControlRate">Share of items that are not there and pass for present all the same.</param>
/// <param name="Twins">Fresh twins that this rests on, by benchmark.</param>
/// <param name="NotRead">Records and files that were not read as they should be, by what was wrong.</param>
public sealed record ScanSettings(string Method, double ControlRate, IReadOnlyDictionary<string, int> Twins, IReadOnlyDictionary<string, long> NotRead);
