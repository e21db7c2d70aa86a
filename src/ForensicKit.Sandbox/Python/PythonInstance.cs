using System.Diagnostics;
using ForensicKit.Models;
using Wasmtime;

namespace ForensicKit.Sandbox.Python;

/// <summary>One interpreter on a thread of its own, from its start to its end. It reads messages from <see cref="Send"/> and hands its own to the run.</summary>
internal sealed class PythonInstance
{
    private const int StackBytes = 16 << 20;
    private const int MaxWaiting = 4;

    // What an interpreter may take to start, on however busy a machine.
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(30);
    private readonly PythonRuntime _runtime;
    private readonly PythonLimits _limits;
    private readonly Action<byte[]> _receive;
    private readonly Func<bool> _isPeerIdle;
    private readonly Queue<byte[]> _inbox = new();
    private readonly TaskCompletionSource<SandboxStopException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemoryStream _line = new();
    private readonly List<byte> _output = [];
    private byte[] _message = [];
    private int _messageRead;
    private volatile bool _isStopped;
    private volatile bool _isIdle;
    private bool _isBegun;
    private long _deadline;
    private bool _isPreparing;
    private ulong _random = 0x9E3779B97F4A7C15;
    private int? _exitCode;
    private SandboxStopException? _stop;

    /// <param name="runtime">The compiled interpreter.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="receive">Takes each message, with its line end, on the instance's thread; throws to end the instance.</param>
    /// <param name="isPeerIdle">Whether the only one that could send it a message waits for one itself.</param>
    public PythonInstance(PythonRuntime runtime, PythonLimits limits, Action<byte[]> receive, Func<bool> isPeerIdle)
    {
        _runtime = runtime;
        _limits = limits;
        _receive = receive;
        _isPeerIdle = isPeerIdle;
        // The judge waits for the program at its start.
        _deadline = Stopwatch.GetTimestamp() + Ticks(s_start + limits.Time);
    }

    /// <summary>Whether it waits for a message, and none is there.</summary>
    public bool IsIdle => _isIdle;

    /// <summary>How it ended; never fails.</summary>
    public Task<SandboxStopException> Ended => _ended.Task;

    /// <summary>What it has printed; complete once it has ended.</summary>
    public string Output => System.Text.Encoding.UTF8.GetString([.. _output]);

    /// <summary>Starts an interpreter and stops it where it is ready for its first message.</summary>
    public static InterpreterImage Prepare(PythonRuntime runtime)
    {
        var prepared = new TaskCompletionSource<InterpreterImage>();
        // As deep a stack as instances have.
        new Thread(
            () =>
            {
                try
                {
                    prepared.SetResult(TakeImage(runtime));
                }
                catch (Exception e)
                {
                    prepared.SetException(e);
                }
            },
            StackBytes)
        { IsBackground = true, Name = "Python start" }.Start();
        return prepared.Task.GetAwaiter().GetResult();
    }

    private static InterpreterImage TakeImage(PythonRuntime runtime)
    {
        byte[] ready = [];
        var starting = new PythonInstance(runtime, PythonLimits.Default, line => ready = line, static () => false) { _isPreparing = true };
        using var store = new Store(runtime.Engine, starting) { Fuel = (ulong)PythonLimits.Default.Instructions };
        store.SetEpochDeadline(ulong.MaxValue / 2);
        var instance = runtime.Instantiate(store);
        var memory = instance.GetMemory("memory")!;
        var before = memory.GetSpan(0, (int)memory.GetLength()).ToArray();
        try
        {
            instance.GetAction("_start")!();
        }
        catch (WasmtimeException) when (starting._exitCode == InterpreterImage.ReadyExitCode)
        {
            return InterpreterImage.Take(instance, before, ready);
        }

        throw new InvalidOperationException("The interpreter did not start: " + starting.Output);
    }

    /// <summary>Starts it on a thread of its own.</summary>
    public void Start() => new Thread(Run, StackBytes) { IsBackground = true, Name = "Python program" }.Start();

    /// <summary>Gives it a message. It has the run's time, from the first message on.</summary>
    /// <exception cref="SandboxStopException">It does not read its messages.</exception>
    public void Send(byte[] message)
    {
        lock (_inbox)
        {
            // Whoever does not wait for an answer is asked no further question.
            if (_inbox.Count == MaxWaiting)
                throw new SandboxStopException(SandboxOutcome.Failed, "The program does not answer.");
            _inbox.Enqueue(message);
            _isIdle = false;
            Monitor.Pulse(_inbox);
        }
    }

    /// <summary>Ends it: at once where it waits, at the next look at the clock where it runs.</summary>
    public void Stop()
    {
        _isStopped = true;
        lock (_inbox)
            Monitor.Pulse(_inbox);
    }

    /// <summary>Reads into memory what is there of a message, waiting for one where there is none.</summary>
    public int Read(Span<byte> buffer)
    {
        if (_messageRead == _message.Length)
        {
            _message = Take();

            _messageRead = 0;
            if (!_isBegun)
            {
                _isBegun = true;
                _deadline = Stopwatch.GetTimestamp() + Ticks(_limits.Time);
            }
        }

        var read = Math.Min(buffer.Length, _message.Length - _messageRead);
        _message.AsSpan(_messageRead, read).CopyTo(buffer);
        _messageRead += read;
        return read;
    }

    /// <summary>Takes what is written as messages, one a line.</summary>
    public void WriteMessage(ReadOnlySpan<byte> bytes)
    {
        for (int end; (end = bytes.IndexOf((byte)'\n')) >= 0; bytes = bytes[(end + 1)..])
        {
            Keep(bytes[..(end + 1)]);
            var line = _line.ToArray();
            _line.SetLength(0);
            try
            {
                _receive(line);
            }
            catch (SandboxStopException e)
            {
                throw Stopping(e.Outcome, e.Message);
            }
        }

        Keep(bytes);

        void Keep(ReadOnlySpan<byte> part)
        {
            if (_line.Length + part.Length > _limits.MessageBytes)
                throw Stopping(SandboxOutcome.OutOfMemory, "A value is too large to pass between the program and the check.");
            _line.Write(part);
        }
    }

    /// <summary>Takes what is printed.</summary>
    public void WriteOutput(ReadOnlySpan<byte> bytes)
    {
        var kept = Math.Min(bytes.Length, _limits.OutputBytes - _output.Count);
        _output.AddRange(bytes[..kept]);
        if (kept < bytes.Length)
            throw Stopping(SandboxOutcome.TooMuchOutput, "More was printed than is kept.");
    }

    /// <summary>Ends with the program's own exit.</summary>
    public SandboxStopException Exit(int code)
    {
        _exitCode = code;
        return Stopping(SandboxOutcome.EndedEarly, FormattableString.Invariant($"The program ended itself with exit code {code}."));
    }

    /// <summary>Lets time pass for the program without waiting.</summary>
    /// <param name="nanoseconds">How long.</param>
    /// <param name="fuel">Instructions left before.</param>
    /// <returns>Instructions left after.</returns>
    public ulong Sleep(ulong nanoseconds, ulong fuel) =>
        nanoseconds < fuel ? fuel - nanoseconds : throw Stopping(SandboxOutcome.TimedOut, "The time limit was reached.");

    /// <summary>Nanoseconds since the start, as the program sees them: its instructions.</summary>
    /// <param name="fuel">Instructions left.</param>
    public long Clock(ulong fuel) => _isPreparing ? 0 : _limits.Instructions - (long)fuel;

    /// <summary>Fills with numbers that are the same in each run (splitmix64).</summary>
    public void Random(Span<byte> buffer)
    {
        for (var i = 0; i < buffer.Length; i++)
        {
            var z = _random += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            buffer[i] = (byte)(z ^ (z >> 31));
        }
    }

    private byte[] Take()
    {
        lock (_inbox)
        {
            for (byte[]? message; ;)
            {
                CheckClock();
                if (_inbox.TryDequeue(out message))
                    return message;
                _isIdle = true;
                if (_isPeerIdle())
                    throw Stopping(SandboxOutcome.EndedEarly, "The program waits for what never comes.");
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _deadline);
                Monitor.Wait(_inbox, TimeSpan.FromMilliseconds(Math.Clamp(left.TotalMilliseconds, 0, int.MaxValue - 1) + 1));
            }
        }
    }

    private void CheckClock()
    {
        if (_isStopped)
            throw Stopping(SandboxOutcome.EndedEarly, "The run is over.");
        if (Stopwatch.GetTimestamp() > _deadline)
            throw Stopping(SandboxOutcome.TimedOut, "The time limit was reached.");
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private void Run()
    {
        SandboxStopException ended;
        try
        {
            using var store = new Store(_runtime.Engine, this) { Fuel = (ulong)_limits.Instructions };
            store.SetLimits(memorySize: _limits.MemoryBytes);
            store.SetEpochDeadlineCallback(_ =>
            {
                CheckClock();
                return 1;
            });
            store.SetEpochDeadline(1);
            _runtime.Run(store);
            ended = new(SandboxOutcome.EndedEarly, "The program ended itself.");
        }
        catch (Exception e)
        {
            ended = _stop ?? Describe(e);
        }

        _ended.SetResult(ended);
    }

    // The reason is kept here: not every exception finds its way through the compiled code unchanged.
    private SandboxStopException Stopping(SandboxOutcome outcome, string message) => _stop = new(outcome, message);

    private static SandboxStopException Describe(Exception e) => e switch
    {
        TrapException { Type: TrapCode.OutOfFuel } => new(SandboxOutcome.TimedOut, "The instruction limit was reached."),
        TrapException { Type: TrapCode.StackOverflow } => new(SandboxOutcome.TimedOut, "The recursion limit was reached."),
        // The interpreter's own stack lies at the start of its memory.
        TrapException { Type: TrapCode.MemoryOutOfBounds } => new(SandboxOutcome.TimedOut, "The recursion limit was reached, or the interpreter failed."),
        _ => new(SandboxOutcome.Failed, $"The interpreter failed: {e.Message}"),
    };
}
