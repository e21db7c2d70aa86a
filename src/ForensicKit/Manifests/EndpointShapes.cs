namespace ForensicKit.Manifests;

/// <summary>The <c>endpoint</c> of a model manifest.</summary>
internal static class EndpointShapes
{
    // Neither user name nor query: a key never stands in an address.
    private static readonly ValueShape s_address = new(
        "an address that starts with https://, or http:// on this machine", "^https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~!$&()*+,;=:%-]+)*/?$",
        "Give it in full, for example https://host/v1, without user name, '?' or '#': keys come from the environment.")
    {
        MaximumLength = 1000,
    };

    private static readonly ValueShape s_served = new("a model's name on its server", "^[!-~]([ -~]*[!-~])?$", "Write the name as the server's list of models has it.") { MaximumLength = 300 };

    private static readonly ValueShape s_variable = new("the name of an environment variable", "^[A-Za-z_][A-Za-z0-9_]*$", "Write the variable's name, never the key itself.") { MaximumLength = 100 };

    /// <summary>The shape.</summary>
    public static ObjectShape Endpoint { get; } = new("an endpoint", "endpoints",
    [
        new("url", s_address, true, "Address below which OpenAI's interface lies, without the last part: https://host/v1."),
        new("model", s_served, true, "The model's name there."),
        new("api", Shapes.OneOf("completions", "chat"), true, "The interface: texts are gone on with, or conversations answered. Choices and whole texts are scored through completions alone, where the server gives log-probabilities of a prompt (echo, or vLLM's prompt_logprobs)."),
        new("server", Shapes.OneOf("vllm", "llama-cpp", "sglang", "openai"), false, "The server program. Leave it out to go by what the server says; it decides how top-k, min-p and a repetition penalty are asked for."),
        new("key_environment", s_variable, false, "Name of the environment variable that holds the key. Leave it out where none is asked for. The key itself is never written down."),
        new("allow_plain_http", Shapes.Truth, false, "Whether http:// may lead to another machine, where everything, the key included, can be read on the way. Left out: no."),
        new("context_length", Shapes.Between(3, 100_000_000), false, "Most tokens of prompt and answer together. Leave it out where the server says it (vLLM, llama.cpp)."),
        new("concurrency", Shapes.Between(1, 4096), false, "Most requests at a time. Left out: 4."),
        new("requests_per_minute", Shapes.Count, false, "Most requests in any 60 seconds. Left out: no limit."),
        new("tokens_per_minute", Shapes.Count, false, "Most tokens, of prompts and answers, in any 60 seconds. Left out: no limit."),
        new("timeout_seconds", Shapes.Between(1, 86_400), false, "Seconds within which a request is answered in full. Left out: 600."),
        new("stall_seconds", Shapes.Between(1, 86_400), false, "Seconds within which the next piece of a streamed answer follows. Left out: 60."),
        new("attempts", Shapes.Between(1, 100), false, "How often a request is made at most when it fails for a passing reason: too many requests, a failing server, a cut connection. Left out: 6."),
        new("prompt_as_message", Shapes.Truth, false, "Whether a chat interface is asked a plain prompt as the one message of a user. Left out: no, such prompts are refused."),
        new("empty_context", Shapes.Text, false, "Text that stands for an empty context where texts are scored, for example the token that ends texts. Left out: the server's own beginning."),
        new("tokenizer", Shapes.Name, false, "Id of the artifact with the model's tokenizer.json. With it the kit sends tokens, as lm-evaluation-harness does; left out, the server splits texts and context and continuation are told apart by their places in the text."),
        new("chat_template", Shapes.Name, false, "Id of the artifact with the model's tokenizer_config.json: conversations then become prompts here and go through completions as tokens. Needs 'tokenizer'."),
    ]);

    /// <summary>An endpoint from a node that passed its schema.</summary>
    public static ModelEndpoint Read(MapNode node)
    {
        var defaults = new ModelEndpoint { Url = node.Text("url"), Model = node.Text("model"), Api = node.Text("api") == "chat" ? EndpointApi.Chat : EndpointApi.Completions };
        return defaults with
        {
            Server = node.OptionalText("server"),
            KeyEnvironment = node.OptionalText("key_environment"),
            AllowPlainHttp = node.IsTrue("allow_plain_http"),
            ContextLength = node.OptionalCount("context_length"),
            Concurrency = node.OptionalCount("concurrency") ?? defaults.Concurrency,
            RequestsPerMinute = node.OptionalCount("requests_per_minute"),
            TokensPerMinute = node.OptionalCount("tokens_per_minute"),
            TimeoutSeconds = node.OptionalCount("timeout_seconds") ?? defaults.TimeoutSeconds,
            StallSeconds = node.OptionalCount("stall_seconds") ?? defaults.StallSeconds,
            Attempts = node.OptionalCount("attempts") ?? defaults.Attempts,
            PromptAsMessage = node.IsTrue("prompt_as_message"),
            EmptyContext = node.OptionalText("empty_context"),
            Tokenizer = node.OptionalText("tokenizer"),
            ChatTemplate = node.OptionalText("chat_template"),
        };
    }
}
