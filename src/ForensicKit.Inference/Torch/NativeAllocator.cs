using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Torch;

/// <summary>How the C library hands out the memory that libtorch asks for. Linux with glibc only; elsewhere nothing changes.</summary>
internal static partial class NativeAllocator
{
    // malloc.h of glibc.
    private const int TrimThreshold = -1;
    private const int MapThreshold = -3;
    private const int MostMaps = -4;

    // A pack of 740 tokens of a model of 135 million weights.
    private const long WorkBetween = 100_000_000_000;

    // The memory is the process's, whichever model computes.
    private static long s_work;

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

    /// <summary>
    /// Gives all free pages back once enough was computed since the last time, where freed memory is kept: holes between what lives would otherwise add
    /// up. What follows asks for its pages anew, which costs a small model more than a pack's work, and a large one nothing that could be seen.
    /// </summary>
    /// <param name="work">What was computed since the last call, as products of a weight and a token.</param>
    public static void GiveFreedMemoryBackAfter(long work)
    {
        if (!OperatingSystem.IsLinux() || Interlocked.Add(ref s_work, work) < WorkBetween)
            return;
        Interlocked.Exchange(ref s_work, 0);
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
