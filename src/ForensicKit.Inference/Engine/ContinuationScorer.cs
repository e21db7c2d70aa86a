using ForensicKit.Inference.Decoders;
using ForensicKit.Models;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Engine;

/// <summary>Scores while they are made: one for each continuation or window of a text.</summary>
/// <param name="Tokens">The continuation's tokens.</param>
/// <param name="Moments">Whether moments are wanted.</param>
internal sealed record ScoreSheet(int[] Tokens, bool Moments)
{
    private int _left = Tokens.Length;

    /// <summary>Log p of each token.</summary>
    public double[] LogProbs { get; } = new double[Tokens.Length];

    /// <summary>What else is known of each.</summary>
    public TokenDetail[] Details { get; } = new TokenDetail[Tokens.Length];

    /// <summary>Whether every token is the most probable at its place; of equal ones the lowest id is.</summary>
    public bool IsGreedy { get; private set; } = true;

    /// <summary>Writes a score down; again where it had to be computed again.</summary>
    public void Write(int index, double logProb, TokenDetail detail, bool isBest)
    {
        (LogProbs[index], Details[index]) = (logProb, detail);
        IsGreedy &= isBest;
    }

    /// <summary>Counts a token as answered.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool Answered() => --_left == 0;
}

/// <summary>Scores continuations of contexts.</summary>
/// <param name="decoder">The model.</param>
/// <param name="threads">Threads that read logits.</param>
/// <param name="maxTokens">Most tokens that are run at once.</param>
/// <param name="alone">Whether every continuation is scored by itself: then its score does not depend on the others to the last bit.</param>
internal sealed class ContinuationScorer(TransformerDecoder decoder, int threads, int maxTokens, bool alone = false)
{
    // A matrix of fewer rows than this is multiplied at a fraction of the speed; of many more, it only takes memory.
    private const int LeastChunk = 128;
    private const long ChunkLogits = 1 << 22;
    private const long DeviceChunkLogits = 1 << 26;

    /// <summary>Called before each pack with its tokens; tests let it fail.</summary>
    internal Action<int>? BeforePack { get; set; }

    /// <summary>Scores continuations.</summary>
    /// <param name="pairs">Contexts and continuations.</param>
    /// <param name="sheets">Where the scores go, one for each pair.</param>
    /// <param name="cancellationToken">Ends the work between two passes.</param>
    /// <returns>Indices of the pairs, as they are finished.</returns>
    public IEnumerable<IReadOnlyList<int>> Score(IReadOnlyList<TokenPair> pairs, IReadOnlyList<ScoreSheet> sheets, CancellationToken cancellationToken)
    {
        var sequences = pairs.Select(Sequence).ToList();
        var work = alone
            ? sequences.Select(s => TokenTree.Make([s], share: false))
            : [TokenTree.Make(sequences, share: true)];
        foreach (var roots in work)
        {
            var runner = new TreeRunner(decoder, maxTokens) { BeforePack = BeforePack };
            foreach (var targets in runner.Run(roots, (hidden, asked) => Read(hidden, asked, sheets), null, cancellationToken))
                yield return [.. targets.Where(t => sheets[t.Target.Result].Answered()).Select(t => t.Target.Result)];
        }
    }

    // Context and continuation in one, without the last token, after which nothing is asked.
    private TokenSequence Sequence(TokenPair pair, int result)
    {
        int[] tokens = [.. pair.Context, .. pair.Continuation[..^1]];
        var config = decoder.Config;
        return new(
            tokens, config.RopeScaling?.Regime(tokens.Length, config.ContextLength) ?? 0,
            [.. pair.Continuation.Select((token, i) => new ScoringTarget(pair.Context.Length - 1 + i, result, i, token))]);
    }

    // The output head only where something is asked, in chunks.
    private void Read(Tensor hidden, IReadOnlyList<(int Place, ScoringTarget Target)> targets, IReadOnlyList<ScoreSheet> sheets)
    {
        if (decoder.Device.type == TorchSharp.DeviceType.CPU)
            ReadHere(hidden, targets, sheets);
        else
            ReadThere(hidden, targets, sheets);
    }

    private void ReadThere(Tensor hidden, IReadOnlyList<(int Place, ScoringTarget Target)> targets, IReadOnlyList<ScoreSheet> sheets)
    {
        // One place may be asked several times.
        foreach (var some in targets.Chunk((int)Math.Max(1, DeviceChunkLogits / decoder.Config.VocabularySize)))
        {
            using var scope = NewDisposeScope();
            var first = some[0].Place;
            var logits = decoder.Logits(hidden.narrow(0, first, some[^1].Place - first + 1));
            var answers = DeviceLogits.Ask(logits, [.. some.Select(s => (s.Place - first, s.Target.Token))], some.Any(s => sheets[s.Target.Result].Moments));
            foreach (var ((_, target), answer) in some.Zip(answers))
            {
                var sheet = sheets[target.Result];
                sheet.Write(target.Index, answer.LogProb, sheet.Moments ? answer.Detail : answer.Detail with { MeanLogProb = double.NaN, VarianceLogProb = double.NaN }, answer.IsBest);
            }
        }
    }

    private void ReadHere(Tensor hidden, IReadOnlyList<(int Place, ScoringTarget Target)> targets, IReadOnlyList<ScoreSheet> sheets)
    {
        var places = (int)hidden.size(0);
        var moments = new bool[places];
        foreach (var (place, target) in targets)
            moments[place] |= sheets[target.Result].Moments;
        var chunk = (int)Math.Max(LeastChunk, ChunkLogits / decoder.Config.VocabularySize);
        var at = 0;
        for (var start = 0; start < places; start += chunk)
        {
            using var scope = NewDisposeScope();
            var first = start;
            var logits = decoder.Logits(hidden.narrow(0, start, Math.Min(chunk, places - start))).cpu();
            var summaries = LogitRows.Summarise(logits, threads, row => moments[first + row]);
            var width = decoder.Config.VocabularySize;
            for (; at < targets.Count && targets[at].Place < start + summaries.Length; at++)
            {
                var (place, target) = targets[at];
                var row = LogitRows.Values(logits).Slice((place - start) * width, width);
                var summary = summaries[place - start];
                var isBest = summary.Best == target.Token;
                var sheet = sheets[target.Result];
                var detail = new TokenDetail(
                    isBest ? 0 : LogitRows.Rank(row, target.Token), isBest ? summary.Margin : (double)row[target.Token] - row[summary.Best],
                    sheet.Moments ? summary.MeanLogProb : double.NaN, sheet.Moments ? summary.VarianceLogProb : double.NaN);
                sheet.Write(target.Index, row[target.Token] - summary.LogSum, detail, isBest);
            }
        }
    }
}
