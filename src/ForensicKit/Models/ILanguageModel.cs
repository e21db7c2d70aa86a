namespace ForensicKit.Models;

/// <summary>
/// A language model that can be asked: the seam between the library and the engines. The library knows no engine; an engine knows no case.
/// </summary>
/// <remarks>
/// Answers come in any order, each with the id of its request, as soon as they are there: whoever stores them loses nothing when stopped.
/// An answer depends on its own request alone, not on what else is asked in the same call.
/// </remarks>
public interface ILanguageModel : IDisposable
{
    /// <summary>What answers: recorded with every run.</summary>
    ModelDescription Description { get; }

    /// <summary>Log-probabilities of continuations, each given its context.</summary>
    /// <exception cref="KitException">A request cannot be answered, for example a continuation that is longer than the model's context.</exception>
    IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, CancellationToken cancellationToken);

    /// <summary>Log-probabilities of whole texts (rolling log-likelihood), each token given as much before it as the context holds.</summary>
    /// <remarks>As lm-evaluation-harness cuts texts that are longer than the context (lm_eval/utils.py, get_rolling_token_windows): windows that do not overlap.</remarks>
    /// <exception cref="KitException">A text has no token, or the model cannot score texts (an endpoint that gives no log-probabilities of the prompt).</exception>
    IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken);

    /// <summary>Generated answers.</summary>
    /// <exception cref="KitException">A request cannot be answered, for example a prompt that is longer than the model's context.</exception>
    IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken);

    /// <summary>One generated answer, piece by piece as it is made: for measuring latency. The last piece carries the reason for the end.</summary>
    IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, CancellationToken cancellationToken);

    /// <summary>The prompt that the model's own chat template makes of a conversation.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends where the model's next answer begins.</param>
    /// <exception cref="KitException">The model has no chat template, it is not at hand, or it refuses the conversation.</exception>
    string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true);
}

/// <summary>What a model is and how it computes: everything that decides its answers.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="WeightsSha256">Hash of the weights; null where they are not at hand (an endpoint).</param>
/// <param name="TokenizerSha256">Hash of the tokenizer's file; null where it is not at hand.</param>
/// <param name="Device">Device it runs on, for example <c>cpu</c> or <c>cuda:0</c>.</param>
/// <param name="DType">Data type of the computation, for example <c>float32</c>.</param>
/// <param name="BatchPolicy">How requests are put together, in words.</param>
/// <param name="Threads">Threads that compute.</param>
/// <param name="Libraries">Versions of the libraries that compute, by name.</param>
/// <param name="ContextLength">Most tokens of prompt and answer together.</param>
public sealed record ModelDescription(
    string Name, string? WeightsSha256, string? TokenizerSha256, string Device, string DType, string BatchPolicy, int Threads,
    IReadOnlyDictionary<string, string> Libraries, int ContextLength);

/// <summary>A continuation to score.</summary>
/// <param name="Id">Chosen by the caller, unique in a call.</param>
/// <param name="Context">The text before. Spaces at its end count as the continuation's (lm-evaluation-harness, api/model.py, _encode_pair).</param>
/// <param name="Continuation">The text whose probability is asked for; not empty.</param>
public sealed record ContinuationRequest(int Id, string Context, string Continuation)
{
    /// <summary>Whether the token that begins texts stands before the context, unless the context begins with it already.</summary>
    public bool AddsBeginToken { get; init; }

    /// <summary>Whether the moments of log p over the vocabulary are wanted too.</summary>
    public bool Moments { get; init; }
}

/// <summary>A text to score as a whole.</summary>
/// <param name="Id">Chosen by the caller, unique in a call.</param>
/// <param name="Text">The text; not empty.</param>
public sealed record TextRequest(int Id, string Text)
{
    /// <summary>Whether the moments of log p over the vocabulary are wanted too.</summary>
    public bool Moments { get; init; }
}

/// <summary>What is known of a token beside its log-probability.</summary>
/// <param name="Rank">How many tokens of the vocabulary are more probable: 0 for the most probable one.</param>
/// <param name="Margin">Its logit minus the greatest logit of the other tokens, in nats: negative where it is not the most probable one. Where this
/// is near 0, another machine may choose another token.</param>
/// <param name="MeanLogProb">Σ p·log p over the vocabulary, in nats; NaN where it was not asked for.</param>
/// <param name="VarianceLogProb">Σ p·log² p minus the mean's square, in nats²; NaN where it was not asked for (Min-K%++, Zhang et al. 2024).</param>
public readonly record struct TokenDetail(int Rank, double Margin, double MeanLogProb, double VarianceLogProb);

/// <summary>A scored text.</summary>
/// <param name="Id">Id of the request.</param>
/// <param name="TokenIds">Its tokens.</param>
/// <param name="LogProbs">Log p of each, in nats; same length.</param>
public sealed record ScoredText(int Id, IReadOnlyList<int> TokenIds, IReadOnlyList<double> LogProbs)
{
    /// <summary>What else is known of each token; empty where the model does not say.</summary>
    public IReadOnlyList<TokenDetail> Details { get; init; } = [];
}

/// <summary>A scored continuation.</summary>
/// <param name="Id">Id of the request.</param>
/// <param name="TokenIds">Tokens of the continuation.</param>
/// <param name="LogProbs">Log p of each, in nats, given everything before it; same length.</param>
/// <param name="IsGreedy">Whether each token is the most probable one at its place.</param>
public sealed record ScoredContinuation(int Id, IReadOnlyList<int> TokenIds, IReadOnlyList<double> LogProbs, bool IsGreedy)
{
    /// <summary>What else is known of each token; empty where the model does not say.</summary>
    public IReadOnlyList<TokenDetail> Details { get; init; } = [];

    /// <summary>Whether it was computed earlier and kept; what decides it is the same.</summary>
    public bool FromCache { get; init; }
}

/// <summary>How tokens are drawn.</summary>
/// <param name="Temperature">0 for greedy: the most probable token, the lowest id on ties.</param>
/// <param name="TopP">Nucleus: the smallest set of tokens whose probability reaches this; 1 for all.</param>
public sealed record Sampling(double Temperature, double TopP = 1)
{
    /// <summary>Only so many of the most probable tokens; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Only tokens at least this fraction as probable as the most probable one, in [0, 1]; 0 for all (Nguyen et al. 2024).</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Logits of tokens that occur in prompt or answer are divided by this where positive and multiplied where negative, before everything else
    /// (Keskar et al. 2019, CTRL; transformers, RepetitionPenaltyLogitsProcessor); 1 for none.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Always the most probable token.</summary>
    public static Sampling Greedy { get; } = new(0);
}

/// <summary>One turn of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>; what else there is depends on the model.</param>
/// <param name="Content">What was said.</param>
public sealed record ChatMessage(string Role, string Content);

/// <summary>A text to generate.</summary>
/// <param name="Id">Chosen by the caller, unique in a call.</param>
/// <param name="Prompt">The text before.</param>
/// <param name="MaxTokens">Most tokens to generate, at least 1.</param>
/// <param name="Stop">Texts that end the answer; neither they nor anything after them is part of it.</param>
/// <param name="Sampling">How tokens are drawn.</param>
/// <param name="Seed">Seed of the draws; the same request with the same seed gives the same answer.</param>
public sealed record GenerationRequest(int Id, string Prompt, int MaxTokens, IReadOnlyList<string> Stop, Sampling Sampling, long Seed = 0)
{
    /// <summary>Whether the token that begins texts stands before the prompt, unless the prompt begins with it already.</summary>
    public bool AddsBeginToken { get; init; }

    /// <summary>A conversation to answer instead of a text to go on with; the prompt is then empty. The model puts its own chat template round it.</summary>
    public IReadOnlyList<ChatMessage>? Messages { get; init; }
}

/// <summary>A generated answer.</summary>
/// <param name="Id">Id of the request.</param>
/// <param name="Text">The text, without a stop text.</param>
/// <param name="TokenIds">Every token that was generated, those of a stop text included; empty where an endpoint does not say.</param>
/// <param name="LogProbs">Log p of each under the model (temperature 1), in nats; same length.</param>
/// <param name="FinishReason"><c>stop</c> (a stop text or the end-of-text token) or <c>length</c>.</param>
public sealed record GeneratedText(int Id, string Text, IReadOnlyList<int> TokenIds, IReadOnlyList<double> LogProbs, string FinishReason)
{
    /// <summary>
    /// Greatest minus second greatest logit at each token, in nats: where a greedy answer has one near 0, another machine may go on otherwise. Empty
    /// where the model does not say.
    /// </summary>
    public IReadOnlyList<double> Margins { get; init; } = [];

    /// <summary>Whether it was computed earlier and kept; what decides it is the same.</summary>
    public bool FromCache { get; init; }
}

/// <summary>A piece of a generated answer: one token.</summary>
/// <param name="TokenId">The token; -1 where an endpoint does not say.</param>
/// <param name="Text">What it adds to the text; empty while a character or a possible stop text is unfinished.</param>
/// <param name="FinishReason">Why the answer ends here; null where it goes on.</param>
public sealed record GeneratedPiece(int TokenId, string Text, string? FinishReason)
{
    /// <summary>When it was there, on the clock of the model's time provider, since the request was made.</summary>
    public TimeSpan At { get; init; }
}
