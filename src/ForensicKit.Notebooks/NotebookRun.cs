using ForensicKit.Notebooks.Execution;

namespace ForensicKit.Notebooks;

/// <summary>How a notebook is run.</summary>
public sealed record NotebookRunOptions
{
    /// <summary>The notebook's folder: the working directory of its cells, and what relative <c>#r</c> paths start from. Null: the folder of the
    /// file the document was read from, else the current directory.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// Values for the cell tagged <c>parameters</c>. They are set in a cell tagged <c>injected-parameters</c> behind it (at the front where there is
    /// none), as papermill does. Text, as it comes from a command line, is read as the type that the parameters cell declares.
    /// </summary>
    public IReadOnlyDictionary<string, object> Parameters { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>Whether cells after a failed one are run.</summary>
    public bool ContinueOnError { get; init; }

    /// <summary>The longest time one cell may take; null for no limit.</summary>
    public TimeSpan? CellTimeout { get; init; }

    /// <summary>How long a cell that was asked to stop may take to do so before it is abandoned.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most characters one cell's outputs may hold; what comes after is dropped, and a line says so.</summary>
    public int MaxOutputCharacters { get; init; } = 32 * 1024 * 1024;
}

/// <summary>How a cell, or a whole notebook, ended.</summary>
public enum NotebookStatus
{
    /// <summary>It has not run: an earlier cell failed or the run was stopped.</summary>
    NotRun,

    /// <summary>It ran to its end.</summary>
    Completed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It ran longer than it may.</summary>
    TimedOut,

    /// <summary>It was stopped by request.</summary>
    Cancelled,
}

/// <summary>A report on the way: a cell starts or has ended.</summary>
/// <param name="Index">Which code cell, from 1.</param>
/// <param name="Count">How many code cells there are.</param>
/// <param name="CellId">The cell's id.</param>
/// <param name="Status">How it ended; null where it starts.</param>
/// <param name="Elapsed">How long the cell took; zero where it starts.</param>
/// <param name="Total">How long the run has taken so far.</param>
public sealed record NotebookProgress(int Index, int Count, string CellId, NotebookStatus? Status, TimeSpan Elapsed, TimeSpan Total);

/// <summary>How one code cell ended.</summary>
/// <param name="Number">The cell's place among all cells of the executed notebook, from 1.</param>
/// <param name="CellId">Its id.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Error">Why it failed; null where it did not.</param>
/// <param name="Abandoned">Whether the cell did not stop when asked. Its work may go on in this process until the process ends.</param>
public sealed record NotebookCellRun(int Number, string CellId, NotebookStatus Status, TimeSpan Elapsed, CellError? Error, bool Abandoned = false);

/// <summary>A run that has ended.</summary>
/// <param name="Document">The executed notebook: a copy with outputs. Cells that were not run have none.</param>
/// <param name="Status">
/// <see cref="NotebookStatus.Completed"/> where every cell did, otherwise how the first cell that did not complete ended.
/// </param>
/// <param name="Cells">The code cells from top to bottom.</param>
/// <param name="Elapsed">How long the whole run took, start of the engine included.</param>
public sealed record NotebookRun(NotebookDocument Document, NotebookStatus Status, IReadOnlyList<NotebookCellRun> Cells, TimeSpan Elapsed);
