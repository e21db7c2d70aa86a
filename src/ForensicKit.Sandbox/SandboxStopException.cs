using ForensicKit.Models;

namespace ForensicKit.Sandbox;

/// <summary>Ends a run at a limit. No program can catch it: interpreters pass on what is not an error of their own language.</summary>
internal sealed class SandboxStopException(SandboxOutcome outcome, string message) : Exception(message)
{
    /// <summary>How the run ended.</summary>
    public SandboxOutcome Outcome { get; } = outcome;
}
