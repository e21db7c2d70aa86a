using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ForensicKit.Corpora;
using ForensicKit.Evidence;

namespace ForensicKit.Contamination.Scanning;

/// <summary>What a scan found of one benchmark.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Items">Items looked for.</param>
/// <param name="Calibration">Items its null distribution rests on.</param>
/// <param name="Thresholds">Score of each unit from which on it counts as found.</param>
/// <param name="Leaks">Hits that are leaks.</param>
/// <param name="OtherHits">Hits that are a shared source, a template or boilerplate.</param>
/// <param name="QuestionOnly">Items whose question is somewhere, nowhere with its answer.</param>
/// <param name="AnswerOnly">Items whose answer alone is somewhere.</param>
/// <param name="QuestionAndAnswer">Items that are somewhere with their answer.</param>
public sealed record BenchmarkFound(
    string Benchmark, int Items, int Calibration, IReadOnlyDictionary<string, double> Thresholds, int Leaks, int OtherHits, int QuestionOnly, int AnswerOnly, int QuestionAndAnswer)
{
    /// <summary>Items of other published splits that the places were held against.</summary>
    public int Examples { get; init; }

    /// <summary>The scans by which it was looked for: the one that was asked for first, then earlier ones whose results a ledger held.</summary>
    public IReadOnlyList<ScanUsed> Scans { get; init; } = [];
}

/// <summary>A scan by which a benchmark was looked for in some shards.</summary>
/// <param name="Scan">Its <see cref="ScanIdentity.Id"/>.</param>
/// <param name="Benchmarks">All benchmarks that were looked for: what a word is worth depends on them.</param>
/// <param name="Shards">In how many shards.</param>
/// <param name="Calibration">Items its null distribution rests on.</param>
/// <param name="Thresholds">Score of each unit from which on it counted as found.</param>
public sealed record ScanUsed(string Scan, IReadOnlyList<string> Benchmarks, int Shards, int Calibration, IReadOnlyDictionary<string, double> Thresholds);

/// <summary>A finished scan as it is told and kept.</summary>
public sealed record ScanReport
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly JsonSerializerOptions s_indented = new(s_json) { WriteIndented = true };

    /// <summary>What was found, benchmark by benchmark.</summary>
    public required IReadOnlyList<BenchmarkFound> Benchmarks { get; init; }

    /// <summary>What was read, shard by shard.</summary>
    public required IReadOnlyList<ShardTold> Shards { get; init; }

    /// <summary>Documents read.</summary>
    public required long Documents { get; init; }

    /// <summary>Bytes of text read.</summary>
    public required long TextBytes { get; init; }

    /// <summary>Recall and false positives, where it is known what was planted.</summary>
    public IReadOnlyList<TruthRow>? Truth { get; init; }

    /// <summary>Sums a scan up.</summary>
    public static ScanReport Of(ScanIndex index, ScanCalibration calibration, ScanThresholds thresholds, CorpusScanResult result, ScanTruth? truth)
    {
        var hits = result.Hits.ToLookup(h => h.Benchmark, StringComparer.Ordinal);
        var first = result.Shards.GroupBy(s => s.Reading.Sha256, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Shard.Name, StringComparer.Ordinal);
        BenchmarkFound OfBenchmark(string name, int number) =>
            Found(name, index.Entries.Count(e => e.Benchmark == number), calibration.Count(number), thresholds.ByBenchmark[number], [.. hits[name]]) with { Examples = index.Examples[number], Scans = ScansOf(name, index.Benchmarks, result) };
        return new()
        {
            Benchmarks = [.. index.Benchmarks.Select(OfBenchmark)],
            Shards = [.. result.Shards.Select(s => Told(s.Shard.Name, s.Reading, first[s.Reading.Sha256]))],
            Documents = result.Documents,
            TextBytes = result.TextBytes,
            Truth = truth?.Measure(result.Hits),
        };
    }

    /// <summary>Writes <c>scan.json</c> and <c>hits.jsonl</c> (one hit a line) into a folder.</summary>
    /// <exception cref="KitException">The folder cannot be written.</exception>
    public void Write(string folder, IReadOnlyList<CorpusHit> hits)
    {
        var lines = new StringBuilder();
        foreach (var hit in hits)
            lines.Append(JsonSerializer.Serialize(hit, s_json)).Append('\n');
        AtomicFile.Write(Path.Combine(folder, "hits.jsonl"), Encoding.UTF8.GetBytes(lines.ToString()));
        AtomicFile.Write(Path.Combine(folder, "scan.json"), JsonSerializer.SerializeToUtf8Bytes(this, s_indented));
    }

    private static ShardTold Told(string name, ShardReading reading, string first) => new(
        name, reading.Sha256, reading.RawBytes, reading.Documents, reading.TextBytes,
        reading.DefectCounts.ToDictionary(d => d.Key.ToString(), d => d.Value, StringComparer.Ordinal),
        [.. reading.Defects.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.Place}, record {d.Record}: {d.Detail}"))])
    {
        CopyOf = reading.Sha256.Length > 0 && name != first ? first : null,
    };

    // As many as there are in the shards; most often it is one.
    private static List<ScanUsed> ScansOf(string name, IReadOnlyList<string> benchmarks, CorpusScanResult result)
    {
        var ids = new Dictionary<ScanIdentity, string>(ReferenceEqualityComparer.Instance);
        return [.. result.Rules.SelectMany(r => r.Where(b => b.Rule.Name == name)).GroupBy(b => ids.TryGetValue(b.Scan, out var id) ? id : ids[b.Scan] = b.Scan.Id, StringComparer.Ordinal)
            .Select(g => (Id: g.Key, g.First().Scan, g.First().Rule, Shards: g.Count()))
            .OrderByDescending(s => s.Scan.Benchmarks.Select(b => b.Name).SequenceEqual(benchmarks, StringComparer.Ordinal)).ThenBy(s => s.Id, StringComparer.Ordinal)
            .Select(s => new ScanUsed(s.Id, [.. s.Scan.Benchmarks.Select(b => b.Name)], s.Shards, s.Rule.Calibration, ByUnit(s.Rule.Thresholds)))];
    }

    private static Dictionary<string, double> ByUnit(IReadOnlyList<double> thresholds) =>
        Enum.GetValues<ScanUnit>().ToDictionary(u => u.ToString(), u => thresholds[(int)u], StringComparer.Ordinal);

    private static BenchmarkFound Found(string name, int items, int calibration, IReadOnlyList<double> thresholds, List<CorpusHit> hits)
    {
        var leaks = hits.Where(h => h.Class == HitClass.Leak).ToList();
        var kinds = leaks.GroupBy(h => h.Item, StringComparer.Ordinal).Select(g =>
            g.Any(h => h.Kind == LeakKind.QuestionAndAnswer) ? LeakKind.QuestionAndAnswer : g.Any(h => h.Kind == LeakKind.QuestionOnly) ? LeakKind.QuestionOnly : LeakKind.AnswerOnly).ToList();
        return new(
            name, items, calibration, ByUnit(thresholds), leaks.Count, hits.Count - leaks.Count,
            kinds.Count(k => k == LeakKind.QuestionOnly), kinds.Count(k => k == LeakKind.AnswerOnly), kinds.Count(k => k == LeakKind.QuestionAndAnswer));
    }
}

/// <summary>What was read of a shard.</summary>
/// <param name="Name">The shard.</param>
/// <param name="Sha256">SHA-256 of its bytes.</param>
/// <param name="Bytes">Its bytes as stored.</param>
/// <param name="Documents">Documents read.</param>
/// <param name="TextBytes">Bytes of text read.</param>
/// <param name="NotRead">How many records of each kind of defect were not read as they should be.</param>
/// <param name="FirstDefects">The first of them.</param>
public sealed record ShardTold(string Name, string Sha256, long Bytes, long Documents, long TextBytes, IReadOnlyDictionary<string, long> NotRead, IReadOnlyList<string> FirstDefects)
{
    /// <summary>The first shard with the same content; null where there is none before this one.</summary>
    public string? CopyOf { get; init; }
}
