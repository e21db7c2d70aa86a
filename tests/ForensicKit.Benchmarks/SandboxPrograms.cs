using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Sandbox;
using ForensicKit.Sandbox.Python;
using Wasmtime;

namespace ForensicKit.Benchmarks;

/// <summary>
/// Running a model's programs: HumanEval's 164 canonical solutions with their checks, against 164 bare starts of the same interpreter, turn
/// about, so that what else the machine does meets both. Processor time is told beside wall-clock time for the same reason.
/// </summary>
internal static class SandboxPrograms
{
    private const int Rounds = 7;

    private static readonly SandboxProgram s_javaScript = new(
        "function f(a, n) { return a.filter(x => x > n).map(x => x * n); }", "function check(c) { for (let i = 0; i < 5; i++) assert.deepEqual(c([1, 2, 3], 1), [2, 3]); }", "f");

    /// <summary>Measures and prints a table.</summary>
    public static async Task RunAsync()
    {
        var root = RepositoryRoot();
        var data = Environment.GetEnvironmentVariable("FORENSICKIT_DATA") is { Length: > 0 } set ? set : Path.Combine(root, "..", "shared");
        var wasm = Path.Combine(data, "data", "wasm", "python-3.12.0.wasm.xz");
        var tool = new ManifestCatalogue(Path.Combine(root, "data-manifests")).Tool(PythonSandbox.ToolName);
        var programs = await ReadAsync(Path.Combine(data, "data", "benchmarks", "humaneval", "HumanEval.jsonl.gz"));

        using var python = new PythonSandbox(wasm, tool);
        var clock = Stopwatch.StartNew();
        await RunAllAsync(python, [programs[0]]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"first program, interpreter loaded or compiled: {clock.Elapsed.TotalSeconds:F2} s"));
        using var javaScript = new JavaScriptSandbox();
        using var engine = new Wasmtime.Engine();
        using var module = Module.FromBytes(engine, "python", WasmFile.Read(wasm, tool.Artifacts[0]));
        using var linker = new Linker(engine);
        linker.DefineWasi();

        (string Name, Func<Task> Action)[] measured =
        [
            ("python -c pass, bare", () => Parallel.ForEachAsync(programs, (_, _) =>
            {
                using var store = new Store(engine);
                store.SetWasiConfiguration(new WasiConfiguration().WithArgs("python", "-c", "pass"));
                linker.Instantiate(store, module).GetAction("_start")!();
                return ValueTask.CompletedTask;
            })),
            ("HumanEval, canonical solutions", () => RunAllAsync(python, programs)),
            ("a small program, Python", () => RunAllAsync(python, [.. programs.Select(_ => programs[0] with { Code = "def f(x): return x", Check = "def check(c): assert c(1) == 1", EntryPoint = "f" })])),
            ("a small program, JavaScript", () => RunAllAsync(javaScript, [.. programs.Select(_ => s_javaScript)])),
        ];
        var rounds = measured.Select(_ => new List<(double Wall, double Processor)>()).ToArray();
        for (var round = -1; round < Rounds; round++)
        {
            for (var i = 0; i < measured.Length; i++)
            {
                var processor = Environment.CpuUsage.TotalTime;
                clock.Restart();
                await measured[i].Action();
                // The first round warms up.
                if (round >= 0)
                    rounds[i].Add((clock.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds));
            }
        }

        Console.WriteLine($"| {programs.Count} of | wall, s (median, range) | CPU, s (median, range) | CPU, ratio | per second |");
        for (var i = 0; i < measured.Length; i++)
        {
            var (wall, processor) = (rounds[i].Select(r => r.Wall).Order().ToList(), rounds[i].Select(r => r.Processor).Order().ToList());
            var ratio = rounds[i].Zip(rounds[0], (r, bare) => r.Processor / bare.Processor).Order().ElementAt(Rounds / 2);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {measured[i].Name} | {wall[Rounds / 2]:F2} ({wall[0]:F2}–{wall[^1]:F2}) | {processor[Rounds / 2]:F2} ({processor[0]:F2}–{processor[^1]:F2}) | {ratio:F2} | {programs.Count / wall[Rounds / 2]:F0} |"));
        }
    }

    private static async Task RunAllAsync(ICodeSandbox sandbox, IReadOnlyList<SandboxProgram> programs) => await Parallel.ForEachAsync(programs, async (program, cancellation) =>
    {
        var result = await sandbox.RunAsync(program, cancellation);
        if (result.Outcome != SandboxOutcome.Passed)
            throw new InvalidOperationException($"{program.EntryPoint}: {result.Outcome} {result.Message}");
    });

    private static async Task<IReadOnlyList<SandboxProgram>> ReadAsync(string path)
    {
        await using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var reader = new StreamReader(file);
        var programs = new List<SandboxProgram>();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            using var item = JsonDocument.Parse(line);
            programs.Add(new(Text("prompt") + Text("canonical_solution"), Text("test"), Text("entry_point")));

            string Text(string name) => item.RootElement.GetProperty(name).GetString()!;
        }

        return programs;
    }

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ForensicKit.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The benchmarks run outside the repository.");
    }
}
