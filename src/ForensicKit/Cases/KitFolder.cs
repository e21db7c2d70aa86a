using System.Collections.Concurrent;
using ForensicKit.Contamination.Calibration;
using ForensicKit.Contamination.Membership;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Cases;

/// <summary>A checkout of the kit: where manifests, notebooks and dossiers are.</summary>
public sealed class KitFolder
{
    private const string ManifestsFolder = "data-manifests";
    private readonly ConcurrentDictionary<string, BenchmarkManifest> _benchmarks = new(StringComparer.Ordinal);
    private readonly Lazy<ZooCalibration?> _calibration;

    /// <param name="root">The folder that holds <c>data-manifests</c> and <c>notebooks</c>.</param>
    public KitFolder(string root)
    {
        Root = Path.GetFullPath(root);
        Manifests = new ManifestCatalogue(Path.Combine(Root, ManifestsFolder));
        _calibration = new(() => File.Exists(Path.Combine(Root, ManifestsFolder, ManifestCatalogue.Zoos, "default.results.json")) ? new(ZooResults("default")) : null);
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The manifests.</summary>
    public ManifestCatalogue Manifests { get; }

    /// <summary>Where the kit's notebooks are.</summary>
    public string NotebooksFolder => Path.Combine(Root, "notebooks");

    /// <summary>Where dossiers go when nothing else is said.</summary>
    public string DossiersFolder => Path.Combine(Root, "dossiers");

    /// <summary>The benchmark of that name, read once.</summary>
    public BenchmarkManifest Benchmark(string name) => _benchmarks.GetOrAdd(name, Manifests.Benchmark);

    /// <summary>The committed results of a zoo: beside its recipe, as <c>NAME.results.json</c>.</summary>
    /// <exception cref="KitException">There is no such zoo, or its results are not there.</exception>
    public ZooResults ZooResults(string name) => Contamination.Calibration.ZooResults.Read(Path.ChangeExtension(Manifests.ZooPath(name), ".results.json"));

    /// <summary>The batteries of tests that a case asks models.</summary>
    internal IReadOnlyList<BatteryPlan> Batteries(CaseManifest manifest, MembershipPlan plan) => MembershipStep.Batteries(
        manifest, plan, id => Manifests.Model(manifest.Model(id).Manifest!), Benchmark);

    /// <summary>The calibration of verdicts on contamination; null in a checkout without the results of the default zoo.</summary>
    public ZooCalibration? Calibration => _calibration.Value;

    /// <summary>
    /// Where a case's files are looked for: the usual places, and the folder of the kit's cases, since the files of one case may serve another.
    /// </summary>
    public ArtifactStore StoreFor(CaseManifest manifest) => ArtifactStore.For(
        manifest.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable), more: Path.Combine(Root, ManifestsFolder, "cases"));

    /// <summary>The folder of a model of the kit, every file checked.</summary>
    /// <exception cref="KitException">There is no such model, or its files are missing, altered, or in several folders.</exception>
    public string ModelFolder(string name)
    {
        var model = Manifests.Model(name);
        var store = ArtifactStore.For(model.FilePath, Environment.GetEnvironmentVariable(ArtifactStore.DataVariable), more: Path.Combine(Root, ManifestsFolder, "cases"));
        var folders = store.Resolve(model.Artifacts, CancellationToken.None).Select(f => Path.GetDirectoryName(f.FilePath)!).Distinct(StringComparer.Ordinal).ToList();
        return folders.Count == 1 ? folders[0] : throw new KitException("The files of a model lie in no folder or several.", model.FilePath, "Put configuration, weights and tokenizer into one folder.");
    }

    /// <summary>Finds the kit upward from the current folder, then upward from where its assemblies are.</summary>
    /// <exception cref="KitException">Neither lies inside a checkout.</exception>
    public static KitFolder Locate()
    {
        foreach (var start in (string[])[Directory.GetCurrentDirectory(), AppContext.BaseDirectory, Path.GetDirectoryName(typeof(KitFolder).Assembly.Location) ?? ""])
        {
            for (var folder = start.Length > 0 ? new DirectoryInfo(start) : null; folder is not null; folder = folder.Parent)
            {
                if (Directory.Exists(Path.Combine(folder.FullName, ManifestsFolder)))
                    return new KitFolder(folder.FullName);
            }
        }

        throw new KitException($"No '{ManifestsFolder}' folder was found here or above.", Directory.GetCurrentDirectory(), "Run inside a checkout of ForensicKit.", ExitCode.EnvironmentLacks);
    }
}
