namespace ForensicKit.Sandbox;

/// <summary>What one JavaScript program and its check may use together.</summary>
/// <remarks>
/// The statement limit is the one that ordinary endless programs reach, so that an outcome does not depend on how fast the machine is; the
/// time limit is there for what takes long within few statements.
/// </remarks>
public sealed record JavaScriptLimits
{
    /// <summary>The limits that benchmarks are run with.</summary>
    public static JavaScriptLimits Default { get; } = new();

    /// <summary>Statements in both worlds.</summary>
    public long Statements { get; init; } = 20_000_000;

    /// <summary>Wall-clock time.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for one match of a regular expression.</summary>
    public TimeSpan RegexTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Bytes allocated over the whole run, whether or not they are still in use: an upper bound on what is held at any moment. One operation
    /// of the interpreter ends before it is looked at, so that one that is built for the purpose can exceed the limit for a moment.
    /// </summary>
    public long AllocatedBytes { get; init; } = 1L << 30;

    /// <summary>Elements of one array.</summary>
    public int ArrayElements { get; init; } = 4_000_000;

    /// <summary>Bytes of one typed array or buffer.</summary>
    public int BufferBytes { get; init; } = 16 << 20;

    /// <summary>Activations of one function at the same time.</summary>
    public int RecursionDepth { get; init; } = 10_000;

    /// <summary>Characters that are kept of what is printed; printing more ends the run.</summary>
    public int OutputCharacters { get; init; } = 64 << 10;

    /// <summary>Characters of a program or a check.</summary>
    public int SourceCharacters { get; init; } = 256 << 10;

    /// <summary>Values (an object counts as one, and each of its members) that one call passes from world to world.</summary>
    public int PassedValues { get; init; } = 1_000_000;
}
