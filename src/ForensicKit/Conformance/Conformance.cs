namespace ForensicKit.Conformance;

/// <summary>One vector that ran: where it stands and, if this build differs, how.</summary>
/// <param name="File">File name of the vectors, relative to the folder that was asked for.</param>
/// <param name="Case">What the case is: its index and, where it has one, its name.</param>
/// <param name="Differences">One line per value that differs; empty where the vector passes.</param>
public sealed record VectorResult(string File, string Case, IReadOnlyList<string> Differences)
{
    /// <summary>Whether everything agreed.</summary>
    public bool Passed => Differences.Count == 0;
}

/// <summary>A kind of conformance vectors: reference inputs and outputs made by software that is not ours.</summary>
public interface IConformanceKind
{
    /// <summary>The word used on the command line, for example <c>statistics</c>.</summary>
    string Kind { get; }

    /// <summary>Runs every vector below <paramref name="path"/> (a folder or one file).</summary>
    /// <exception cref="KitException">The path holds no vectors of this kind, or a file cannot be read.</exception>
    IEnumerable<VectorResult> Run(string path, CancellationToken cancellationToken);
}
