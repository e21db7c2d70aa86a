namespace ForensicKit.Sandbox;

/// <summary>What one Python program and its check may use.</summary>
/// <remarks>The instruction limit is the one that endless programs reach, so that an outcome does not depend on how fast the machine is.</remarks>
public sealed record PythonLimits
{
    /// <summary>The limits that benchmarks are run with.</summary>
    public static PythonLimits Default { get; } = new();

    /// <summary>
    /// WebAssembly instructions of each of the two interpreters. HumanEval's slowest canonical solution takes 7.7 billion, one second on an
    /// ordinary machine. A nanosecond slept counts as one instruction, and is not waited for.
    /// </summary>
    public long Instructions { get; init; } = 40_000_000_000;

    /// <summary>Wall-clock time of a run, not counting its start: for machines so busy that the instructions take far longer than they should.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes of memory of each of the two interpreters, their own 10 MiB included. A program that needs more sees a <c>MemoryError</c>.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>Bytes that are kept of what is printed; printing more ends the run.</summary>
    public int OutputBytes { get; init; } = 64 << 10;

    /// <summary>Bytes of one message between program and check: the arguments of a call, or what it returned.</summary>
    public int MessageBytes { get; init; } = 16 << 20;

    /// <summary>Characters of a program or a check.</summary>
    public int SourceCharacters { get; init; } = 256 << 10;
}
