namespace ForensicKit.Latency;

/// <summary>The times of one request, in nanoseconds after the run's beginning.</summary>
/// <param name="Index">Its place in the schedule, from 0.</param>
/// <param name="ScheduledNs">When it was meant to start.</param>
/// <param name="StartedNs">When the model was asked; later where requests before it were still served.</param>
/// <param name="FirstTokenNs">When its first token came; null where none did.</param>
/// <param name="LastTokenNs">When its last token came; null where none did.</param>
/// <param name="Tokens">Tokens that came.</param>
/// <param name="Failed">Whether it ended in an error or without a token. A failed request is later than any limit.</param>
public sealed record LatencyRequest(int Index, long ScheduledNs, long StartedNs, long? FirstTokenNs, long? LastTokenNs, int Tokens, bool Failed)
{
    /// <summary>What went wrong; null where nothing did.</summary>
    public string? Error { get; init; }
}

/// <summary>What is measured of a request. Tools that use the same names for other things are the usual reason for numbers that do not agree.</summary>
public enum LatencyMetric
{
    /// <summary>Time to the first token, from the intended start: waiting in the queue counts (MLPerf LoadGen).</summary>
    TimeToFirstToken,

    /// <summary>Time to the first token, from the moment the model was asked: waiting does not count (vLLM's and most clients' TTFT).</summary>
    TimeToFirstTokenFromStart,

    /// <summary>Time per output token after the first: (last − first)/(n − 1). A request with one token has none and is left out.</summary>
    TimePerOutputToken,

    /// <summary>Time to the last token, from the intended start.</summary>
    EndToEnd,

    /// <summary>Time to the last token, from the moment the model was asked: the service time.</summary>
    EndToEndFromStart,
}

/// <summary>The definitions of the metrics.</summary>
public static class LatencyMetrics
{
    /// <summary>The value in nanoseconds; positive infinity for a failed request, null where the metric has no value (one token).</summary>
    public static double? ValueNs(this LatencyRequest request, LatencyMetric metric)
    {
        if (request.Failed || request.FirstTokenNs is not { } first || request.LastTokenNs is not { } last)
            return double.PositiveInfinity;
        return metric switch
        {
            LatencyMetric.TimeToFirstToken => first - request.ScheduledNs,
            LatencyMetric.TimeToFirstTokenFromStart => first - request.StartedNs,
            LatencyMetric.TimePerOutputToken => request.Tokens > 1 ? (double)(last - first) / (request.Tokens - 1) : null,
            LatencyMetric.EndToEnd => last - request.ScheduledNs,
            LatencyMetric.EndToEndFromStart => last - request.StartedNs,
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There are five metrics."),
        };
    }

    /// <summary>The metric's definition in words.</summary>
    public static string Words(this LatencyMetric metric) => metric switch
    {
        LatencyMetric.TimeToFirstToken => "time to first token from the intended start",
        LatencyMetric.TimeToFirstTokenFromStart => "time to first token from the start of service",
        LatencyMetric.TimePerOutputToken => "time per output token after the first",
        LatencyMetric.EndToEnd => "time to last token from the intended start",
        LatencyMetric.EndToEndFromStart => "time to last token from the start of service",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "There are five metrics."),
    };

    /// <summary>The metric without what it ignores: time in the queue.</summary>
    public static LatencyMetric? WithoutWaiting(this LatencyMetric metric) => metric switch
    {
        LatencyMetric.TimeToFirstToken => LatencyMetric.TimeToFirstTokenFromStart,
        LatencyMetric.EndToEnd => LatencyMetric.EndToEndFromStart,
        _ => null,
    };
}
