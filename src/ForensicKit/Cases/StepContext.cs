namespace ForensicKit.Cases;

/// <summary>
/// What a host lends to the long steps of an investigation, so that a notebook can call them without naming it: where progress is told and
/// when to stop. Flows with the asynchronous context; a step that is given its own uses that.
/// </summary>
public static class StepContext
{
    private static readonly AsyncLocal<IProgress<StepProgress>?> s_progress = new();
    private static readonly AsyncLocal<CancellationToken> s_cancellation = new();

    /// <summary>Lends progress to everything that is called from here on.</summary>
    public static void Lend(IProgress<StepProgress>? progress) => s_progress.Value = progress;

    /// <summary>Lends a token to everything that is called from here on.</summary>
    public static void Lend(CancellationToken cancellationToken) => s_cancellation.Value = cancellationToken;

    internal static IProgress<StepProgress>? Progress(IProgress<StepProgress>? own) => own ?? s_progress.Value;

    internal static CancellationToken Cancellation(CancellationToken own) => own.CanBeCanceled ? own : s_cancellation.Value;
}
