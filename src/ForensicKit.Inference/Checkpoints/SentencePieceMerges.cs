namespace ForensicKit.Inference.Checkpoints;

/// <summary>The merges that a SentencePiece model of byte-pair encoding amounts to. It has only scores: of all neighbours, those join that make the piece with the highest one.</summary>
internal static class SentencePieceMerges
{
    /// <summary>The merges, first the one to be made first, in the order of transformers' conversion (<c>generate_merges</c>).</summary>
    /// <param name="tokens">The pieces' texts, by id.</param>
    /// <param name="scores">Their scores.</param>
    /// <param name="merged">Whether a token takes part.</param>
    public static IEnumerable<(string Left, string Right)> Of(IReadOnlyList<string> tokens, IReadOnlyList<float> scores, Func<int, bool> merged)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < tokens.Count; id++)
        {
            if (merged(id))
                ids.TryAdd(tokens[id], id);
        }

        var lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(string Left, string Right, float Score)>();
        foreach (var (token, id) in ids.OrderBy(entry => entry.Value))
        {
            var ways = new List<(int Left, int Right)>();
            for (var at = 1; at < token.Length; at++)
            {
                if (!char.IsLowSurrogate(token[at]) && lookup.TryGetValue(token.AsSpan(0, at), out var left) && lookup.TryGetValue(token.AsSpan(at), out var right))
                    ways.Add((left, right));
            }

            foreach (var (left, right) in ways.Order())
                merges.Add((tokens[left], tokens[right], scores[id]));
        }

        // Stable: among equal scores the order of ids, as in the files of Llama 2 and Mistral.
        return merges.OrderByDescending(merge => merge.Score).Select(merge => (merge.Left, merge.Right));
    }
}
