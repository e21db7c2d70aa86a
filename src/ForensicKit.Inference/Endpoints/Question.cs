using System.Text;
using System.Text.Json.Nodes;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Endpoints;

/// <summary>What is asked of a server, as the interface wants it.</summary>
/// <param name="Body">JSON, UTF-8.</param>
/// <param name="Tokens">What it is thought to count for: servers count tokens, of which English has about four characters.</param>
internal sealed record Question(byte[] Body, long Tokens);

/// <summary>Writes questions for one endpoint.</summary>
internal sealed class QuestionWriter(ModelEndpoint endpoint, ServerProgram program)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Path of the interface below the address.</summary>
    public string Path => endpoint.Api == EndpointApi.Chat ? "chat/completions" : "completions";

    /// <summary>A text to go on with or a conversation to answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="prompt">The prompt: its text, or its tokens where the kit splits it.</param>
    /// <param name="logProbs">Whether log-probabilities are asked for.</param>
    /// <param name="stream">Whether the answer comes in pieces.</param>
    public Question Generation(GenerationRequest request, JsonNode prompt, bool logProbs, bool stream)
    {
        var body = new JsonObject { ["model"] = endpoint.Model };
        if (endpoint.Api == EndpointApi.Chat)
        {
            body["messages"] = prompt;
            if (logProbs)
                (body["logprobs"], body["top_logprobs"]) = (true, 2);
        }
        else
        {
            body["prompt"] = prompt;
            if (logProbs)
                body["logprobs"] = 2;
        }

        body[program.MaxTokens(endpoint.Api)] = request.MaxTokens;
        program.Write(body, request.Sampling, endpoint.Model);
        body["seed"] = Seed(request.Seed);
        if (request.Stop.Count > 0)
            body["stop"] = new JsonArray([.. request.Stop.Take(program.MostStops).Select(stop => (JsonNode?)JsonValue.Create(stop))]);
        if (stream)
        {
            body["stream"] = true;
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        program.WriteTokenIds(body);
        return Of(body, prompt, request.MaxTokens);
    }

    /// <summary>A prompt whose tokens' log-probabilities are asked for.</summary>
    /// <param name="prompt">The prompt: its text, or its tokens where the kit splits it.</param>
    /// <param name="maxTokens">Tokens to generate besides: 0, or 1 where a server refuses 0.</param>
    public Question Score(JsonNode prompt, int maxTokens)
    {
        var body = new JsonObject { ["model"] = endpoint.Model, ["prompt"] = prompt, ["max_tokens"] = maxTokens, ["temperature"] = 0.0 };
        if (program.HasPromptLogProbs)
        {
            body["prompt_logprobs"] = 2;
        }
        else
        {
            body["echo"] = true;
            body["logprobs"] = 2;
        }

        return Of(body, prompt, maxTokens);
    }

    /// <summary>A conversation as the interface wants it.</summary>
    public static JsonNode Messages(IEnumerable<ChatMessage> messages) =>
        new JsonArray([.. messages.Select(m => (JsonNode?)new JsonObject { ["role"] = m.Role, ["content"] = m.Content })]);

    /// <summary>Refuses a text that cannot be sent as it is.</summary>
    /// <exception cref="KitException">It has half of a character that is written as two.</exception>
    public static void CheckText(string text, string where)
    {
        try
        {
            _ = s_strict.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new KitException("A text is not valid Unicode and cannot be sent.", where, innerException: e);
        }
    }

    /// <summary>A seed that every server takes: some know 31 bits only.</summary>
    public static int Seed(long seed) => (int)((seed ^ (seed >> 31) ^ (seed >> 62)) & int.MaxValue);

    private static Question Of(JsonObject body, JsonNode prompt, int maxTokens) =>
        new(Encoding.UTF8.GetBytes(body.ToJsonString()), (prompt is JsonArray { Count: > 0 } list && list[0] is JsonValue ? list.Count : prompt.ToJsonString().Length / 4) + maxTokens);
}
