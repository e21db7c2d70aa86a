using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.PreTokenizers;

/// <summary>A step that cuts a text into pieces; no token ever spans two of them.</summary>
internal interface IPreTokenizer
{
    /// <summary>The pieces, each cut or rewritten on its own.</summary>
    /// <param name="pieces">The pieces so far.</param>
    /// <param name="budget">Steps that are left for patterns on the whole text.</param>
    TextPieces Apply(TextPieces pieces, StepBudget budget);
}

/// <summary>One step after another.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    /// <summary>The steps.</summary>
    public IReadOnlyList<IPreTokenizer> Steps => steps;

    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces, StepBudget budget)
    {
        foreach (var step in steps)
            pieces = step.Apply(pieces, budget);
        return pieces;
    }
}
