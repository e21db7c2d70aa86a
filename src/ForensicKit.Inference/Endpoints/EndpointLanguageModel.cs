using System.Globalization;
using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using ForensicKit.Inference.Tokenizers;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Endpoints;

/// <summary>A language model behind OpenAI's interface: vLLM, llama.cpp's server, SGLang, a hosted one.</summary>
/// <remarks>
/// Nothing is claimed of it that the server does not say: no hash of weights, no data type, no token ids or margins that are not in the answers. Texts
/// are sent as they are, so whether a token that begins texts comes before them is the server's doing; with the model's tokenizer at hand tokens are
/// sent instead, without special ones, as the kit's own engine and lm-evaluation-harness do.
/// </remarks>
public sealed class EndpointLanguageModel : ILanguageModel, IServedModel
{
    private readonly ModelEndpoint _endpoint;
    private readonly EndpointSurroundings _surroundings;
    private readonly EndpointTransport _transport;
    private readonly EndpointAbilities _abilities;
    private readonly EndpointGeneration _generation;
    private readonly EndpointScoring _scoring;
    private readonly Tokenizer? _tokenizer;
    private readonly string _where;

    private EndpointLanguageModel(
        string name, string where, ModelEndpoint endpoint, EndpointSurroundings surroundings, EndpointTransport transport, EndpointAbilities abilities, AnsweringModel model, Uri address)
    {
        (_endpoint, _surroundings, _transport, _abilities, _where) = (endpoint, surroundings, transport, abilities, where);
        _tokenizer = surroundings.TokenizerFile is { } file ? Tokenizer.Load(file) : null;
        var contextLength = endpoint.ContextLength ?? abilities.ContextLength ?? throw new KitException(
            "The endpoint does not say how long a context the model has.", where, "Give 'context_length' of the endpoint in the model's manifest.");
        var questions = new QuestionWriter(endpoint, abilities.Program);
        _generation = new(transport, questions, endpoint.Api, abilities.GivesLogProbs, model, surroundings.Clock);
        _scoring = new(transport, questions, endpoint, abilities, model, _tokenizer, contextLength);
        Description = new(
            name, null, _tokenizer?.Sha256, "endpoint", "not stated",
            string.Create(CultureInfo.InvariantCulture, $"the server's; at most {endpoint.Concurrency} requests at a time"), 0, Libraries(address, model), contextLength);
    }

    /// <inheritdoc/>
    public ModelDescription Description { get; }

    /// <inheritdoc/>
    public int Concurrency => _endpoint.Concurrency;

    /// <inheritdoc/>
    public ModelUsage Usage => _transport.Usage.Current;

    /// <summary>Opens an endpoint: takes the key from the environment and asks the server a handful of tiny questions about what it can do.</summary>
    /// <param name="name">The model's name for people.</param>
    /// <param name="endpoint">Where it is and how it may be asked.</param>
    /// <param name="where">The manifest, for messages.</param>
    /// <param name="surroundings">Clock, chance and files.</param>
    /// <param name="cancellationToken">Stops the asking.</param>
    /// <exception cref="KitException">The address is none that a key may be sent to, there is no key, or the server does not answer.</exception>
    public static async Task<EndpointLanguageModel> OpenAsync(string name, ModelEndpoint endpoint, string where, EndpointSurroundings surroundings, CancellationToken cancellationToken)
    {
        var address = EndpointAddress.Parse(endpoint.Url, endpoint.AllowPlainHttp);
        var key = endpoint.KeyEnvironment is { } variable ? EndpointKey.FromEnvironment(variable) : null;
        var transport = new EndpointTransport(endpoint, address, key, surroundings);
        try
        {
            var model = new AnsweringModel();
            var abilities = await new EndpointProbe(endpoint, transport, model).AskAsync(cancellationToken);
            return new(name, where, endpoint, surroundings, transport, abilities, model, address);
        }
        catch (EndpointFailure e)
        {
            var told = Told(e, transport, endpoint, where);
            transport.Dispose();
            throw told;
        }
        catch
        {
            transport.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ScoredContinuation> ScoreAsync(IReadOnlyList<ContinuationRequest> requests, CancellationToken cancellationToken)
    {
        CheckScoring(requests.Any(r => r.Moments));
        return AskAsync(requests, _scoring.AskAsync, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<ScoredText> ScoreTextsAsync(IReadOnlyList<TextRequest> requests, CancellationToken cancellationToken)
    {
        CheckScoring(requests.Any(r => r.Moments));
        return AskAsync(requests, _scoring.AskAsync, cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<GeneratedText> GenerateAsync(IReadOnlyList<GenerationRequest> requests, CancellationToken cancellationToken)
    {
        // Nothing is asked where something cannot be.
        var prompts = requests.Select(r => (Request: r, Prompt: Prompt(r))).ToList();
        return AskAsync(prompts, (p, now, giveUp) => _generation.AskAsync(p.Request, p.Prompt, now, giveUp), cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var pieces = _generation.StreamAsync(request, Prompt(request), cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await pieces.MoveNextAsync())
                    break;
            }
            catch (EndpointFailure e)
            {
                throw Told(e, _transport, _endpoint, _where);
            }

            yield return pieces.Current;
        }
    }

    /// <inheritdoc/>
    public string FormatChat(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = true) => _surroundings.ChatTemplate is { } template
        ? template(messages, addGenerationPrompt)
        : throw new KitException("The server keeps the model's chat template, and nothing here has it.", _where, "Ask with messages through an endpoint with 'api: chat'.");

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _transport.Dispose();

    private IAsyncEnumerable<TAnswer> AskAsync<TRequest, TAnswer>(
        IReadOnlyList<TRequest> requests, Func<TRequest, CancellationToken, CancellationToken, Task<TAnswer>> ask, CancellationToken cancellationToken) => FanOut.AskAsync(
        requests, _endpoint.Concurrency, async (request, now, giveUp) =>
        {
            try
            {
                return await ask(request, now, giveUp);
            }
            catch (EndpointFailure e)
            {
                throw Told(e, _transport, _endpoint, _where);
            }
        },
        cancellationToken);

    private JsonNode Prompt(GenerationRequest request)
    {
        var where = string.Create(CultureInfo.InvariantCulture, $"request {request.Id}");
        if (request.MaxTokens < 1)
            throw new KitException("At least one token must be asked for.", where);
        if (request.Messages is { } said)
        {
            foreach (var message in said)
                QuestionWriter.CheckText(message.Content, where);
        }

        QuestionWriter.CheckText(request.Prompt, where);
        if (request.AddsBeginToken)
            throw new KitException("The server decides whether the token that begins texts stands before a prompt.", where, "Leave 'begin_token' out of the protocol.");
        if (_endpoint.Api == EndpointApi.Chat)
        {
            return (request.Messages, _endpoint.PromptAsMessage) switch
            {
                ({ Count: > 0 } messages, _) => QuestionWriter.Messages(messages),
                (null, true) => QuestionWriter.Messages([new("user", request.Prompt)]),
                _ => throw new KitException(
                    "A plain text cannot be gone on with through a chat interface: the server puts its template round it.", _where,
                    "Ask through 'api: completions', or say 'prompt_as_message: true' to have each prompt answered as a user's message."),
            };
        }

        var text = request.Messages is { } conversation ? FormatChat(conversation) : request.Prompt;
        if (_tokenizer is null)
            return JsonValue.Create(text.Length > 0 ? text : _endpoint.EmptyContext ?? text);
        var ids = _tokenizer.Encode(text.Length > 0 ? text : _endpoint.EmptyContext ?? text, addSpecialTokens: false).Ids;
        return ids.Count > 0
            ? new JsonArray([.. ids.Select(id => (JsonNode?)JsonValue.Create(id))])
            : throw new KitException("A prompt is empty.", where, "Give 'empty_context' of the endpoint in the model's manifest, for example the token that ends texts.");
    }

    private void CheckScoring(bool moments)
    {
        if (_abilities.Scores == PromptScores.None)
        {
            throw new KitException(
                $"The endpoint gives no log-probabilities of a prompt ({_abilities.WhyNoScores}): choices and texts cannot be scored.", _where,
                "What can be measured through it are generated answers" + (_abilities.GivesLogProbs ? " with their log-probabilities" : "") + " and latency. For scores use the model's files, or a server with 'echo' or 'prompt_logprobs' (vLLM).",
                ExitCode.EnvironmentLacks);
        }

        if (moments)
            throw new KitException("The endpoint gives single log-probabilities, not their mean and variance over the vocabulary.", _where, "What needs them (Min-K%++) needs the model's files.", ExitCode.EnvironmentLacks);
    }

    private static KitException Told(EndpointFailure failure, EndpointTransport transport, ModelEndpoint endpoint, string where) => new(
        transport.Cleaned($"{failure.Message}") + $" (endpoint of the model '{endpoint.Model}')",
        where,
        failure.Status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when endpoint.KeyEnvironment is { } variable => $"Check the key in the environment variable {variable}.",
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "Name the environment variable that holds the key as 'key_environment' of the endpoint.",
            HttpStatusCode.NotFound => "Check 'url' and 'model' of the endpoint.",
            HttpStatusCode.TooManyRequests => "Lower 'concurrency' of the endpoint, or give 'requests_per_minute' or 'tokens_per_minute'.",
            _ => failure.IsPassing ? string.Create(CultureInfo.InvariantCulture, $"It was asked up to {endpoint.Attempts} times; what was answered before is kept. Try again later.") : null,
        },
        ExitCode.EnvironmentLacks, failure.InnerException);

    private Dictionary<string, string> Libraries(Uri address, AnsweringModel model)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ForensicKit.Inference"] = typeof(EndpointLanguageModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown",
            [".NET"] = Environment.Version.ToString(),
            ["endpoint"] = address.GetLeftPart(UriPartial.Path),
            ["endpoint api"] = _endpoint.Api == EndpointApi.Chat ? "chat" : "completions",
            ["endpoint model asked for"] = _endpoint.Model,
            ["endpoint model listed"] = _abilities.IsListed switch { true => "yes", false => "no", null => "no list" },
            ["endpoint program"] = _abilities.Program.Name + (_endpoint.Server is null ? "" : " (as the manifest says)"),
            ["endpoint log-probabilities"] = _abilities.GivesLogProbs ? "of answers" + (_abilities.Scores == PromptScores.None ? "" : " and prompts") : "none",
        };
        if (model.Name is { } answered)
            said["endpoint model that answers"] = _transport.Cleaned(answered);
        if (_transport.ServerHeader is { Length: > 0 } header)
            said["endpoint server header"] = header;
        if (_abilities.Fingerprint is { Length: > 0 } fingerprint)
            said["endpoint fingerprint"] = _transport.Cleaned(fingerprint);
        return said;
    }
}
