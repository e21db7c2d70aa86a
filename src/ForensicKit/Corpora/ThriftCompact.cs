namespace ForensicKit.Corpora;

/// <summary>Walks Thrift's compact encoding (as Parquet's metadata are written) without building anything, to refuse what would harm a reader that does.</summary>
/// <remarks>Encoding: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.</remarks>
internal ref struct ThriftCompact(ReadOnlySpan<byte> bytes)
{
    public const int List = 9;
    public const int Struct = 12;
    private const int MaximumDepth = 16;
    private const int MaximumElements = 2 << 20;
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _elements;

    /// <summary>Bytes walked over.</summary>
    public int Position { get; private set; }

    /// <summary>The next field of a struct: its number and type; false at the struct's end.</summary>
    public bool Field(ref int id, out int type)
    {
        var head = Byte();
        type = head & 15;
        if (head == 0)
            return false;
        id = head >> 4 == 0 ? (int)Integer() : id + (head >> 4);
        return true;
    }

    /// <summary>The head of a list: how many elements of which type.</summary>
    public (int Count, int Type) ListHead()
    {
        var head = Byte();
        var count = head >> 4 == 15 ? VarInt() : (ulong)(head >> 4);
        return (Elements(count), head & 15);
    }

    /// <summary>A number of 16, 32 or 64 bits.</summary>
    public long Integer()
    {
        var value = VarInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Passes over a value.</summary>
    public void Skip(int type, int depth = 0, bool inList = false)
    {
        if (depth > MaximumDepth)
            throw new InvalidDataException("Metadata are nested too deep.");
        switch (type)
        {
            case 1 or 2:
                Advance(inList ? 1 : 0);
                break;
            case 3:
                Advance(1);
                break;
            case 4 or 5 or 6:
                VarInt();
                break;
            case 7:
                Advance(8);
                break;
            case 8:
                Advance(VarInt());
                break;
            case 9 or 10:
                var (count, element) = ListHead();
                for (var i = 0; i < count; i++)
                    Skip(element, depth + 1, inList: true);
                break;
            case 11:
                var pairs = Elements(VarInt());
                var types = pairs > 0 ? Byte() : (byte)0;
                for (var i = 0; i < pairs; i++)
                {
                    Skip(types >> 4, depth + 1, inList: true);
                    Skip(types & 15, depth + 1, inList: true);
                }

                break;
            case Struct:
                for (var id = 0; Field(ref id, out var field);)
                    Skip(field, depth + 1);
                break;
            default:
                throw new InvalidDataException("Metadata have a value of no known type.");
        }
    }

    private int Elements(ulong count)
    {
        // Each element has a byte at least.
        if (count > (ulong)(_bytes.Length - Position) || count + (ulong)_elements > MaximumElements)
            throw new InvalidDataException("Metadata have a list that is too long.");
        _elements += (int)count;
        return (int)count;
    }

    private ulong VarInt()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }

        throw new InvalidDataException("Metadata have a number that does not end.");
    }

    private byte Byte()
    {
        if (Position >= _bytes.Length)
            throw new InvalidDataException("Metadata end early.");
        return _bytes[Position++];
    }

    private void Advance(ulong count)
    {
        if (count > (ulong)(_bytes.Length - Position))
            throw new InvalidDataException("Metadata end early.");
        Position += (int)count;
    }

    private void Advance(int count) => Advance((ulong)count);
}
