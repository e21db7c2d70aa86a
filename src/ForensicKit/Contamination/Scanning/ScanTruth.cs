using System.Globalization;
using ForensicKit.Importing;
using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Scanning;

/// <summary>How a scan did on one kind of planted text.</summary>
/// <param name="Benchmark">The benchmark; empty where none is meant.</param>
/// <param name="Kind">The kind.</param>
/// <param name="IsContaminated">Whether an item was planted.</param>
/// <param name="Documents">Documents of the kind.</param>
/// <param name="Found">Documents with a leak.</param>
/// <param name="RightItem">Documents with a leak of the item that was planted.</param>
/// <param name="Interval">95 % interval of the share: of right items where one was planted, of any leak where none was (Clopper and Pearson 1934, exact).</param>
public sealed record TruthRow(string Benchmark, string Kind, bool IsContaminated, int Documents, int Found, int RightItem, Interval Interval)
{
    /// <summary>Recall where an item was planted, rate of false positives where none was.</summary>
    public double Share => (double)(IsContaminated ? RightItem : Found) / Documents;
}

/// <summary>
/// What was planted in a corpus, document by document: JSON Lines of <c>id</c>, <c>kind</c>, <c>contaminated</c> and, where an item was
/// planted, <c>benchmark</c> and <c>item</c>.
/// </summary>
public sealed class ScanTruth
{
    private const double Level = 0.95;

    private readonly List<(string Id, string Kind, string Benchmark, string Item, bool IsContaminated)> _documents;

    private ScanTruth(List<(string, string, string, string, bool)> documents) => _documents = documents;

    /// <summary>The benchmarks whose items were planted, in the order of their names.</summary>
    public IReadOnlyList<string> Benchmarks => [.. _documents.Where(d => d.IsContaminated).Select(d => d.Benchmark).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Reads a file, unpacked where its name ends in <c>.gz</c> or <c>.bz2</c>.</summary>
    /// <exception cref="KitException">The file is not there, or not of this form.</exception>
    public static ScanTruth Read(string path, CancellationToken cancellationToken)
    {
        using var stream = BoundedStream.OpenFile(path);
        var documents = new List<(string, string, string, string, bool)>();
        foreach (var record in JsonRecords.Lines(stream, path, cancellationToken))
        {
            var isContaminated = record.Flag("contaminated");
            documents.Add((record.Text("id"), record.Text("kind"), record.OptionalText("benchmark") ?? "", isContaminated ? record.Text("item") : "", isContaminated));
        }

        return new(documents);
    }

    /// <summary>Holds hits against what was planted, kind by kind.</summary>
    /// <param name="hits">The hits; those that are no leaks do not count.</param>
    public IReadOnlyList<TruthRow> Measure(IEnumerable<CorpusHit> hits)
    {
        var found = hits.Where(h => h.Class == HitClass.Leak).GroupBy(h => h.DocumentId, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(h => Name(h.Benchmark, h.Item)).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        return [.. _documents.GroupBy(d => (d.Benchmark, d.Kind, d.IsContaminated)).OrderByDescending(g => g.Key.IsContaminated)
            .ThenBy(g => g.Key.Benchmark, StringComparer.Ordinal).ThenBy(g => g.Key.Kind, StringComparer.Ordinal).Select(g =>
            {
                var any = g.Count(d => found.ContainsKey(d.Id));
                var right = g.Count(d => d.IsContaminated && found.TryGetValue(d.Id, out var items) && items.Contains(Name(d.Benchmark, d.Item)));
                return new TruthRow(
                    g.Key.Benchmark, g.Key.Kind, g.Key.IsContaminated, g.Count(), any, right,
                    BinomialInterval.ClopperPearson(g.Key.IsContaminated ? right : any, g.Count(), Level));
            })];
    }

    // "gsm8k-test-12", "gsm8k/test/12" and "12" are one item, and so are "HumanEval/12" and "humaneval-test-12": what is left are subject and number.
    private static string Name(string benchmark, string item)
    {
        var plain = string.Concat(item.Where(char.IsLetterOrDigit)).ToLower(CultureInfo.InvariantCulture);
        var letters = plain.TrimEnd("0123456789".ToCharArray());
        var rest = letters.Replace(benchmark, "", StringComparison.Ordinal);
        foreach (var split in (string[])["validation", "test", "val"])
            rest = rest.Replace(split, "", StringComparison.Ordinal);
        return benchmark + "/" + rest + "/" + plain[letters.Length..];
    }
}
