using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Torch;

/// <summary>How the C library hands out the memory that libtorch asks for.</summary>
internal static partial class NativeAllocator
{
    // malloc.h of glibc.
    private const int TrimThreshold = -1;
    private const int MostMaps = -4;

    /// <summary>
    /// Keeps freed memory for the next tensor instead of giving it back to the system: each layer asks for as much as the one before freed, and
    /// fresh pages cost more than small operations do. Linux with glibc only; elsewhere nothing changes.
    /// </summary>
    public static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(MostMaps, 0);
            _ = SetOption(TrimThreshold, 1 << 30);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, which has no such options.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);
}
