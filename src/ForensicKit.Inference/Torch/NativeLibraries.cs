using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using TorchSharp;

namespace ForensicKit.Inference.Torch;

/// <summary>
/// Loads libtorch before the first call into it, wherever it lies: beside the assembly, below <c>runtimes/&lt;rid&gt;/native</c>, in a package cache or,
/// with the accelerator <c>none</c>, on the loader's own path.
/// </summary>
/// <remarks>
/// TorchSharp looks in fewer places, and on failure copies half a gigabyte about before it says something misleading. On Linux a library that is
/// loaded once by its absolute path answers to its name from then on, so TorchSharp finds what was loaded here.
/// </remarks>
public static class TorchRuntime
{
    private const string Weakened = "GLIBCXX_3.4.32";
    private static readonly Lazy<(IntPtr Bridge, string? Note)> s_libraries = new(LoadLibraries);
    private static readonly Lazy<string?> s_note = new(Load);

    /// <summary>What was done to make libtorch load here, for the record of a run; null where nothing had to be done.</summary>
    public static string? Note => s_note.Value;

    /// <summary>Loads the libraries, once in a process. Call it before anything of TorchSharp.</summary>
    /// <exception cref="KitException">libtorch is not there or cannot be loaded (exit 4).</exception>
    public static void EnsureLoaded() => _ = s_note.Value;

    // A caller may use TorchSharp before this class: then the runtime asks here, after its own search has failed and before TorchSharp's begins.
#pragma warning disable CA2255 // Costs a subscription; there is no later point that comes before every use of TorchSharp.
    [ModuleInitializer]
    internal static void AnswerTheRuntime()
#pragma warning restore CA2255
    {
        if (OperatingSystem.IsLinux() && AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) is { } context)
            context.ResolvingUnmanagedDll += (_, name) => name == "LibTorchSharp" ? s_libraries.Value.Bridge : IntPtr.Zero;
    }

    private static string? Load()
    {
        try
        {
            var note = s_libraries.Value.Note;
            _ = torch.get_num_threads();
            return note;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or NotSupportedException or EntryPointNotFoundException)
        {
            throw e.InnerException as KitException ?? Missing(e.InnerException?.Message ?? e.Message, e);
        }
    }

    private static (IntPtr Bridge, string? Note) LoadLibraries()
    {
        Preload();
        return OperatingSystem.IsLinux() ? LoadOnLinux() : (IntPtr.Zero, null);
    }

    private static (IntPtr Bridge, string? Note) LoadOnLinux()
    {
        if (Find("libLibTorchSharp.so") is not { } bridge)
            throw Missing("libLibTorchSharp.so was not found.", null);
        try
        {
            return (NativeLibrary.Load(bridge), null);
        }
        catch (DllNotFoundException e) when (e.Message.Contains(Weakened, StringComparison.Ordinal))
        {
            // libstdc++ of GCC 12 (Debian 12, Ubuntu 22.04) lacks the version. Its only symbol, std::ios_base_library_init(), is never called by
            // the library: only the loader's check of version names fails, and a need that is marked weak is not checked.
            var bytes = ElfVersionNeeds.Weaken(File.ReadAllBytes(bridge), Weakened);
            if (bytes is null)
                throw Missing(e.Message, e);
            return (LoadCopy(bytes, "libLibTorchSharp.so"), $"libLibTorchSharp.so was loaded from a private copy that does not insist on {Weakened}, which this system's libstdc++ lacks");
        }
        catch (DllNotFoundException e)
        {
            throw Missing(e.Message, e);
        }
    }

    // Each by its absolute path, dependencies first. What is not found is left to the system's loader.
    private static void Preload()
    {
        string[] names = OperatingSystem.IsWindows() ? ["c10.dll", "torch_cpu.dll", "torch.dll"]
            : OperatingSystem.IsMacOS() ? ["libc10.dylib", "libtorch_cpu.dylib", "libtorch.dylib"]
            : ["libc10.so", "libtorch_cpu.so", "libtorch.so"];
        foreach (var path in names.Select(Find))
        {
            if (path is null)
                continue;
            try
            {
                NativeLibrary.Load(path);
            }
            catch (DllNotFoundException e)
            {
                throw Missing(e.Message, e);
            }
        }
    }

    private static string? Find(string name) => Folders().Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders()
    {
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        var rid = $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
        // Location is empty in a single-file program, where the base directory is what counts.
        string?[] roots = [Path.GetDirectoryName(typeof(TorchRuntime).Assembly.Location), Path.GetDirectoryName(typeof(torch).Assembly.Location), AppContext.BaseDirectory];
        foreach (var root in roots.Where(root => !string.IsNullOrEmpty(root)).Distinct(StringComparer.Ordinal))
        {
            yield return root!;
            yield return Path.Combine(root!, "runtimes", rid, "native");
        }

        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string searched)
        {
            foreach (var folder in searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                yield return folder;
        }
    }

    private static IntPtr LoadCopy(byte[] bytes, string name)
    {
        var caches = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (caches.Length > 0 && Cached(bytes, Path.Combine(caches, "forensickit", "native", Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]), name) is { } cached)
            return NativeLibrary.Load(cached);

        // No cache folder that can be written: a fresh folder of our own, gone as soon as the library is mapped.
        var folder = Directory.CreateTempSubdirectory("forensickit-").FullName;
        try
        {
            var path = Path.Combine(folder, name);
            File.WriteAllBytes(path, bytes);
            return NativeLibrary.Load(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What lies in the cache is compared with what it should be: a damaged or foreign file is replaced, never loaded.
    private static string? Cached(byte[] bytes, string folder, string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
                return path;
            Directory.CreateDirectory(folder);
            var partial = Path.Combine(folder, $"{Path.GetRandomFileName()}.partial");
            File.WriteAllBytes(partial, bytes);
            File.Move(partial, path, overwrite: true);
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static KitException Missing(string reason, Exception? cause) => new(
        $"libtorch, which computes language models, cannot be loaded: {reason}",
        null,
        "Build with -p:ForensicAccelerator=cpu (or cuda), or put libtorch 2.10 on the loader's path and build with -p:ForensicAccelerator=none.",
        ExitCode.EnvironmentLacks,
        cause);
}
