using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ForensicKit.Inference.Engine;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Endpoints;

/// <summary>Generates answers: whole ones, and in pieces as they come.</summary>
internal sealed class EndpointGeneration(EndpointTransport transport, QuestionWriter questions, EndpointApi api, bool logProbs, AnsweringModel model, TimeProvider clock)
{
    /// <summary>One whole answer.</summary>
    public async Task<GeneratedText> AskAsync(GenerationRequest request, JsonNode prompt, CancellationToken cancellationToken, CancellationToken giveUp)
    {
        var question = questions.Generation(request, prompt, logProbs, stream: false);
        var answer = await transport.AskAsync(questions.Path, question.Body, question.Tokens, brief: false, cancellationToken, giveUp);
        model.Check(answer);
        var choice = AnswerJson.Choice(answer) ?? throw AnswerJson.Wrong("choices", "a list of one");
        var text = Text(choice, "message") ?? "";
        var reason = AnswerJson.FinishReason(choice) ?? throw AnswerJson.Wrong("finish_reason", "a text");
        var tokens = AnswerTokens.Of(choice);
        var ids = AnswerTokens.Ids(choice, tokens);
        if (Math.Max(tokens.Count, ids.Count) > request.MaxTokens)
            throw EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"The answer has more than the {request.MaxTokens} tokens that were asked for."));
        // The server is asked to stop, but some take few stop texts and some leave them in.
        var stops = new StopTexts(request.Stop);
        if (stops.Add(text))
        {
            (text, reason) = (stops.Text, "stop");
            tokens = UpToStop(tokens, request.Stop);
            ids = [.. ids.Take(tokens.Count > 0 ? tokens.Count : ids.Count)];
        }

        var known = tokens.Count > 0 && tokens.All(t => t.LogProb is not null);
        return new(request.Id, text, ids, known ? [.. tokens.Select(t => t.LogProb!.Value)] : [], reason)
        {
            Margins = known && tokens.All(t => t.MarginOfBest is not null) ? [.. tokens.Select(t => t.MarginOfBest!.Value)] : [],
        };
    }

    /// <summary>One answer, piece by piece.</summary>
    public async IAsyncEnumerable<GeneratedPiece> StreamAsync(GenerationRequest request, JsonNode prompt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var question = questions.Generation(request, prompt, logProbs: false, stream: true);
        var started = clock.GetTimestamp();
        var stops = new StopTexts(request.Stop);
        var whole = new StringBuilder();
        var (given, pieces, ended) = (0, 0L, false);
        string? id = null;
        await foreach (var answer in transport.StreamAsync(questions.Path, question.Body, question.Tokens, cancellationToken))
        {
            var at = clock.GetElapsedTime(started);
            model.Check(answer);
            CheckId(answer, ref id);
            if (AnswerJson.Choice(answer) is not { } choice)
                continue;
            var text = Text(choice, "delta");
            var reason = AnswerJson.FinishReason(choice);
            if (ended)
                throw EndpointFailure.Broken("The streamed answer goes on after its end.");
            // The first piece of a chat only says who speaks.
            if (string.IsNullOrEmpty(text) && reason is null && api == EndpointApi.Chat && choice.Field("delta") is { } delta && delta.Field("role") is not null && Thought(delta) is null)
                continue;
            if (++pieces > (4L * request.MaxTokens) + 256)
                throw EndpointFailure.Broken(string.Create(CultureInfo.InvariantCulture, $"The streamed answer has no end: {pieces} pieces where at most {request.MaxTokens} tokens were asked for."));
            whole.Append(text);
            if (transport.HoldsKey(Tail(whole, text)))
                throw EndpointFailure.HoldsKey();
            if (stops.Add(text ?? ""))
                reason = "stop";
            else if (reason is not null)
                stops.End();
            ended = reason is not null;
            var settled = stops.Settled;
            yield return new(TokenId(choice), stops.Part(given, settled), reason) { At = at };
            given = settled;
            // What follows a stop text that the server did not heed is not waited for; the server is: its count comes last.
            if (ended && reason == "stop" && AnswerJson.FinishReason(choice) is null)
                yield break;
        }

        if (!ended)
            throw new EndpointFailure("The streamed answer was cut: it has no end.", isPassing: true);
    }

    // A completion's text stands in the choice, a chat's in its message or delta. Null where there is none.
    private string? Text(JsonElement choice, string message)
    {
        if (api == EndpointApi.Completions)
            return choice.Text("text") ?? throw AnswerJson.Wrong("text", "a text");
        var said = choice.Field(message) ?? throw AnswerJson.Wrong(message, "an object");
        // OpenAI puts a refusal beside the content: it is what was said.
        return said.Text("content") ?? said.Text("refusal");
    }

    private static string? Thought(JsonElement delta) => delta.Text("reasoning_content") ?? delta.Text("reasoning");

    private static int TokenId(JsonElement choice) => choice.List("token_ids") is [var one] ? AnswerTokens.Id(one) : -1;

    private static void CheckId(JsonElement answer, ref string? id)
    {
        var said = answer.Text("id");
        if (id is not null && said is not null && said != id)
            throw EndpointFailure.Broken("The streamed answer holds pieces of another answer.");
        id ??= said;
    }

    // As much of the end as a key that ends in the new piece can lie in.
    private static string Tail(StringBuilder whole, string? piece) =>
        whole.ToString(Math.Max(0, whole.Length - (piece?.Length ?? 0) - 4096), whole.Length - Math.Max(0, whole.Length - (piece?.Length ?? 0) - 4096));

    private static List<AnswerToken> UpToStop(IReadOnlyList<AnswerToken> tokens, IReadOnlyList<string> stop)
    {
        var seen = new StopTexts(stop);
        var kept = new List<AnswerToken>();
        foreach (var token in tokens)
        {
            kept.Add(token);
            if (seen.Add(token.Token))
                break;
        }

        return kept;
    }
}
