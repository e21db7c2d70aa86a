namespace ForensicKit.Models;

/// <summary>Runs programs that a model wrote, where they can do no harm: no file, no network, no process, bounded time and memory.</summary>
public interface ICodeSandbox : IDisposable
{
    /// <summary>Language it runs, in lower case: <c>javascript</c> or <c>python</c>.</summary>
    string Language { get; }

    /// <summary>What runs the programs, with version: recorded with every run.</summary>
    string Engine { get; }

    /// <summary>Runs a model's program and then the benchmark's check of it.</summary>
    /// <remarks>
    /// The program is not trusted: it may end the process early, replace what the check uses, or print what a passed check would print. It
    /// has passed only if the check itself ran to its end, in a world of its own that no program reaches: each sandbox says which attacks that stops.
    /// </remarks>
    Task<SandboxResult> RunAsync(SandboxProgram program, CancellationToken cancellationToken);
}

/// <summary>A program and the check it must pass.</summary>
/// <param name="Code">The model's program: prompt and completion together.</param>
/// <param name="Check">The benchmark's check, run after it, with what it defines at hand: HumanEval's <c>test</c>, which defines <c>check(candidate)</c>.</param>
/// <param name="EntryPoint">Name of the function that is handed to <c>check</c>.</param>
public sealed record SandboxProgram(string Code, string Check, string EntryPoint);

/// <summary>How a program ended.</summary>
public enum SandboxOutcome
{
    /// <summary>The check ran to its end without an error.</summary>
    Passed,

    /// <summary>The program or the check raised an error.</summary>
    Failed,

    /// <summary>The time, statement or recursion limit was reached.</summary>
    TimedOut,

    /// <summary>The memory limit was reached.</summary>
    OutOfMemory,

    /// <summary>It wrote more than is kept.</summary>
    TooMuchOutput,

    /// <summary>It ended without the check having run to its end.</summary>
    EndedEarly,
}

/// <summary>What came of running a program.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Message">The error, shortened; empty where it passed.</param>
/// <param name="Output">What it printed, cut off at the output limit.</param>
/// <param name="Elapsed">Time taken; recorded, never compared.</param>
public sealed record SandboxResult(SandboxOutcome Outcome, string Message, string Output, TimeSpan Elapsed);
