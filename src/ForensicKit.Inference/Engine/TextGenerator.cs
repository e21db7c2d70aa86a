using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>Generates answers in batches: rows that finish leave, and what prompts begin with in common is read once.</summary>
/// <param name="decoder">The model.</param>
/// <param name="threads">Threads that read logits.</param>
/// <param name="alone">Whether every answer is made by itself.</param>
internal sealed class TextGenerator(TransformerDecoder decoder, int threads, bool alone = false)
{
    // Most memory that the keys and values of one batch should take, in bytes.
    private const long MostKept = 1L << 30;

    // On two cores, 128 rows of a small model take less time than twice 64 or four times 32.
    private readonly int _maxRows = alone ? 1 : decoder.Device.type == TorchSharp.DeviceType.CUDA ? 256 : 128;

    /// <summary>Puts answers into batches of like length.</summary>
    public IEnumerable<IReadOnlyList<T>> Plan<T>(IEnumerable<T> answers)
        where T : IAnswer
    {
        var perToken = KeptKeys.BytesPerToken(decoder.Config);
        var batch = new List<T>();
        long slots = 0;
        // Those of one prompt come together, the longest first.
        foreach (var answer in answers.OrderByDescending(a => a.Prompt.Length).ThenByDescending(a => a.Limit).ThenBy(a => a.Prompt, TokenOrder.Comparer))
        {
            slots = Math.Max(slots, answer.Prompt.Length + answer.Limit);
            if (batch.Count > 0 && (batch.Count == _maxRows || (batch.Count + 1) * slots * perToken > MostKept))
            {
                yield return batch;
                batch = [];
                slots = answer.Prompt.Length + answer.Limit;
            }

            batch.Add(answer);
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>Makes the answers of a batch token by token.</summary>
    /// <param name="answers">The answers.</param>
    /// <param name="maxTokens">Most tokens of prompts that are read at once; one prompt may have more.</param>
    /// <param name="cancellationToken">Ends the reading of prompts between two packs.</param>
    /// <returns>After each step, the answers that it added a token to.</returns>
    public IEnumerable<IReadOnlyList<T>> Steps<T>(IReadOnlyList<T> answers, int maxTokens, CancellationToken cancellationToken)
        where T : IAnswer
    {
        var active = answers.ToList();
        using var cache = new RowCache(decoder, [.. active.Select(a => a.Prompt.Length)]);
        Read(cache, [.. Enumerable.Range(0, active.Count)], row => active[row].Prompt, active, maxTokens, cancellationToken);
        yield return active;
        while (true)
        {
            var rows = Enumerable.Range(0, active.Count).Where(row => !active[row].IsFinished).ToArray();
            if (rows.Length == 0)
                yield break;
            // Leaving costs a copy of the cache: rows leave when enough have finished.
            if (rows.Length <= active.Count * 7 / 8)
            {
                using var none = no_grad();
                cache.Keep(rows);
                active = [.. rows.Select(row => active[row])];
                rows = [.. Enumerable.Range(0, active.Count)];
            }

            ReadAgain(cache, active, rows, maxTokens, cancellationToken);
            Step(cache, active, rows);
            yield return [.. rows.Select(row => active[row])];
        }
    }

    // Reads tokens of rows into the cache; draws the next token of the answers, where they are given.
    private void Read<T>(RowCache cache, int[] rows, Func<int, int[]> tokens, List<T>? answers, int maxTokens, CancellationToken cancellationToken)
        where T : IAnswer
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var config = decoder.Config;
        var sequences = rows.Select(row =>
        {
            var read = tokens(row);
            // Read again is what the next token no longer fits: it belongs to a sequence that is longer by one.
            var length = answers is null ? read.Length + 1 : read.Length;
            return new TokenSequence(read, config.RopeScaling?.Regime(length, config.ContextLength) ?? 0, [new(read.Length - 1, row, 0, -1)]);
        }).ToList();
        var roots = TokenTree.Make(sequences, share: !alone);
        // Every row that lies below a node has its keys.
        var below = new Dictionary<TokenNode, List<int>>();
        foreach (var root in roots)
            Below(root, below);
        var runner = new TreeRunner(decoder, maxTokens);
        var packs = runner.Run(
            roots,
            (hidden, targets) =>
            {
                if (answers is not null)
                    Draw(hidden, [.. targets.Select(t => ((IAnswer)answers[t.Target.Result], t.Place))]);
            },
            (layer, node, keys, values) =>
            {
                foreach (var row in Rows(node, below))
                    cache.Write(layer, row, node.Start, keys, values);
            },
            cancellationToken);
        foreach (var _ in packs)
        {
        }
    }

    // Where the next token makes a sequence so long that all its positions are turned otherwise, it is read anew (longrope).
    private void ReadAgain<T>(RowCache cache, List<T> active, int[] rows, int maxTokens, CancellationToken cancellationToken)
        where T : IAnswer
    {
        if (decoder.Config.RopeScaling is not { Type: "longrope" } scaling)
            return;
        var crossing = Array.FindAll(rows, row => scaling.Regime(cache.Tokens(row) + 1, decoder.Config.ContextLength) != scaling.Regime(cache.Tokens(row), decoder.Config.ContextLength));
        if (crossing.Length > 0)
            Read<T>(cache, crossing, row => [.. active[row].Prompt, .. active[row].Tokens.SkipLast(1)], null, maxTokens, cancellationToken);
    }

    private static List<int> Below(TokenNode node, Dictionary<TokenNode, List<int>> below)
    {
        var rows = node.Targets.Select(t => t.Result).ToList();
        foreach (var child in node.Children)
            rows.AddRange(Below(child, below));
        below.Add(node, rows);
        return rows;
    }

    // A node that was cut for want of memory is not among those that were arranged: its rows are those at its end.
    private static List<int> Rows(TokenNode node, Dictionary<TokenNode, List<int>> below) => below.TryGetValue(node, out var rows) ? rows : Below(node, below);

    private void Step<T>(RowCache cache, List<T> active, int[] rows)
        where T : IAnswer
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var ids = tensor(active.Select(a => (long)a.Tokens[^1]).ToArray(), device: decoder.Device);
        Draw(cache.Step(ids), [.. rows.Select(row => ((IAnswer)active[row], row))]);
    }

    private void Draw(Tensor hidden, IReadOnlyList<(IAnswer Answer, int Row)> answers)
    {
        var logits = decoder.Logits(hidden).cpu();
        var summaries = LogitRows.Summarise(logits, threads);
        var width = decoder.Config.VocabularySize;
        foreach (var (answer, row) in answers)
            answer.Add(LogitRows.Values(logits).Slice(row * width, width), summaries[row]);
    }
}
