using ForensicKit.Inference.Decoders;

namespace ForensicKit.Inference;

/// <summary>How a model is run.</summary>
/// <param name="Device"><c>cpu</c>, <c>cuda</c>, or <c>auto</c> for CUDA where there is one.</param>
/// <param name="Threads">Threads that compute, for the whole process; null for as many as libtorch chooses.</param>
/// <param name="Deterministic">
/// Whether every request is computed by itself, so that its answer is the same to the last bit whatever else is asked; slower.
/// </param>
public sealed record LoadOptions(string Device = "auto", int? Threads = null, bool Deterministic = false)
{
    /// <summary>How the matrices of the model are held.</summary>
    public WeightPrecision Precision { get; init; }

    /// <summary>
    /// Names of the files that may be read beside the weights; null for whatever lies there. A case names them: what its manifest does not list
    /// must not change an answer.
    /// </summary>
    public IReadOnlySet<string>? Files { get; init; }

    /// <summary>Stamps streamed tokens.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether a file that need not be there is there and may be read.</summary>
    internal bool MayRead(string file) => File.Exists(file) && Files?.Contains(Path.GetFileName(file)) != false;
}
