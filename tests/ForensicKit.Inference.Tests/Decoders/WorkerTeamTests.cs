using System.Diagnostics;
using ForensicKit.Inference.Decoders;

namespace ForensicKit.Inference.Tests.Decoders;

public sealed class WorkerTeamTests
{
    // More threads than cores, so that callers and workers are held up at every place: each part is done once, whatever happens.
    [Fact]
    public void Every_part_is_done_once_on_a_busy_machine()
    {
        var team = new WorkerTeam();
        using var end = new CancellationTokenSource();
        var burners = Enumerable.Range(0, 3 * Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!end.IsCancellationRequested)
                Thread.SpinWait(100);
        })).ToList();
        burners.ForEach(b => b.Start());
        try
        {
            var done = new int[3];
            var watch = Stopwatch.StartNew();
            for (var piece = 1; watch.Elapsed < TimeSpan.FromSeconds(3); piece++)
            {
                team.Run(3, (part, _) => Interlocked.Increment(ref done[part]));
                Assert.Equal([piece, piece, piece], done);
                // Long enough for the workers to fall asleep.
                if (piece % 3 == 0)
                    Thread.Sleep(2);
            }
        }
        finally
        {
            end.Cancel();
            burners.ForEach(b => b.Join());
        }
    }
}
