using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>A benchmark among those of a scan.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Items">Its items.</param>
/// <param name="Sha256">SHA-256 of all its items and those of its other splits: ids, fields and texts.</param>
public sealed record ScannedBenchmark(string Name, int Items, string Sha256);

/// <summary>How shards were read, as far as it decides what is found in them. See <see cref="CorpusOptions"/>.</summary>
/// <param name="TextFields">Fields that hold the text.</param>
/// <param name="IdField">Field that holds the id.</param>
/// <param name="Limits">The numbers of <see cref="CorpusOptions"/>, in its order.</param>
public sealed record ScanReading(IReadOnlyList<string> TextFields, string? IdField, IReadOnlyList<long> Limits)
{
    /// <inheritdoc/>
    public bool Equals(ScanReading? other) =>
        other is not null && IdField == other.IdField && TextFields.SequenceEqual(other.TextFields, StringComparer.Ordinal) && Limits.SequenceEqual(other.Limits);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IdField, TextFields.Count, Limits.Count);

    internal static ScanReading Of(CorpusOptions o) => new(
        o.TextFields, o.IdField, [o.MaximumRecordBytes, o.PieceBytes, o.PieceOverlapBytes, o.MaximumExpansion, o.ExpansionAllowance, o.MaximumColumnBytes, o.MaximumDefects]);
}

/// <summary>All that decides what a scan finds in a shard, besides the shard: two scans of one identity find the same.</summary>
/// <param name="Method">Version of the method, <see cref="MethodVersion"/>.</param>
/// <param name="Rule">How thresholds were chosen.</param>
/// <param name="Thresholds">SHA-256 of the thresholds of all items.</param>
/// <param name="Reading">How shards were read.</param>
/// <param name="Benchmarks">The benchmarks, in the order of the index: what a word is worth depends on all of them.</param>
public sealed record ScanIdentity(int Method, string Rule, string Thresholds, ScanReading Reading, IReadOnlyList<ScannedBenchmark> Benchmarks)
{
    /// <summary>Raised with every change of what is found, or of how it is described: results of an earlier version are not taken up.</summary>
    public const int MethodVersion = 6;

    /// <summary>SHA-256 of all of it, lower-case hex.</summary>
    [JsonIgnore]
    public string Id => Convert.ToHexStringLower(SHA256.HashData(ShardJson.Bytes(this)));

    /// <summary>The identity of a scan.</summary>
    public static ScanIdentity Of(ScanIndex index, ScanThresholds thresholds, CorpusOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var item = 0; item < index.Entries.Length; item++)
        {
            hash.AppendData(MemoryMarshal.AsBytes(thresholds.Of(item)));
            hash.AppendData(MemoryMarshal.AsBytes(thresholds.NearOf(item)));
        }

        return new(
            MethodVersion, thresholds.Rule, Convert.ToHexStringLower(hash.GetHashAndReset()), ScanReading.Of(options),
            [.. index.Benchmarks.Select((name, number) => Benchmark(name, [.. index.Entries.Concat(index.ExampleEntries).Where(e => e.Benchmark == number).Select(e => e.Item)]))]);
    }

    /// <summary>Whether a result of another scan may stand for one of this: the same but for benchmarks that came later.</summary>
    /// <remarks>Not the other way round: where more benchmarks were looked for, an item may have been passed over for a better one of a benchmark that is not asked for now.</remarks>
    internal bool TakesUp(ScanIdentity earlier) =>
        (Method, Rule) == (earlier.Method, earlier.Rule) && Reading == earlier.Reading && earlier.Benchmarks.All(Benchmarks.Contains);

    // Every text with its length before it, so that no two lists of texts are alike.
    private static ScannedBenchmark Benchmark(string name, IReadOnlyList<ScanItem> items)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            hash.AppendData(BitConverter.GetBytes((long)bytes.Length));
            hash.AppendData(bytes);
        }

        foreach (var item in items)
        {
            Add(item.ItemId);
            hash.AppendData([(byte)((item.IsFresh ? 1 : 0) + (item.IsExample ? 2 : 0))]);
            hash.AppendData(BitConverter.GetBytes(item.Fields.Count));
            foreach (var field in item.Fields)
            {
                Add(field.Name);
                Add(field.Role.ToString());
                Add(field.Text);
            }
        }

        return new(name, items.Count(i => !i.IsExample), Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}

/// <summary>What a scan took for found of one benchmark.</summary>
/// <param name="Name">The benchmark.</param>
/// <param name="Calibration">Items its null distribution rests on.</param>
/// <param name="Thresholds">Score of each <see cref="ScanUnit"/> from which on it counts as found.</param>
public sealed record BenchmarkRule(string Name, int Calibration, IReadOnlyList<double> Thresholds);
