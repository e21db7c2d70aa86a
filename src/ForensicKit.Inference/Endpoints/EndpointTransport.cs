using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ForensicKit.Manifests;
using Polly;
using Polly.Retry;

namespace ForensicKit.Inference.Endpoints;

/// <summary>
/// Asks a server: within its limits, again when a failure may pass, and believing nothing. Redirects are not followed, so the key goes to no other host;
/// compressed bodies are refused, so a small answer cannot grow.
/// </summary>
internal sealed class EndpointTransport : IDisposable
{
    /// <summary>Most bytes of an answer: log-probabilities of a long prompt need some 300 a token.</summary>
    public const int MostBytes = 64 << 20;

    // A server that asks for a longer pause is not waited for.
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(10);
    private readonly HttpClient _http;
    private readonly Uri _address;
    private readonly EndpointKey? _key;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _stall;
    private readonly RequestLimits _limits;
    private readonly SemaphoreSlim _places;
    private readonly ResiliencePipeline _patient;
    private readonly ResiliencePipeline _brief;

    public EndpointTransport(ModelEndpoint endpoint, Uri address, EndpointKey? key, EndpointSurroundings surroundings)
    {
        (_address, _key, _clock) = (address, key, surroundings.Clock);
        (_timeout, _stall) = (TimeSpan.FromSeconds(endpoint.TimeoutSeconds), TimeSpan.FromSeconds(endpoint.StallSeconds));
        _limits = new(endpoint.RequestsPerMinute, endpoint.TokensPerMinute, _clock);
        _places = new(endpoint.Concurrency);
        _patient = Pipeline(endpoint.Attempts, surroundings.Jitter);
        _brief = Pipeline(Math.Min(endpoint.Attempts, 3), surroundings.Jitter);
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            // What goes through a proxy unprotected, the proxy reads: the key too.
            UseProxy = address.Scheme == "https",
            MaxConnectionsPerServer = endpoint.Concurrency,
            MaxResponseHeadersLength = 64,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>What was asked and answered so far.</summary>
    public UsageMeter Usage { get; } = new();

    /// <summary>What the server's last answer named itself; null where it did not.</summary>
    public string? ServerHeader { get; private set; }

    /// <summary>Asks and reads the whole answer.</summary>
    /// <param name="path">Path below the address.</param>
    /// <param name="body">The question; null to get.</param>
    /// <param name="tokens">What it is thought to count for.</param>
    /// <param name="brief">Whether to give up soon: for finding out what a server can do.</param>
    /// <param name="cancellationToken">Stops at once.</param>
    /// <param name="giveUp">Stops waiting and asking again; a request under way is finished.</param>
    /// <exception cref="EndpointFailure">It was not answered.</exception>
    public async Task<JsonElement> AskAsync(string path, byte[]? body, long tokens, bool brief, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        await _places.WaitAsync(giveUp);
        try
        {
            return await (brief ? _brief : _patient).ExecuteAsync(
                async _ =>
                {
                    var passage = await _limits.EnterAsync(tokens, giveUp);
                    return await InTimeAsync(async token =>
                    {
                        using var response = await SendAsync(path, body, "application/json", token);
                        var answer = Parse(await BoundedBody.ReadAsync(response.Content, MostBytes, token));
                        Count(answer, passage);
                        return answer;
                    }, cancellationToken);
                },
                giveUp);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Asks and gives the answer's events as they come, each as JSON.</summary>
    /// <remarks>Asked again only while nothing has come: what was given cannot be taken back.</remarks>
    /// <inheritdoc cref="AskAsync"/>
    public async IAsyncEnumerable<JsonElement> StreamAsync(string path, byte[] body, long tokens, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            using var stream = await _patient.ExecuteAsync(async token => await OpenAsync(path, body, tokens, token), cancellationToken);
            JsonElement? usage = null;
            for (var next = stream.First; next is not null && !IsDone(next); next = await stream.NextAsync(cancellationToken))
            {
                var answer = Parse(next);
                // Some servers count with every piece: the last count is the whole.
                if (answer.Field("usage") is not null)
                    usage = answer;
                yield return answer;
            }

            if (usage is { } counted)
                Count(counted, stream.Passage);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _places.Dispose();
        _limits.Dispose();
    }

    /// <summary>Words of a server for a message: short, on one line, without the key.</summary>
    public string Cleaned(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' || char.IsSurrogate(c) ? ' ' : c)]);
        line = (_key?.Removed(line) ?? line).Trim();
        return line.Length <= 300 ? line : line[..300] + "…";
    }

    /// <summary>Whether a text that came in pieces holds the key.</summary>
    public bool HoldsKey(string text) => _key?.IsIn(text) == true;

    private async Task<EndpointStream> OpenAsync(string path, byte[] body, long tokens, CancellationToken cancellationToken)
    {
        var passage = await _limits.EnterAsync(tokens, cancellationToken);
        EndpointStream? stream = null;
        try
        {
            return await InTimeAsync(async token =>
            {
                var response = await SendAsync(path, body, "text/event-stream", token);
                stream = new(response, _clock, _timeout, _stall, passage);
                await stream.BeginAsync(token);
                return stream;
            }, cancellationToken);
        }
        catch
        {
            stream?.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, byte[]? body, string mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(_address, path));
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        request.Headers.Authorization = _key?.Header();
        request.Headers.Accept.Add(new(mediaType));
        request.Headers.AcceptEncoding.Add(new("identity"));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ForensicKit", null));
        Usage.Asked();
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            await CheckAsync(response, mediaType, cancellationToken);
            ServerHeader = response.Headers.TryGetValues("Server", out var server) ? Cleaned(string.Join(' ', server)) : null;
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task CheckAsync(HttpResponseMessage response, string mediaType, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentEncoding.Any(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase)))
            throw EndpointFailure.Broken("The answer is compressed, which was not asked for.");
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
            throw EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"The server answered {status}: it points to another address, which is not followed. Give the final address as the endpoint's url."));
        if (status != 200)
        {
            var beginning = await BoundedBody.ReadBeginningAsync(response.Content, 8 * 1024, cancellationToken);
            var after = RetryAfter(response);
            if (after is { } pause && response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && after <= s_longestPause)
                _limits.Pause(pause);
            throw new EndpointFailure(
                string.Create(CultureInfo.InvariantCulture, $"The server answered {status}") + (Cleaned(ErrorText.Of(beginning)) is { Length: > 0 } said ? $": {said}" : "") + Asking(after),
                isPassing: status is 408 or 429 or 500 or 502 or 503 or 504 && !(after > s_longestPause))
            {
                Status = response.StatusCode,
                RetryAfter = after,
            };
        }

        if (response.Content.Headers.ContentType?.MediaType is not { } type || !type.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            throw EndpointFailure.Broken($"The answer is of type '{Cleaned(response.Content.Headers.ContentType?.MediaType ?? "none")}' where {mediaType} was asked for.");
    }

    private static string Asking(TimeSpan? after) =>
        after > s_longestPause ? string.Create(CultureInfo.InvariantCulture, $" (it asks to wait {after.Value.TotalSeconds:0} s)") : "";

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _clock.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await work(either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw timeout.IsCancellationRequested
                ? new EndpointFailure(string.Create(CultureInfo.InvariantCulture, $"The server did not answer in {_timeout.TotalSeconds:0} s."), isPassing: true, e)
                : Connection(e);
        }
    }

    /// <summary>What a broken connection means.</summary>
    public static EndpointFailure Connection(Exception e) => ((e as HttpRequestException)?.HttpRequestError ?? (e as HttpIOException)?.HttpRequestError) switch
    {
        HttpRequestError.SecureConnectionError => EndpointFailure.Broken("No protected connection could be made: the server's certificate is not trusted, or it speaks no TLS.", e),
        HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => EndpointFailure.Broken("What the server sends is no answer in HTTP.", e),
        HttpRequestError.NameResolutionError => new("The server's name is not known.", isPassing: true, e),
        HttpRequestError.ConnectionError => new("There is no connection to the server.", isPassing: true, e),
        _ => new("The connection to the server was cut.", isPassing: true, e),
    };

    private JsonElement Parse(byte[] json)
    {
        var answer = AnswerJson.Parse(json);
        // Texts may be escaped: what counts is what they say.
        if (_key is not null && AnswerJson.Texts(answer).Any(_key.IsIn))
            throw EndpointFailure.HoldsKey();
        return answer;
    }

    private static bool IsDone(byte[] data) => data.AsSpan().Trim((byte)' ').SequenceEqual("[DONE]"u8);

    private void Count(JsonElement answer, Passage passage)
    {
        if (Usage.Add(answer) is { } tokens)
            _limits.Correct(passage, tokens);
    }

    private ResiliencePipeline Pipeline(int attempts, Func<double> jitter)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = _clock };
        if (attempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is EndpointFailure { IsPassing: true }),
                MaxRetryAttempts = attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromSeconds(1),
                MaxDelay = TimeSpan.FromSeconds(60),
                Randomizer = jitter,
                DelayGenerator = args => ValueTask.FromResult((args.Outcome.Exception as EndpointFailure)?.RetryAfter),
                OnRetry = _ =>
                {
                    Usage.AskedAgain();
                    return default;
                },
            });
        }

        return builder.Build();
    }
}
