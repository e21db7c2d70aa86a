namespace ForensicKit.Evidence;

/// <summary>Writes files whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes <paramref name="bytes"/> beside <paramref name="path"/>, waits until they are on disk, and renames: a reader, or a process killed
    /// at any moment, sees the old file or the new one, never a part.
    /// </summary>
    /// <exception cref="KitException">The folder cannot be written, or the disk is full.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var partial = path + ".partial";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(partial);
            }
            catch (Exception inner) when (inner is IOException or UnauthorizedAccessException)
            {
                // The first refusal is the one to report; what could not be deleted ends in .partial and is never read.
            }

            throw FileAccessErrors.Describe(e, path)!;
        }
    }

    /// <summary>
    /// As <see cref="Write"/>, where several processes may write the same file at once and the reader checks a digest of it: it is not waited for
    /// the disk, and the last writer's file stays.
    /// </summary>
    /// <exception cref="KitException">The folder cannot be written, or the disk is full.</exception>
    public static void WriteShared(string path, ReadOnlySpan<byte> bytes)
    {
        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
                file.Write(bytes);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            try
            {
                File.Delete(partial);
            }
            catch (Exception inner) when (inner is IOException or UnauthorizedAccessException)
            {
                // As above.
            }

            throw FileAccessErrors.Describe(e, path)!;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, System.Text.Encoding.UTF8.GetBytes(text));
}
