using System.Diagnostics;
using System.Text;
using ForensicKit.Models;
using Jint;

namespace ForensicKit.Sandbox.JavaScript;

/// <summary>
/// What is left to a run, counted over both of its worlds and over every call between them. Jint's own limits start anew with each call from
/// outside; this one never does.
/// </summary>
internal sealed class ScriptBudget : Constraint
{
    private readonly JavaScriptLimits _limits;
    private readonly CancellationToken _cancellation;
    private readonly long _deadline;
    private readonly long _allocated;
    private readonly StringBuilder _output = new();
    private long _statements;

    /// <param name="limits">The limits.</param>
    /// <param name="cancellation">Ends the run from outside.</param>
    /// <remarks>Made on the thread that runs the program: allocation is counted for that thread.</remarks>
    public ScriptBudget(JavaScriptLimits limits, CancellationToken cancellation)
    {
        _limits = limits;
        _cancellation = cancellation;
        _deadline = Stopwatch.GetTimestamp() + (long)(limits.Time.TotalSeconds * Stopwatch.Frequency);
        _allocated = GC.GetAllocatedBytesForCurrentThread();
    }

    /// <summary>Statements so far: the only clock that programs see.</summary>
    public long Statements => _statements;

    /// <summary>What has been printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Counts a statement and looks at every limit.</summary>
    /// <exception cref="SandboxStopException">A limit is reached.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public override void Check()
    {
        if (++_statements > _limits.Statements)
            throw new SandboxStopException(SandboxOutcome.TimedOut, "The statement limit was reached.");
        if (Stopwatch.GetTimestamp() > _deadline)
            throw new SandboxStopException(SandboxOutcome.TimedOut, "The time limit was reached.");
        if (GC.GetAllocatedBytesForCurrentThread() - _allocated > _limits.AllocatedBytes)
            throw new SandboxStopException(SandboxOutcome.OutOfMemory, "The memory limit was reached.");
        _cancellation.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        // Called at each entry into an engine; the budget is for the whole run.
    }

    /// <summary>Keeps a printed line.</summary>
    /// <exception cref="SandboxStopException">More was printed than is kept.</exception>
    public void Print(string line)
    {
        lock (_output)
        {
            var left = _limits.OutputCharacters - _output.Length;
            _output.Append(Shortened.Text(line + "\n", left));
            if (line.Length + 1 > left)
                throw new SandboxStopException(SandboxOutcome.TooMuchOutput, "More was printed than is kept.");
        }
    }
}
