using System.Globalization;

namespace ForensicKit.Inference.Endpoints;

/// <summary>A streamed answer under way.</summary>
internal sealed class EndpointStream(HttpResponseMessage response, TimeProvider clock, TimeSpan timeout, TimeSpan stall, Passage passage) : IDisposable
{
    private readonly CancellationTokenSource _timeout = new(timeout, clock);
    private ServerSentEvents? _events;

    /// <summary>How it was let through.</summary>
    public Passage Passage { get; } = passage;

    /// <summary>Data of the first event; null where there was none.</summary>
    public byte[]? First { get; private set; }

    /// <summary>Waits for the first event: as long as a whole answer may take, for a long prompt takes its time.</summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        _events = new(await response.Content.ReadAsStreamAsync(cancellationToken), EndpointTransport.MostBytes);
        First = await _events.NextAsync(cancellationToken) ?? throw new EndpointFailure("The streamed answer ended before it began.", isPassing: true);
    }

    /// <summary>Data of the next event; null at the end.</summary>
    /// <exception cref="EndpointFailure">It did not come in time, or the connection was cut.</exception>
    public async Task<byte[]?> NextAsync(CancellationToken cancellationToken)
    {
        // A whole event must come: single bytes do not keep a stream alive.
        using var stalled = new CancellationTokenSource(stall, clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stalled.Token, _timeout.Token);
        try
        {
            return await _events!.NextAsync(any.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_timeout.IsCancellationRequested)
                throw new EndpointFailure(string.Create(CultureInfo.InvariantCulture, $"The streamed answer was not finished in {timeout.TotalSeconds:0} s."), isPassing: true, e);
            if (stalled.IsCancellationRequested)
                throw new EndpointFailure(string.Create(CultureInfo.InvariantCulture, $"The streamed answer stood still for {stall.TotalSeconds:0} s."), isPassing: true, e);
            throw EndpointTransport.Connection(e);
        }
    }

    /// <summary>Gives the answer up.</summary>
    public void Dispose()
    {
        response.Dispose();
        _timeout.Dispose();
    }
}
