namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>WordPiece (Schuster and Nakajima 2012): the longest token that a word begins with, then the longest that its rest begins with, and so on.</summary>
internal sealed class WordPieceModel : ITokenModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly TokenTrie _trie = new();
    private readonly int _inside;
    private readonly string _unknown;
    private readonly int _maxLength;

    /// <param name="vocabulary">Ids by token.</param>
    /// <param name="unknown">Token for a word that cannot be covered.</param>
    /// <param name="prefix">What the vocabulary has before tokens that go on inside a word.</param>
    /// <param name="maxLength">Code points above which a word is unknown.</param>
    /// <exception cref="TokenizerFormatException">A token is too long.</exception>
    public WordPieceModel(Dictionary<string, int> vocabulary, string unknown, string prefix, int maxLength)
    {
        (_vocabulary, _unknown, _maxLength) = (vocabulary, unknown, maxLength);
        foreach (var (token, id) in vocabulary)
            _trie.Add(CodePoints.Of(token), id);
        _inside = _trie.Walk(CodePoints.Of(prefix));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    /// <inheritdoc/>
    public void Tokenize(ReadOnlySpan<int> piece, List<PieceToken> tokens, int shift)
    {
        var before = tokens.Count;
        if (piece.Length <= _maxLength && Cover(piece, tokens, shift))
            return;
        tokens.RemoveRange(before, tokens.Count - before);
        tokens.Add(new(WordLevelModel.Unknown(_vocabulary, _unknown), shift, shift + piece.Length));
    }

    private bool Cover(ReadOnlySpan<int> piece, List<PieceToken> tokens, int shift)
    {
        for (var start = 0; start < piece.Length;)
        {
            var node = start == 0 ? TokenTrie.Root : _inside;
            var (longest, id) = (-1, -1);
            for (var end = start; end < piece.Length && node >= 0;)
            {
                node = _trie.Next(node, piece[end++]);
                if (node >= 0 && _trie.ValueOf(node) is >= 0 and var found)
                    (longest, id) = (end, found);
            }

            if (longest < 0)
                return false;
            tokens.Add(new(id, shift + start, shift + longest));
            start = longest;
        }

        return true;
    }
}

/// <summary>Whole pieces, known or unknown.</summary>
/// <param name="vocabulary">Ids by token.</param>
/// <param name="unknown">Token for a piece that is not in it.</param>
internal sealed class WordLevelModel(Dictionary<string, int> vocabulary, string unknown) : ITokenModel
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Vocabulary => vocabulary;

    /// <inheritdoc/>
    public void Tokenize(ReadOnlySpan<int> piece, List<PieceToken> tokens, int shift) =>
        tokens.Add(new(vocabulary.TryGetValue(CodePoints.Text(piece), out var id) ? id : Unknown(vocabulary, unknown), shift, shift + piece.Length));

    /// <summary>The id of the unknown token.</summary>
    /// <exception cref="KitException">It is not in the vocabulary.</exception>
    public static int Unknown(Dictionary<string, int> vocabulary, string unknown) => vocabulary.TryGetValue(unknown, out var id)
        ? id
        : throw new KitException($"The text has a word outside the tokenizer's vocabulary, and its unknown token '{unknown}' is not in it.");
}
