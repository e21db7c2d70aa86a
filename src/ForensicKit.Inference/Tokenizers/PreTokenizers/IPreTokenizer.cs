namespace ForensicKit.Inference.Tokenizers.PreTokenizers;

/// <summary>A step that cuts a text into pieces; no token ever spans two of them.</summary>
internal interface IPreTokenizer
{
    /// <summary>The pieces, each cut or rewritten on its own.</summary>
    TextPieces Apply(TextPieces pieces);
}

/// <summary>One step after another.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    /// <summary>The steps.</summary>
    public IReadOnlyList<IPreTokenizer> Steps => steps;

    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces)
    {
        foreach (var step in steps)
            pieces = step.Apply(pieces);
        return pieces;
    }
}
