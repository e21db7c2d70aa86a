using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>What a GGUF file says of one tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How it is stored, by ggml's name, for example <c>Q4_K</c>.</param>
/// <param name="Shape">Its shape with the slowest dimension first, as in PyTorch; ggml lists dimensions the other way round.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Length">How many bytes it has.</param>
public sealed record GgufTensor(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long Length);

/// <summary>Reads the head of a GGUF file and refuses whatever the format does not allow.</summary>
/// <remarks>
/// The format: <see href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md"/>, versions 2 and 3. As in ggml, tensors follow one another
/// without overlap, each padded to the alignment and without other holes, up to the end of the file.
/// </remarks>
internal static class GgufHeader
{
    private const int MaxKeyBytes = 65535;
    private const int MaxNameBytes = 1024;
    private const int MaxDimensions = 4;
    private const int MaxNesting = 4;

    /// <summary>Reads and checks the head.</summary>
    /// <param name="file">The open file, at its beginning.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="KitException">The file is not valid, or not supported.</exception>
    public static (int Version, GgufMetadata Metadata, Dictionary<string, (GgufTensor Tensor, GgufTensorType Type)> Tensors) Read(Stream file, string path)
    {
        var reader = new GgufReader(file, path);
        var version = Version(reader, path);
        var tensorCount = reader.Count("the number of tensors", 8 + 4 + 4 + 8);
        var keyCount = reader.Count("the number of metadata", 8 + 4 + 1);
        var metadata = Metadata(reader, keyCount, path);
        var infos = new List<Info>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tensorCount; i++)
        {
            var info = Tensor(reader, path);
            if (!names.Add(info.Name))
                throw reader.Bad($"it has two tensors '{info.Name}'");
            infos.Add(info);
        }

        return (version, metadata, Place(reader, infos, Alignment(metadata)));
    }

    private static int Version(GgufReader reader, string path)
    {
        if (reader.Remaining < 8)
            throw reader.Bad("it is shorter than a header");
        switch (Encoding.Latin1.GetString(reader.Next(4, "the header")))
        {
            case "GGUF":
                break;
            case "lmgg" or "fmgg" or "tjgg" or "algg":
                throw new KitException("The file is in one of ggml's formats from before GGUF, which are not supported.", path, "Convert the model again with a current llama.cpp.");
            default:
                throw reader.Bad("it does not begin with GGUF");
        }

        var version = reader.UInt32("the header");
        if (version is 2 or 3)
            return (int)version;
        // A version that would be huge is a small one with its bytes the other way round.
        throw (version & 0xffff) == 0 && version != 0
            ? new KitException("The file is in big-endian byte order, which is not supported.", path, "Convert the model again for a little-endian machine.")
            : new KitException(
                string.Create(CultureInfo.InvariantCulture, $"The file is of version {version} of GGUF, which is not supported (supported: 2 and 3)."), path, "Convert the model again with a current llama.cpp.");
    }

    private static GgufMetadata Metadata(GgufReader reader, int count, string path)
    {
        var values = new Dictionary<string, object>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var key = reader.Text("a metadata key", MaxKeyBytes);
            var value = Value(reader, reader.UInt32("the metadata"), key, MaxNesting);
            if (!values.TryAdd(key, value))
                throw reader.Bad($"it has the metadata '{key}' twice");
        }

        return new(values, path);
    }

    private static object Value(GgufReader reader, uint type, string key, int nesting)
    {
        var what = $"the metadata '{key}'";
        return type switch
        {
            0 => reader.Byte(what),
            1 => (sbyte)reader.Byte(what),
            2 => MemoryMarshal.Read<ushort>(reader.Next(2, what)),
            3 => MemoryMarshal.Read<short>(reader.Next(2, what)),
            4 => reader.UInt32(what),
            5 => (int)reader.UInt32(what),
            6 => BitConverter.UInt32BitsToSingle(reader.UInt32(what)),
            7 => Truth(reader, what),
            8 => reader.Text(what),
            9 => Items(reader, key, what, nesting),
            10 => reader.UInt64(what),
            11 => (long)reader.UInt64(what),
            12 => BitConverter.UInt64BitsToDouble(reader.UInt64(what)),
            _ => throw reader.Bad(string.Create(CultureInfo.InvariantCulture, $"{what} has the type {type}, which there is not")),
        };
    }

    private static bool Truth(GgufReader reader, string what) => reader.Byte(what) switch
    {
        0 => false,
        1 => true,
        _ => throw reader.Bad($"{what} is neither true nor false"),
    };

    private static Array Items(GgufReader reader, string key, string what, int nesting)
    {
        var type = reader.UInt32(what);
        return type switch
        {
            0 => Numbers<byte>(reader, what),
            1 => Numbers<sbyte>(reader, what),
            2 => Numbers<ushort>(reader, what),
            3 => Numbers<short>(reader, what),
            4 => Numbers<uint>(reader, what),
            5 => Numbers<int>(reader, what),
            6 => Numbers<float>(reader, what),
            7 => Each(reader, what, 1, () => Truth(reader, what)),
            8 => Each(reader, what, 8, () => reader.Text(what)),
            9 when nesting == 0 => throw reader.Bad($"{what} is nested too deeply"),
            9 => Each(reader, what, 12, () => Items(reader, key, what, nesting - 1)),
            10 => Numbers<ulong>(reader, what),
            11 => Numbers<long>(reader, what),
            12 => Numbers<double>(reader, what),
            _ => throw reader.Bad(string.Create(CultureInfo.InvariantCulture, $"{what} is a list of the type {type}, which there is not")),
        };
    }

    // The format's byte order is that of every machine that .NET runs on but one; libtorch does not run on that one.
    private static T[] Numbers<T>(GgufReader reader, string what)
        where T : unmanaged
    {
        var numbers = new T[reader.Count($"the length of {what}", Marshal.SizeOf<T>())];
        reader.Fill(MemoryMarshal.AsBytes(numbers.AsSpan()), what);
        return numbers;
    }

    private static T[] Each<T>(GgufReader reader, string what, int leastBytes, Func<T> item)
    {
        var items = new T[reader.Count($"the length of {what}", leastBytes)];
        for (var i = 0; i < items.Length; i++)
            items[i] = item();
        return items;
    }

    private static Info Tensor(GgufReader reader, string path)
    {
        var name = reader.Text("a tensor's name", MaxNameBytes);
        var what = $"the entry of '{name}'";
        var dimensions = reader.UInt32(what);
        if (dimensions > MaxDimensions)
            throw reader.Bad(string.Create(CultureInfo.InvariantCulture, $"'{name}' has {dimensions} dimensions, more than {MaxDimensions}"));
        var shape = new long[dimensions];
        // Strides are counted as if nothing were empty: those must not overflow either.
        var (elements, strides) = (1L, 1L);
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            var size = reader.UInt64(what);
            if (size > long.MaxValue / 8 || strides > long.MaxValue / 8 / Math.Max((long)size, 1))
                throw reader.Bad($"the shape of '{name}' is too large");
            shape[i] = (long)size;
            elements *= (long)size;
            strides *= Math.Max((long)size, 1);
        }

        var number = reader.UInt32(what);
        if (GgufTensorType.Find(number) is not { } type)
        {
            throw GgufTensorType.Removed(number) is { } removed
                ? new KitException($"The tensor '{name}' has the type {removed}, which ggml no longer has.", path, "Quantize the model again with a current llama.cpp.")
                : reader.Bad(string.Create(CultureInfo.InvariantCulture, $"'{name}' has the type {number}, which is not known"));
        }

        var row = shape.Length == 0 ? 1 : shape[^1];
        if (row % type.Elements != 0)
            throw reader.Bad(string.Create(CultureInfo.InvariantCulture, $"the rows of '{name}' have {row} elements, which are not whole blocks of {type.Name}"));
        var offset = reader.UInt64(what);
        return offset <= long.MaxValue
            ? new(name, type, shape, elements / type.Elements * type.Bytes, (long)offset)
            : throw reader.Bad($"the bytes of '{name}' lie outside the file");
    }

    private static long Alignment(GgufMetadata metadata)
    {
        const string Key = "general.alignment";
        var alignment = metadata.OptionalInt(Key, 1, 1 << 20) ?? 32;
        return (alignment & (alignment - 1)) == 0 ? alignment : throw metadata.Bad(Key, "must be a power of two");
    }

    private static Dictionary<string, (GgufTensor, GgufTensorType)> Place(GgufReader reader, List<Info> infos, long alignment)
    {
        var tensors = new Dictionary<string, (GgufTensor, GgufTensorType)>(StringComparer.Ordinal);
        if (infos.Count == 0)
            return tensors;
        var start = Padded(reader.Position, alignment);
        var end = start;
        foreach (var info in infos.OrderBy(info => info.Offset).ThenBy(info => info.Bytes))
        {
            if (start > reader.Length || info.Offset > reader.Length - start || info.Bytes > reader.Length - start - info.Offset)
                throw reader.Bad($"the bytes of '{info.Name}' lie outside the file");
            if (start + info.Offset != Padded(end, alignment))
                throw reader.Bad($"the bytes of '{info.Name}' overlap another tensor's, leave a hole or are not aligned");
            end = start + info.Offset + info.Bytes;
        }

        if (Padded(end, alignment) < reader.Length)
            throw reader.Bad("bytes at its end belong to no tensor");
        foreach (var info in infos)
            tensors.Add(info.Name, (new(info.Name, info.Type.Name, info.Shape, start + info.Offset, info.Bytes), info.Type));
        return tensors;
    }

    private static long Padded(long position, long alignment) => (position + alignment - 1) / alignment * alignment;

    private sealed record Info(string Name, GgufTensorType Type, long[] Shape, long Bytes, long Offset);
}
