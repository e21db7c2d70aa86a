using System.Text;

namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>Unigram language model (Kudo 2018): of all ways to cut a piece into tokens, the one with the greatest sum of scores (Viterbi).</summary>
internal sealed class UnigramModel : ITokenModel
{
    private const double UnknownPenalty = 10;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly double[] _scores;
    private readonly TokenTrie _trie = new();
    private readonly int[] _bytes = new int[256];
    private readonly int? _unknown;
    private readonly bool _byteFallback;
    private readonly double _unknownScore;
    private readonly PieceCache _cache = new();

    /// <param name="tokens">Tokens with their scores, ids in order.</param>
    /// <param name="unknown">Id of the token for characters outside the vocabulary; null where there is none.</param>
    /// <param name="byteFallback">Whether the tokens <c>&lt;0xNN&gt;</c> of such characters are tried first.</param>
    /// <exception cref="TokenizerFormatException">The unknown token is not in the vocabulary, or a token is too long.</exception>
    public UnigramModel(IReadOnlyList<(string Token, double Score)> tokens, int? unknown, bool byteFallback)
    {
        if (unknown >= tokens.Count)
            throw new TokenizerFormatException("the unknown token ('unk_id') is not in the vocabulary");
        (_unknown, _byteFallback) = (unknown, byteFallback);
        _vocabulary = new(tokens.Count, StringComparer.Ordinal);
        _scores = new double[tokens.Count];
        var least = double.PositiveInfinity;
        for (var id = 0; id < tokens.Count; id++)
        {
            // Of two equal tokens the later counts, as in the reference.
            _vocabulary[tokens[id].Token] = id;
            _trie.Add(CodePoints.Of(tokens[id].Token), id);
            _scores[id] = tokens[id].Score;
            least = Math.Min(least, tokens[id].Score);
        }

        _unknownScore = least - UnknownPenalty;
        for (var value = 0; value < 256; value++)
            _bytes[value] = _vocabulary.GetValueOrDefault($"<0x{value:X2}>", -1);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    /// <inheritdoc/>
    public int Size => _scores.Length;

    /// <inheritdoc/>
    public void Tokenize(ReadOnlySpan<int> piece, List<PieceToken> tokens, int shift)
    {
        if (piece.Length > PieceCache.MaxLength)
        {
            PieceCache.Append(Compute(piece), tokens, shift);
            return;
        }

        var hash = PieceCache.Hash(piece);
        var found = _cache.Find(piece, hash);
        if (found is null)
            _cache.Add(piece, hash, found = Compute(piece));
        PieceCache.Append(found, tokens, shift);
    }

    private PieceToken[] Compute(ReadOnlySpan<int> piece)
    {
        // The best way to each place: its sum, and the token that it ends with.
        var best = new (double Score, int Start, int Id)[piece.Length + 1];
        Array.Fill(best, (0, -1, 0));
        for (var start = 0; start < piece.Length; start++)
        {
            var score = best[start].Score;
            var isKnown = false;
            var node = TokenTrie.Root;
            for (var end = start; end < piece.Length;)
            {
                node = _trie.Next(node, piece[end++]);
                if (node < 0)
                    break;
                var id = _trie.ValueOf(node);
                if (id < 0)
                    continue;
                isKnown |= end == start + 1;
                Take(ref best[end], score + _scores[id], start, id);
            }

            if (!isKnown)
                Take(ref best[start + 1], score + _unknownScore, start, _unknown ?? throw new KitException("The text has a character outside the tokenizer's vocabulary, and the tokenizer has no token for it."));
        }

        return Tokens(piece, best);
    }

    private static void Take(ref (double Score, int Start, int Id) best, double score, int start, int id)
    {
        if (best.Start < 0 || score > best.Score)
            best = (score, start, id);
    }

    private PieceToken[] Tokens(ReadOnlySpan<int> piece, (double Score, int Start, int Id)[] best)
    {
        // From the end; a run of unknown characters is one token.
        var path = new List<(int Start, int End, bool IsUnknown)>();
        for (var end = piece.Length; end > 0; end = best[end].Start)
        {
            var unknown = best[end].Id == _unknown;
            if (unknown && path.Count > 0 && path[^1].IsUnknown)
                path[^1] = (best[end].Start, path[^1].End, true);
            else
                path.Add((best[end].Start, end, unknown));
        }

        path.Reverse();
        var tokens = new List<PieceToken>(path.Count);
        foreach (var (start, end, unknown) in path)
        {
            if (!unknown)
            {
                tokens.Add(new(best[end].Id, start, end));
                continue;
            }

            var text = CodePoints.Text(piece[start..end]);
            if (_vocabulary.TryGetValue(text, out var id))
                tokens.Add(new(id, start, end));
            else if (_byteFallback && Encoding.UTF8.GetBytes(text) is var bytes && Array.TrueForAll(bytes, value => _bytes[value] >= 0))
                tokens.AddRange(bytes.Select(value => new PieceToken(_bytes[value], start, end)));
            else
                tokens.Add(new(_unknown!.Value, start, end, IsLiteral: true));
        }

        return [.. tokens];
    }
}
