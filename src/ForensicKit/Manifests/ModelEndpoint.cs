using System.Text.Json;

namespace ForensicKit.Manifests;

/// <summary>Which of a server's interfaces is asked.</summary>
public enum EndpointApi
{
    /// <summary><c>/completions</c>: texts are gone on with.</summary>
    Completions,

    /// <summary><c>/chat/completions</c>: conversations are answered.</summary>
    Chat,
}

/// <summary>A server that answers for a model through OpenAI's interface, and what it may be asked.</summary>
public sealed record ModelEndpoint
{
    /// <summary>Address below which the interface lies, for example <c>https://host/v1</c>.</summary>
    public required string Url { get; init; }

    /// <summary>The model's name there.</summary>
    public required string Model { get; init; }

    /// <summary>The interface.</summary>
    public required EndpointApi Api { get; init; }

    /// <summary>The server program where it is known: <c>vllm</c>, <c>llama-cpp</c>, <c>sglang</c> or <c>openai</c>; null to go by what it says.</summary>
    public string? Server { get; init; }

    /// <summary>Name of the environment variable that holds the key; null where none is asked for.</summary>
    public string? KeyEnvironment { get; init; }

    /// <summary>Whether <c>http://</c> may lead to another machine: everything, the key included, then travels unprotected.</summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>Most tokens of prompt and answer together; null to go by what the server says.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Most requests at a time.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Most requests in any 60 seconds; null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Most tokens, of prompts and answers, in any 60 seconds; null for no limit.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>Seconds within which a request is answered in full.</summary>
    public int TimeoutSeconds { get; init; } = 600;

    /// <summary>Seconds within which the next piece of a streamed answer follows the last.</summary>
    public int StallSeconds { get; init; } = 60;

    /// <summary>How often a request is made at most when it fails for a passing reason.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Whether a plain prompt is put to a chat interface as the one message of a user.</summary>
    public bool PromptAsMessage { get; init; }

    /// <summary>Text that stands for an empty context where texts are scored, for example <c>&lt;|endoftext|&gt;</c>; null for none.</summary>
    public string? EmptyContext { get; init; }

    /// <summary>Everything here that decides answers, as one text: limits, waiting and the key do not.</summary>
    public string Identity => JsonSerializer.Serialize(new SortedDictionary<string, string?>(StringComparer.Ordinal)
    {
        ["url"] = Url,
        ["model"] = Model,
        ["api"] = Api.ToString(),
        ["server"] = Server,
        ["prompt_as_message"] = PromptAsMessage ? "true" : null,
        ["empty_context"] = EmptyContext,
        ["tokenizer"] = Tokenizer,
        ["chat_template"] = ChatTemplate,
    });

    /// <summary>Id of the artifact with the model's tokenizer.json; null where the server splits texts into tokens.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Id of the artifact with the model's tokenizer_config.json, for its chat template; null where the server keeps it.</summary>
    public string? ChatTemplate { get; init; }
}
