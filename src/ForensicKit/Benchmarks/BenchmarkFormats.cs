using System.Globalization;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Benchmarks;

/// <summary>A format in which a benchmark's own files state its items.</summary>
public interface IBenchmarkFormat
{
    /// <summary>Name used in manifests.</summary>
    string Name { get; }

    /// <summary>The items of a split, one at a time, in the order of files and lines.</summary>
    /// <exception cref="KitException">A file is damaged, cut off or of another format.</exception>
    IEnumerable<BenchmarkItem> Read(string benchmark, BenchmarkItems split, IReadOnlyList<VerifiedArtifact> files, CancellationToken cancellationToken);
}

/// <summary>Every format of benchmark files, and the one way to read a benchmark.</summary>
public static class BenchmarkFormats
{
    /// <summary>Every format.</summary>
    public static IReadOnlyList<IBenchmarkFormat> All { get; } = [new Gsm8kJsonl(), new HumanEvalJsonlGz(), new MmluCsv(), new HellaSwagTextBz2(), new HellaSwagJsonl(), new JsonFields(isLines: true), new JsonFields(isLines: false)];

    /// <summary>The items of a benchmark, checked: their number, their ids, their choices.</summary>
    /// <exception cref="KitException">Files are missing, altered or damaged, or the items are not those the manifest promises.</exception>
    public static IReadOnlyList<BenchmarkItem> Read(BenchmarkManifest manifest, ArtifactStore store, CancellationToken cancellationToken) =>
        Read(manifest, manifest.Items, store, cancellationToken);

    /// <summary>The pool of items that worked examples are taken from.</summary>
    /// <param name="manifest">The benchmark.</param>
    /// <param name="split">Name of the pool.</param>
    /// <param name="store">Where files are.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="KitException">There is no such pool, or its files are missing, altered or damaged.</exception>
    public static IReadOnlyList<BenchmarkItem> ReadPool(BenchmarkManifest manifest, string split, ArtifactStore store, CancellationToken cancellationToken) =>
        Read(manifest, manifest.Pool(split) ?? throw new KitException($"The benchmark has no pool '{split}'.", manifest.FilePath, "Add it to 'pools'."), store, cancellationToken);

    private static IReadOnlyList<BenchmarkItem> Read(BenchmarkManifest manifest, BenchmarkItems split, ArtifactStore store, CancellationToken cancellationToken)
    {
        var format = All.First(known => known.Name == split.Format);
        var files = store.Resolve(manifest.ArtifactsOf(split), cancellationToken);
        var items = new List<BenchmarkItem>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in format.Read(manifest.Name, split, files, cancellationToken))
        {
            if (items.Count == split.N)
                throw WrongCount(manifest, split, string.Create(CultureInfo.InvariantCulture, $"more than {split.N}"));
            if (manifest.Choices is { } choices ? item.Choices.Count != choices : item.Choices.Count > 0 != split.Fields.ContainsKey("choices"))
                throw new KitException(string.Create(CultureInfo.InvariantCulture, $"The item has {item.Choices.Count} choices instead of {manifest.Choices ?? 0}."), item.Id, "Check 'choices' in the benchmark's manifest.");
            if (!ids.Add(item.Id))
                throw new KitException("Two items have this id.", item.Id, "Check the benchmark's files.");
            items.Add(item);
        }

        return items.Count == split.N ? items : throw WrongCount(manifest, split, items.Count.ToString(CultureInfo.InvariantCulture));
    }

    private static KitException WrongCount(BenchmarkManifest manifest, BenchmarkItems split, string found) => new(
        string.Create(CultureInfo.InvariantCulture, $"The files hold {found} items of '{split.Split}' where the manifest says {split.N}."),
        manifest.FilePath, "Check 'n' and the list of files of the split.");
}
