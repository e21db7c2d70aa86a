using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>A shard by its content.</summary>
/// <param name="Sha256">SHA-256 of its bytes as stored.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Format">What its name says of its format, which decides how it is read.</param>
internal sealed record ShardKey(string Sha256, long Bytes, string Format);

/// <summary>What one scan found in one shard, of some of its benchmarks.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="Scan">The scan.</param>
/// <param name="Found">The benchmarks whose hits these are.</param>
/// <param name="Reading">What reading it brought to light; places without the shard's name.</param>
/// <param name="Words">Words read.</param>
/// <param name="Compared">Places compared with an item.</param>
/// <param name="Hits">The hits, by place; their shard's name left out.</param>
internal sealed record ShardResult(
    ShardKey Shard, ScanIdentity Scan, IReadOnlyList<BenchmarkRule> Found, ShardReading Reading, long Words, long Compared, IReadOnlyList<CorpusHit> Hits)
{
    // Enough for any shard that is worth scanning once.
    private const int MostBytes = 1 << 30;

    /// <summary>The name of its file: equal names hold equal bytes.</summary>
    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{Shard.Sha256}.{Shard.Bytes}.{Scan.Id}.{Part()}.json");

    /// <summary>Two lines: the digest of the second, and the result.</summary>
    public byte[] ToBytes()
    {
        var body = ShardJson.Bytes(this);
        return [.. Encoding.ASCII.GetBytes($"{{\"sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(body))}\"}}\n"), .. body, (byte)'\n'];
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or not what its name says.</exception>
    public static ShardResult Read(string path)
    {
        if (new FileInfo(path).Length > MostBytes)
            throw new InvalidDataException("it is too long");
        var bytes = File.ReadAllBytes(path).AsSpan();
        var line = bytes.IndexOf((byte)'\n');
        if (line < 0 || bytes[^1] != '\n')
            throw new InvalidDataException("it ends early");
        var body = line + 1 < bytes.Length ? bytes[(line + 1)..^1] : [];
        if (!bytes[..line].SequenceEqual(Encoding.ASCII.GetBytes($"{{\"sha256\":\"{Convert.ToHexStringLower(SHA256.HashData(body))}\"}}")))
            throw new InvalidDataException("its digest does not match");
        ShardResult result;
        try
        {
            result = JsonSerializer.Deserialize<ShardResult>(body, ShardJson.Options) ?? throw new InvalidDataException("it holds nothing");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("it is not a shard's result", e);
        }

        if (HasNull(result))
            throw new InvalidDataException("it is not a shard's result");
        if (result.FileName != Path.GetFileName(path))
            throw new InvalidDataException("it is the result of another shard or scan");
        var names = result.Found.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        if (result.Reading.Sha256 != result.Shard.Sha256 || result.Found.Any(f => f.Thresholds.Count != Enum.GetValues<ScanUnit>().Length)
            || !names.IsSubsetOf(result.Scan.Benchmarks.Select(b => b.Name)) || result.Hits.Any(h => !names.Contains(h.Benchmark)))
        {
            throw new InvalidDataException("it contradicts itself");
        }

        return result;
    }

    // What the reader of JSON does not see to: elements of lists.
    private static bool HasNull(ShardResult result) =>
        ((IEnumerable<object?>)[.. result.Found, .. result.Hits, .. result.Hits.Where(h => h is not null).SelectMany(h => h.Diff.Pieces), .. result.Reading.Defects, .. result.Scan.Benchmarks, .. result.Scan.Reading.TextFields])
            .Any(element => element is null);

    private string Part() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [Shard.Format, .. Found.Select(f => f.Name)]))))[..16];
}

/// <summary>How results are written.</summary>
internal static class ShardJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static byte[] Bytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, Options);
}
