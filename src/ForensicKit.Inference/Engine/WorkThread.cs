using System.Collections.Concurrent;

namespace ForensicKit.Inference.Engine;

/// <summary>
/// One thread on which everything a model computes is done, in turn. Libtorch keeps helper threads, and the C library freed memory, for each thread
/// that computes: work that wanders through a thread pool leaves both behind everywhere.
/// </summary>
internal sealed class WorkThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public WorkThread()
    {
        _thread = new(Run) { IsBackground = true, Name = "model" };
        _thread.Start();
    }

    /// <summary>Does a piece of work after those that were asked for before.</summary>
    public Task<T> DoAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                done.SetResult(work());
            }
            catch (OperationCanceledException e)
            {
                done.SetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                // Whoever awaits the work is told.
                done.SetException(e);
            }
        }, CancellationToken.None);
        return done.Task;
    }

    /// <summary>Ends the thread after what was asked for.</summary>
    public void Dispose()
    {
        if (_work.IsAddingCompleted)
            return;
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Run()
    {
        foreach (var action in _work.GetConsumingEnumerable(CancellationToken.None))
            action();
    }
}
