using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using TorchSharp;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>What a safetensors file says of one tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DType">Its data type by the format's name, for example <c>BF16</c>.</param>
/// <param name="Shape">Its shape; empty for a single value.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Length">How many bytes it has.</param>
public sealed record SafetensorsEntry(string Name, string DType, IReadOnlyList<long> Shape, long Offset, long Length);

/// <summary>Reads the header of a safetensors file and refuses whatever the format does not allow.</summary>
/// <remarks>
/// The format: <see href="https://github.com/huggingface/safetensors#format"/>. A header of at most 100 MB; the tensors' bytes follow it without
/// overlap and without holes, up to the end of the file.
/// </remarks>
internal static class SafetensorsHeader
{
    private const long MaxHeaderBytes = 100_000_000;

    private static readonly Dictionary<string, (torch.ScalarType Type, int Size)> s_types = new(StringComparer.Ordinal)
    {
        ["BOOL"] = (torch.ScalarType.Bool, 1),
        ["U8"] = (torch.ScalarType.Byte, 1),
        ["I8"] = (torch.ScalarType.Int8, 1),
        ["I16"] = (torch.ScalarType.Int16, 2),
        ["I32"] = (torch.ScalarType.Int32, 4),
        ["I64"] = (torch.ScalarType.Int64, 8),
        ["F16"] = (torch.ScalarType.Float16, 2),
        ["BF16"] = (torch.ScalarType.BFloat16, 2),
        ["F32"] = (torch.ScalarType.Float32, 4),
        ["F64"] = (torch.ScalarType.Float64, 8),
    };

    /// <summary>libtorch's type of a data type that <see cref="Read"/> let through.</summary>
    public static torch.ScalarType TypeOf(string dtype) => s_types[dtype].Type;

    /// <summary>Reads and checks the header.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="KitException">The file is not valid.</exception>
    public static IReadOnlyDictionary<string, SafetensorsEntry> Read(Stream file, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (file.Length < 8)
            throw Bad(path, "it is shorter than a header");
        file.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is < 2 or > MaxHeaderBytes || (long)length > file.Length - 8)
            throw Bad(path, "the length of its header leads out of the file");
        var json = new byte[length];
        file.ReadExactly(json);
        var start = 8 + (long)length;
        var entries = Parse(json, start, file.Length - start, path);

        var end = start;
        foreach (var entry in entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            if (entry.Offset != end)
                throw Bad(path, $"the bytes of '{entry.Name}' overlap another tensor's or leave a hole");
            end = entry.Offset + entry.Length;
        }

        return end == file.Length ? entries : throw Bad(path, "bytes at its end belong to no tensor");
    }

    // Token by token: a document in memory would take many times the header's length.
    private static Dictionary<string, SafetensorsEntry> Parse(ReadOnlySpan<byte> json, long start, long available, string path)
    {
        try
        {
            var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            if (json[0] != '{')
                throw new KitException("The header of the safetensors file is not a JSON object.", path, "Fetch it again.");
            reader.Read();
            var described = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name != "__metadata__")
                {
                    if (!entries.TryAdd(name, Entry(ref reader, name, start, available, path)))
                        throw Bad(path, $"it has '{name}' twice");
                }
                else if (described || !IsTexts(ref reader))
                {
                    throw Bad(path, "its __metadata__ are not texts, or there twice");
                }
                else
                {
                    described = true;
                }
            }

            // Nothing may follow the object but spaces: the reader throws where something does.
            reader.Read();
            return entries;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new KitException($"The header of the safetensors file is not valid JSON: {e.Message}", path, "Fetch it again.", ExitCode.BadInput, e);
        }
    }

    // An object of texts, no key twice.
    private static bool IsTexts(ref Utf8JsonReader reader)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!keys.Add(reader.GetString()!) || !reader.Read() || reader.TokenType != JsonTokenType.String)
                return false;
            _ = reader.GetString();
        }

        return true;
    }

    private static SafetensorsEntry Entry(ref Utf8JsonReader reader, string name, long start, long available, string path)
    {
        string? type = null;
        long[]? sizes = null, offsets = null;
        var valid = reader.TokenType == JsonTokenType.StartObject;
        while (valid && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "dtype" when type is null && reader.TokenType == JsonTokenType.String:
                    type = reader.GetString();
                    break;
                case "shape" when sizes is null:
                    valid = (sizes = Numbers(ref reader)) is not null;
                    break;
                case "data_offsets" when offsets is null:
                    valid = (offsets = Numbers(ref reader)) is not null;
                    break;
                default:
                    valid = false;
                    break;
            }
        }

        if (!valid || type is null || sizes is null || offsets is not [var begin, var end])
            throw Bad(path, $"the entry of '{name}' is not one of dtype, shape and data_offsets");
        if (!s_types.TryGetValue(type, out var known))
            throw new KitException($"The data type {type} of '{name}' is not supported (supported: {string.Join(", ", s_types.Keys)}).", path);
        if (begin > end || end > available)
            throw Bad(path, $"the bytes of '{name}' lie outside the file");
        // Strides are counted as if nothing were empty: those must not overflow either.
        var (size, strides) = ((long)known.Size, (long)known.Size);
        foreach (var dimension in sizes)
        {
            if (strides > long.MaxValue / Math.Max(dimension, 1))
                throw Bad(path, $"the shape of '{name}' is too large");
            size *= dimension;
            strides *= Math.Max(dimension, 1);
        }

        if (size != end - begin)
            throw Bad(path, string.Create(CultureInfo.InvariantCulture, $"'{name}' has {end - begin} bytes where its shape needs {size}"));
        return new(name, type, sizes, start + begin, end - begin);
    }

    // Non-negative whole numbers, at most eight; null for anything else.
    private static long[]? Numbers(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return null;
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == 8 || reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                return null;
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private static KitException Bad(string path, string problem) => new($"The file is not a valid safetensors file: {problem}.", path, "Fetch it again.");
}
