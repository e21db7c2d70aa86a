using System.Globalization;
using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;

namespace ForensicKit.Contamination;

/// <summary>Scans a case's training snippets for benchmark items and stores what is found; a scan that is stored is not done again.</summary>
internal static class ContaminationStep
{
    /// <summary>The scan of a case: its id covers files, items and options.</summary>
    public static string IdOf(OverlapScan scan, IEnumerable<string> hashes) => EvidenceDatabase.Sha256(string.Join(
        '\n', [.. hashes, JsonSerializer.Serialize(scan.Options), JsonSerializer.Serialize(scan.Items)]))[..16];

    /// <summary>Scans and stores.</summary>
    /// <param name="plan">What to look for.</param>
    /// <param name="snippets">The files with training text.</param>
    /// <param name="itemsOf">Items of a benchmark.</param>
    /// <param name="evidence">Where it is stored.</param>
    /// <param name="now">When.</param>
    /// <param name="progress">Told of documents.</param>
    /// <param name="cancellationToken">Stops the scan; nothing of it is stored then.</param>
    /// <returns>The scan's id.</returns>
    public static string Run(
        ContaminationPlan plan, IReadOnlyList<VerifiedArtifact> snippets, Func<string, IReadOnlyList<BenchmarkItem>> itemsOf, EvidenceDatabase evidence, DateTimeOffset now,
        IProgress<StepProgress>? progress, CancellationToken cancellationToken)
    {
        var options = new OverlapOptions { MinimumCoverage = plan.MinimumCoverage };
        var items = plan.Benchmarks.SelectMany(b => itemsOf(b.Benchmark).Select(i => (b.Benchmark, i, false)).Concat(itemsOf(b.Fresh).Select(i => (b.Benchmark, i, true))));
        var scan = new OverlapScan([.. items.Select(i => ScanItem.From(i.Benchmark, i.i, i.Item3))], options);
        var id = IdOf(scan, snippets.Select(s => s.Artifact.Sha256));
        if (evidence.HasScan(id, cancellationToken))
            return id;
        var texts = scan.Items.SelectMany(i => i.Fields.Select(f => (Key: (i.BenchmarkName, i.ItemId, f.Name), f.Text))).ToDictionary(f => f.Key, f => f.Text);
        var matches = new List<(OverlapMatch Match, string ItemText, string DocumentText)>();
        long documents = 0, words = 0;
        foreach (var document in snippets.SelectMany(s => Documents(s, cancellationToken)))
        {
            if (documents % 5000 == 0)
                progress?.Report(new StepProgress("Looking for benchmark items in training text", documents, 0, "documents"));
            var found = scan.Scan(document, cancellationToken);
            matches.AddRange(found.Matches.Select(m => (m, texts[(m.BenchmarkName, m.ItemId, m.Field)][m.ItemStart..m.ItemEnd], document.Text[m.DocumentStart..m.DocumentEnd])));
            documents++;
            words += found.Words;
        }

        progress?.Report(new StepProgress("Looking for benchmark items in training text", documents, documents, "documents"));
        var presence = ItemPresence.Of(scan, matches.Select(m => m.Match));
        evidence.AppendScan(new ScanRow(id, JsonSerializer.Serialize(options), documents, words, now), matches, presence, cancellationToken);
        return id;
    }

    // Ids need not be unique in a crafted file; the place in the file is.
    private static IEnumerable<TrainingDocument> Documents(VerifiedArtifact file, CancellationToken cancellationToken)
    {
        using var stream = BoundedStream.Open(file);
        var line = 0;
        foreach (var record in JsonRecords.Lines(stream, file.FilePath, cancellationToken))
        {
            line++;
            yield return new TrainingDocument(
                record.OptionalText("id") ?? line.ToString(CultureInfo.InvariantCulture), record.OptionalText("shard") ?? file.Artifact.Id, record.Text("text"));
        }
    }
}
