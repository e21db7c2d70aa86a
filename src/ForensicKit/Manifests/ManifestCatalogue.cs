namespace ForensicKit.Manifests;

/// <summary>
/// Finds manifests by name in one or more folders with <c>benchmarks/</c>, <c>models/</c>, <c>tools/</c>, <c>organisms/</c>, <c>zoos/</c> and <c>cases/</c>; the first that has a name wins.
/// </summary>
public sealed class ManifestCatalogue
{
    internal const string Benchmarks = "benchmarks";
    internal const string Models = "models";
    internal const string Tools = "tools";
    internal const string Organisms = "organisms";
    internal const string Zoos = "zoos";
    private const string Cases = "cases";

    private readonly IReadOnlyList<string> _folders;

    /// <param name="folders">Folders laid out as <c>data-manifests</c>, in the order they are asked.</param>
    public ManifestCatalogue(params IReadOnlyList<string> folders) => _folders = folders;

    /// <summary>Names of the cases, sorted.</summary>
    public IReadOnlyList<string> CaseNames => Sorted(
        _folders.Select(folder => Path.Combine(folder, Cases)).Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
            .Where(folder => File.Exists(Path.Combine(folder, CaseFile))).Select(folder => Path.GetFileName(folder)));

    private const string CaseFile = "case.yaml";

    /// <summary>The benchmark of that name.</summary>
    /// <exception cref="KitException">There is none, or its manifest has errors.</exception>
    public BenchmarkManifest Benchmark(string name) => ManifestReader.ReadBenchmark(Find(Benchmarks, "benchmark", name));

    /// <summary>Names of a benchmark's pools of worked examples; none where it is not there.</summary>
    internal IReadOnlyList<string> PoolNames(string? benchmark) => benchmark is not null && Names(Benchmarks).Contains(benchmark, StringComparer.Ordinal)
        ? [.. ManifestYaml.ReadFile(Find(Benchmarks, "benchmark", benchmark)).Maps("pools").Select(p => p.OptionalText("split")).OfType<string>()]
        : [];

    /// <summary>A task of a benchmark as it is written; null where the benchmark or the task is not there.</summary>
    internal MapNode? TaskNode(string benchmark, string task) =>
        Names(Benchmarks).Contains(benchmark, StringComparer.Ordinal) ? ManifestReader.TaskNode(Find(Benchmarks, "benchmark", benchmark), task) : null;

    /// <summary>The model of that name.</summary>
    /// <exception cref="KitException">There is none, or its manifest has errors.</exception>
    public ModelManifest Model(string name) => ManifestReader.ReadModel(Find(Models, "model", name));

    /// <summary>The tool of that name.</summary>
    /// <exception cref="KitException">There is none, or its manifest has errors.</exception>
    public ToolManifest Tool(string name) => ManifestReader.ReadTool(Find(Tools, "tool", name));

    /// <summary>The organism recipe of that name, or in the file of that path.</summary>
    /// <exception cref="KitException">There is none, or it has errors.</exception>
    public OrganismRecipe Organism(string nameOrPath) => ManifestReader.ReadOrganism(
        nameOrPath.EndsWith(".yaml", StringComparison.Ordinal) && File.Exists(nameOrPath) ? nameOrPath : Find(Organisms, "organism", nameOrPath));

    /// <summary>The zoo recipe of that name, or in the file of that path.</summary>
    /// <exception cref="KitException">There is none, or it has errors.</exception>
    public ZooRecipe Zoo(string nameOrPath) => ManifestReader.ReadZoo(ZooPath(nameOrPath));

    /// <summary>The file of the zoo recipe of that name; a path of a file is itself.</summary>
    /// <exception cref="KitException">There is none.</exception>
    public string ZooPath(string nameOrPath) =>
        nameOrPath.EndsWith(".yaml", StringComparison.Ordinal) && File.Exists(nameOrPath) ? nameOrPath : Find(Zoos, "zoo", nameOrPath);

    /// <summary>
    /// A case, by its name or by the path of its folder or its <c>case.yaml</c>. A case may bring manifests of its own in
    /// <c>benchmarks/</c> and <c>models/</c> beside its <c>case.yaml</c>: use <see cref="For"/> to look them up.
    /// </summary>
    /// <exception cref="KitException">There is none, or its manifest has errors.</exception>
    public CaseManifest Case(string nameOrPath)
    {
        var path = FindCase(nameOrPath);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        // Where cases are found by name, the name is the folder's; a copy elsewhere (that of a dossier) goes by its path.
        var isListed = _folders.Any(f => Path.GetDirectoryName(folder) == Path.GetFullPath(Path.Combine(f, Cases)));
        return ManifestReader.ReadCase(path, WithFolder(folder), isListed ? Path.GetFileName(folder) : null);
    }

    /// <summary>This catalogue with the manifests that a case brings along before all others.</summary>
    public ManifestCatalogue For(CaseManifest @case) => WithFolder(@case.Folder);

    /// <summary>Names of the manifests of a kind, sorted.</summary>
    internal IReadOnlyList<string> Names(string kind) => Sorted(
        _folders.Select(folder => Path.Combine(folder, kind)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.yaml")).Select(file => Path.GetFileNameWithoutExtension(file)));

    private ManifestCatalogue WithFolder(string folder) => new([folder, .. _folders]);

    private string Find(string kind, string word, string name)
    {
        // Names never reach the file system unless a listed file bears them.
        var known = Names(kind);
        if (!known.Contains(name, StringComparer.Ordinal))
        {
            throw new KitException(
                $"There is no {word} '{name}'.", string.Join(", ", _folders.Select(folder => Path.Combine(folder, kind))),
                ManifestErrors.DidYouMean(name, known) + (known.Count == 0 ? "No manifest is there." : $"Known are {string.Join(", ", known)}."));
        }

        return _folders.Select(folder => Path.Combine(folder, kind, name + ".yaml")).First(File.Exists);
    }

    private string FindCase(string nameOrPath)
    {
        if (nameOrPath.Length == 0)
            throw new KitException("No case is named.", mend: $"Known are {string.Join(", ", CaseNames)}.");
        if (CaseNames.Contains(nameOrPath, StringComparer.Ordinal))
            return _folders.Select(folder => Path.Combine(folder, Cases, nameOrPath, CaseFile)).First(File.Exists);
        if (File.Exists(Path.Combine(nameOrPath, CaseFile)))
            return Path.Combine(nameOrPath, CaseFile);
        if (File.Exists(nameOrPath))
            return nameOrPath;
        var known = CaseNames;
        throw new KitException(
            $"There is no case '{nameOrPath}'.", mend: ManifestErrors.DidYouMean(nameOrPath, known) + (known.Count == 0
                ? "Give the path of a folder with a case.yaml."
                : $"Known are {string.Join(", ", known)}; the path of a folder with a case.yaml works too."));
    }

    private static IReadOnlyList<string> Sorted(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
