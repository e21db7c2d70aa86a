using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ForensicKit.Cases;

namespace ForensicKit.Cli;

/// <summary>Where the time of one command went: listens to <see cref="StepTrace"/> from its creation until it is disposed.</summary>
internal sealed class StepTimings : IDisposable
{
    private readonly ConcurrentQueue<(string Step, TimeSpan Elapsed)> _steps = [];
    private readonly ActivityListener _listener;
    private TimeSpan _notebooks;
    private TimeSpan _inNotebooks;

    public StepTimings()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == StepTrace.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // A step within a step is part of it.
                if (activity.Parent?.Source.Name != StepTrace.SourceName)
                    _steps.Enqueue((activity.OperationName, activity.Duration));
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Runs the notebooks; the time between their steps is the notebook kernel's: starting, compiling cells, formatting outputs.</summary>
    public async Task NotebooksAsync(Func<Task> run)
    {
        var before = StepsTotal;
        var started = Stopwatch.GetTimestamp();
        await run();
        _notebooks = Stopwatch.GetElapsedTime(started);
        _inNotebooks = StepsTotal - before;
    }

    /// <summary>Lines for people.</summary>
    public IEnumerable<string> Lines()
    {
        var t = Take();
        yield return Line("process, start to here", t.WallSeconds);
        yield return Line("  notebook kernel and compilation", t.NotebookKernelSeconds);
        yield return Line("  everything else", t.RestSeconds);
        foreach (var step in t.Steps)
            yield return Line($"    {step.Step} ({step.Times.ToString(CultureInfo.InvariantCulture)}×)", step.Seconds);
        yield return Line("    process start, command line", t.OtherSeconds);
        yield return Line("processor time", t.CpuSeconds);
        yield return string.Create(CultureInfo.InvariantCulture, $"  {"peak memory",-36} {t.PeakMegabytes,8:0} MB");
    }

    /// <summary>The figures as of now.</summary>
    public Timings Take()
    {
        using var process = Process.GetCurrentProcess();
        var wall = (DateTime.Now - process.StartTime).TotalSeconds;
        var kernel = (_notebooks - _inNotebooks).TotalSeconds;
        var steps = _steps.GroupBy(s => s.Step, StringComparer.Ordinal)
            .Select(g => new StepTime(g.Key, g.Count(), g.Sum(s => s.Elapsed.TotalSeconds)))
            .ToList();
        return new(
            wall, kernel, wall - kernel, wall - kernel - steps.Sum(s => s.Seconds), process.TotalProcessorTime.TotalSeconds, process.PeakWorkingSet64 / 1e6, steps);
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private TimeSpan StepsTotal => TimeSpan.FromTicks(_steps.Sum(s => s.Elapsed.Ticks));

    private static string Line(string what, double seconds) => string.Create(CultureInfo.InvariantCulture, $"  {what,-36} {seconds,8:0.000} s");

    /// <summary>All figures of one command.</summary>
    /// <param name="WallSeconds">Since the process started.</param>
    /// <param name="NotebookKernelSeconds">In the notebook kernel: its start, compiling cells, formatting outputs.</param>
    /// <param name="RestSeconds">All other time.</param>
    /// <param name="OtherSeconds">That part of the rest which no step covers.</param>
    /// <param name="CpuSeconds">Processor time on all cores.</param>
    /// <param name="PeakMegabytes">Largest resident memory in 10⁶ bytes.</param>
    /// <param name="Steps">Steps in order of their first end.</param>
    internal sealed record Timings(
        double WallSeconds, double NotebookKernelSeconds, double RestSeconds, double OtherSeconds, double CpuSeconds, double PeakMegabytes, IReadOnlyList<StepTime> Steps);

    /// <summary>A step of an investigation.</summary>
    /// <param name="Step">Its name.</param>
    /// <param name="Times">How often it was done.</param>
    /// <param name="Seconds">How long all of them took.</param>
    internal sealed record StepTime(string Step, int Times, double Seconds);
}
