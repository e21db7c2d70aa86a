using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Contamination.Membership;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Corpora;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>Scans a case's training snippets for benchmark items and stores what is found; a scan that is stored is not done again.</summary>
internal static class ContaminationStep
{
    private const int FewestForBlind = 10;
    private const int BlindPermutations = 199;

    // Changes where the same snippets and items would give other hits.
    private const string Method = "word-pair seeds, place comparison, fresh control; 2";

    /// <summary>Scans and stores.</summary>
    /// <param name="plan">What to look for.</param>
    /// <param name="snippets">The files with training text.</param>
    /// <param name="itemsOf">Items of a benchmark.</param>
    /// <param name="examplesOf">The items of its other splits.</param>
    /// <param name="evidence">Where it is stored.</param>
    /// <param name="now">When.</param>
    /// <param name="progress">Told of bytes.</param>
    /// <param name="cancellationToken">Stops the scan; nothing of it is stored then.</param>
    /// <returns>The scan's id: it covers files, items and method.</returns>
    /// <exception cref="KitException">A file was changed while it was read.</exception>
    public static string Run(
        ContaminationPlan plan, IReadOnlyList<VerifiedArtifact> snippets, Func<string, IReadOnlyList<BenchmarkItem>> itemsOf, Func<string, IReadOnlyList<ScanItem>> examplesOf, EvidenceDatabase evidence, DateTimeOffset now,
        IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        List<ScanItem> items = [.. plan.Benchmarks.SelectMany(b =>
            itemsOf(b.Benchmark).Select(i => ScanItem.From(b.Benchmark, i)).Concat(itemsOf(b.Fresh).Select(i => ScanItem.From(b.Benchmark, i, isFresh: true))))];
        List<ScanItem> examples = [.. plan.Benchmarks.SelectMany(b => examplesOf(b.Benchmark))];
        var id = EvidenceDatabase.Sha256(string.Join('\n', [.. snippets.Select(s => s.Artifact.Sha256), Method, JsonSerializer.Serialize(items), JsonSerializer.Serialize(examples)]))[..16];
        if (evidence.HasScan(id, cancellationToken))
            return id;
        var index = ScanIndex.Of([.. items, .. examples]);
        var calibration = ScanCalibration.Of(index, Environment.ProcessorCount, cancellationToken);
        var thresholds = calibration.Thresholds();
        // The path of the manifest, which is another for another file; names of a machine's folders are no evidence.
        var shards = snippets.Select(s => new CorpusShard(s.Artifact.Path, s.FilePath, s.Artifact.Bytes)).ToList();
        var result = new CorpusScan(index, calibration, thresholds, new()).Scan(shards, Environment.ProcessorCount, progress, cancellationToken);
        foreach (var ((shard, reading), snippet) in result.Shards.Zip(snippets))
        {
            if (reading.Sha256 != snippet.Artifact.Sha256)
                throw new KitException("A file was changed while it was read.", shard.Path, "Put the original back and try again.");
        }

        var found = CaseHits.Of(items, index, thresholds, result.Hits);
        var settings = new ScanSettings(Method, FreshControl.Rate, found.Twins, NotRead(result))
        {
            Documents = result.Shards.GroupBy(s => s.Shard.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(s => s.Reading.Documents), StringComparer.Ordinal),
            Blind = plan.Benchmarks.Select(b => Blind(b, found.Presence, itemsOf, id, cancellationToken)).OfType<BlindResult>().ToDictionary(b => b.Benchmark, StringComparer.Ordinal),
        };
        evidence.AppendScan(new ScanRow(id, JsonSerializer.Serialize(settings), result.Documents, result.Words, now), found.Hits, found.Presence, cancellationToken);
        return id;
    }

    // Whether the leaked items can be told from the fresh ones without any model: then no model can be accused of it.
    private static BlindResult? Blind(TwinBenchmarks benchmarks, IReadOnlyList<ItemPresence> presence, Func<string, IReadOnlyList<BenchmarkItem>> itemsOf, string seed, CancellationToken cancellationToken)
    {
        var leaked = presence.Where(p => p is { IsFresh: false, Kind: LeakKind.QuestionAndAnswer } && p.BenchmarkName == benchmarks.Benchmark).Select(p => p.ItemId).ToHashSet(StringComparer.Ordinal);
        var members = itemsOf(benchmarks.Benchmark).Where(i => leaked.Contains(i.Id)).Select(i => MembershipItem.From(i, i.Question)).ToList();
        var others = itemsOf(benchmarks.Fresh).Select(i => MembershipItem.From(i, i.Question)).ToList();
        if (members.Count < FewestForBlind || others.Count < FewestForBlind)
            return null;
        var control = BlindControl.Run(members, others, new PythonRandom($"{seed}/{benchmarks.Benchmark}"), BlindPermutations, cancellationToken);
        return new(benchmarks.Benchmark, control.Area, control.Interval.Lower, control.Interval.Upper, control.Both.Value, control.Objection);
    }

    private static Dictionary<string, long> NotRead(CorpusScanResult result) => result.Shards.SelectMany(s => s.Reading.DefectCounts)
        .GroupBy(d => d.Key).OrderBy(g => g.Key).ToDictionary(g => g.Key.ToString(), g => g.Sum(d => d.Value), StringComparer.Ordinal);
}

/// <summary>How a case's training text was scanned.</summary>
/// <param name="Method">The method and its version.</param>
/// <param name="ControlRate">Share of items that are not there and pass for present all the same.</param>
/// <param name="Twins">Fresh twins that this rests on, by benchmark.</param>
/// <param name="NotRead">Records and files that were not read as they should be, by what was wrong.</param>
public sealed record ScanSettings(string Method, double ControlRate, IReadOnlyDictionary<string, int> Twins, IReadOnlyDictionary<string, long> NotRead)
{
    /// <summary>Documents read, by file.</summary>
    public IReadOnlyDictionary<string, long> Documents { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Whether leaked and fresh items can be told apart without any model, by benchmark; absent where there are too few to say.</summary>
    public IReadOnlyDictionary<string, BlindResult> Blind { get; init; } = new Dictionary<string, BlindResult>(StringComparer.Ordinal);
}

/// <summary>What a classifier without any model makes of leaked and fresh items; see <see cref="BlindControl"/>.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Area">Area under the curve.</param>
/// <param name="Low">Lower end of its 95% interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="P">p of no difference, by words and by length together.</param>
/// <param name="Objection">Why the sets cannot be compared; null where nothing speaks against it.</param>
public sealed record BlindResult(string Benchmark, double Area, double Low, double High, double P, string? Objection);
