using System.IO.Compression;
using System.Text.Json;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.TestSupport;

namespace ForensicKit.Sandbox.Tests.Python;

/// <summary>One compiled interpreter for all tests.</summary>
public sealed class SharedPython : IDisposable
{
    private readonly Lazy<PythonSandbox> _sandbox = new(() => new PythonSandbox(Wasm, Tool, new PythonLimits { Instructions = 12_000_000_000, Time = TimeSpan.FromSeconds(50) }));

    public static string Wasm => TestData.Require("data", "wasm", "python-3.12.0.wasm.xz");

    public static ToolManifest Tool => new ManifestCatalogue(Path.Combine(TestData.RepositoryRoot, "data-manifests")).Tool(PythonSandbox.ToolName);

    public PythonSandbox Sandbox => _sandbox.Value;

    public static IReadOnlyList<(string Id, string Prompt, string Solution, string Test, string EntryPoint)> HumanEval()
    {
        using var file = new GZipStream(File.OpenRead(TestData.Require("data", "benchmarks", "humaneval", "HumanEval.jsonl.gz")), CompressionMode.Decompress);
        using var reader = new StreamReader(file);
        var items = new List<(string, string, string, string, string)>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            using var item = JsonDocument.Parse(line);
            items.Add((Text("task_id"), Text("prompt"), Text("canonical_solution"), Text("test"), Text("entry_point")));

            string Text(string name) => item.RootElement.GetProperty(name).GetString()!;
        }

        return items;
    }

    public Task<SandboxResult> Run(string code, string check, string entryPoint = "f") =>
        Sandbox.RunAsync(new SandboxProgram(code, check, entryPoint), CancellationToken.None);

    public void Dispose()
    {
        if (_sandbox.IsValueCreated)
            _sandbox.Value.Dispose();
    }
}
