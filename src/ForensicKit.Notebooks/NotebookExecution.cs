using System.Runtime.CompilerServices;
using Microsoft.DotNet.Interactive;

namespace ForensicKit.Notebooks;

/// <summary>What code that runs inside a cell can know about the run, in the kit's own host and in a Jupyter kernel.</summary>
public static class NotebookExecution
{
    private static readonly AsyncLocal<CancellationToken?> Own = new();

    /// <summary>
    /// Cancelled when the person at the front end interrupts the cell, or when its time is up. Never cancelled outside a cell.
    /// Long work in notebooks takes it: a cell that does not look at it cannot be stopped, only abandoned.
    /// </summary>
    public static CancellationToken CancellationToken => Own.Value ?? OfForeignKernel();

    // The token flows with the asynchronous context, into whatever threads the engine uses.
    internal static void Enter(CancellationToken token) => Own.Value = token;

    // Kept apart, so that only this method needs the kernel's assembly.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CancellationToken OfForeignKernel() => KernelInvocationContext.Current?.CancellationToken ?? CancellationToken.None;
}
