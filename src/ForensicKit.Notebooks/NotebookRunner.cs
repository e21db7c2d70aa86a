using System.Globalization;
using ForensicKit.Cases;
using ForensicKit.Notebooks.Execution;

namespace ForensicKit.Notebooks;

/// <summary>Runs C# notebooks without a front end: every code cell from top to bottom, outputs into a copy of the notebook.</summary>
/// <remarks>
/// Each run has an engine of its own. One notebook runs at a time in a process, others wait: the working directory and the console are the
/// process's. A cell that does not stop when asked is abandoned after a grace time: the run ends and says so, and the cell's thread, which
/// cannot be stopped safely, ends with the process.
/// </remarks>
public sealed class NotebookRunner : IAsyncDisposable
{
    private static readonly SemaphoreSlim Turn = new(1, 1);
    private readonly Func<INotebookEngine> _createEngine;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private Task<INotebookEngine>? _warm;

    /// <param name="createEngine">Makes the engine of a run; null for the kit's own (the C# kernel of .NET Interactive).</param>
    /// <param name="time">Measures times; null for the system's clock.</param>
    public NotebookRunner(Func<INotebookEngine>? createEngine = null, TimeProvider? time = null)
    {
        _createEngine = createEngine ?? (() => new InteractiveEngine());
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Starts the engine of the next run in the background; call it before reading the notebook. Loading the compiler takes seconds.</summary>
    public void WarmUp()
    {
        lock (_gate)
            _warm ??= Task.Run(StartEngineAsync);
    }

    /// <summary>Runs a notebook.</summary>
    /// <param name="document">The notebook; it stays as it is.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Hears of every code cell's start and end.</param>
    /// <param name="cancellationToken">
    /// Stops the run: the running cell is asked to stop (<see cref="NotebookExecution.CancellationToken"/>) and abandoned if it does not; what has
    /// been done until then is returned with <see cref="NotebookStatus.Cancelled"/>.
    /// </param>
    /// <returns>The executed copy and how each cell ended. A failed cell is no exception.</returns>
    /// <exception cref="KitException">The notebook is not C#, its folder is missing, or a parameter does not fit.</exception>
    public async Task<NotebookRun> RunAsync(
        NotebookDocument document,
        NotebookRunOptions? options = null,
        IProgress<NotebookProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        options ??= new NotebookRunOptions();
        WarmUp();
        var started = _time.GetTimestamp();
        CheckLanguage(document);
        var executed = document.Clone();
        executed.ClearOutputs();
        NotebookParameters.Inject(executed, options.Parameters);
        NotebookKit.RegisterFormatters();
        try
        {
            await Turn.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return Finish(executed, NotRunFrom(executed, 0), stopped: true, started);
        }

        try
        {
            return await RunInFolderAsync(executed, options, progress, started, cancellationToken);
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>Ends an engine that was warmed up and not used.</summary>
    public async ValueTask DisposeAsync()
    {
        if (TakeWarm() is { } warm)
            await (await warm).DisposeAsync();
    }

    private async Task<NotebookRun> RunInFolderAsync(
        NotebookDocument executed, NotebookRunOptions options, IProgress<NotebookProgress>? progress, long started, CancellationToken cancellationToken)
    {
        // Only now: while another notebook runs, the current directory is that one's.
        var before = Directory.GetCurrentDirectory();
        var folder = Path.GetFullPath(options.Folder ?? Path.GetDirectoryName(executed.Path) ?? before);
        if (!Directory.Exists(folder))
            throw new KitException("There is no such folder to run the notebook in.", folder, "Give an existing folder.");
        using var console = new ConsoleCapture();
        try
        {
            Directory.SetCurrentDirectory(folder);
            var run = await RunCellsAsync(executed, options, progress, started, cancellationToken);
            if (run.Cells.Any(c => c.Abandoned))
                console.Stay();
            return run;
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
        }
    }

    private async Task<NotebookRun> RunCellsAsync(
        NotebookDocument executed, NotebookRunOptions options, IProgress<NotebookProgress>? progress, long started, CancellationToken cancellationToken)
    {
        var cells = executed.Cells.Select((cell, i) => (cell, number: i + 1)).Where(c => c.cell.Kind == NotebookCellKind.Code).ToArray();
        var runs = new List<NotebookCellRun>();
        // Starting is not cancelled: it takes seconds at most, and the loop below sees the request.
        await using var engine = await (TakeWarm() ?? StartEngineAsync());
        for (var i = 0; i < cells.Length && !cancellationToken.IsCancellationRequested; i++)
        {
            var (cell, number) = cells[i];
            progress?.Report(new NotebookProgress(i + 1, cells.Length, cell.Id, Status: null, TimeSpan.Zero, _time.GetElapsedTime(started)));
            var run = await RunCellAsync(engine, cell, number, executionCount: i + 1, options, cancellationToken);
            runs.Add(run);
            progress?.Report(new NotebookProgress(i + 1, cells.Length, cell.Id, run.Status, run.Elapsed, _time.GetElapsedTime(started)));
            if (run.Status == NotebookStatus.Cancelled || run.Abandoned || (run.Status != NotebookStatus.Completed && !options.ContinueOnError))
                break;
        }

        runs.AddRange(NotRunFrom(executed, runs.Count));
        return Finish(executed, runs, cancellationToken.IsCancellationRequested, started);
    }

    private async Task<NotebookCellRun> RunCellAsync(
        INotebookEngine engine, NotebookCell cell, int number, int executionCount, NotebookRunOptions options, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var outputs = new CellOutputs(executionCount, options.MaxOutputCharacters);
        using var limit = new CancellationTokenSource(options.CellTimeout ?? Timeout.InfiniteTimeSpan, _time);
        // Not disposed: an abandoned cell may still look at its token.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var running = Task.Run(
            () =>
            {
                ConsoleCapture.Enter(outputs);
                NotebookExecution.Enter(stop.Token);
                StepContext.Lend(stop.Token);
                return engine.RunCellAsync(new CellSubmission(number, cell.Source), outputs.Show, stop.Token);
            },
            CancellationToken.None);
        await ((Task)running).WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!running.IsCompleted)
            await Task.WhenAny(running, Task.Delay(options.StopGrace, _time, CancellationToken.None));

        var elapsed = _time.GetElapsedTime(began);
        var abandoned = !running.IsCompleted;
        var error = abandoned ? null : await running;
        var status = !stop.IsCancellationRequested ? error is null ? NotebookStatus.Completed : NotebookStatus.Failed
            : cancellationToken.IsCancellationRequested ? error is null && !abandoned ? NotebookStatus.Completed : NotebookStatus.Cancelled
            : NotebookStatus.TimedOut;
        // An error of its own, thrown while it was asked to stop, stays what it is.
        if (status == NotebookStatus.Cancelled && error is { Exception: not OperationCanceledException })
            status = NotebookStatus.Failed;
        if (status is NotebookStatus.Cancelled or NotebookStatus.TimedOut)
            error = Stopped(status, abandoned, elapsed, error?.Line, options);
        cell.SetResult(executionCount, outputs.Close(error));
        return new NotebookCellRun(number, cell.Id, status, elapsed, error, abandoned);
    }

    private static CellError Stopped(NotebookStatus status, bool abandoned, TimeSpan elapsed, int? line, NotebookRunOptions options)
    {
        var message = status == NotebookStatus.TimedOut
            ? string.Create(CultureInfo.InvariantCulture, $"The cell ran longer than the {options.CellTimeout!.Value.TotalSeconds:0.###} s it may take.")
            : string.Create(CultureInfo.InvariantCulture, $"The cell was stopped by request after {elapsed.TotalSeconds:0.0} s.");
        if (abandoned)
        {
            message += string.Create(
                CultureInfo.InvariantCulture,
                $" It did not stop within {options.StopGrace.TotalSeconds:0.###} s of being asked and was abandoned; what it was doing may go on until this process ends.");
        }

        return CellFailure.From(status == NotebookStatus.TimedOut ? "CellTimeout" : "CellCancelled", message, line);
    }

    private NotebookRun Finish(NotebookDocument executed, IReadOnlyList<NotebookCellRun> runs, bool stopped, long started)
    {
        var first = runs.FirstOrDefault(r => r.Status is not (NotebookStatus.Completed or NotebookStatus.NotRun));
        var status = first?.Status ?? (stopped && runs.Any(r => r.Status == NotebookStatus.NotRun) ? NotebookStatus.Cancelled : NotebookStatus.Completed);
        return new NotebookRun(executed, status, runs, _time.GetElapsedTime(started));
    }

    private static IReadOnlyList<NotebookCellRun> NotRunFrom(NotebookDocument executed, int first) =>
    [
        .. executed.Cells.Select((cell, i) => (cell, number: i + 1)).Where(c => c.cell.Kind == NotebookCellKind.Code).Skip(first)
            .Select(c => new NotebookCellRun(c.number, c.cell.Id, NotebookStatus.NotRun, TimeSpan.Zero, Error: null)),
    ];

    private static void CheckLanguage(NotebookDocument document)
    {
        var where = document.Path is null ? null : Path.GetFileName(document.Path);
        if (document.Language is { } language && !IsCSharp(language))
            throw new KitException($"The notebook is written in '{language}'; C# is run here.", where, "Run it with its own kernel.");
        for (var i = 0; i < document.Cells.Count; i++)
        {
            if (document.Cells[i] is { Kind: NotebookCellKind.Code, Language: { } cellLanguage } && !IsCSharp(cellLanguage))
            {
                var at = string.Create(CultureInfo.InvariantCulture, $"cell {i + 1}");
                throw new KitException(
                    $"The cell is written in '{cellLanguage}'; C# is run here.", where is null ? at : $"{where}, {at}", "Write it in C#, or make it a Markdown cell.");
            }
        }
    }

    private static bool IsCSharp(string language) => language.ToUpperInvariant() is "C#" or "CSHARP" or ".NET";

    private Task<INotebookEngine>? TakeWarm()
    {
        lock (_gate)
            return Interlocked.Exchange(ref _warm, null);
    }

    private async Task<INotebookEngine> StartEngineAsync()
    {
        var engine = _createEngine();
        await engine.StartAsync(CancellationToken.None);
        return engine;
    }
}
