using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Torch;

/// <summary>How the C library hands out the memory that libtorch asks for. Linux with glibc only; elsewhere nothing changes.</summary>
internal static partial class NativeAllocator
{
    // malloc.h of glibc.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int MostMaps = -4;

    /// <summary>
    /// For loading: every larger block is the system's and goes back to it when it is freed, so that what is read and joined leaves no holes between
    /// the weights that stay.
    /// </summary>
    public static void GiveFreedMemoryBack()
    {
        Set(MapThreshold, 1 << 16);
        Set(MostMaps, 1 << 16);
    }

    /// <summary>
    /// For computing: freed memory is kept for the next tensor. Each layer asks for as much as the one before freed, and fresh pages cost more than
    /// small operations do.
    /// </summary>
    public static void KeepFreedMemory()
    {
        Set(MostMaps, 0);
        Set(TrimThreshold, 1 << 30);
    }

    /// <summary>Gives all free pages back now, where freed memory is kept: holes between what lives would otherwise add up.</summary>
    public static void GiveFreedMemoryBackNow()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Trim(0);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, which has no such call.
        }
    }

    private static void Set(int option, int value)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(option, value);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library, which has no such options.
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint padding);
}
