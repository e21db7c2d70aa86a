using System.Buffers.Binary;
using System.Text;

namespace ForensicKit.Inference.Torch;

/// <summary>The version names that a 64-bit little-endian ELF library needs of others (System V ABI, Linux extensions: <c>.gnu.version_r</c>).</summary>
internal static class ElfVersionNeeds
{
    private const uint VersionNeeds = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    /// <summary>Marks every need of the version <paramref name="name"/> weak, so that the loader does not insist on it.</summary>
    /// <param name="library">The file's bytes; changed in place.</param>
    /// <param name="name">A version, for example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>The same array, or null where it is not such a library or does not need the version.</returns>
    public static byte[]? Weaken(byte[] library, string name)
    {
        try
        {
            return Mark(library, Encoding.ASCII.GetBytes(name)) ? library : null;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            // Offsets that lead out of the file: not a library that a linker wrote.
            return null;
        }
    }

    private static bool Mark(byte[] bytes, byte[] name)
    {
        if (bytes.Length < 64 || !bytes.AsSpan(0, 6).SequenceEqual((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            return false;
        var table = checked((int)UInt64(bytes, 0x28));
        var entrySize = UInt16(bytes, 0x3a);
        var count = UInt16(bytes, 0x3c);
        var marked = false;
        for (var section = 0; section < count; section++)
        {
            var header = table + (section * entrySize);
            if (UInt32(bytes, header + 4) != VersionNeeds)
                continue;
            var needs = checked((int)UInt64(bytes, header + 0x18));
            var strings = checked((int)UInt64(bytes, table + checked((int)UInt32(bytes, header + 0x28) * entrySize) + 0x18));
            marked |= MarkNeeds(bytes, needs, checked((int)UInt32(bytes, header + 0x2c)), strings, name);
        }

        return marked;
    }

    // Elf64_Verneed: version, count (u16 each), file, aux, next (u32 each). Elf64_Vernaux: hash u32, flags u16, other u16, name u32, next u32.
    private static bool MarkNeeds(byte[] bytes, int need, int files, int strings, byte[] name)
    {
        var marked = false;
        for (var file = 0; file < files; file++)
        {
            var versions = UInt16(bytes, need + 2);
            var version = need + checked((int)UInt32(bytes, need + 8));
            for (var i = 0; i < versions; i++)
            {
                if (IsText(bytes, strings + checked((int)UInt32(bytes, version + 8)), name))
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(version + 4), (ushort)(UInt16(bytes, version + 4) | WeakFlag));
                    marked = true;
                }

                version += checked((int)UInt32(bytes, version + 12));
            }

            need += checked((int)UInt32(bytes, need + 12));
        }

        return marked;
    }

    private static bool IsText(byte[] bytes, int at, byte[] text)
    {
        var rest = bytes.AsSpan(at);
        return rest.Length > text.Length && rest.StartsWith(text) && rest[text.Length] == 0;
    }

    private static ushort UInt16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint UInt32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static ulong UInt64(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
}
