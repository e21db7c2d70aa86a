using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForensicKit.Inference.Engine;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Endpoints;

/// <summary>
/// Log-probabilities of prompts, as lm-evaluation-harness takes them from servers (models/openai_completions.py): context and continuation are one
/// prompt, and what belongs to the continuation is what begins at or after the context's end. With the model's tokenizer at hand the kit sends tokens
/// and cuts after as many as the context has (<see cref="ContinuationSplit"/>); without, the server's tokens are laid along the text.
/// </summary>
internal sealed class EndpointScoring(
    EndpointTransport transport, QuestionWriter questions, ModelEndpoint endpoint, EndpointAbilities abilities, AnsweringModel model, Tokenizer? tokenizer, int contextLength)
{
    // The last token of a prompt is in the context too here, and one is generated.
    private readonly ContinuationSplit? _split = tokenizer is null ? null : new(tokenizer, EmptyId(tokenizer, endpoint), begin: null, contextLength - 2);

    private int ExtraTokens => MaxTokens(abilities.Scores);

    /// <summary>Tokens that a server is asked to generate with a score.</summary>
    public static int MaxTokens(PromptScores way) => way == PromptScores.Echo ? 0 : 1;

    /// <summary>Scores a continuation.</summary>
    public async Task<ScoredContinuation> AskAsync(ContinuationRequest request, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"request {request.Id}");
        if (request.Continuation.Length == 0)
            throw new KitException("A continuation is empty.", where);
        if (request.AddsBeginToken)
            throw new KitException("The server decides whether the token that begins texts stands before a prompt.", where, "Leave 'begin_token' out of the protocol.");
        List<AnswerToken> tokens;
        if (_split is not null)
        {
            TokenPair pair;
            // It remembers the last context, and requests come from several threads.
            lock (_split)
                pair = _split.Split(request);
            tokens = await AskAsync(pair, where, cancellationToken, giveUp);
        }
        else
        {
            var context = ContinuationSplit.Trimmed(request.Context);
            var before = context.Length == 0 ? endpoint.EmptyContext ?? "" : context;
            tokens = await AskAsync(before, request.Context[context.Length..] + request.Continuation, where, cancellationToken, giveUp);
            if (tokens.Count == 0)
                throw new KitException("A continuation has no token of its own: its text merges with the context's.", where);
        }

        return new(request.Id, [.. tokens.Select(t => t.Id)], [.. tokens.Select(t => t.LogProb!.Value)], tokens.All(t => t.LogProb >= t.Top[0])) { Details = Details(tokens) };
    }

    /// <summary>Scores a text.</summary>
    public async Task<ScoredText> AskAsync(TextRequest request, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"request {request.Id}");
        if (request.Text.Length == 0)
            throw new KitException("A text has no token.", where);
        var tokens = new List<AnswerToken>();
        if (_split is null)
        {
            tokens.AddRange(await AskAsync(endpoint.EmptyContext ?? "", request.Text, where, cancellationToken, giveUp));
        }
        else
        {
            foreach (var pair in _split.Windows(request.Text, request.Id))
                tokens.AddRange(await AskAsync(pair, where, cancellationToken, giveUp));
        }

        return new(request.Id, [.. tokens.Select(t => t.Id)], [.. tokens.Select(t => t.LogProb!.Value)]) { Details = Details(tokens) };
    }

    /// <summary>The tokens of a prompt in an answer; with <see cref="PromptScores.EchoAndOne"/> what was generated comes behind.</summary>
    /// <exception cref="EndpointFailure">The answer has none, or not in the form asked for.</exception>
    public static IReadOnlyList<AnswerToken> Tokens(JsonElement answer, PromptScores way)
    {
        var choice = AnswerJson.Choice(answer) ?? throw AnswerJson.Wrong("choices", "a list of one");
        if (way != PromptScores.PromptLogProbs)
            return AnswerTokens.Of(choice);
        var entries = choice.List("prompt_logprobs") ?? [];
        var ids = choice.List("prompt_token_ids");
        return ids is null || ids.Count == entries.Count
            ? [.. entries.Select((entry, i) => OfPrompt(entry, ids is null ? null : AnswerTokens.Id(ids[i])))]
            : throw EndpointFailure.Broken("The lists of tokens and log-probabilities in the answer differ in length.");
    }

    /// <summary>The text that the tokens of an answer make up.</summary>
    /// <exception cref="EndpointFailure">The server did not give the prompt back as it was sent.</exception>
    public static string Echoed(JsonElement answer, PromptScores way, string prompt)
    {
        if (way == PromptScores.PromptLogProbs)
            return prompt;
        var text = AnswerJson.Choice(answer)?.Text("text") ?? "";
        return text.StartsWith(prompt, StringComparison.Ordinal) ? text : throw EndpointFailure.Broken("The answer does not begin with the prompt, which was asked back.");
    }

    private async Task<List<AnswerToken>> AskAsync(TokenPair pair, string where, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        int[] prompt = [.. pair.Context, .. pair.Continuation];
        if (prompt[0] < 0)
            throw NoContext(where);
        var answer = await AskAsync(new JsonArray([.. prompt.Select(id => (JsonNode?)JsonValue.Create(id))]), cancellationToken, giveUp);
        var tokens = Tokens(answer, abilities.Scores);
        if (tokens.Count < prompt.Length || tokens.Count > prompt.Length + ExtraTokens)
            throw EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"The answer has {tokens.Count} tokens where {prompt.Length} were sent."));
        if (tokens.Take(prompt.Length).Where((t, i) => t.Id >= 0 && t.Id != prompt[i]).Any())
            throw EndpointFailure.Broken("The answer's tokens are not those that were sent.");
        return Known([.. tokens.Skip(pair.Context.Length).Take(pair.Continuation.Length).Select((t, i) => t with { Id = pair.Continuation[i] })], where);
    }

    private async Task<List<AnswerToken>> AskAsync(string before, string text, string where, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        QuestionWriter.CheckText(before + text, where);
        var answer = await AskAsync(JsonValue.Create(before + text), cancellationToken, giveUp);
        var tokens = Tokens(answer, abilities.Scores);
        if (tokens.Count == 0)
            throw AnswerJson.Wrong("logprobs", "given for the prompt");
        var starts = PromptAlignment.Of(tokens, Echoed(answer, abilities.Scores, before + text), abilities.Scores == PromptScores.EchoAndOne ? 1 : 0)
            ?? throw new KitException(
                "Where the answer's tokens stand in the text cannot be told: some are parts of characters.", where, "Name the model's tokenizer.json as 'tokenizer' of the endpoint in its manifest: tokens are sent then.");
        return Known([.. tokens.Where((_, i) => starts[i] >= before.Length && starts[i] < before.Length + text.Length)], where);
    }

    private async Task<JsonElement> AskAsync(JsonNode prompt, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        var question = questions.Score(prompt, ExtraTokens);
        var answer = await transport.AskAsync(questions.Path, question.Body, question.Tokens, brief: false, cancellationToken, giveUp);
        model.Check(answer);
        return answer;
    }

    private static List<AnswerToken> Known(List<AnswerToken> tokens, string where)
    {
        if (tokens.Any(t => t.LogProb is null))
            throw NoContext(where);
        return tokens.All(t => t.Top.Count > 0) ? tokens : throw AnswerJson.Wrong("top_logprobs", "given for each token");
    }

    private static KitException NoContext(string where) => new(
        "The first token of a text has no log-probability: nothing comes before it.", where,
        "Give 'empty_context' of the endpoint in the model's manifest, for example the token that ends texts.");

    // All or none: a token's rank is known of the most probable ones alone unless the server says it of each.
    private static IReadOnlyList<TokenDetail> Details(List<AnswerToken> tokens) => tokens.All(t => t.Rank is not null && t.Top.Count >= 2)
        ? [.. tokens.Select(t => new TokenDetail(t.Rank!.Value, t.Rank == 0 ? t.Top[0] - t.Top[1] : t.LogProb!.Value - t.Top[0], double.NaN, double.NaN))]
        : [];

    // The token itself comes first, then the most probable ones, among which it may be.
    private static AnswerToken OfPrompt(JsonElement entry, int? id)
    {
        if (entry.ValueKind == JsonValueKind.Null)
            return new("", null, id ?? -1, []);
        if (entry.ValueKind != JsonValueKind.Object || !entry.EnumerateObject().Any())
            throw AnswerJson.Wrong("prompt_logprobs", "a list of maps");
        var own = id is { } known ? entry.EnumerateObject().FirstOrDefault(p => p.Name == known.ToString(CultureInfo.InvariantCulture)) : entry.EnumerateObject().First();
        if (own.Value.ValueKind != JsonValueKind.Object || !int.TryParse(own.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var ownId))
            throw AnswerJson.Wrong("prompt_logprobs", "a list of maps with the prompt's tokens");
        var logProb = own.Value.Field("logprob") is { } value ? AnswerJson.LogProb(value, "logprob") : throw AnswerJson.Wrong("logprob", "a number");
        var top = entry.EnumerateObject().Select(p => p.Value.Field("logprob") is { } other ? AnswerJson.TopLogProb(other, "logprob") : null).OfType<double>().OrderDescending().Take(2);
        return new(own.Value.Text("decoded_token") ?? "", logProb, ownId, [.. top], Rank: own.Value.Whole("rank") is > 0 and var rank ? rank - 1 : null);
    }

    private static int EmptyId(Tokenizer tokenizer, ModelEndpoint endpoint) =>
        endpoint.EmptyContext is { } text && tokenizer.Encode(text, addSpecialTokens: false).Ids is [.., var last] ? last : -1;
}
