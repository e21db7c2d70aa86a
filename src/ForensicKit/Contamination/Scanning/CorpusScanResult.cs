using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>By which scan a benchmark was looked for in a shard.</summary>
/// <param name="Scan">The scan.</param>
/// <param name="Rule">What it took for found.</param>
public sealed record BenchmarkScan(ScanIdentity Scan, BenchmarkRule Rule);

/// <summary>What a scan of a corpus gave.</summary>
/// <param name="Shards">What reading each shard brought to light, in the order of the shards.</param>
/// <param name="Words">Words read.</param>
/// <param name="Compared">Places compared with an item.</param>
/// <param name="Hits">What was found, by shard, record and place.</param>
public sealed record CorpusScanResult(IReadOnlyList<(CorpusShard Shard, ShardReading Reading)> Shards, long Words, long Compared, IReadOnlyList<CorpusHit> Hits)
{
    /// <summary>For each shard and each benchmark, by which scan it was looked for: an earlier one where a ledger held its result.</summary>
    public IReadOnlyList<IReadOnlyList<BenchmarkScan>> Rules { get; init; } = [];

    /// <summary>Shards of which a ledger held everything.</summary>
    public int KeptShards { get; init; }

    /// <summary>Documents read.</summary>
    public long Documents => Shards.Sum(s => s.Reading.Documents);

    /// <summary>Bytes of text read.</summary>
    public long TextBytes => Shards.Sum(s => s.Reading.TextBytes);
}
