using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;

namespace ForensicKit.Notebooks.Execution;

/// <summary>
/// The assemblies this process already has, by simple name. A cell that asks for one of them from another folder gets the process's own, so
/// that no type and no native library is there twice.
/// </summary>
internal static class HostAssemblies
{
    private static readonly Lazy<Dictionary<string, string>> Trusted = new(() =>
        (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .GroupBy(p => Path.GetFileNameWithoutExtension(p), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase));

    /// <summary>The file of the process's own assembly of that simple name; null where it has none.</summary>
    public static string? Find(string simpleName) =>
        AssemblyLoadContext.Default.Assemblies.FirstOrDefault(a => !a.IsDynamic && string.Equals(a.GetName().Name, simpleName, StringComparison.OrdinalIgnoreCase))
            is { Location.Length: > 0 } loaded
            ? loaded.Location
            : Trusted.Value.GetValueOrDefault(simpleName);

    /// <summary>The process's own assembly that takes the place of the file a cell asks for; null where the file itself is needed.</summary>
    /// <param name="path">The path as the cell gives it.</param>
    /// <param name="folder">Where relative paths start.</param>
    public static string? Replacement(string path, string folder)
    {
        if (path.Contains('\0') || Find(Path.GetFileNameWithoutExtension(path)) is not { } own)
            return null;
        var asked = Path.GetFullPath(path, folder);
        // A later version than the process has cannot be replaced by it.
        return !File.Exists(asked) || VersionOf(asked) <= VersionOf(own) ? own : null;
    }

    /// <summary>
    /// What cells need to name the kit's types and the types that appear in its signatures: every assembly of the kit and what each refers to.
    /// A reference to one assembly does not make the names of those behind it known to a script.
    /// </summary>
    /// <param name="root">File of the assembly to start from.</param>
    /// <param name="find">From simple name to file; null where the assembly is of no interest.</param>
    public static IReadOnlyList<string> WithKitReferences(string root, Func<string, string?> find)
    {
        var start = Path.GetFileNameWithoutExtension(root);
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal) { [start] = root };
        var open = new Queue<string>([root]);
        // The kit's other assemblies lie beside it, whether it calls them or not. What calls it is its host.
        foreach (var beside in Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(root))!, "ForensicKit.*.dll").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(beside);
            if (name != start && !ReferencesOf(beside).Contains(start, StringComparer.Ordinal) && find(name) is { } path && found.TryAdd(name, path))
                open.Enqueue(path);
        }

        while (open.TryDequeue(out var file))
        {
            foreach (var name in ReferencesOf(file).Where(n => !IsPlatform(n) && !found.ContainsKey(n)))
            {
                if (find(name) is not { } path)
                    continue;
                found.Add(name, path);
                if (name.StartsWith("ForensicKit", StringComparison.Ordinal))
                    open.Enqueue(path);
            }
        }

        return [.. found.Values];
    }

    private static bool IsPlatform(string name) =>
        name is "netstandard" or "mscorlib" or "FSharp.Core"
        || name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.DotNet.Interactive", StringComparison.Ordinal);

    private static IEnumerable<string> ReferencesOf(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(r => metadata.GetString(metadata.GetAssemblyReference(r).Name))];
    }

    private static Version VersionOf(string file)
    {
        try
        {
            return AssemblyName.GetAssemblyName(file).Version ?? new Version();
        }
        catch (Exception e) when (e is BadImageFormatException or IOException or UnauthorizedAccessException)
        {
            return new Version();
        }
    }
}
