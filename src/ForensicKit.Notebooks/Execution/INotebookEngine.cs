namespace ForensicKit.Notebooks.Execution;

/// <summary>
/// Runs the cells of one notebook, one after another, in one session that keeps its variables. The rest of the kit knows no more of the
/// scripting engine than this, so that another one can take its place.
/// </summary>
public interface INotebookEngine : IAsyncDisposable
{
    /// <summary>Makes the session ready: loads the compiler, imports what notebooks expect. Runs no cell.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Runs one cell to its end.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="output">Receives what the cell shows, from any thread. Standard output and error do not come this way.</param>
    /// <param name="cancellationToken">
    /// Asks the cell to stop: it becomes <see cref="NotebookExecution.CancellationToken"/>. A cell that does not look at it goes on; the caller
    /// then gives up waiting and disposes the engine.
    /// </param>
    /// <returns>Null where the cell ran to its end, otherwise its error.</returns>
    Task<CellError?> RunCellAsync(CellSubmission cell, Action<CellDisplay> output, CancellationToken cancellationToken);
}

/// <summary>A cell to run.</summary>
/// <param name="Number">The cell's place in the notebook, from 1; error positions name it.</param>
/// <param name="Code">Its code, <c>#r</c> and <c>#i</c> lines included.</param>
public sealed record CellSubmission(int Number, string Code);

/// <summary>A value that a cell shows.</summary>
/// <param name="Data">Mime type → content; JSON mime types hold JSON text, images base64.</param>
/// <param name="IsResult">Whether it is the value of the cell's last expression.</param>
/// <param name="DisplayId">Names the output for later replacement; null where it never changes.</param>
/// <param name="IsUpdate">Whether it replaces an output shown before under <paramref name="DisplayId"/>.</param>
public sealed record CellDisplay(IReadOnlyDictionary<string, string> Data, bool IsResult = false, string? DisplayId = null, bool IsUpdate = false);

/// <summary>Why a cell failed.</summary>
/// <param name="Name">The exception's type, or <c>CompilationError</c>.</param>
/// <param name="Message">What it says.</param>
/// <param name="Line">The line of the failed cell, from 1; null where it is not known.</param>
/// <param name="Traceback">What a front end shows, line by line; names no file of the machine that ran it.</param>
/// <param name="Exception">The exception itself; null where there is none.</param>
public sealed record CellError(string Name, string Message, int? Line, IReadOnlyList<string> Traceback, Exception? Exception = null);
