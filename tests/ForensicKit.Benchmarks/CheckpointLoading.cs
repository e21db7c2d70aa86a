using System.Diagnostics;
using System.Globalization;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Benchmarks;

/// <summary>
/// Opening a checkpoint and reading all its tensors as float32, against plainly reading the same file, warm in the page cache; turn about in one
/// process, so that what else the machine does meets both.
/// </summary>
internal static class CheckpointLoading
{
    private const int Rounds = 9;
    private const long Bytes = 500_000_000;

    /// <summary>Measures and prints a table.</summary>
    /// <param name="gguf">GGUF files to measure beside the safetensors files that are made.</param>
    public static void Run(IReadOnlyList<string> gguf)
    {
        TorchRuntime.EnsureLoaded();
        var folder = Directory.CreateTempSubdirectory("forensickit-load-").FullName;
        try
        {
            foreach (var (storage, width) in ((WeightStorage, int)[])[(WeightStorage.Float32, 4), (WeightStorage.BFloat16, 2), (WeightStorage.Float16, 2)])
            {
                var path = Path.Combine(folder, $"{storage}.safetensors");
                Write(path, storage, width);
                Measure(storage.ToString(), path, () => ReadSafetensors(path));
            }

            foreach (var path in gguf)
                Measure(Path.GetFileName(path), path, () => ReadGguf(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Tensors of 50 MB and more: the allocator gives their memory back, so that each round touches fresh memory, as a process that loads one model does.
    private static void Write(string path, WeightStorage storage, int width)
    {
        using var scope = NewDisposeScope();
        const int Tensors = 10;
        var weight = rand(Bytes / Tensors / width);
        SafetensorsFile.Write(path, Enumerable.Range(0, Tensors).Select(i => KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"w{i:d3}"), weight)), storage);
    }

    private static void ReadSafetensors(string path)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        foreach (var name in file.Entries.Keys)
            file.Read(name);
    }

    private static void ReadGguf(string path)
    {
        using var scope = NewDisposeScope();
        using var file = GgufFile.Open(path);
        foreach (var name in file.Tensors.Keys)
            file.Read(name);
    }

    private static void ReadPlainly(string path)
    {
        var buffer = new byte[1 << 20];
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        for (long at = 0; RandomAccess.Read(file, buffer, at) is > 0 and var read;)
            at += read;
    }

    // What any reader that keeps the bytes has to do: fresh memory is touched for the first time.
    private static unsafe void ReadAndKeep(string path)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = (nuint)RandomAccess.GetLength(file);
        var memory = (byte*)System.Runtime.InteropServices.NativeMemory.Alloc(length);
        for (nuint at = 0; at < length;)
            at += (nuint)RandomAccess.Read(file, new Span<byte>(memory + at, (int)Math.Min(1 << 20, length - at)), (long)at);
        System.Runtime.InteropServices.NativeMemory.Free(memory);
    }

    private static void Measure(string what, string path, Action load)
    {
        (string Name, Action Action)[] measured = [("read, not kept", () => ReadPlainly(path)), ("read and kept", () => ReadAndKeep(path)), ("opened, all tensors as float32", load)];
        var rounds = measured.Select(_ => new List<(double Wall, double Processor)>()).ToArray();
        using var process = Process.GetCurrentProcess();
        for (var round = -2; round < Rounds; round++)
        {
            for (var i = 0; i < measured.Length; i++)
            {
                process.Refresh();
                var (clock, before) = (Stopwatch.StartNew(), process.TotalProcessorTime);
                measured[i].Action();
                process.Refresh();
                // The first rounds warm the page cache and the compiler.
                if (round >= 0)
                    rounds[i].Add((clock.Elapsed.TotalMilliseconds, (process.TotalProcessorTime - before).TotalMilliseconds));
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}, {new FileInfo(path).Length / 1e6:f0} MB"));
        var plain = Median(rounds[1].Select(r => r.Wall));
        foreach (var ((name, _), times) in measured.Zip(rounds))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {Median(times.Select(t => t.Wall)):f0} ({times.Min(t => t.Wall):f0}–{times.Max(t => t.Wall):f0}) | {Median(times.Select(t => t.Processor)):f0} | {Median(times.Select(t => t.Wall)) / plain:f2} |"));
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Rounds / 2);
}
