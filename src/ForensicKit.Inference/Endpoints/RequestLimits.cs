namespace ForensicKit.Inference.Endpoints;

/// <summary>A request that was let through, with the tokens it counts for.</summary>
internal sealed class Passage(long at, long tokens)
{
    /// <summary>When, as the clock's time stamp.</summary>
    public long At { get; } = at;

    /// <summary>Tokens of prompt and answer: estimated until the server says.</summary>
    public long Tokens { get; set; } = tokens;
}

/// <summary>Lets requests through so that no 60 seconds see more requests or tokens than allowed, in the order they come.</summary>
/// <remarks>A request that alone has more tokens than allowed passes when nothing else counts.</remarks>
internal sealed class RequestLimits(int? requestsPerMinute, int? tokensPerMinute, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(60);
    private readonly Lock _state = new();
    private readonly SemaphoreSlim _first = new(1);
    private readonly Queue<Passage> _passed = [];
    private long? _pausedAt;
    private TimeSpan _pause;

    /// <summary>Waits until a request may be made.</summary>
    /// <param name="tokens">What it is thought to count for.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<Passage> EnterAsync(long tokens, CancellationToken cancellationToken)
    {
        await _first.WaitAsync(cancellationToken);
        try
        {
            while (true)
            {
                TimeSpan wait;
                lock (_state)
                {
                    var now = clock.GetTimestamp();
                    wait = Wait(now, tokens);
                    if (wait <= TimeSpan.Zero)
                    {
                        var passage = new Passage(now, tokens);
                        if (requestsPerMinute is not null || tokensPerMinute is not null)
                            _passed.Enqueue(passage);
                        return passage;
                    }
                }

                // Timers know whole milliseconds only: one more, so that it is really over.
                await Task.Delay(wait + TimeSpan.FromMilliseconds(1), clock, cancellationToken);
            }
        }
        finally
        {
            _first.Release();
        }
    }

    /// <summary>Puts the server's count in the place of the estimate.</summary>
    public void Correct(Passage passage, long tokens)
    {
        lock (_state)
            passage.Tokens = tokens;
    }

    /// <summary>Lets nothing through for a while: a server asked for it.</summary>
    public void Pause(TimeSpan wait)
    {
        lock (_state)
        {
            var now = clock.GetTimestamp();
            if (_pausedAt is not { } at || clock.GetElapsedTime(at, now) + wait > _pause)
                (_pausedAt, _pause) = (now, wait);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _first.Dispose();

    private TimeSpan Wait(long now, long tokens)
    {
        if (_pausedAt is { } at)
        {
            if (_pause - clock.GetElapsedTime(at, now) is var left && left > TimeSpan.Zero)
                return left;
            _pausedAt = null;
        }

        while (_passed.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.At, now) >= s_window)
            _passed.Dequeue();
        if (_passed.Count == 0)
            return TimeSpan.Zero;

        // As many of the oldest must be over as leave room for this one.
        var (count, sum) = (_passed.Count, _passed.Sum(p => p.Tokens));
        var wait = TimeSpan.Zero;
        foreach (var passage in _passed)
        {
            if (!(count >= requestsPerMinute) && !(sum + tokens > tokensPerMinute))
                break;
            wait = s_window - clock.GetElapsedTime(passage.At, now);
            count--;
            sum -= passage.Tokens;
        }

        return wait;
    }
}
