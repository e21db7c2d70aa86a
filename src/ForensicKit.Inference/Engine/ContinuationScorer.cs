using ForensicKit.Inference.Decoders;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>Runs batches of continuations.</summary>
/// <param name="decoder">The model.</param>
/// <param name="threads">Threads that read logits.</param>
internal sealed class ContinuationScorer(LlamaDecoder decoder, int threads)
{
    // A matrix of fewer rows than this is multiplied at a fraction of the speed; of many more, it only takes memory.
    private const int LeastChunk = 256;
    private const long ChunkLogits = 1 << 24;

    /// <summary>Scores a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="logProbs">Log-probabilities by result and place; filled in.</param>
    /// <param name="greedy">Whether every token so far is the most probable; cleared where one is not.</param>
    /// <param name="cancellationToken">Ends the work between two passes.</param>
    public void Score(ScoringBatch batch, double[][] logProbs, bool[] greedy, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        if (batch.Followers.Count == 0)
        {
            Read(batch.Rows, places => decoder.Hidden(Ids(batch.Rows), (_, queries, keys, values) => decoder.CausalAttention(queries, keys, values), places), logProbs, greedy);
            return;
        }

        using var prefixes = PrefixCache.Create(decoder, [.. batch.Rows.Select(row => row.Tokens.Length)]);
        Read(batch.Rows, places => prefixes.Fill(Ids(batch.Rows), 0, places), logProbs, greedy);
        var longest = batch.Followers.Max(f => f.Row.Tokens.Length);
        var together = (int)Math.Clamp(PrefixCache.MaxBytes / (PrefixCache.BytesPerToken(decoder.Config) * (prefixes.Slots + longest)), 1, ScoringPlan.MaxRows);
        foreach (var followers in batch.Followers.OrderByDescending(f => f.Row.Tokens.Length).Chunk(together))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            using var cache = prefixes.Select([.. followers.Select(f => f.Prefix)]);
            var rows = followers.Select(f => f.Row).ToList();
            Read(rows, places => cache.Continue(Ids(rows), places), logProbs, greedy);
        }
    }

    private Tensor Ids(IReadOnlyList<ScoringRow> rows)
    {
        var length = rows.Max(row => row.Tokens.Length);
        var ids = new long[rows.Count * length];
        for (var row = 0; row < rows.Count; row++)
        {
            for (var i = 0; i < rows[row].Tokens.Length; i++)
                ids[(row * length) + i] = rows[row].Tokens[i];
        }

        return tensor(ids, device: decoder.Device).view(rows.Count, length);
    }

    // The output head only where something is asked, in chunks.
    private void Read(IReadOnlyList<ScoringRow> rows, Func<Tensor, Tensor> run, double[][] logProbs, bool[] greedy)
    {
        long length = rows.Max(row => row.Tokens.Length);
        var places = new List<long>();
        var targets = new List<(int Place, ScoringTarget Target)>();
        for (var row = 0; row < rows.Count; row++)
        {
            var before = places.Count;
            for (var position = rows[row].First; position < rows[row].Tokens.Length; position++)
                places.Add((row * length) + position);
            foreach (var target in rows[row].Targets)
                targets.Add((before + target.Position - rows[row].First, target));
        }

        var needed = run(tensor(places.ToArray(), device: decoder.Device));
        var chunk = (int)Math.Max(LeastChunk, ChunkLogits / decoder.Config.VocabularySize);
        var at = 0;
        for (var start = 0; start < places.Count; start += chunk)
        {
            using var scope = NewDisposeScope();
            var logits = decoder.Logits(needed.narrow(0, start, Math.Min(chunk, places.Count - start))).cpu();
            var summaries = LogitRows.Summarise(logits, threads);
            var values = LogitRows.Values(logits);
            for (; at < targets.Count && targets[at].Place < start + summaries.Length; at++)
            {
                var (place, target) = targets[at];
                var row = place - start;
                logProbs[target.Result][target.Index] = values[(row * decoder.Config.VocabularySize) + target.Token] - summaries[row].LogSum;
                greedy[target.Result] &= summaries[row].Best == target.Token;
            }
        }
    }
}
