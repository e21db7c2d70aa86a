using System.Globalization;
using ForensicKit.Evidence;
using ForensicKit.Manifests;
using ForensicKit.Models;
using ForensicKit.Sandbox.Python;
using Wasmtime;

namespace ForensicKit.Sandbox;

/// <summary>
/// Runs Python in CPython compiled to WebAssembly, under Wasmtime: the interpreter finds no file, folder, network, process, thread or
/// environment variable, and its memory, time and output are bounded.
/// </summary>
/// <remarks>
/// <para>
/// The program runs in one instance, the check in another; they share nothing. The check calls the program through messages that hold plain
/// values, and the kit, between them, takes the result from the judge's instance only. A secret within one interpreter could be read there
/// through frames or the garbage collector; here there is none to read: nothing that a program can do in its own instance says that it
/// passed, except returning what the check expects. In particular these do not help: <c>exit(0)</c>, <c>os._exit</c> and exits at exit
/// (the run has <see cref="SandboxOutcome.EndedEarly">ended early</see>), replacing built-ins, <c>assert</c>, <c>check</c> or the harness
/// itself, tracing, walking frames, printing or sending what a passed check would say, replacing <c>sys.stdout</c>, and objects that are
/// equal to everything: a subclass of a built-in type arrives as the plain value, any other object as a handle that is equal only to itself.
/// </para>
/// <para>
/// Passed are the built-in values, lists and the like by copy (and brought up to date after the call), <c>Decimal</c>, <c>Fraction</c>, dates,
/// functions and iterators as callable handles. A check may use what the task's own text defines beside the entry point; a program may have
/// replaced that, so a check should not trust it. An error that a program raises is raised in the check as the nearest built-in error,
/// but never as the end of an iteration. An object of a class of the program's own answers for its attributes, items, length and truth each
/// time it is asked, and may answer differently each time; checks that compare with values are not misled by that.
/// </para>
/// <para>
/// A run can be repeated exactly: the limit is one of instructions, the clock starts at a fixed time and counts instructions too, and random
/// numbers and the order of sets are the same in each run.
/// </para>
/// </remarks>
public sealed class PythonSandbox : ICodeSandbox
{
    /// <summary>Name of the tool manifest of the interpreter.</summary>
    public const string ToolName = "python-wasi";

    private readonly PythonLimits _limits;
    private readonly SemaphoreSlim _slots = new(Environment.ProcessorCount);
    private readonly Lazy<PythonRuntime> _runtime;

    /// <param name="wasmPath">The interpreter's WebAssembly file, plain or packed with xz.</param>
    /// <param name="tool">The manifest that says which bytes they must be.</param>
    /// <param name="limits">The limits of a run; null for <see cref="PythonLimits.Default"/>.</param>
    /// <param name="cacheFolder">Folder for the compiled interpreter; null for <c>forensickit/wasm</c> in the user's local application data folder.</param>
    /// <remarks>The first run loads the interpreter, or compiles it where no earlier process has: some ten seconds.</remarks>
    /// <exception cref="KitException">There is no such file (exit 4).</exception>
    public PythonSandbox(string wasmPath, ToolManifest tool, PythonLimits? limits = null, string? cacheFolder = null)
    {
        var expected = Expected(tool);
        if (!File.Exists(wasmPath))
            throw Missing(wasmPath, expected);
        _limits = limits ?? PythonLimits.Default;
        Engine = string.Create(CultureInfo.InvariantCulture, $"CPython {tool.Version} in Wasmtime {typeof(Module).Assembly.GetName().Version!.ToString(3)}");
        _runtime = new(() => Load(wasmPath, expected, new CompiledModules(cacheFolder ?? CompiledModules.DefaultFolder)));
    }

    /// <inheritdoc/>
    public string Language => "python";

    /// <inheritdoc/>
    public string Engine { get; }

    /// <summary>A sandbox with the interpreter that lies in one of the store's folders, plain or (with <c>.xz</c> after its name) packed.</summary>
    /// <param name="tool">The manifest <see cref="ToolName"/>.</param>
    /// <param name="store">Where to look.</param>
    /// <param name="limits">The limits of a run; null for <see cref="PythonLimits.Default"/>.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="KitException">None is there (exit 4; the message says how to get it), or its bytes are others (exit 1).</exception>
    public static PythonSandbox Open(ToolManifest tool, ArtifactStore store, PythonLimits? limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        var expected = Expected(tool);
        return new PythonSandbox(store.Locate(expected.Path + ".xz") ?? store.Resolve(expected, cancellationToken).FilePath, tool, limits);
    }

    /// <inheritdoc/>
    /// <exception cref="KitException">The interpreter's file is another one or damaged (exit 1), or WebAssembly does not run on this machine (exit 4).</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<SandboxResult> RunAsync(SandboxProgram program, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(program);
        await _slots.WaitAsync(cancellationToken);
        try
        {
            var runtime = _runtime.IsValueCreated ? _runtime.Value : await Task.Run(() => _runtime.Value, cancellationToken);
            return await new PythonRun(runtime, _limits).ExecuteAsync(program, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_runtime.IsValueCreated)
            _runtime.Value.Dispose();
        _slots.Dispose();
    }

    private static Artifact Expected(ToolManifest tool)
    {
        ArgumentNullException.ThrowIfNull(tool);
        return tool.Artifacts.FirstOrDefault(a => a.Id == ToolName)
            ?? throw new KitException($"The manifest names no artifact '{ToolName}'.", tool.Name, "Use the manifest that comes with the kit.");
    }

    private static PythonRuntime Load(string path, Artifact expected, CompiledModules compiled)
    {
        try
        {
            var engine = PythonRuntime.NewEngine();
            return new PythonRuntime(engine, compiled.Get(engine, expected.Sha256, () => WasmExports.Append(WasmFile.Read(path, expected))), Harness());
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            throw new KitException(
                "WebAssembly does not run on this machine: Wasmtime's native library does not load.", mend: "Programs in Python cannot be run here; use an x86-64 or ARM64 machine with Linux, macOS or Windows.",
                exitCode: ExitCode.EnvironmentLacks, innerException: e);
        }
    }

    private static string Harness()
    {
        using var stream = typeof(PythonSandbox).Assembly.GetManifestResourceStream("ForensicKit.Sandbox.Python.harness.py")
            ?? throw new InvalidOperationException("The harness is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static KitException Missing(string path, Artifact expected) => new(
        "No sandbox for Python is at hand: there is no such file.", path,
        expected.Url is { } url ? $"Download {url} and give its path." : $"It comes from {expected.Source}.", ExitCode.EnvironmentLacks);
}
