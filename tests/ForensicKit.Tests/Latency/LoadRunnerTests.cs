using System.Runtime.CompilerServices;
using CsCheck;
using ForensicKit.Latency;
using ForensicKit.Models;

namespace ForensicKit.Tests.Latency;

public class LoadRunnerTests
{
    private static readonly GenerationRequest[] s_one = [new(0, "p", 5, [], Sampling.Greedy)];

    [Fact]
    public Task Waiting_counts_from_the_intended_start() =>
        // One server, first come first served: Lindley's recursion gives every start (Lindley 1952).
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, int.MaxValue], Gen.Double[0.2, 5]).SampleAsync(async (n, seed, load) =>
        {
            var random = new Random(seed);
            var service = Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, random.Next(1, 5)).Select(_ => 100L * random.Next(1, 100_000)).ToArray()).ToArray();
            var schedule = LoadSchedule.Poisson((ulong)seed, load * 1e9 / service.Average(s => s.Sum()), n);
            var clock = new VirtualClock();
            using var model = new TimedModel(clock, service);
            var requests = await Run(new LoadRunner(model, clock), schedule);
            Assert.Equal(Enumerable.Range(0, n), requests.Select(r => r.Index));
            var free = 0L;
            foreach (var r in requests)
            {
                var due = schedule.ScheduledNs[r.Index];
                // The clock ticks every 100 ns; a request due between two ticks starts at the next.
                var start = Math.Max(free, (due + 99) / 100 * 100);
                Assert.Equal(due, r.ScheduledNs);
                Assert.Equal(start, r.StartedNs);
                Assert.Equal(start + service[r.Index][0], r.FirstTokenNs);
                Assert.Equal(start + service[r.Index].Sum(), r.LastTokenNs);
                Assert.Equal(service[r.Index].Length, r.Tokens);
                Assert.Equal(r.LastTokenNs - due, r.ValueNs(LatencyMetric.EndToEnd));
                Assert.Equal(service[r.Index].Sum(), r.ValueNs(LatencyMetric.EndToEndFromStart));
                free = r.LastTokenNs!.Value;
            }
        }, iter: 60);

    [Fact]
    public async Task A_single_stream_starts_the_next_when_the_last_has_ended()
    {
        var clock = new VirtualClock();
        using var model = new TimedModel(clock, [[300, 100, 100], [500]]);
        var requests = await Run(new LoadRunner(model, clock), LoadSchedule.SingleStream(4), warmUp: 2);
        Assert.Equal([0, 500, 1000, 1500], requests.Select(r => r.StartedNs));
        Assert.Equal(requests.Select(r => r.StartedNs), requests.Select(r => r.ScheduledNs));
        Assert.Equal([100.0, null, 100.0, null], requests.Select(r => r.ValueNs(LatencyMetric.TimePerOutputToken)));
        Assert.Equal([300.0, 500.0, 300.0, 500.0], requests.Select(r => r.ValueNs(LatencyMetric.TimeToFirstToken)));
    }

    [Fact]
    public async Task A_failed_request_is_recorded_and_the_run_goes_on()
    {
        var clock = new VirtualClock();
        using var model = new TimedModel(clock, [[100, 100], [], [100, -1]]);
        var requests = await Run(new LoadRunner(model, clock), LoadSchedule.SingleStream(4));
        Assert.Equal([false, true, true, false], requests.Select(r => r.Failed));
        Assert.Equal([null, "No token came.", "The server says no.", null], requests.Select(r => r.Error));
        Assert.Equal(double.PositiveInfinity, requests[2].ValueNs(LatencyMetric.TimeToFirstToken));
    }

    [Fact]
    public async Task A_defect_of_the_model_is_no_failed_request()
    {
        var clock = new VirtualClock();
        using var model = new TimedModel(clock, [[100], [-2]]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(new LoadRunner(model, clock), LoadSchedule.SingleStream(4)));
    }

    [Fact]
    public async Task Requests_share_the_places_there_are()
    {
        using var model = new SlowModel();
        var requests = await Run(new LoadRunner(model, TimeProvider.System, 3), LoadSchedule.Poisson(1, 1e6, 12));
        Assert.Equal(Enumerable.Range(0, 12), requests.Select(r => r.Index).Order());
        Assert.InRange(model.Most, 2, 3);
        Assert.All(requests, r => Assert.True(r.StartedNs >= r.ScheduledNs && r.FirstTokenNs >= r.StartedNs));
    }

    [Fact]
    public async Task What_was_measured_is_kept_when_the_run_is_stopped()
    {
        var clock = new VirtualClock();
        using var model = new TimedModel(clock, [[100]]);
        using var cancellation = new CancellationTokenSource();
        var kept = new List<LatencyRequest>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var r in new LoadRunner(model, clock).RunAsync(LoadSchedule.SingleStream(1_000_000), s_one, cancellationToken: cancellation.Token))
            {
                kept.Add(r);
                if (kept.Count == 3)
                    await cancellation.CancelAsync();
            }
        });
        Assert.True(kept.Count >= 3);
        // A reader that has seen enough stops the asking too.
        await foreach (var r in new LoadRunner(model, clock).RunAsync(LoadSchedule.SingleStream(1_000_000), s_one))
            break;
        var asked = model.Asked;
        await Task.Delay(20);
        Assert.Equal(asked, model.Asked);
    }

    [Fact]
    public void Schedules_come_again_from_their_seed_and_keep_their_rate()
    {
        Assert.Equal(LoadSchedule.Poisson(7, 20, 500).ScheduledNs, LoadSchedule.Poisson(7, 20, 500).ScheduledNs);
        var schedule = LoadSchedule.Poisson(8, 250, 20_000);
        Assert.Equal(20_000, schedule.ScheduledNs.Count);
        Assert.InRange(20_000 / (schedule.GeneratedDurationNs / 1e9), 245, 255);
        Assert.Equal(0, schedule.ScheduledNs[0]);
        Assert.ThrowsAny<ArgumentException>(() => LoadSchedule.Poisson(1, 0, 5));
        Assert.ThrowsAny<ArgumentException>(() => LoadSchedule.Poisson(1, 1e9, TimeSpan.FromDays(1), 5));
        Assert.ThrowsAny<ArgumentException>(() => LoadSchedule.SingleStream(0));
    }

    private static async Task<List<LatencyRequest>> Run(LoadRunner runner, LoadSchedule schedule, int warmUp = 0)
    {
        var result = new List<LatencyRequest>();
        await foreach (var request in runner.RunAsync(schedule, [.. Enumerable.Range(0, schedule.ScheduledNs.Count).Select(i => new GenerationRequest(i, "p", 5, [], Sampling.Greedy))], warmUp))
            result.Add(request);
        return result;
    }

    /// <summary>A clock of 100 ns that moves only when somebody waits or a model works.</summary>
    private sealed class VirtualClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public void Work(long nanoseconds) => Interlocked.Add(ref _now, nanoseconds / 100);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _now, dueTime.Ticks);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
            return new Fired();
        }

        private sealed class Fired : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }

    /// <summary>Takes the given nanoseconds for each token of a request; −1 is an error of the server, −2 a defect.</summary>
    private sealed class TimedModel(VirtualClock clock, long[][] service) : ILanguageModel
    {
        private int _asked;

        public int Asked => _asked;

        public ModelDescription Description => new("timed", null, null, "cpu", "none", "one by one", 1, new Dictionary<string, string>(StringComparer.Ordinal), 10);

        public async IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            await Task.Yield();
            foreach (var ns in service[request.Id % service.Length])
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (ns == -1)
                    throw new KitException("The server says no.");
                if (ns == -2)
                    throw new InvalidOperationException("defect");
                clock.Work(ns);
                yield return new(1, "x", null);
            }
        }

        public IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => throw new NotSupportedException();

        public IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }

    private sealed class SlowModel : ILanguageModel
    {
        private int _now;
        private int _most;

        public int Most => _most;

        public ModelDescription Description => throw new NotSupportedException();

        public async IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var now = Interlocked.Increment(ref _now);
            InterlockedMax(now);
            await Task.Delay(30, cancellationToken);
            yield return new(1, "x", "stop");
            Interlocked.Decrement(ref _now);
        }

        public IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => throw new NotSupportedException();

        public IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken) => throw new NotSupportedException();

        public void Dispose()
        {
        }

        private void InterlockedMax(int value)
        {
            for (var seen = _most; value > seen; seen = _most)
                Interlocked.CompareExchange(ref _most, value, seen);
        }
    }
}
