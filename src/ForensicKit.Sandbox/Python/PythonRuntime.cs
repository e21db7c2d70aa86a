using Wasmtime;

namespace ForensicKit.Sandbox.Python;

/// <summary>The compiled interpreter, from which instances are made, and the ticks at which running ones look at the clock.</summary>
internal sealed class PythonRuntime : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(10);
    private readonly Module _module;
    private readonly Linker _linker;
    private readonly InterpreterImage _image;
    private readonly Timer _ticker;

    /// <param name="engine">The engine that the module belongs to; disposed with this.</param>
    /// <param name="module">The interpreter; disposed with this.</param>
    /// <param name="harness">The Python program that it runs.</param>
    public PythonRuntime(Engine engine, Module module, string harness)
    {
        Engine = engine;
        _module = module;
        _linker = new Linker(engine);
        // Isolated, without site packages, writing nothing beside what it imports.
        WasiHost.Define(_linker, module, ["python", "-I", "-S", "-B", "-c", harness]);
        _image = PythonInstance.Prepare(this);
        _ticker = new Timer(static e => ((Engine)e!).IncrementEpoch(), engine, s_tick, s_tick);
    }

    /// <summary>The engine.</summary>
    public Engine Engine { get; }

    /// <summary>The settings that modules are compiled with; compiled modules are only good for the same.</summary>
    public static Engine NewEngine() => new(new Config()
        .WithFuelConsumption(enable: true)
        .WithEpochInterruption(enable: true)
        .WithMaximumStackSize(2 << 20)
        .WithWasmThreads(enable: false));

    /// <summary>Runs an instance on this thread until it ends.</summary>
    public void Run(Store store) => _image.Resume(_linker.Instantiate(store, _module));

    /// <summary>A fresh instance, not yet started.</summary>
    public Instance Instantiate(Store store) => _linker.Instantiate(store, _module);

    /// <inheritdoc/>
    public void Dispose()
    {
        using var stopped = new ManualResetEvent(initialState: false);
        if (_ticker.Dispose(stopped))
            stopped.WaitOne();
        _linker.Dispose();
        _module.Dispose();
        Engine.Dispose();
    }
}
