using static TorchSharp.torch;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>A GGUF file of version 2 or 3: checked as a whole when it is opened, its tensors read and dequantized one by one.</summary>
/// <remarks>Memory is bounded by the file's length: counts and lengths are held against what is left of the file before anything is made for them.</remarks>
public sealed class GgufFile : IDisposable
{
    private readonly FileStream _file;
    private readonly Dictionary<string, (GgufTensor Tensor, GgufTensorType Type)> _tensors;

    private GgufFile(string path, FileStream file, int version, GgufMetadata metadata, Dictionary<string, (GgufTensor Tensor, GgufTensorType Type)> tensors)
    {
        (Path, _file, Version, Metadata, _tensors) = (path, file, version, metadata, tensors);
        Tensors = tensors.ToDictionary(t => t.Key, t => t.Value.Tensor, StringComparer.Ordinal);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The version of the format.</summary>
    public int Version { get; }

    /// <summary>What the file says of the model.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors, by name.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors { get; }

    /// <summary>Opens a file and checks its head against its length.</summary>
    /// <exception cref="KitException">The file cannot be read, breaks the format, is a pickle, or is of a kind that is not supported.</exception>
    public static GgufFile Open(string path)
    {
        var file = PickleCheckpoints.OpenFile(path);
        try
        {
            var (version, metadata, tensors) = GgufHeader.Read(file, path);
            return new(path, file, version, metadata, tensors);
        }
        catch (IOException e)
        {
            file.Dispose();
            throw new KitException($"The file cannot be read: {e.Message}", path, null, ExitCode.EnvironmentLacks, e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor as float32: dequantized exactly as ggml does it, F64 rounded.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>A new tensor in the CPU's memory, of the shape that <see cref="GgufTensor.Shape"/> tells; the caller's to dispose of.</returns>
    /// <exception cref="KitException">There is no such tensor, its type cannot be read, or the file became shorter since it was opened.</exception>
    public Tensor Read(string name) => Read(name, null);

    /// <summary>Reads one of the things that are stacked along the slowest dimension of a tensor, as <see cref="Read(string)"/> does the whole.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="slice">Which; null for the whole tensor.</param>
    internal Tensor Read(string name, long? slice)
    {
        Torch.TorchRuntime.EnsureLoaded();
        if (!_tensors.TryGetValue(name, out var found))
            throw new KitException($"The file has no tensor '{name}'.", Path);
        var (tensor, type) = found;
        if (type.Conversion is not { } conversion)
        {
            throw new KitException(
                $"The tensor '{name}' has the type {type.Name}, which is not supported (supported: {string.Join(", ", GgufTensorType.Readable)}).", Path, "Use another quantization of the model.");
        }

        var read = empty([.. tensor.Shape.Skip(slice is null ? 0 : 1)], dtype: ScalarType.Float32);
        try
        {
            // Rows are whole blocks, and so is whatever is made of rows.
            var offset = tensor.Offset + (slice is { } index ? tensor.Length / tensor.Shape[0] * index : 0);
            if (type.Name == "F32")
                TensorFilling.Read(read, _file.SafeFileHandle, Path, offset);
            else
                TensorFilling.Convert(read, _file.SafeFileHandle, Path, offset, type.Elements, type.Bytes, conversion);
            return read;
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file; tensors that were read stay valid.</summary>
    public void Dispose() => _file.Dispose();
}
