using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>A shard while it is scanned, by several threads at once.</summary>
/// <param name="number">Which of the shards.</param>
/// <param name="shard">The shard.</param>
/// <param name="sha256">Its SHA-256 where it was hashed before; null else.</param>
/// <param name="kept">What is known of it.</param>
/// <param name="wanted">The benchmarks that are looked for, in their order; null for all.</param>
internal sealed class ShardWork(int number, CorpusShard shard, string? sha256, List<(ShardResult Result, HashSet<string> Benchmarks)> kept, IReadOnlyList<string>? wanted)
{
    private readonly List<(long Offset, CorpusHit Hit)> _hits = [];
    private readonly Lock _lock = new();
    private long _words;
    private long _compared;

    // Those that may still add to it: who reads it, and every batch.
    private int _open = 1;

    public int Number { get; } = number;

    public CorpusShard Shard { get; } = shard;

    public string? Sha256 { get; } = sha256;

    public List<(ShardResult Result, HashSet<string> Benchmarks)> Kept { get; } = kept;

    public IReadOnlyList<string>? Wanted { get; } = wanted;

    /// <summary>How its documents and defects name it.</summary>
    public string Shown { get; } = ShownName.Of(shard.Name);

    public ShardReading? Reading { get; set; }

    public long Words => _words;

    public long Compared => _compared;

    public void Open() => Interlocked.Increment(ref _open);

    /// <summary>True for the last one: nothing more will be added.</summary>
    public bool Close() => Interlocked.Decrement(ref _open) == 0;

    public void Count(int words, int compared)
    {
        Interlocked.Add(ref _words, words);
        Interlocked.Add(ref _compared, compared);
    }

    public void Add(long offset, IEnumerable<CorpusHit> hits)
    {
        lock (_lock)
            _hits.AddRange(hits.Select(hit => (offset, hit)));
    }

    /// <summary>By place. The pieces of a long text overlap: what is found in both is one hit.</summary>
    public List<CorpusHit> Hits()
    {
        var hits = new List<CorpusHit>();
        foreach (var hit in Ordered(_hits.OrderBy(h => h.Offset).Select(h => h.Hit)))
        {
            var isSeen = false;
            for (var i = hits.Count - 1; i >= 0 && !isSeen && hits[i].Shard == hit.Shard && hits[i].Record == hit.Record; i--)
                isSeen = hits[i].Item == hit.Item && hits[i].Benchmark == hit.Benchmark && hits[i].EndByte > hit.StartByte && hits[i].TextSha256 != hit.TextSha256;
            if (!isSeen)
                hits.Add(hit);
        }

        return hits;
    }

    /// <summary>Hits of one shard by entry, record and place.</summary>
    public static IEnumerable<CorpusHit> Ordered(IEnumerable<CorpusHit> hits) =>
        hits.OrderBy(h => h.Shard, StringComparer.Ordinal).ThenBy(h => h.Record).ThenBy(h => h.StartByte)
            .ThenBy(h => h.EndByte).ThenBy(h => h.Benchmark, StringComparer.Ordinal).ThenBy(h => h.Item, StringComparer.Ordinal);
}
