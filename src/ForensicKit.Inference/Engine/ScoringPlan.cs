namespace ForensicKit.Inference.Engine;

/// <summary>A token whose probability is wanted.</summary>
/// <param name="Position">Place in its row of the token before it.</param>
/// <param name="Result">Index of the result it belongs to.</param>
/// <param name="Index">Its place in the continuation.</param>
/// <param name="Token">Its id.</param>
internal readonly record struct ScoringTarget(int Position, int Result, int Index, int Token);

/// <summary>A row of a batch.</summary>
/// <param name="Tokens">What the model reads.</param>
/// <param name="First">The first position whose logits are needed; all from there to the end are.</param>
/// <param name="Targets">What is wanted of them.</param>
internal sealed record ScoringRow(int[] Tokens, int First, IReadOnlyList<ScoringTarget> Targets);

/// <summary>Rows to run together, and where several continuations share a context, the rows that follow them.</summary>
/// <param name="Rows">Rows that begin at position 0.</param>
/// <param name="Followers">Rows that follow a row of <see cref="Rows"/>, by its index.</param>
internal sealed record ScoringBatch(IReadOnlyList<ScoringRow> Rows, IReadOnlyList<(int Prefix, ScoringRow Row)> Followers)
{
    /// <summary>The results that are complete once this batch has run.</summary>
    public IEnumerable<int> Results => Rows.SelectMany(row => row.Targets).Concat(Followers.SelectMany(f => f.Row.Targets)).Select(t => t.Result).Distinct();
}

/// <summary>Puts requests into batches: the longest first, rows of like length together, contexts that are asked about several times read once.</summary>
internal static class ScoringPlan
{
    /// <summary>Most rows of a batch.</summary>
    public const int MaxRows = 128;

    // Sharing a shorter context costs more in copying than reading it again.
    private const int WorthSharing = 8;

    /// <summary>The batches.</summary>
    /// <param name="pairs">Tokens of the requests.</param>
    /// <param name="maxTokens">Most tokens in a batch, padding included; one row may have more.</param>
    public static IReadOnlyList<ScoringBatch> Make(IReadOnlyList<TokenPair> pairs, int maxTokens)
    {
        var alone = new List<ScoringRow>();
        var shared = new List<(ScoringRow Row, List<ScoringRow> Followers)>();
        foreach (var group in Enumerable.Range(0, pairs.Count).GroupBy(i => pairs[i].Context, TokenSequence.Comparer))
        {
            var context = group.Key;
            var followed = group.Any(i => pairs[i].Continuation.Length > 1);
            if (followed && (context.Length < WorthSharing || group.Skip(1).Take(1).Count() == 0))
                alone.AddRange(group.Select(i => Whole(i, pairs[i])));
            else if (followed)
                shared.Add((Firsts(context, group, pairs), [.. group.Where(i => pairs[i].Continuation.Length > 1).Select(i => Rest(i, pairs[i]))]));
            else
                alone.Add(Firsts(context, group, pairs));
        }

        var batches = new List<ScoringBatch>();
        foreach (var rows in Packed(alone, row => row.Tokens.Length, _ => 1, maxTokens))
            batches.Add(new(rows, []));
        foreach (var groups in Packed(shared, s => s.Row.Tokens.Length, s => s.Followers.Count, maxTokens))
            batches.Add(new([.. groups.Select(g => g.Row)], [.. groups.SelectMany((g, prefix) => g.Followers.Select(row => (prefix, row)))]));
        return batches;
    }

    // Context and continuation in one row, without the last token, after which nothing is asked.
    private static ScoringRow Whole(int result, TokenPair pair)
    {
        var first = pair.Context.Length - 1;
        return new([.. pair.Context, .. pair.Continuation[..^1]], first, [.. pair.Continuation.Select((token, i) => new ScoringTarget(first + i, result, i, token))]);
    }

    // The context alone: the first token of every continuation.
    private static ScoringRow Firsts(int[] context, IEnumerable<int> results, IReadOnlyList<TokenPair> pairs) =>
        new(context, context.Length - 1, [.. results.Select(i => new ScoringTarget(context.Length - 1, i, 0, pairs[i].Continuation[0]))]);

    // The continuation alone: its second and later tokens.
    private static ScoringRow Rest(int result, TokenPair pair) =>
        new(pair.Continuation[..^1], 0, [.. pair.Continuation.Skip(1).Select((token, i) => new ScoringTarget(i, result, i + 1, token))]);

    private static IEnumerable<List<T>> Packed<T>(List<T> items, Func<T, int> length, Func<T, int> rows, int maxTokens)
    {
        var packed = new List<T>();
        var (longest, count) = (0, 0);
        // OrderByDescending is stable: the same requests give the same batches.
        foreach (var item in items.OrderByDescending(length))
        {
            var more = rows(item);
            if (packed.Count > 0 && (count + more > MaxRows || (long)(packed.Count + 1) * longest > maxTokens))
            {
                yield return packed;
                packed = [];
                count = 0;
            }

            if (packed.Count == 0)
                longest = length(item);
            packed.Add(item);
            count += more;
        }

        if (packed.Count > 0)
            yield return packed;
    }
}

/// <summary>Compares sequences of token ids by what they hold.</summary>
internal static class TokenSequence
{
    /// <summary>The comparer.</summary>
    public static IEqualityComparer<int[]> Comparer { get; } = EqualityComparer<int[]>.Create(
        (a, b) => a.AsSpan().SequenceEqual(b),
        ids =>
        {
            var hash = default(HashCode);
            hash.AddBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(ids.AsSpan()));
            return hash.ToHashCode();
        });
}
