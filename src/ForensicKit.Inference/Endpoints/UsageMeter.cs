using System.Text.Json;
using ForensicKit.Models;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Counts what was asked of a server and what it says it used.</summary>
internal sealed class UsageMeter
{
    private long _requests;
    private long _repeated;
    private long _counted;
    private long _promptTokens;
    private long _completionTokens;

    /// <summary>The counts so far.</summary>
    public ModelUsage Current => new(
        Interlocked.Read(ref _requests), Interlocked.Read(ref _repeated), Interlocked.Read(ref _counted), Interlocked.Read(ref _promptTokens), Interlocked.Read(ref _completionTokens));

    /// <summary>A request is made.</summary>
    public void Asked() => Interlocked.Increment(ref _requests);

    /// <summary>A request failed and is made again.</summary>
    public void AskedAgain() => Interlocked.Increment(ref _repeated);

    /// <summary>Adds an answer's own count.</summary>
    /// <returns>Tokens of prompt and answer; null where the answer does not say.</returns>
    /// <exception cref="EndpointFailure">The count is none.</exception>
    public long? Add(JsonElement answer)
    {
        if (answer.Field("usage") is not { } usage)
            return null;
        var prompt = usage.Whole("prompt_tokens") ?? 0;
        var completion = usage.Whole("completion_tokens") ?? 0;
        if (prompt < 0 || completion < 0)
            throw EndpointFailure.Broken("'usage' in the answer has a negative count.");
        Interlocked.Increment(ref _counted);
        Interlocked.Add(ref _promptTokens, prompt);
        Interlocked.Add(ref _completionTokens, completion);
        return (long)prompt + completion;
    }
}
