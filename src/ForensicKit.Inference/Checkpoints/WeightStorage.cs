namespace ForensicKit.Inference.Checkpoints;

/// <summary>How floating-point weights are stored in a file.</summary>
public enum WeightStorage
{
    /// <summary>As they are computed with.</summary>
    Float32,

    /// <summary>IEEE half precision, rounded to nearest, ties to even.</summary>
    Float16,

    /// <summary>bfloat16, rounded to nearest, ties to even.</summary>
    BFloat16,
}
