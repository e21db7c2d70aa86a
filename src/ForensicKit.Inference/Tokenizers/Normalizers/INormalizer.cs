using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.Normalizers;

/// <summary>A step that rewrites a text before it is cut up.</summary>
internal interface INormalizer
{
    /// <summary>The rewritten text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="budget">Steps that are left for patterns on the whole text.</param>
    MappedText Apply(MappedText text, StepBudget budget);
}

/// <summary>One step after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> steps) : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text, StepBudget budget)
    {
        foreach (var step in steps)
            text = step.Apply(text, budget);
        return text;
    }
}
