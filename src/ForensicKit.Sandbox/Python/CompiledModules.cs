using System.Security.Cryptography;
using System.Text;
using ForensicKit.Evidence;
using Wasmtime;

namespace ForensicKit.Sandbox.Python;

/// <summary>Keeps compiled modules in the user's cache folder: compiling takes some ten seconds, loading a small part of one.</summary>
/// <remarks>
/// A compiled module is code that is trusted as it stands. The folder is the user's alone, a file that others may write to is not used, and
/// a file starts with the SHA-256 of what follows, so that a damaged one is compiled anew. Who can write to the user's own files could replace
/// the kit itself.
/// </remarks>
internal sealed class CompiledModules(string? folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const long MaxBytes = 256L << 20;
    private static readonly byte[] s_magic = Encoding.ASCII.GetBytes("forensickit wasmtime module 3\n");

    /// <summary>The usual folder: <c>forensickit/wasm</c> in the local application data folder; null for a user without one.</summary>
    public static string? DefaultFolder =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } data
            ? Path.Combine(data, "forensickit", "wasm")
            : null;

    /// <summary>The module with these bytes, loaded or compiled.</summary>
    /// <param name="engine">The engine it is for.</param>
    /// <param name="sha256">SHA-256 of the WebAssembly file, lower-case hex.</param>
    /// <param name="read">Reads the WebAssembly file, whose hash is checked.</param>
    public Module Get(Engine engine, string sha256, Func<byte[]> read)
    {
        var path = folder is null ? null : Path.Combine(folder, $"{sha256}-{Version}.cwasm");
        if (path is not null && Load(engine, path) is { } loaded)
            return loaded;
        var compiled = Module.FromBytes(engine, "python", read());
        if (path is not null)
            Save(path, compiled.Serialize());
        return compiled;
    }

    /// <summary>What a compiled module depends on beside the file. Wasmtime itself checks its settings and the processor's abilities.</summary>
    private static string Version => FormattableString.Invariant(
        $"{typeof(Module).Assembly.GetName().Version!.ToString(3)}-{System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}");

    private static Module? Load(Engine engine, string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > MaxBytes || (!OperatingSystem.IsWindows() && (file.UnixFileMode & OthersWrite) != UnixFileMode.None))
                return null;
            var bytes = File.ReadAllBytes(path).AsSpan();
            if (!bytes.StartsWith(s_magic) || bytes.Length < s_magic.Length + SHA256.HashSizeInBytes)
                return null;
            var hash = bytes.Slice(s_magic.Length, SHA256.HashSizeInBytes);
            var content = bytes[(s_magic.Length + SHA256.HashSizeInBytes)..];
            return SHA256.HashData(content).AsSpan().SequenceEqual(hash) ? Module.Deserialize(engine, "python", content) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or WasmtimeException)
        {
            // Compiled for another processor, or not readable: compiled anew.
            return null;
        }
    }

    private static void Save(string path, byte[] content)
    {
        try
        {
            var own = Path.GetDirectoryName(path)!;
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(own);
            else
                Directory.CreateDirectory(own, OwnerOnly);
            AtomicFile.Write(path, [.. s_magic, .. SHA256.HashData(content), .. content]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or KitException)
        {
            // The next process compiles again.
        }
    }
}
