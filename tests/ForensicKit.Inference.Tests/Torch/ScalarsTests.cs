using ForensicKit.Inference.Torch;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Tests.Torch;

public sealed class ScalarsTests
{
    [Fact]
    public async Task Numbers_outlive_the_calls_that_read_them()
    {
        TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var (x, y) = (ones(64), ones(64));
        using var ended = new CancellationTokenSource();
        // Memory is collected all the time, as it may be at any time.
        var collector = Task.Run(() =>
        {
            while (!ended.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        }, TestContext.Current.CancellationToken);
        try
        {
            for (var i = 0; i < 20_000; i++)
            {
                using var inner = NewDisposeScope();
                Assert.Equal(49f, x.Plus(x.Plus(y).Times(1.5)).Plus(3).Squared()[63].item<float>());
            }
        }
        finally
        {
            await ended.CancelAsync();
            await collector;
        }
    }
}
