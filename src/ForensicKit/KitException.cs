namespace ForensicKit;

/// <summary>The documented exit codes of the command line.</summary>
public enum ExitCode
{
    /// <summary>Done, or confirmed.</summary>
    Done = 0,

    /// <summary>A check says no: findings differ, a hash does not match, a verdict gate fails.</summary>
    CheckFailed = 1,

    /// <summary>Bad usage or bad input.</summary>
    BadInput = 2,

    /// <summary>Evidence, custody log or document was tampered with.</summary>
    Tampered = 3,

    /// <summary>The environment lacks something that is needed.</summary>
    EnvironmentLacks = 4,

    /// <summary>Interrupted; state is kept and the work can be resumed.</summary>
    Interrupted = 130,
}

/// <summary>
/// An error meant for the person at the keyboard: what is wrong, where, and how to mend it, in one message without a stack trace.
/// </summary>
/// <remarks>Anything else that is thrown is a defect of the kit and keeps its stack trace.</remarks>
public sealed class KitException : Exception
{
    /// <param name="what">What is wrong, in one sentence.</param>
    /// <param name="where">The file (with line and column where known), claim, artifact or option concerned; null where <paramref name="what"/> says it.</param>
    /// <param name="mend">How to mend it, in one sentence; null where that is plain.</param>
    /// <param name="exitCode">The exit code of the command line.</param>
    /// <param name="innerException">The cause, kept for <c>--verbose</c>.</param>
    public KitException(string what, string? where = null, string? mend = null, ExitCode exitCode = ExitCode.BadInput, Exception? innerException = null)
        : base(Compose(what, where, mend), innerException)
    {
        What = what;
        Where = where;
        Mend = mend;
        ExitCode = exitCode;
    }

    /// <summary>What is wrong.</summary>
    public string What { get; }

    /// <summary>Where it is wrong.</summary>
    public string? Where { get; }

    /// <summary>How to mend it.</summary>
    public string? Mend { get; }

    /// <summary>The exit code of the command line.</summary>
    public ExitCode ExitCode { get; }

    private static string Compose(string what, string? where, string? mend)
    {
        var message = where is null ? what : $"{where}: {what}";
        return mend is null ? message : $"{message} {mend}";
    }
}
