using System.Globalization;
using System.Security.Cryptography;
using ForensicKit.Evidence;
using SharpCompress.Compressors.Xz;

namespace ForensicKit.Sandbox.Python;

/// <summary>The interpreter's WebAssembly file, plain or packed with xz. Only the bytes that the tool manifest names are ever used.</summary>
internal static class WasmFile
{
    private static readonly byte[] s_xz = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00];

    /// <summary>Reads the file and checks size and SHA-256.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What the manifest says of the unpacked file.</param>
    /// <exception cref="KitException">It is damaged or another file (exit 1), or cannot be read.</exception>
    public static byte[] Read(string path, Artifact expected)
    {
        var bytes = new byte[expected.Bytes];
        int read;
        bool isMore;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            using var stream = Unpacked(file);
            read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            isMore = read == bytes.Length && stream.ReadByte() >= 0;
        }
        catch (Exception e) when (e is not (KitException or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException))
        {
            // The unpacker reports damage in many ways.
            throw new KitException("The file cannot be read or unpacked.", path, Mend(expected), ExitCode.CheckFailed, e);
        }

        if (isMore || read < bytes.Length)
        {
            throw new KitException(
                string.Create(CultureInfo.InvariantCulture, $"The file holds {(isMore ? "more" : "less")} than the {expected.Bytes} bytes that the manifest states."),
                path, Mend(expected), ExitCode.CheckFailed);
        }

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return sha256 == expected.Sha256
            ? bytes
            : throw new KitException($"This is not the file that the manifest names: its SHA-256 is {sha256} instead of {expected.Sha256}.", path, Mend(expected), ExitCode.CheckFailed);
    }

    private static Stream Unpacked(FileStream file)
    {
        Span<byte> start = stackalloc byte[6];
        var isPacked = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(s_xz);
        file.Position = 0;
        return isPacked ? new XZStream(file) : file;
    }

    private static string Mend(Artifact expected) => expected.Url is { } url ? $"Get the right bytes from {url} ." : $"Restore it from {expected.Source}.";
}
