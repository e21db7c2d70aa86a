using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Asks several requests at a time and gives each answer as soon as it is there, in any order.</summary>
internal static class FanOut
{
    /// <summary>Asks every request once.</summary>
    /// <param name="requests">The requests, begun in order.</param>
    /// <param name="places">How many are under way at a time.</param>
    /// <param name="ask">
    /// Asks one. Its first token stops at once; its second also when another request failed: nothing is begun or repeated then, but what is under way
    /// is finished, for it may be paid for.
    /// </param>
    /// <param name="cancellationToken">Stops at once; what was answered is still given.</param>
    public static async IAsyncEnumerable<TAnswer> AskAsync<TRequest, TAnswer>(
        IReadOnlyList<TRequest> requests, int places, Func<TRequest, CancellationToken, CancellationToken, Task<TAnswer>> ask, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        var answers = Channel.CreateUnbounded<TAnswer>(new UnboundedChannelOptions { SingleReader = true });
        var next = -1;
        ExceptionDispatchInfo? failure = null;

        async Task ServeAsync()
        {
            try
            {
                while (!giveUp.IsCancellationRequested && Interlocked.Increment(ref next) is var i && i < requests.Count)
                    answers.Writer.TryWrite(await ask(requests[i], stop.Token, giveUp.Token));
            }
            catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
            {
                // The reader says why.
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                await giveUp.CancelAsync();
            }
        }

        var serving = Task.WhenAll(Enumerable.Range(0, Math.Min(places, requests.Count)).Select(_ => Task.Run(ServeAsync, CancellationToken.None)));
        var closing = serving.ContinueWith(_ => answers.Writer.Complete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var answer in answers.Reader.ReadAllAsync(CancellationToken.None))
                yield return answer;
        }
        finally
        {
            // Also where the caller stops reading early: nobody asks for a caller that is gone.
            await stop.CancelAsync();
            await closing;
        }

        cancellationToken.ThrowIfCancellationRequested();
        failure?.Throw();
    }
}
