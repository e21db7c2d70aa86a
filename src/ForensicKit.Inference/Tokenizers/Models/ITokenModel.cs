namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>A token of a piece, with the code points of the piece that it covers.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="IsLiteral">Whether its text is that of the piece, and not that of its id.</param>
internal readonly record struct PieceToken(int Id, int Start, int End, bool IsLiteral = false);

/// <summary>A step that turns pieces into tokens. Safe for use by several threads.</summary>
internal interface ITokenModel
{
    /// <summary>Tokens by text.</summary>
    IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>How many tokens there are, those of equal text counted each.</summary>
    int Size => Vocabulary.Count;

    /// <summary>The tokens of one piece.</summary>
    /// <param name="piece">The code points of the piece, at least one.</param>
    /// <param name="tokens">Where they are added, with <paramref name="shift"/> added to their places.</param>
    /// <param name="shift">Where the piece begins.</param>
    /// <exception cref="KitException">The piece has an unknown character, and the model no token for it.</exception>
    void Tokenize(ReadOnlySpan<int> piece, List<PieceToken> tokens, int shift);
}
