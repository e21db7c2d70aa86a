namespace ForensicKit.Sandbox.Python;

/// <summary>
/// Lets the host see what a WebAssembly module keeps to itself: appends exports of its first table and its first global to the module's
/// export section. No code changes. (WebAssembly core specification 1.0, section 5.5, binary format of modules.)
/// </summary>
internal static class WasmExports
{
    /// <summary>Name under which the first table is exported.</summary>
    public const string Table = "forensickit_table";

    /// <summary>Name under which the first global is exported.</summary>
    public const string Global = "forensickit_global";

    private const int Header = 8;
    private const byte CustomSection = 0;
    private const byte ExportSection = 7;
    private const byte TableKind = 1;
    private const byte GlobalKind = 3;

    /// <summary>The module with both exports and without its debugging information.</summary>
    /// <exception cref="InvalidDataException">It is no module.</exception>
    public static byte[] Append(ReadOnlySpan<byte> module)
    {
        if (!module.StartsWith("\0asm\u0001\0\0\0"u8))
            throw new InvalidDataException("This is not a WebAssembly module.");
        using var result = new MemoryStream(module.Length);
        result.Write(module[..Header]);
        for (var rest = module[Header..]; !rest.IsEmpty;)
        {
            var id = rest[0];
            var size = ReadNumber(rest[1..], out var sizeBytes);
            if (size > rest.Length - 1 - sizeBytes)
                throw new InvalidDataException("The WebAssembly module is cut off.");
            var whole = 1 + sizeBytes + size;
            if (id == ExportSection)
                WriteExports(result, rest[(1 + sizeBytes)..whole]);
            else if (id != CustomSection)
                result.Write(rest[..whole]);
            rest = rest[whole..];
        }

        return result.ToArray();
    }

    private static void WriteExports(MemoryStream result, ReadOnlySpan<byte> exports)
    {
        var count = ReadNumber(exports, out var countBytes);
        using var section = new MemoryStream();
        WriteNumber(section, count + 2);
        section.Write(exports[countBytes..]);
        foreach (var (name, kind) in new[] { (Table, TableKind), (Global, GlobalKind) })
        {
            WriteNumber(section, name.Length);
            section.Write(System.Text.Encoding.ASCII.GetBytes(name));
            section.WriteByte(kind);
            WriteNumber(section, 0);
        }

        result.WriteByte(ExportSection);
        WriteNumber(result, (int)section.Length);
        section.WriteTo(result);
    }

    // LEB128, unsigned, at most 31 bits.
    private static int ReadNumber(ReadOnlySpan<byte> bytes, out int read)
    {
        var value = 0L;
        for (read = 0; read < Math.Min(5, bytes.Length); read++)
        {
            value |= (long)(bytes[read] & 0x7F) << (7 * read);
            if ((bytes[read] & 0x80) == 0)
            {
                read++;
                return value <= int.MaxValue ? (int)value : throw new InvalidDataException("A number in the WebAssembly module is too large.");
            }
        }

        throw new InvalidDataException("The WebAssembly module is cut off.");
    }

    private static void WriteNumber(MemoryStream stream, int value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
