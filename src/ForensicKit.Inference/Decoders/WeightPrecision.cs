namespace ForensicKit.Inference.Decoders;

/// <summary>How the matrices of a model are held while it runs. Everything else, activations and logits included, is float32 throughout.</summary>
public enum WeightPrecision
{
    /// <summary>As exact as the checkpoint: every published figure is made with this.</summary>
    Float32,

    /// <summary>
    /// Matrices of the layers, and what they multiply, rounded to bfloat16; the output head stays float32. Faster where the processor has
    /// instructions for it, and slower elsewhere.
    /// </summary>
    BFloat16,

    /// <summary>
    /// All matrices rounded to 8 bits with one scale for each output, what they multiply stays float32. For fast generation on the CPU: scores change.
    /// </summary>
    Int8,
}
