using System.Collections.Concurrent;
using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>One run over shards: what is known of each, what is looked for in it, and what was found.</summary>
internal sealed class ScanRun
{
    private readonly ScanIndex _index;
    private readonly ScanThresholds _thresholds;
    private readonly HitDescription _description;
    private readonly ScanIdentity _scan;
    private readonly IReadOnlyList<BenchmarkRule> _rules;
    private readonly ScanLedger? _ledger;
    private readonly IReadOnlyList<CorpusShard> _shards;
    private readonly HashSet<long> _sizesOfSeveral;
    private readonly Found?[] _found;
    private readonly ConcurrentDictionary<ShardKey, int> _scanned = [];
    private readonly ConcurrentDictionary<int, int> _copies = [];
    private readonly ConcurrentDictionary<string, Lazy<ScanIndex>> _leading = new(StringComparer.Ordinal);
    private readonly string _id;
    private int _keptShards;

    public ScanRun(
        ScanIndex index, ScanThresholds thresholds, HitDescription description, ScanIdentity scan, IReadOnlyList<BenchmarkRule> rules, ScanLedger? ledger, IReadOnlyList<CorpusShard> shards)
    {
        (_index, _thresholds, _description, _scan, _rules, _ledger, _shards) = (index, thresholds, description, scan, rules, ledger, shards);
        _id = scan.Id;
        _found = new Found?[shards.Count];
        _sizesOfSeveral = ledger is null ? [] : [.. shards.GroupBy(s => s.Bytes).Where(g => g.Skip(1).Any()).Select(g => g.Key)];
    }

    /// <summary>What is to be done for a shard; null where all is known.</summary>
    public ShardWork? Begin(int number, CancellationToken cancellationToken)
    {
        var shard = _shards[number];
        // A pipe or standard input, which can be read once only, has no size.
        if (_ledger is null || shard.Path is null || shard.Bytes == 0 || !(_ledger.MayHave(shard.Bytes) || _sizesOfSeveral.Contains(shard.Bytes)))
            return new(number, shard, null, [], null);
        var key = new ShardKey(ScanLedger.Hash(shard.Path, cancellationToken), shard.Bytes, CorpusFormats.ByName(shard.Name));
        var kept = _ledger.Find(key, shard.Name, _scan, _id);
        var known = kept.SelectMany(k => k.Benchmarks).ToHashSet(StringComparer.Ordinal);
        if (known.Count == _scan.Benchmarks.Count)
        {
            _found[number] = Together(kept);
            Interlocked.Increment(ref _keptShards);
            return null;
        }

        var owner = _scanned.GetOrAdd(key, number);
        if (owner != number)
        {
            _copies[number] = owner;
            return null;
        }

        return new(number, shard, key.Sha256, kept, known.Count == 0 ? null : [.. _scan.Benchmarks.Select(b => b.Name).Where(n => !known.Contains(n))]);
    }

    /// <summary>Looks for what is wanted in a document.</summary>
    public void Take(Scanners scanners, ShardWork work, in CorpusDocument document)
    {
        var scanner = scanners.Of(work.Wanted);
        var hits = scanner.Scan(document.Text);
        work.Count(scanner.Words, scanner.Compared);
        if (hits.Count == 0)
            return;
        // What is found of some benchmarks depends on what of others stands in the same place.
        if (work.Wanted is { } wanted)
            hits = [.. scanners.Of(null).Scan(document.Text).Where(h => wanted.Contains(h.Item.BenchmarkName, StringComparer.Ordinal))];
        work.Add(document.TextOffset, _description.Of(document, document.Shard[work.Shown.Length..], hits));
    }

    /// <summary>The shard is read and its documents compared: what was found is kept.</summary>
    /// <exception cref="KitException">The shard was changed meanwhile, or the ledger cannot be written.</exception>
    public void End(ShardWork work)
    {
        var reading = work.Reading! with { Defects = [.. work.Reading.Defects.Select(d => d with { Place = d.Place[work.Shown.Length..] })] };
        if (work.Sha256 is not null && work.Sha256 != reading.Sha256)
            throw new KitException("The shard was changed while it was scanned.", work.Shard.Path, "Run the same command again when nothing writes to it.");
        var rules = work.Wanted is { } wanted ? [.. _rules.Where(r => wanted.Contains(r.Name, StringComparer.Ordinal))] : _rules;
        var result = new ShardResult(
            new(reading.Sha256, reading.RawBytes, CorpusFormats.ByName(work.Shard.Name)), _scan, rules, reading, work.Words, work.Compared, work.Hits());
        if (_ledger is not null && work.Shard.Path is not null && reading.RawBytes > 0)
            _ledger.Keep(result);
        _found[work.Number] = Together([.. work.Kept, (result, rules.Select(r => r.Name).ToHashSet(StringComparer.Ordinal))]);
    }

    /// <summary>What was found in all shards.</summary>
    public CorpusScanResult Result()
    {
        foreach (var (number, owner) in _copies.OrderBy(c => c.Key))
        {
            _ledger?.Note($"note: {_shards[number].Name} has the content of {_shards[owner].Name}, whose result is taken.");
            _found[number] = _found[owner];
        }

        var hits = new List<CorpusHit>();
        var readings = new List<(CorpusShard, ShardReading)>();
        foreach (var (shard, found) in _shards.Zip(_found))
        {
            var shown = ShownName.Of(shard.Name);
            readings.Add((shard, found!.Reading with { Defects = [.. found.Reading.Defects.Select(d => d with { Place = shown + d.Place })] }));
            hits.AddRange(found.Hits.Select(h => h with { Shard = shown + h.Shard }));
        }

        return new(readings, _found.Sum(f => f!.Words), _found.Sum(f => f!.Compared), hits) { Rules = [.. _found.Select(f => f!.Rules)], KeptShards = _keptShards };
    }

    public Scanners NewScanners() => new(this);

    // Of each result, what is taken of it.
    private Found Together(List<(ShardResult Result, HashSet<string> Benchmarks)> parts)
    {
        var hits = parts.SelectMany(p => p.Result.Hits.Where(h => p.Benchmarks.Contains(h.Benchmark)));
        var rules = parts.SelectMany(p => p.Result.Found.Where(f => p.Benchmarks.Contains(f.Name)).Select(f => new BenchmarkScan(p.Result.Scan, f)));
        return new(
            parts[0].Result.Reading, parts[0].Result.Words, parts.Sum(p => p.Result.Compared),
            [.. _scan.Benchmarks.Select(b => rules.First(r => r.Rule.Name == b.Name))], [.. parts.Count > 1 ? ShardWork.Ordered(hits) : hits]);
    }

    private sealed record Found(ShardReading Reading, long Words, long Compared, IReadOnlyList<BenchmarkScan> Rules, IReadOnlyList<CorpusHit> Hits);

    /// <summary>The scanners of one thread: one for each set of benchmarks that are looked for.</summary>
    internal sealed class Scanners(ScanRun run)
    {
        private readonly Dictionary<string, TextScanner> _scanners = new(StringComparer.Ordinal);
        private readonly TextScanner _whole = new(run._index, run._thresholds);
        private (IReadOnlyList<string>? Wanted, TextScanner? Scanner) _last;

        public TextScanner Of(IReadOnlyList<string>? wanted)
        {
            if (wanted is null)
                return _whole;
            if (ReferenceEquals(_last.Wanted, wanted))
                return _last.Scanner!;
            var key = string.Join('\n', wanted);
            if (!_scanners.TryGetValue(key, out var scanner))
                _scanners[key] = scanner = new(run._leading.GetOrAdd(key, _ => new(() => run._index.Leading(b => wanted.Contains(run._index.Benchmarks[b], StringComparer.Ordinal)))).Value, run._thresholds);
            _last = (wanted, scanner);
            return scanner;
        }
    }
}
