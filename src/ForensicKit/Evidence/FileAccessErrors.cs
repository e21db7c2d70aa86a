namespace ForensicKit.Evidence;

/// <summary>Says what the operating system's refusals mean for the person at the keyboard.</summary>
internal static class FileAccessErrors
{
    private const int DiskFullUnix = 28;
    private const int DiskFullWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <summary>Runs <paramref name="work"/>; a refusal about <paramref name="path"/> becomes one clear message.</summary>
    public static T Explain<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Describe(e, path) ?? new KitException(e.Message, path, innerException: e);
        }
    }

    /// <inheritdoc cref="Explain{T}(string, Func{T})"/>
    public static void Explain(string path, Action work) => Explain(path, () =>
    {
        work();
        return true;
    });

    /// <summary>The message for a refusal, or null where the exception is something else.</summary>
    public static KitException? Describe(Exception e, string path) => e switch
    {
        UnauthorizedAccessException => new KitException(
            "Writing or reading here is not permitted.", path, "Choose a folder you may write to with --out.", ExitCode.EnvironmentLacks, e),
        DirectoryNotFoundException or FileNotFoundException or PathTooLongException => new KitException(
            "The file or folder cannot be reached.", path, "Check the path.", ExitCode.BadInput, e),
        IOException io when IsDiskFull(io) => new KitException(
            "The disk is full.", path, "Free some space and run the same command with --resume: what was committed is kept.", ExitCode.EnvironmentLacks, e),
        IOException io when io.Message.Contains("Read-only file system", StringComparison.OrdinalIgnoreCase) => new KitException(
            "The file system is read-only.", path, "Choose a folder you may write to with --out.", ExitCode.EnvironmentLacks, e),
        IOException => new KitException($"The file cannot be used: {e.Message}", path, "Close what else uses it and try again.", ExitCode.EnvironmentLacks, e),
        _ => null,
    };

    private static bool IsDiskFull(IOException e) =>
        e.HResult is DiskFullUnix or DiskFullWindows or HandleDiskFullWindows || e.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase);
}
