namespace ForensicKit.TestSupport;

/// <summary>Finds reference data outside the repository: the folder with <c>data/</c> and <c>golden/</c>.</summary>
internal static class TestData
{
    /// <summary>The repository's root: the folder with ForensicKit.sln above the test assembly.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>FORENSICKIT_DATA, or ../shared from the repository's root.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable("FORENSICKIT_DATA") is { Length: > 0 } set
        ? set
        : Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared"));

    /// <summary>
    /// The path of reference data, or skips the calling test by the data's name. In CI absent data is a failure, never a skip.
    /// </summary>
    public static string Require(params string[] parts)
    {
        var relative = Path.Combine(parts);
        var path = Path.Combine(Root, relative);
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            if (Environment.GetEnvironmentVariable("CI") == "true" && Directory.Exists(Root))
                Assert.Fail($"Reference data '{relative}' is missing below {Root}.");
            Assert.Skip($"Reference data '{relative}' is not here (set FORENSICKIT_DATA).");
        }

        return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ForensicKit.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
