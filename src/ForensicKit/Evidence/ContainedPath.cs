namespace ForensicKit.Evidence;

/// <summary>Follows a relative path inside a folder, links included, and never out of it.</summary>
internal static class ContainedPath
{
    /// <summary>The real path of an existing file below <paramref name="folder"/>.</summary>
    /// <param name="folder">The folder; it may itself be reached through links.</param>
    /// <param name="relative">A relative path with <c>/</c>, without <c>..</c>.</param>
    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="KitException">A link on the way leads out of the folder.</exception>
    /// <exception cref="ArgumentException">The path is absolute or goes upwards: manifests never hold such a path.</exception>
    public static string? Find(string folder, string relative)
    {
        var segments = relative.Split('/');
        if (relative.Contains('\\', StringComparison.Ordinal) || segments.Any(segment => segment is "" or "." or ".." || segment.Contains(':', StringComparison.Ordinal)))
            throw new ArgumentException($"'{relative}' is not a path inside a folder.", nameof(relative));
        var root = Real(Path.GetFullPath(folder));
        var path = Path.Combine([root, .. segments]);
        if (!File.Exists(path))
            return null;
        var real = Real(path);
        if (!real.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, Comparison))
            throw new KitException($"A symbolic link leads out of the folder, to {real}.", path, "Put the file itself there, or name its own folder as the data folder.");
        return real;
    }

    private static StringComparison Comparison => OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    // Resolves the links of every part; .NET resolves only the last.
    private static string Real(string path, int links = 0)
    {
        if (links > 40)
            throw new KitException("Symbolic links lead in a circle.", path, "Remove the circle.");
        var parent = Path.GetDirectoryName(path);
        if (parent is null)
            return path;
        var here = Path.Combine(Real(parent, links), Path.GetFileName(path));
        FileSystemInfo info = Directory.Exists(here) ? new DirectoryInfo(here) : new FileInfo(here);
        return info.LinkTarget is { } target ? Real(Path.GetFullPath(target, Path.GetDirectoryName(here)!), links + 1) : here;
    }
}
