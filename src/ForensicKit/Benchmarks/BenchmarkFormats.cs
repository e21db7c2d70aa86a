using System.Globalization;
using ForensicKit.Evidence;
using ForensicKit.Manifests;

namespace ForensicKit.Benchmarks;

/// <summary>A format in which a benchmark's own files state its items.</summary>
public interface IBenchmarkFormat
{
    /// <summary>Name used in manifests.</summary>
    string Name { get; }

    /// <summary>The items of the manifest's split, one at a time, in the order of files and lines.</summary>
    /// <exception cref="KitException">A file is damaged, cut off or of another format.</exception>
    IEnumerable<BenchmarkItem> Read(BenchmarkManifest manifest, IReadOnlyList<VerifiedArtifact> files, CancellationToken cancellationToken);
}

/// <summary>Every format of benchmark files, and the one way to read a benchmark.</summary>
public static class BenchmarkFormats
{
    /// <summary>Every format.</summary>
    public static IReadOnlyList<IBenchmarkFormat> All { get; } = [new Gsm8kJsonl(), new HumanEvalJsonlGz(), new MmluCsv(), new HellaSwagTextBz2(), new HellaSwagJsonl()];

    /// <summary>The items of a benchmark, checked: their number, their ids, their choices.</summary>
    /// <exception cref="KitException">Files are missing, altered or damaged, or the items are not those the manifest promises.</exception>
    public static IReadOnlyList<BenchmarkItem> Read(BenchmarkManifest manifest, ArtifactStore store, CancellationToken cancellationToken)
    {
        var format = All.First(known => known.Name == manifest.Items.Format);
        var files = store.Resolve(manifest.ItemArtifacts, cancellationToken);
        var items = new List<BenchmarkItem>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in format.Read(manifest, files, cancellationToken))
        {
            if (items.Count == manifest.Items.N)
                throw WrongCount(manifest, string.Create(CultureInfo.InvariantCulture, $"more than {manifest.Items.N}"));
            if (item.Choices.Count != (manifest.Choices ?? 0))
                throw new KitException(string.Create(CultureInfo.InvariantCulture, $"The item has {item.Choices.Count} choices instead of {manifest.Choices ?? 0}."), item.Id, "Check 'choices' in the benchmark's manifest.");
            if (!ids.Add(item.Id))
                throw new KitException("Two items have this id.", item.Id, "Check the benchmark's files.");
            items.Add(item);
        }

        return items.Count == manifest.Items.N ? items : throw WrongCount(manifest, items.Count.ToString(CultureInfo.InvariantCulture));
    }

    private static KitException WrongCount(BenchmarkManifest manifest, string found) => new(
        string.Create(CultureInfo.InvariantCulture, $"The files hold {found} items where the manifest says {manifest.Items.N}."),
        manifest.FilePath, "Check 'n' and the list of files of the split.");
}
