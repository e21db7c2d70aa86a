using System.Text.Json.Nodes;
using ForensicKit.Manifests;
using ForensicKit.Models;

namespace ForensicKit.Inference.Endpoints;

/// <summary>
/// What server programs call things beyond OpenAI's interface, and what they do unless told otherwise: sources are vLLM's protocol.py and
/// SamplingParams, SGLang's protocol.py, and llama.cpp's tools/server/README.md.
/// </summary>
internal sealed class ServerProgram
{
    private ServerProgram(string name) => Name = name;

    /// <summary><c>vllm</c>, <c>llama-cpp</c>, <c>sglang</c>, <c>openai</c> or <c>unknown</c>.</summary>
    public string Name { get; }

    /// <summary>The names a manifest may give.</summary>
    public static IReadOnlyList<string> Names { get; } = ["vllm", "llama-cpp", "sglang", "openai"];

    /// <summary>The program a manifest names.</summary>
    public static ServerProgram Named(string name) => new(name);

    /// <summary>The program that a server's list of models and header speak of.</summary>
    public static ServerProgram Recognised(string? ownedBy, string? serverHeader) => new((ownedBy, serverHeader) switch
    {
        ("vllm", _) => "vllm",
        ("sglang", _) => "sglang",
        ("llamacpp", _) or (_, "llama.cpp") => "llama-cpp",
        ("openai" or "openai-internal" or "system", _) => "openai",
        _ => "unknown",
    });

    /// <summary>Whether log-probabilities of the prompt come as vLLM's <c>prompt_logprobs</c>.</summary>
    public bool HasPromptLogProbs => Name == "vllm";

    /// <summary>Most stop texts it takes; what is beyond is cut off here.</summary>
    public int MostStops => Name is "openai" or "unknown" ? 4 : 16;

    /// <summary>The name of the most tokens of an answer.</summary>
    public string MaxTokens(EndpointApi api) => Name == "openai" && api == EndpointApi.Chat ? "max_completion_tokens" : "max_tokens";

    /// <summary>Writes how tokens are drawn into a question, and puts out what a server would do besides.</summary>
    /// <exception cref="KitException">The server is not known to take it.</exception>
    public void Write(JsonObject question, Sampling sampling, string model)
    {
        question["temperature"] = sampling.Temperature;
        question["top_p"] = sampling.TopP;
        switch (Name)
        {
            case "vllm" or "sglang":
                // Otherwise the defaults of the model's generation_config.json hold.
                question["top_k"] = sampling.TopK > 0 ? sampling.TopK : -1;
                question["min_p"] = sampling.MinP;
                question["repetition_penalty"] = sampling.RepetitionPenalty;
                break;
            case "llama-cpp":
                question["top_k"] = sampling.TopK;
                question["min_p"] = sampling.MinP;
                question["repeat_penalty"] = sampling.RepetitionPenalty;
                // Otherwise only the last 64 tokens count; some versions refuse -1 for all.
                if (sampling.RepetitionPenalty is not 1)
                    question["repeat_last_n"] = 1 << 17;
                // Its own order draws before it tempers; and what other requests left in its cache would decide close calls.
                question["samplers"] = new JsonArray("penalties", "temperature", "top_k", "top_p", "min_p");
                question["cache_prompt"] = false;
                break;
            default:
                var unknown = sampling switch
                {
                    { TopK: not 0 } => "top_k",
                    { MinP: not 0 } => "min_p",
                    { RepetitionPenalty: not 1 } => "repetition_penalty",
                    _ => null,
                };
                if (unknown is not null)
                    throw new KitException($"The endpoint is not known to take '{unknown}'.", model, $"Name its program as 'server' in the model's manifest ({string.Join(", ", Names)}), or ask without it.");
                break;
        }
    }

    /// <summary>Asks for the ids of tokens where the program gives them.</summary>
    public void WriteTokenIds(JsonObject question)
    {
        if (Name == "vllm")
            question["return_token_ids"] = true;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
