using ForensicKit.Inference.Endpoints;

namespace ForensicKit.Inference.Tests.Endpoints;

public class RequestLimitsTests
{
    // A minute is six tenths of a second.
    private static readonly HurriedClock s_clock = new(100);

    [Fact]
    public async Task No_minute_sees_more_requests_than_allowed()
    {
        using var limits = new RequestLimits(5, null, s_clock);
        var passed = (await Task.WhenAll(Enumerable.Range(0, 17).Select(_ => limits.EnterAsync(1, CancellationToken.None)))).Select(p => p.At).Order().ToList();
        Assert.All(passed.Skip(5).Zip(passed), p => Assert.True(s_clock.GetElapsedTime(p.Second, p.First) >= TimeSpan.FromSeconds(60)));
        // And nobody waits longer than needed: three times a minute.
        Assert.InRange(s_clock.GetElapsedTime(passed[0], passed[^1]), TimeSpan.FromSeconds(180), TimeSpan.FromSeconds(1800));
    }

    [Fact]
    public async Task No_minute_sees_more_tokens_than_allowed_as_the_server_counts_them()
    {
        using var limits = new RequestLimits(null, 100, s_clock);
        var first = await limits.EnterAsync(90, CancellationToken.None);
        // Thought to be 90, in truth 20: there is room for the next.
        limits.Correct(first, 20);
        var second = await limits.EnterAsync(70, CancellationToken.None);
        Assert.True(s_clock.GetElapsedTime(first.At, second.At) < TimeSpan.FromSeconds(50));
        // Thought to be 10, which fits; the one after waits until the 70 are over.
        var third = await limits.EnterAsync(10, CancellationToken.None);
        var fourth = await limits.EnterAsync(80, CancellationToken.None);
        Assert.True(s_clock.GetElapsedTime(first.At, third.At) < TimeSpan.FromSeconds(55));
        Assert.True(s_clock.GetElapsedTime(second.At, fourth.At) >= TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_request_that_is_larger_than_a_minute_passes_alone()
    {
        using var limits = new RequestLimits(null, 100, s_clock);
        var first = await limits.EnterAsync(1, CancellationToken.None);
        var large = await limits.EnterAsync(5000, CancellationToken.None);
        Assert.True(s_clock.GetElapsedTime(first.At, large.At) >= TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_pause_holds_everybody_and_the_longest_counts()
    {
        using var limits = new RequestLimits(null, null, s_clock);
        var begun = s_clock.GetTimestamp();
        limits.Pause(TimeSpan.FromSeconds(50));
        limits.Pause(TimeSpan.FromSeconds(5));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => limits.EnterAsync(1, CancellationToken.None)));
        Assert.True(s_clock.GetElapsedTime(begun) >= TimeSpan.FromSeconds(50));
    }

    [Fact]
    public async Task Waiting_is_cancelled_at_once()
    {
        using var limits = new RequestLimits(1, null, TimeProvider.System);
        await limits.EnterAsync(1, CancellationToken.None);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => limits.EnterAsync(1, stop.Token).WaitAsync(TimeSpan.FromSeconds(5)));
    }
}
