using System.Diagnostics;
using System.Globalization;
using ForensicKit.Models;
using ForensicKit.Sandbox.JavaScript;

namespace ForensicKit.Sandbox;

/// <summary>
/// Runs JavaScript in the managed interpreter Jint: no file, network, process or .NET type is within reach, and time, statements, memory,
/// recursion, regular expressions and output are bounded.
/// </summary>
/// <remarks>
/// <para>
/// The program and the check live in two worlds with separate built-ins. The check calls the program through a bridge that copies data and
/// passes functions as functions of the other world. Whether the check ran to its end is seen by the kit, outside both worlds; neither world
/// has a way to say so. A program can therefore pass only by returning what the check expects. In particular these do not help: throwing or
/// ending early, replacing <c>assert</c>, <c>check</c> or built-ins and their prototypes, printing what a passed check would print, objects
/// that claim to be equal to everything (getters and proxies are read once, in the program's world, and become plain data;
/// <c>valueOf</c> and its like stay behind),
/// walking the stack, and promises that are never settled.
/// </para>
/// <para>
/// A check may use functions and values that the task's own text defines beside the entry point; a program may have replaced those, so a
/// check should not trust them. The clock counts statements and <c>Math.random</c> has a fixed seed: a run can be repeated exactly.
/// </para>
/// <para>
/// Checks have <c>assert(condition)</c>, <c>assert.equal</c> (<c>===</c>, with NaN equal to itself), <c>assert.deepEqual</c> (members and
/// elements alike), <c>assert.notEqual</c> and <c>assert.throws</c>; <c>check</c> may be asynchronous.
/// </para>
/// </remarks>
public sealed class JavaScriptSandbox : ICodeSandbox
{
    // Threads that are stuck in one operation of the interpreter cannot be ended; so many of them, and no more programs are taken.
    private const int MaxStuck = 4;
    private const int StackBytes = 64 << 20;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);
    private readonly JavaScriptLimits _limits;
    private readonly SemaphoreSlim _slots = new(Environment.ProcessorCount);
    private int _stuck;

    /// <param name="limits">The limits of a run; null for <see cref="JavaScriptLimits.Default"/>.</param>
    public JavaScriptSandbox(JavaScriptLimits? limits = null) => _limits = limits ?? JavaScriptLimits.Default;

    /// <inheritdoc/>
    public string Language => "javascript";

    /// <inheritdoc/>
    public string Engine { get; } = string.Create(CultureInfo.InvariantCulture, $"Jint {typeof(Jint.Engine).Assembly.GetName().Version!.ToString(3)}");

    /// <inheritdoc/>
    /// <exception cref="KitException">Programs that cannot be ended hold too many threads.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<SandboxResult> RunAsync(SandboxProgram program, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(program);
        await _slots.WaitAsync(cancellationToken);
        try
        {
            if (Volatile.Read(ref _stuck) >= MaxStuck)
                throw new KitException("Programs that cannot be ended hold the JavaScript sandbox.", mend: "Start the run again: it goes on where it stopped.", exitCode: ExitCode.CheckFailed);
            return await RunOnOwnThreadAsync(program, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    private async Task<SandboxResult> RunOnOwnThreadAsync(SandboxProgram program, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var ended = new TaskCompletionSource<(SandboxOutcome Outcome, string Message)>(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptBudget? budget = null;
        var abandoned = 0;
        // Deep recursion needs a deep stack, and what does not return must not hold a thread of the pool.
        var thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "JavaScript program" };
        thread.Start();
        try
        {
            var (outcome, message) = await ended.Task.WaitAsync(_limits.Time + s_grace, cancellationToken);
            return Result(outcome, message);
        }
        catch (TimeoutException)
        {
            Abandon();
            return Result(SandboxOutcome.TimedOut, "The time limit was reached.");
        }
        catch (OperationCanceledException) when (!ended.Task.IsCompleted)
        {
            Abandon();
            throw;
        }

        SandboxResult Result(SandboxOutcome outcome, string message) =>
            new(outcome, Shortened.Message(message), Volatile.Read(ref budget)?.Output ?? "", clock.Elapsed);

        // Counted while it lasts: most stop at the next statement.
        void Abandon()
        {
            if (Interlocked.Exchange(ref abandoned, 1) == 0)
                Interlocked.Increment(ref _stuck);
        }

        void Run()
        {
            try
            {
                var own = new ScriptBudget(_limits, cancellationToken);
                Volatile.Write(ref budget, own);
                ended.SetResult(ScriptRun.Execute(program, _limits, own));
            }
            catch (Exception e)
            {
                ended.SetException(e);
            }

            if (Interlocked.Exchange(ref abandoned, 2) == 1)
                Interlocked.Decrement(ref _stuck);
        }
    }
}
