using System.Buffers.Binary;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>A safetensors file: checked as a whole when it is opened, its tensors read one by one.</summary>
/// <remarks>
/// Tensors are read by position straight into libtorch's memory, in pieces on all processors. A mapped file would save that copy, but a file that
/// shrinks while it is mapped ends the process, and the copy is made anyway wherever weights are not float32.
/// </remarks>
public sealed class SafetensorsFile : IWeightFile
{
    // Spans hold at most 2 GiB; embeddings of large models are larger.
    private const long ChunkElements = 1 << 26;
    private readonly FileStream _file;

    private SafetensorsFile(string path, FileStream file, IReadOnlyDictionary<string, SafetensorsEntry> entries)
    {
        Path = path;
        _file = file;
        Entries = entries;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What it holds, by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>Opens a file and checks its header against its length.</summary>
    /// <exception cref="KitException">The file cannot be read, breaks the format, is a pickle, or holds a data type that is not supported.</exception>
    public static SafetensorsFile Open(string path)
    {
        var file = PickleCheckpoints.OpenFile(path);
        try
        {
            return new(path, file, SafetensorsHeader.Read(file, path));
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

    IEnumerable<string> IWeightFile.Names => Entries.Keys;

    bool IWeightFile.Has(string name) => Entries.ContainsKey(name);

    Tensor IWeightFile.ReadFloat32(string name) => Read(name);

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="upcast">Whether a floating-point tensor becomes float32 (exact from F16 and BF16, rounded from F64); others keep their type.</param>
    /// <returns>A new tensor in the CPU's memory; the caller's to dispose of.</returns>
    /// <exception cref="KitException">There is no such tensor, or the file became shorter since it was opened.</exception>
    public Tensor Read(string name, bool upcast = true)
    {
        Torch.TorchRuntime.EnsureLoaded();
        if (!Entries.TryGetValue(name, out var entry))
            throw new KitException($"The file has no tensor '{name}'.", Path);
        var type = SafetensorsHeader.TypeOf(entry.DType);
        BlockConversion? conversion = upcast ? entry.DType switch
        {
            "F16" => FloatConversion.FromFloat16,
            "BF16" => FloatConversion.FromBFloat16,
            "F64" => FloatConversion.FromFloat64,
            _ => null,
        }
        : null;
        var read = empty([.. entry.Shape], dtype: conversion is null ? type : ScalarType.Float32);
        try
        {
            if (conversion is null)
                TensorFilling.Read(read, _file.SafeFileHandle, Path, entry.Offset);
            else
                TensorFilling.Convert(read, _file.SafeFileHandle, Path, entry.Offset, 1, type == ScalarType.Float64 ? 8 : 2, conversion);
            if (type == ScalarType.Bool)
                CheckBooleans(read);
            return read;
        }
        catch
        {
            read.Dispose();
            throw;
        }
    }

    /// <summary>Writes tensors, the names in ordinal order, whole or not at all; the same tensors give the same bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors by name, of type float32 or int64, on any device; they stay the caller's.</param>
    /// <param name="storage">How float32 tensors are stored; int64 tensors stay as they are.</param>
    /// <exception cref="KitException">A value does not fit the storage, a type is not supported, or the file cannot be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, WeightStorage storage = WeightStorage.Float32)
    {
        var ordered = tensors.OrderBy(t => t.Key, StringComparer.Ordinal).ToList();
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        var partial = System.IO.Path.Combine(folder, $"{System.IO.Path.GetFileName(path)}.{System.IO.Path.GetRandomFileName()}.partial");
        try
        {
            Directory.CreateDirectory(folder);
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                WriteHeader(file, ordered, storage);
                foreach (var (name, tensor) in ordered)
                    WriteBytes(file, name, tensor, storage);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"The file cannot be written: {e.Message}", path, null, ExitCode.EnvironmentLacks, e);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Closes the file; tensors that were read stay valid.</summary>
    public void Dispose() => _file.Dispose();

    // A C++ bool that is neither 0 nor 1 is undefined behaviour.
    private void CheckBooleans(Tensor booleans)
    {
        using var flat = booleans.view(-1);
        for (long start = 0; start < flat.numel(); start += ChunkElements)
        {
            using var part = flat.narrow(0, start, Math.Min(ChunkElements, flat.numel() - start));
            if (part.bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new KitException("A tensor of truth values holds other bytes than 0 and 1.", Path);
        }
    }

    private static void WriteHeader(FileStream file, IReadOnlyList<KeyValuePair<string, Tensor>> tensors, WeightStorage storage)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            // Readers of the Python library insist on knowing that the tensors are in PyTorch's layout.
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                var (type, size) = TypeOf(name, tensor, storage);
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (var dimension in tensor.shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.numel() * size);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // Spaces to a multiple of eight: every tensor stays aligned as long as those before it are.
        var header = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        var bytes = Encoding.UTF8.GetBytes(header.PadRight(header.Length + ((8 - ((int)buffer.Length % 8)) % 8)));
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)bytes.Length);
        file.Write(length);
        file.Write(bytes);
    }

    private static void WriteBytes(FileStream file, string name, Tensor tensor, WeightStorage storage)
    {
        using var scope = NewDisposeScope();
        using var none = no_grad();
        var flat = tensor.detach().cpu().reshape(-1);
        if (tensor.dtype == ScalarType.Float32 && storage != WeightStorage.Float32)
        {
            var rounded = flat.to(storage == WeightStorage.Float16 ? ScalarType.Float16 : ScalarType.BFloat16);
            if (flat.numel() > 0 && !rounded.isfinite().eq(flat.isfinite()).all().item<bool>())
                throw new KitException($"A value of '{name}' is too large for {storage}.");
            flat = rounded;
        }

        flat = flat.contiguous();
        for (long start = 0; start < flat.numel(); start += ChunkElements)
        {
            using var part = flat.narrow(0, start, Math.Min(ChunkElements, flat.numel() - start));
            file.Write(part.bytes);
        }
    }

    private static (string Type, int Size) TypeOf(string name, Tensor tensor, WeightStorage storage) => (tensor.dtype, storage) switch
    {
        (ScalarType.Int64, _) => ("I64", 8),
        (ScalarType.Float32, WeightStorage.Float16) => ("F16", 2),
        (ScalarType.Float32, WeightStorage.BFloat16) => ("BF16", 2),
        (ScalarType.Float32, _) => ("F32", 4),
        _ => throw new KitException($"The tensor '{name}' has the type {tensor.dtype}; float32 and int64 can be written."),
    };
}
