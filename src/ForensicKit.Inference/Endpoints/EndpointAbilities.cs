namespace ForensicKit.Inference.Endpoints;

/// <summary>How a server gives log-probabilities of a prompt.</summary>
internal enum PromptScores
{
    /// <summary>It does not.</summary>
    None,

    /// <summary><c>echo</c> with <c>max_tokens: 0</c>.</summary>
    Echo,

    /// <summary><c>echo</c> with <c>max_tokens: 1</c>: one token of an answer comes behind.</summary>
    EchoAndOne,

    /// <summary>vLLM's <c>prompt_logprobs</c>.</summary>
    PromptLogProbs,
}

/// <summary>What a server turned out to be and to be able to do.</summary>
/// <param name="Program">Its program, as far as it says.</param>
/// <param name="IsListed">Whether its list of models has the one asked for; null where it gives no list.</param>
/// <param name="ContextLength">Context length that it states; null where it states none.</param>
/// <param name="GivesLogProbs">Whether it gives log-probabilities of what it generates.</param>
/// <param name="Scores">How it gives those of a prompt.</param>
/// <param name="WhyNoScores">Why it does not; null where it does.</param>
/// <param name="Fingerprint">What it calls its configuration; null where it does not say.</param>
internal sealed record EndpointAbilities(
    ServerProgram Program, bool? IsListed, int? ContextLength, bool GivesLogProbs, PromptScores Scores, string? WhyNoScores, string? Fingerprint);
