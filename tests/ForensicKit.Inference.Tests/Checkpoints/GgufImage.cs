using System.Text;

namespace ForensicKit.Inference.Tests.Checkpoints;

/// <summary>Writes GGUF files for tests, valid unless told otherwise.</summary>
internal sealed class GgufImage
{
    private readonly List<(string Key, Action<BinaryWriter> Value)> _metadata = [];
    private readonly List<(string Name, uint Type, long[] Shape, byte[] Bytes)> _tensors = [];

    public uint Version { get; init; } = 3;

    public int Alignment { get; init; } = 32;

    public GgufImage Add(string key, object value)
    {
        _metadata.Add((key, writer =>
        {
            writer.Write(TypeOf(value));
            Write(writer, value);
        }
        ));
        return this;
    }

    /// <param name="name">Its name.</param>
    /// <param name="type">ggml's number of its type.</param>
    /// <param name="shape">Its shape, the slowest dimension first.</param>
    /// <param name="bytes">Its bytes.</param>
    public GgufImage Tensor(string name, uint type, long[] shape, byte[] bytes)
    {
        _tensors.Add((name, type, shape, bytes));
        return this;
    }

    public GgufImage Tensor(string name, long[] shape, params ReadOnlySpan<float> values)
    {
        var bytes = new byte[4 * values.Length];
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).CopyTo(bytes);
        return Tensor(name, 0, shape, bytes);
    }

    public byte[] ToArray()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        var metadata = Alignment == 32 ? _metadata : [.. _metadata, ("general.alignment", (Action<BinaryWriter>)(w => { w.Write(4u); w.Write((uint)Alignment); }))];
        writer.Write((ulong)metadata.Count);
        foreach (var (key, value) in metadata)
        {
            Text(writer, key);
            value(writer);
        }

        var offset = 0L;
        foreach (var (name, type, shape, bytes) in _tensors)
        {
            Text(writer, name);
            writer.Write((uint)shape.Length);
            foreach (var size in shape.Reverse())
                writer.Write(size);
            writer.Write(type);
            writer.Write(offset);
            offset += (bytes.Length + Alignment - 1) / Alignment * Alignment;
        }

        foreach (var (_, _, _, bytes) in _tensors)
        {
            Pad(writer);
            writer.Write(bytes);
        }

        Pad(writer);
        writer.Flush();
        return stream.ToArray();
    }

    private void Pad(BinaryWriter writer)
    {
        writer.Flush();
        while (writer.BaseStream.Position % Alignment != 0)
            writer.Write((byte)0);
    }

    private static void Text(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static uint TypeOf(object value) => value switch
    {
        byte => 0,
        sbyte => 1,
        ushort => 2,
        short => 3,
        uint => 4,
        int => 5,
        float => 6,
        bool => 7,
        string => 8,
        Array => 9,
        ulong => 10,
        long => 11,
        double => 12,
        _ => throw new ArgumentException(value.GetType().Name, nameof(value)),
    };

    private static void Write(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte v: writer.Write(v); break;
            case sbyte v: writer.Write(v); break;
            case ushort v: writer.Write(v); break;
            case short v: writer.Write(v); break;
            case uint v: writer.Write(v); break;
            case int v: writer.Write(v); break;
            case float v: writer.Write(v); break;
            case bool v: writer.Write(v); break;
            case string v: Text(writer, v); break;
            case ulong v: writer.Write(v); break;
            case long v: writer.Write(v); break;
            case double v: writer.Write(v); break;
            case Array items:
                var first = items.GetType().GetElementType()!;
                writer.Write(first.IsArray ? 9u : TypeOf(first == typeof(string) ? "" : Activator.CreateInstance(first)!));
                writer.Write((ulong)items.Length);
                foreach (var item in items)
                    Write(writer, item);
                break;
            default:
                throw new ArgumentException(value.GetType().Name, nameof(value));
        }
    }
}
