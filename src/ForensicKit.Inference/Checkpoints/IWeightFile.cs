using TorchSharp;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>A file of tensors, checked as a whole when it was opened.</summary>
internal interface IWeightFile : IDisposable
{
    /// <summary>The file.</summary>
    string Path { get; }

    /// <summary>Names of its tensors, as Hugging Face's checkpoints have them.</summary>
    IEnumerable<string> Names { get; }

    /// <summary>Whether it holds a tensor.</summary>
    bool Has(string name);

    /// <summary>Reads a tensor as float32 into the CPU's memory; the caller's to dispose of.</summary>
    /// <exception cref="KitException">The file became shorter since it was opened.</exception>
    torch.Tensor ReadFloat32(string name);
}
