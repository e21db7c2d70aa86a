using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ForensicKit.Models;

namespace ForensicKit.Latency;

/// <summary>Asks a model by a schedule and writes down when its tokens come.</summary>
/// <remarks>
/// Under an open load a request is due at its intended start whatever the ones before it do: while all places are taken it waits, in order, and
/// its latency is counted from the intended start. So a slow answer is seen in every request that it holds up, which a client that starts the
/// next request late and counts from there hides (coordinated omission). The clock is the time provider's timestamps.
/// </remarks>
/// <param name="model">The model.</param>
/// <param name="clock">The clock; <see cref="TimeProvider.System"/> outside tests.</param>
/// <param name="concurrency">Requests served at the same time; 1 for an engine in this process, which serves one after the other.</param>
public sealed class LoadRunner(ILanguageModel model, TimeProvider clock, int concurrency = 1)
{
    private readonly int _concurrency = concurrency is >= 1 and <= 4096
        ? concurrency
        : throw new ArgumentOutOfRangeException(nameof(concurrency), concurrency, "Between 1 and 4,096 requests are served at the same time.");

    /// <summary>Runs the schedule. Requests are given as they end, so that what was measured is kept when the run is stopped.</summary>
    /// <param name="schedule">When requests start.</param>
    /// <param name="requests">What is asked; with fewer requests than the schedule has starts they are asked again from the first.</param>
    /// <param name="warmUp">How many requests, from the first, are asked and thrown away before the clock starts.</param>
    /// <param name="cancellationToken">Stops the run; requests under way are given up.</param>
    /// <exception cref="ArgumentException">There are no requests, the warm-up is negative, or several requests at a time are asked of a single stream.</exception>
    public async IAsyncEnumerable<LatencyRequest> RunAsync(
        LoadSchedule schedule, IReadOnlyList<GenerationRequest> requests, int warmUp = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (requests.Count == 0)
            throw new ArgumentException("There are no requests.", nameof(requests));
        ArgumentOutOfRangeException.ThrowIfNegative(warmUp);
        if (schedule.Load.Kind == LoadKind.SingleStream && _concurrency > 1)
            throw new ArgumentException("A single stream has one request at a time.", nameof(schedule));
        for (var i = 0; i < warmUp; i++)
        {
            await foreach (var _ in model.StreamAsync(requests[i % requests.Count], cancellationToken))
            {
            }
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ended = Channel.CreateUnbounded<LatencyRequest>(new UnboundedChannelOptions { SingleReader = true });
        var run = new Run(model, clock, schedule, requests, ended.Writer, stop);
        var serving = Task.WhenAll(Enumerable.Range(0, _concurrency).Select(_ => Task.Run(run.ServeAsync, CancellationToken.None)));
        var closing = serving.ContinueWith(t => ended.Writer.Complete(t.Exception?.InnerException), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var request in ended.Reader.ReadAllAsync(CancellationToken.None))
                yield return request;
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            // Also where the caller stops reading early: nobody asks a model that the caller may dispose of.
            await stop.CancelAsync();
            await closing;
        }
    }

    private sealed class Run(
        ILanguageModel model, TimeProvider clock, LoadSchedule schedule, IReadOnlyList<GenerationRequest> requests, ChannelWriter<LatencyRequest> ended, CancellationTokenSource stop)
    {
        private readonly long _beginning = clock.GetTimestamp();
        private int _next = -1;

        // Every place takes the next request in the schedule's order and waits until it is due.
        public async Task ServeAsync()
        {
            try
            {
                while (Interlocked.Increment(ref _next) is var index && index < schedule.ScheduledNs.Count)
                {
                    if (schedule.Load.Kind != LoadKind.SingleStream)
                        await UntilAsync(schedule.ScheduledNs[index]);
                    await ended.WriteAsync(await AskAsync(index), CancellationToken.None);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The reader says so.
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }

        // The system's timers know whole milliseconds only and may fire a little early: ask again until it is time. (Task.Delay would not
        // pass on less than a millisecond at all.)
        private async Task UntilAsync(long due)
        {
            while (due - Now() is var left and > 0)
            {
                stop.Token.ThrowIfCancellationRequested();
                var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var timer = clock.CreateTimer(
                    static s => ((TaskCompletionSource)s!).TrySetResult(), fired, TimeSpan.FromTicks(Math.Max(1, left / TimeSpan.NanosecondsPerTick)), Timeout.InfiniteTimeSpan);
                await fired.Task.WaitAsync(stop.Token);
            }
        }

        private async Task<LatencyRequest> AskAsync(int index)
        {
            stop.Token.ThrowIfCancellationRequested();
            var started = Now();
            var scheduled = schedule.Load.Kind == LoadKind.SingleStream ? started : schedule.ScheduledNs[index];
            long? first = null, last = null;
            var (tokens, error) = (0, (string?)null);
            try
            {
                await foreach (var piece in model.StreamAsync(requests[index % requests.Count], stop.Token))
                {
                    // A server says only why the answer ends: that is no token.
                    if (piece is { TokenId: < 0, Text: "", FinishReason: not null })
                        continue;
                    last = Now();
                    first ??= last;
                    tokens++;
                }
            }
            catch (Exception e) when (e is KitException or IOException or HttpRequestException or TimeoutException
                || (e is OperationCanceledException && !stop.IsCancellationRequested))
            {
                error = e.Message;
            }

            error ??= tokens == 0 ? "No token came." : null;
            return new(index, scheduled, started, first, last, tokens, error is not null) { Error = error };
        }

        private long Now() => (long)((Int128)(clock.GetTimestamp() - _beginning) * 1_000_000_000 / clock.TimestampFrequency);
    }
}
