namespace ForensicKit.Inference.Tokenizers.Normalizers;

/// <summary>A step that rewrites a text before it is cut up.</summary>
internal interface INormalizer
{
    /// <summary>The rewritten text.</summary>
    MappedText Apply(MappedText text);
}

/// <summary>One step after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<INormalizer> steps) : INormalizer
{
    /// <inheritdoc/>
    public MappedText Apply(MappedText text)
    {
        foreach (var step in steps)
            text = step.Apply(text);
        return text;
    }
}
