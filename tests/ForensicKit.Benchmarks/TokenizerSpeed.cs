using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ForensicKit.Inference.Tokenizers;

namespace ForensicKit.Benchmarks;

/// <summary>
/// Encoding on one thread: 4 MB of books and 1 MB of Python in chunks of whole lines of at least 4 KiB, against Hugging Face's Rust library in a
/// process of its own, turn about. Each run has a fresh tokenizer; processor time is told beside wall-clock time since other work runs too.
/// </summary>
internal static class TokenizerSpeed
{
    private const int BookBytes = 4_000_000;
    private const int CodeBytes = 1_000_000;
    private const int ChunkBytes = 4_096;
    private static readonly string[] s_names = ["llama3_1", "smollm2", "qwen3", "llama2", "unigram-t5-style", "wordpiece-uncased-style"];
    private static readonly string[] s_peers = ["tokenizers", "@anush008/tokenizers"];

    /// <summary>Measures and prints a table.</summary>
    /// <param name="rounds">Rounds after one that warms up.</param>
    /// <param name="names">Tokenizers of the golden data, or files; none for all of the golden data that are measured.</param>
    public static void Run(int rounds, IReadOnlyList<string> names)
    {
        var root = RepositoryRoot();
        var data = Environment.GetEnvironmentVariable("FORENSICKIT_DATA") is { Length: > 0 } set ? set : Path.Combine(root, "..", "shared");
        var chunks = Chunks(Path.Combine(data, "data", "corpora"));
        var bytes = chunks.Sum(Encoding.UTF8.GetByteCount);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes in {chunks.Count:N0} chunks"));
        var script = Path.Combine(root, "tests", "ForensicKit.Benchmarks", "peers", "tokenizers.mjs");
        var peers = s_peers.Where(p => Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules", p))).ToList();
        var chunksFile = Path.GetTempFileName();
        try
        {
            File.WriteAllText(chunksFile, JsonSerializer.Serialize(chunks));
            foreach (var name in names.Count > 0 ? names : s_names)
                Measure(name, TokenizerFile(data, name), chunks, bytes, rounds, peers.Select(p => (p, (Func<string, Timing>)(file => Peer(script, p, file, chunksFile)))).ToList());
        }
        finally
        {
            File.Delete(chunksFile);
        }

        static string TokenizerFile(string data, string name)
        {
            if (File.Exists(name))
                return name;
            var folder = name == "smollm2" ? Path.Combine(data, "golden", "smollm2-135m") : Path.Combine(data, "golden", "tokenizers", name);
            return new[] { "tokenizer.json", "tokenizer.json.gz" }.Select(f => Path.Combine(folder, f)).First(File.Exists);
        }
    }

    private static void Measure(string name, string file, IReadOnlyList<string> chunks, long bytes, int rounds, List<(string Name, Func<string, Timing> Run)> peers)
    {
        List<(string Name, Func<string, Timing> Run)> measured =
        [
            ("ours, with offsets", f => Own(f, chunks, (t, chunk) => t.Encode(chunk).Ids.Count)),
            ("ours, ids only", f => Own(f, chunks, (t, chunk) => t.EncodeIds(chunk).Length)),
            .. peers,
        ];
        var timings = measured.Select(_ => new List<Timing>()).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < measured.Count; i++)
            {
                var timing = measured[i].Run(file);
                if (round >= 0)
                    timings[i].Add(timing);
            }
        }

        for (var i = 0; i < measured.Count; i++)
        {
            var (wall, processor) = (Median(timings[i].Select(t => t.Wall)), Median(timings[i].Select(t => t.Processor)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name} | {measured[i].Name} | {timings[i][0].Tokens:N0} tokens | load {Median(timings[i].Select(t => t.Load)):F2} s | wall {wall:F2} s, {bytes / wall / 1e6:F2} MB/s | processor {processor:F2} s, {bytes / processor / 1e6:F2} MB/s"));
        }
    }

    private static Timing Own(string file, IReadOnlyList<string> chunks, Func<Tokenizer, string, int> encode)
    {
        var clock = Stopwatch.StartNew();
        var tokenizer = Tokenizer.Load(file);
        var load = clock.Elapsed.TotalSeconds;
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        clock.Restart();
        var tokens = chunks.Sum(chunk => encode(tokenizer, chunk));
        var wall = clock.Elapsed.TotalSeconds;
        process.Refresh();
        return new(tokens, load, wall, (process.TotalProcessorTime - before).TotalSeconds);
    }

    private static Timing Peer(string script, string package, string file, string chunksFile)
    {
        using var process = Process.Start(new ProcessStartInfo("node", [script, package, file, chunksFile]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        using var json = JsonDocument.Parse(output);
        return new(json.RootElement.GetProperty("tokens").GetInt32(), json.RootElement.GetProperty("load").GetDouble(), json.RootElement.GetProperty("wall").GetDouble(), json.RootElement.GetProperty("processor").GetDouble());
    }

    private static List<string> Chunks(string corpora)
    {
        var chunks = new List<string>();
        Add(Books(Path.Combine(corpora, "classic-books", "shard-00.jsonl.gz")), BookBytes);
        Add(Code(Path.Combine(corpora, "python-code", "the-algorithms-python.tar.gz")), CodeBytes);
        return chunks;

        void Add(IEnumerable<string> texts, int bytesWanted)
        {
            var chunk = new StringBuilder();
            var (inChunk, left) = (0, bytesWanted);
            foreach (var line in texts.SelectMany(text => text.Split('\n').Select(line => line + "\n")))
            {
                chunk.Append(line);
                inChunk += Encoding.UTF8.GetByteCount(line);
                if (inChunk < ChunkBytes)
                    continue;
                chunks.Add(chunk.ToString());
                chunk.Clear();
                if ((left -= inChunk) <= 0)
                    return;
                inChunk = 0;
            }
        }
    }

    private static IEnumerable<string> Books(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            using var json = JsonDocument.Parse(line);
            yield return json.RootElement.GetProperty("text").GetString()!;
        }
    }

    private static IEnumerable<string> Code(string file)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (!entry.Name.EndsWith(".py", StringComparison.Ordinal) || entry.DataStream is not { } stream)
                continue;
            using var reader = new StreamReader(stream);
            yield return reader.ReadToEnd();
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ForensicKit.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Run this from a build inside the repository.");
        return folder;
    }

    private sealed record Timing(int Tokens, double Load, double Wall, double Processor);
}
