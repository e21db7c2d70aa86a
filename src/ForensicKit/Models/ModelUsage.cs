namespace ForensicKit.Models;

/// <summary>What asking a model used so far.</summary>
/// <param name="Requests">Requests made, repeated ones included.</param>
/// <param name="Repeated">Requests made again because the one before failed for a passing reason.</param>
/// <param name="Counted">Answers that said how many tokens they used.</param>
/// <param name="PromptTokens">Tokens of prompts, as those answers say.</param>
/// <param name="CompletionTokens">Tokens of answers, as those answers say.</param>
public sealed record ModelUsage(long Requests, long Repeated, long Counted, long PromptTokens, long CompletionTokens);

/// <summary>A model that a server serves: others may use it too, and it may have to be paid for.</summary>
public interface IServedModel
{
    /// <summary>Most requests it is asked at a time.</summary>
    int Concurrency { get; }

    /// <summary>What was used since it was opened.</summary>
    ModelUsage Usage { get; }
}
