using System.Diagnostics;

namespace ForensicKit.Notebooks.Tests;

public class CancellationTests
{
    private const string Kit = "#r \"ForensicKit.Notebooks.dll\"\n";

    [Fact]
    public async Task A_cell_that_awaits_with_the_token_stops_at_once()
    {
        var (run, stopping) = await CancelAsync(Kit + "Console.Write(\"begun\");\nawait System.Threading.Tasks.Task.Delay(60_000, ForensicKit.Notebooks.NotebookExecution.CancellationToken);", TimeSpan.FromSeconds(30));
        Assert.Equal([NotebookStatus.Completed, NotebookStatus.Cancelled, NotebookStatus.NotRun], run.Cells.Select(c => c.Status));
        Assert.False(run.Cells[1].Abandoned);
        Assert.InRange(stopping, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal("stdout:begun", NotebookRunnerTests.Show(run.Outputs(1)[0]));
        Assert.Equal("CellCancelled", run.Outputs(1)[1]!["ename"]!.GetValue<string>());
        Assert.Equal(NotebookStatus.Cancelled, run.Status);
    }

    [Fact]
    public async Task An_await_that_ignores_the_token_is_abandoned_after_the_grace_time()
    {
        var (run, stopping) = await CancelAsync("Console.Write(\"begun\");\nawait System.Threading.Tasks.Task.Delay(60_000);", TimeSpan.FromMilliseconds(300));
        Assert.True(run.Cells[1].Abandoned);
        Assert.InRange(stopping, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task An_endless_loop_is_abandoned_and_the_run_says_so_and_the_next_run_works()
    {
        AppContext.SetSwitch("Test.EndLoop", false);
        var console = Console.Out;
        var seen = new StringWriter();
        Console.SetOut(seen);
        var (run, stopping) = await CancelAsync(
            "Console.Write(\"begun\");\nwhile (!(System.AppContext.TryGetSwitch(\"Test.EndLoop\", out var end) && end)) { Console.Write(\".\"); System.Threading.Thread.Sleep(1); }", TimeSpan.FromMilliseconds(300));
        Assert.True(run.Cells[1].Abandoned);
        Assert.InRange(stopping, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(8));
        Assert.Contains("abandoned", run.Cells[1].Error!.Message, StringComparison.Ordinal);
        Assert.Contains("may go on until this process ends", run.Outputs(1)[1]!["evalue"]!.GetValue<string>(), StringComparison.Ordinal);

        // The loop still writes: neither to the next notebook nor to the console.
        try
        {
            Console.Write("host");
            var next = (await Notebooks.RunAsync("await System.Threading.Tasks.Task.Delay(50);\nConsole.Write(\"next\");")).Completed();
            Assert.Equal(["stdout:next"], next.Outputs(0).Select(NotebookRunnerTests.Show));
            Assert.Equal("host", seen.ToString());
        }
        finally
        {
            Console.SetOut(console);
            AppContext.SetSwitch("Test.EndLoop", true);
        }
    }

    [Fact]
    public async Task A_cell_that_takes_too_long_is_stopped_by_its_time_limit()
    {
        var run = await Notebooks.RunAsync(
            Notebooks.Of(Kit + "1", "try { await System.Threading.Tasks.Task.Delay(60_000, ForensicKit.Notebooks.NotebookExecution.CancellationToken); }\nfinally { Console.Write(\"cleaned\"); }", "3"),
            new NotebookRunOptions { CellTimeout = TimeSpan.FromSeconds(2), ContinueOnError = true });
        Assert.Equal([NotebookStatus.Completed, NotebookStatus.TimedOut, NotebookStatus.Completed], run.Cells.Select(c => c.Status));
        Assert.Equal("stdout:cleaned", NotebookRunnerTests.Show(run.Outputs(1)[0]));
        Assert.Equal("The cell ran longer than the 2 s it may take.", run.Outputs(1)[1]!["evalue"]!.GetValue<string>());
        Assert.Equal("3", run.Data(2));
        Assert.Equal(NotebookStatus.TimedOut, run.Status);
    }

    [Fact]
    public async Task A_run_cancelled_before_it_starts_runs_nothing()
    {
        var run = await Notebooks.RunAsync(Notebooks.Of("1"), cancellationToken: new CancellationToken(canceled: true));
        Assert.Equal((NotebookStatus.Cancelled, NotebookStatus.NotRun), (run.Status, run.Cells[0].Status));
    }

    // Cancels as soon as the second of three cells has written something; gives the time from there to the end.
    private static async Task<(NotebookRun Run, TimeSpan Stopping)> CancelAsync(string code, TimeSpan grace)
    {
        using var cancel = new CancellationTokenSource();
        var asked = 0L;
        var progress = new NotebookRunnerTests.Reports(p =>
        {
            if (p is { Index: 2, Status: null })
            {
                _ = Task.Run(async () =>
                {
                    await Task.Delay(700);
                    asked = Stopwatch.GetTimestamp();
                    await cancel.CancelAsync();
                });
            }
        });
        var run = await Notebooks.RunAsync(Notebooks.Of(Kit + "1", code, "3"), new NotebookRunOptions { StopGrace = grace }, progress, cancel.Token);
        return (run, Stopwatch.GetElapsedTime(asked));
    }
}
