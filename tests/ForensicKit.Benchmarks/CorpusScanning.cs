using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ForensicKit.Cases;
using ForensicKit.Contamination;
using ForensicKit.Contamination.Scanning;
using ForensicKit.Corpora;

namespace ForensicKit.Benchmarks;

/// <summary>
/// Speed of scanning with all of GSM8K, MMLU, HellaSwag and HumanEval loaded, turn about in one process: against reading and hashing the same file,
/// against a plain look-up of 13-grams, on one thread and two, and through gzip and zstd against unpacking alone.
/// </summary>
internal static class CorpusScanning
{
    private const int Rounds = 5;
    private const long WantedBytes = 130_000_000;

    public static void Run(IReadOnlyList<string> corpora)
    {
        var kit = KitFolder.Locate();
        List<ScanItem> items = [.. ScanBenchmarks.Usual.SelectMany(name => ScanBenchmarks.Read(kit, name, default))];
        var clock = Stopwatch.StartNew();
        var before = GC.GetTotalMemory(true);
        var index = ScanIndex.Of(items);
        var calibration = ScanCalibration.Of(index, Environment.ProcessorCount);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{items.Count} items, index and calibration in {clock.Elapsed.TotalSeconds:F1} s, {(GC.GetTotalMemory(true) - before) / 1e6:F0} MB"));
        var folder = Directory.CreateTempSubdirectory("forensickit-scan-").FullName;
        try
        {
            var plain = Path.Combine(folder, "corpus.jsonl");
            Repeat(corpora, plain);
            var gzip = Pack(plain, plain + ".gz", s => new GZipStream(s, CompressionLevel.Optimal));
            var zstd = Pack(plain, plain + ".zst", s => new ZstdSharp.CompressionStream(s, 3));
            var scan = new CorpusScan(index, calibration, calibration.Thresholds(), new());
            var grams = Grams(items);
            var measures = new (string Name, Func<long> Run)[]
            {
                ("scan, one thread", () => Scan(scan, plain, 1)),
                ("scan, two threads", () => Scan(scan, plain, 2)),
                ("scan of .gz, one thread", () => Scan(scan, gzip, 1)),
                ("scan of .zst, one thread", () => Scan(scan, zstd, 1)),
                ("unpack .gz", () => Drain(new GZipStream(File.OpenRead(gzip), CompressionMode.Decompress))),
                ("unpack .zst", () => Drain(new ZstdSharp.DecompressionStream(File.OpenRead(zstd)))),
                ("read and SHA-256", () => { using var s = File.OpenRead(plain); SHA256.HashData(s); return 0; }),
                ("read documents", () => new CorpusReader(new()).Read(new CorpusShard("c.jsonl", plain, 1), (in CorpusDocument _) => { }, default).Documents),
                ("plain 13-gram look-up", () => LookUp(plain, grams)),
            };
            var times = measures.ToDictionary(m => m.Name, _ => new List<double>());
            for (var round = 0; round <= Rounds; round++)
            {
                foreach (var (name, run) in measures)
                {
                    clock.Restart();
                    run();
                    if (round > 0)
                        times[name].Add(clock.Elapsed.TotalSeconds);
                }
            }

            var text = new CorpusReader(new()).Read(new CorpusShard("c.jsonl", plain, 1), (in CorpusDocument _) => { }, default).TextBytes;
            var one = Median(times["scan, one thread"]);
            foreach (var (name, _) in measures)
            {
                var median = Median(times[name]);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name,-26} {median,7:F2} s ({times[name].Min():F2}–{times[name].Max():F2})  {text / 1e6 / median,7:F1} MB/s of text, {median / one,5:F2} of the scan on one thread"));
            }

            using var process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"text {text / 1e6:F1} MB; peak memory of the process {process.PeakWorkingSet64 / 1e6:F0} MB"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long Scan(CorpusScan scan, string file, int threads) => scan.Scan([new(Path.GetFileName(file), file, 1)], threads, null, default).Documents;

    private static void Repeat(IReadOnlyList<string> corpora, string file)
    {
        using var output = File.Create(file);
        while (output.Length < WantedBytes)
        {
            foreach (var corpus in corpora)
            {
                using var input = File.OpenRead(corpus);
                using Stream unpacked = corpus.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(input, CompressionMode.Decompress) : input;
                unpacked.CopyTo(output);
            }
        }
    }

    private static string Pack(string file, string packed, Func<Stream, Stream> pack)
    {
        using var input = File.OpenRead(file);
        using var output = pack(File.Create(packed));
        input.CopyTo(output);
        return packed;
    }

    private static long Drain(Stream stream)
    {
        using (stream)
        {
            var buffer = new byte[1 << 20];
            long total = 0;
            for (int read; (read = stream.Read(buffer)) > 0;)
                total += read;
            return total;
        }
    }

    // What most tools do: lower case, words, a set of 13 words in a row.
    private static HashSet<string> Grams(List<ScanItem> items) => [.. items.SelectMany(i => i.Fields).SelectMany(f => Grams(f.Text))];

    private static IEnumerable<string> Grams(string text)
    {
        var words = new string([.. text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i + 13 <= words.Length; i++)
            yield return string.Join(' ', words.AsSpan(i, 13)!);
    }

    private static long LookUp(string file, HashSet<string> grams)
    {
        long found = 0;
        foreach (var line in File.ReadLines(file, Encoding.UTF8))
            found += Grams(JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!).Any(grams.Contains) ? 1 : 0;
        return found;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
