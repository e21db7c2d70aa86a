using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using ForensicKit.Corpora;

namespace ForensicKit.Benchmarks;

/// <summary>What reading a corpus costs on one core: megabytes of text a second, beside decompression alone and beside reading and hashing alone.</summary>
internal static class CorpusReading
{
    private const int Rounds = 5;

    public static void Run(IReadOnlyList<string> arguments)
    {
        foreach (var shard in CorpusFiles.Find(arguments))
        {
            var path = shard.Path ?? throw new KitException("Standard input can be read only once.", "-", "Name a file.");
            ShardReading reading = new(0, 0, 0, 0, "", [], new Dictionary<CorpusDefectKind, long>());
            var times = new Dictionary<string, List<double>>(StringComparer.Ordinal);
            for (var round = 0; round <= Rounds; round++)
            {
                long bytes = 0;
                Time(times, round, "read", () => reading = new CorpusReader(new()).Read(shard, (in d) => bytes += d.Text.Length, CancellationToken.None));
                Time(times, round, "read, not hashed", () => new CorpusReader(new() { Hash = false }).Read(shard, (in d) => bytes += d.Text.Length, CancellationToken.None));
                Time(times, round, "bytes + SHA-256", () => Pass(path, decompress: false, hash: true));
                Time(times, round, "bytes", () => Pass(path, decompress: false, hash: false));
                Time(times, round, "decompressed", () => Pass(path, decompress: true, hash: false));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{shard.Name}: {reading.Documents:N0} documents, {reading.TextBytes / 1e6:N1} MB of text, {reading.RawBytes / 1e6:N1} MB stored"));
            foreach (var (what, seconds) in times)
            {
                seconds.Sort();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-18} {reading.TextBytes / 1e6 / seconds[seconds.Count / 2],8:N0} MB/s of text (median of {Rounds}; {reading.TextBytes / 1e6 / seconds[0]:N0} best)"));
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            new CorpusReader(new()).Read(shard, (in _) => { }, CancellationToken.None);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {GC.GetAllocatedBytesForCurrentThread() - before:N0} bytes allocated"));
        }
    }

    private static void Time(Dictionary<string, List<double>> times, int round, string what, Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (!times.TryGetValue(what, out var list))
            times[what] = list = [];
        if (round > 0)
            list.Add(seconds);
    }

    private static void Pass(string path, bool decompress, bool hash)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        using Stream stream = !decompress ? file : Path.GetExtension(path) switch
        {
            ".gz" => new GZipStream(file, CompressionMode.Decompress),
            ".zst" => new ZstdSharp.DecompressionStream(file, 1 << 17),
            ".bz2" => new ICSharpCode.SharpZipLib.BZip2.BZip2InputStream(file),
            ".xz" => new SharpCompress.Compressors.Xz.XZStream(file),
            _ => file,
        };
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (hash)
                sha.AppendData(buffer.AsSpan(0, read));
        }
    }
}
