using System.Text;
using System.Text.Json;

namespace ForensicKit.Inference.Endpoints;

/// <summary>A token of a prompt or answer as a server describes it.</summary>
/// <param name="Token">Its text; a part of a character is not always shown as what it is.</param>
/// <param name="LogProb">Log p, in nats; null for the first token of a prompt, which nothing precedes.</param>
/// <param name="Id">Its id; -1 where the server does not say.</param>
/// <param name="Top">Log-probabilities of the most probable tokens at its place, in nats, greatest first; empty where the server does not say.</param>
/// <param name="Offset">Where it begins in the text, in the server's unit; null where the server does not say.</param>
/// <param name="Rank">How many tokens are more probable; null where the server does not say.</param>
internal sealed record AnswerToken(string Token, double? LogProb, int Id, IReadOnlyList<double> Top, int? Offset = null, int? Rank = null)
{
    /// <summary>Greatest minus second greatest log-probability at its place, which is that of their logits; null where the server does not say.</summary>
    public double? MarginOfBest => Top.Count >= 2 ? Top[0] - Top[1] : null;
}

/// <summary>Reads the tokens of an answer in the two forms that servers use.</summary>
internal static class AnswerTokens
{
    /// <summary>The tokens of a choice; empty where it has none.</summary>
    /// <param name="choice">The choice.</param>
    /// <exception cref="EndpointFailure">What it has is not of either form.</exception>
    public static IReadOnlyList<AnswerToken> Of(JsonElement choice)
    {
        if (choice.Field("logprobs") is not { } logProbs)
            return [];
        var tokens = logProbs.List("content") is { } content ? [.. content.Select(OfContent)] : logProbs.List("tokens") is { } texts ? OfLists(logProbs, texts) : [];
        return choice.List("token_ids") is { } ids && ids.Count == tokens.Count ? [.. tokens.Zip(ids, (t, id) => t with { Id = Id(id) })] : tokens;
    }

    /// <summary>The ids of a choice's tokens; empty where it does not give them.</summary>
    public static IReadOnlyList<int> Ids(JsonElement choice, IReadOnlyList<AnswerToken> tokens) =>
        choice.List("token_ids") is { } ids ? [.. ids.Select(Id)] : tokens.All(t => t.Id >= 0) ? [.. tokens.Select(t => t.Id)] : [];

    /// <summary>A token's id.</summary>
    public static int Id(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id >= 0 ? id : throw AnswerJson.Wrong("token_ids", "a list of token ids");

    // Chat interfaces: logprobs.content[] with one object for each token.
    private static AnswerToken OfContent(JsonElement entry)
    {
        var token = entry.Text("token") ?? throw AnswerJson.Wrong("token", "a text");
        // Bytes say more than a text that may be half a character.
        if (entry.List("bytes") is { } bytes && bytes.All(b => b.ValueKind == JsonValueKind.Number && b.TryGetByte(out _)))
            token = Encoding.UTF8.GetString([.. bytes.Select(b => b.GetByte())]);
        var top = entry.List("top_logprobs") ?? [];
        var logProb = entry.Field("logprob") is { } value ? AnswerJson.LogProb(value, "logprob") : throw AnswerJson.Wrong("logprob", "a number");
        return new(token, logProb, entry.Whole("id") ?? -1, Descending(top.Select(OfTop)));
    }

    // Completions: lists of equal length.
    private static List<AnswerToken> OfLists(JsonElement logProbs, IReadOnlyList<JsonElement> texts)
    {
        var values = logProbs.List("token_logprobs") ?? throw AnswerJson.Wrong("token_logprobs", "a list");
        var tops = logProbs.List("top_logprobs");
        var offsets = logProbs.List("text_offset");
        if (values.Count != texts.Count || (tops is not null && tops.Count != texts.Count) || (offsets is not null && offsets.Count != texts.Count))
            throw EndpointFailure.Broken("The lists of tokens and log-probabilities in the answer differ in length.");
        var tokens = new List<AnswerToken>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i].ValueKind != JsonValueKind.String)
                throw AnswerJson.Wrong("tokens", "a list of texts");
            var value = values[i].ValueKind == JsonValueKind.Null ? (double?)null : AnswerJson.LogProb(values[i], "token_logprobs");
            int? offset = offsets is null ? null : offsets[i].ValueKind == JsonValueKind.Number && offsets[i].TryGetInt32(out var at) ? at : throw AnswerJson.Wrong("text_offset", "a list of whole numbers");
            tokens.Add(new(texts[i].GetString()!, value, -1, tops is null ? [] : Top(tops[i]), offset));
        }

        return tokens;
    }

    // A map from tokens to log-probabilities, or a list of objects.
    private static IReadOnlyList<double> Top(JsonElement top) => top.ValueKind switch
    {
        JsonValueKind.Null => [],
        JsonValueKind.Object => Descending(top.EnumerateObject().Select(p => AnswerJson.TopLogProb(p.Value, "top_logprobs"))),
        JsonValueKind.Array => Descending(top.EnumerateArray().Select(OfTop)),
        _ => throw AnswerJson.Wrong("top_logprobs", "a list of maps"),
    };

    private static IReadOnlyList<double> Descending(IEnumerable<double?> values) => [.. values.OfType<double>().OrderDescending()];

    private static double? OfTop(JsonElement entry) => entry.Field("logprob") is { } value ? AnswerJson.TopLogProb(value, "logprob") : null;
}
