using System.Text.Json.Nodes;

namespace ForensicKit.EndpointServer;

/// <summary>What the server answers to one request.</summary>
internal sealed class Answers(Scenario scenario, Request request, bool isProbe)
{
    private const string Id = "answer-1";
    private readonly JsonObject _asked = request.Json;

    private bool IsChat => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal);

    private int MaxTokens => (_asked["max_tokens"] ?? _asked["max_completion_tokens"])?.GetValue<int>() ?? 16;

    private bool Echo => _asked["echo"]?.GetValue<bool>() == true && !scenario.Has("noecho");

    private string Prompt => IsChat
        ? string.Join('\n', _asked["messages"]!.AsArray().Select(m => $"{m!["role"]}: {m["content"]}"))
        : _asked["prompt"] is JsonArray ids ? string.Concat(ids.Select(id => $" t{id}")) : _asked["prompt"]!.GetValue<string>();

    /// <summary>Why the question is refused; null where it is not.</summary>
    public string? Refusal() => true switch
    {
        _ when scenario.Has("nologprobs") && _asked.ContainsKey("logprobs") => "logprobs are not served",
        _ when scenario.Has("echo1") && MaxTokens == 0 => "max_tokens must be at least 1",
        _ when scenario.Has("refuseecho") && _asked.ContainsKey("echo") => "echo is not served",
        _ when scenario.Has("strict") && _asked.ContainsKey("top_k") => "unknown field top_k",
        _ => null,
    };

    /// <summary>A whole answer.</summary>
    public JsonObject Whole()
    {
        var (words, reason) = WordModel.Answer(Prompt, MaxTokens);
        var choice = new JsonObject { ["index"] = 0, ["finish_reason"] = reason };
        var text = string.Concat(words.Select(w => w.Text)) + (scenario.Has("key") && !isProbe ? " " + request.Headers.GetValueOrDefault("Authorization")![7..] : "");
        if (!scenario.Has("leavestop"))
            text = Stopped(text, choice);
        if (IsChat)
        {
            choice["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text };
            if (_asked["logprobs"]?.GetValue<bool>() == true)
                choice["logprobs"] = new JsonObject { ["content"] = new JsonArray([.. words.Select(w => (JsonNode?)Content(w))]) };
        }
        else
        {
            choice["text"] = Echo ? (scenario.Has("prefix") && !isProbe ? "Other" : "") + Prompt + text : text;
            if (_asked["logprobs"] is not null)
                choice["logprobs"] = Lists(words);
            if (_asked["prompt_logprobs"] is not null)
                PromptLogProbs(choice);
            if (_asked["return_token_ids"]?.GetValue<bool>() == true)
                choice["token_ids"] = new JsonArray([.. words.Select(w => (JsonNode?)w.Id)]);
        }

        var answer = new JsonObject
        {
            ["id"] = Id,
            ["model"] = "word-model-1",
            ["choices"] = new JsonArray(choice),
            ["usage"] = Usage(words.Count),
        };
        if (!isProbe)
            Faults.Spoil(scenario, answer);
        return answer;
    }

    /// <summary>The pieces of a streamed answer.</summary>
    public IEnumerable<JsonObject> Pieces()
    {
        var (words, reason) = WordModel.Answer(Prompt, MaxTokens);
        if (IsChat)
            yield return Piece(new JsonObject { ["role"] = "assistant", ["content"] = "" }, null);
        for (var i = 0; i < words.Count; i++)
        {
            var text = words[i].Text;
            if (scenario.Has("key") && i == 1)
                text = request.Headers.GetValueOrDefault("Authorization")![7..15];
            if (scenario.Has("key") && i == 2)
                text = request.Headers.GetValueOrDefault("Authorization")![15..];
            var piece = Piece(IsChat ? new JsonObject { ["content"] = text } : text, null);
            if (scenario.Has("otherid") && i == 2)
                piece["id"] = "answer-2";
            if (scenario.Has("late"))
                piece["choices"]![0]!["finish_reason"] = i == 1 ? "stop" : null;
            yield return piece;
        }

        if (!scenario.Has("noend"))
            yield return Piece(IsChat ? new JsonObject() : "", reason);
        if (_asked["stream_options"] is not null)
            yield return new() { ["id"] = Id, ["model"] = "word-model-1", ["choices"] = new JsonArray(), ["usage"] = Usage(words.Count) };
    }

    private JsonObject Piece(JsonNode said, string? reason) => new()
    {
        ["id"] = Id,
        ["model"] = "word-model-1",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, [IsChat ? "delta" : "text"] = said, ["finish_reason"] = reason }),
    };

    private JsonObject Usage(int words)
    {
        var prompt = WordModel.Tokens(Prompt).Count;
        return new() { ["prompt_tokens"] = prompt, ["completion_tokens"] = words, ["total_tokens"] = prompt + words };
    }

    private string Stopped(string text, JsonObject choice)
    {
        foreach (var stop in (_asked["stop"] as JsonArray)?.Select(s => s!.GetValue<string>()) ?? [])
        {
            if (text.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var at)
            {
                text = text[..at];
                choice["finish_reason"] = "stop";
            }
        }

        return text;
    }

    private static JsonObject Content(Word word) => new()
    {
        ["token"] = word.Text,
        ["logprob"] = word.LogProb,
        ["top_logprobs"] = new JsonArray([.. word.Top.Select((t, i) => (JsonNode?)new JsonObject { ["token"] = i == 0 ? word.Text : "x", ["logprob"] = t })]),
    };

    private JsonObject Lists(IReadOnlyList<Word> answer)
    {
        var prompt = Echo ? WordModel.Tokens(Prompt) : [];
        if (Echo && scenario.Has("bos"))
            prompt = [new("<s>", 0, 0), .. prompt];
        var words = prompt.Concat(answer).ToList();
        var offsets = new JsonArray();
        // In characters, as Python counts them; a hidden first token is counted too where there is one.
        var at = Echo ? 0 : Prompt.EnumerateRunes().Count();
        foreach (var word in words)
        {
            offsets.Add((JsonNode?)at);
            at += word.Text.EnumerateRunes().Count();
        }

        var hides = scenario.Has("halves");
        return new()
        {
            ["tokens"] = new JsonArray([.. words.Select(w => (JsonNode?)(hides && w.Text.Any(c => c > 127) ? "\uFFFD" : w.Text))]),
            ["token_logprobs"] = new JsonArray([.. words.Select((w, i) => Echo && i == 0 ? null : (JsonNode?)w.LogProb)]),
            ["top_logprobs"] = new JsonArray([.. words.Select((w, i) => Echo && i == 0 ? null : (JsonNode?)new JsonObject { ["a"] = w.Top[0], ["b"] = w.Top[1] })]),
            ["text_offset"] = offsets,
        };
    }

    // As vLLM gives them: a map from ids for each token, its own first.
    private void PromptLogProbs(JsonObject choice)
    {
        var words = WordModel.Tokens(Prompt);
        choice["prompt_logprobs"] = new JsonArray([.. words.Select((w, i) =>
        {
            if (i == 0)
                return (JsonNode?)null;
            if (scenario.Has("wrongids") && !isProbe)
                w = new(w.Text + "!", w.LogProb, w.Rank);
            var entry = new JsonObject { [w.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)] = Entry(w.LogProb, w.Rank + 1, w.Text) };
            for (var k = 0; k < 2; k++)
            {
                if (k != w.Rank)
                    entry[(60_000 + k).ToString(System.Globalization.CultureInfo.InvariantCulture)] = Entry(w.Top[k], k + 1, "other");
            }

            return entry;
        })]);

        static JsonObject Entry(double logProb, int rank, string token) => new() { ["logprob"] = logProb, ["rank"] = rank, ["decoded_token"] = token };
    }
}
