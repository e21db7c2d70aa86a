using System.Globalization;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Importing;

/// <summary>
/// Log-likelihoods of HellaSwag endings as pchizhov/hellaswag-evaluation keeps them: CSV with one row per item and one column per ending.
/// </summary>
/// <remarks>
/// The columns are called nll but hold log-likelihoods (negative, larger is better). The file's name says how they are reduced:
/// <c>sum_…</c>, <c>byte_mean_…</c>, or else the mean per token. By the repository's script and by the whole byte counts that sum ÷ byte
/// mean gives, they are over context and ending together. Several files of one run are read side by side into the same responses.
/// </remarks>
internal sealed class RecordedHellaSwag : IRecordedFormat
{
    private static readonly string[] Header = ["nll_0", "nll_1", "nll_2", "nll_3"];

    private enum Reduction
    {
        MeanPerToken,
        Sum,
        MeanPerByte,
    }

    /// <inheritdoc/>
    public string Name => "hellaswag-nll-csv";

    /// <inheritdoc/>
    public string Description =>
        "CSV with the columns nll_0 to nll_3: log-likelihoods of the item's four texts, summed (file name sum_…), per byte (byte_mean_…) or per token. Joined by row: the files hold no text, so the number of rows must be that of the items.";

    /// <inheritdoc/>
    public IEnumerable<RecordedRecord> Read(string runId, IReadOnlyList<VerifiedArtifact> files, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken)
    {
        var kinds = files.Select(file => ReductionOf(file.Artifact.Path)).ToList();
        if (kinds.Distinct().Count() != kinds.Count)
            throw new KitException("Two files of the recording hold the same kind of values.", string.Join(", ", files.Select(file => file.Artifact.Path)), "Give each run its own recording.");
        var readers = files.Select(file => Rows(file, cancellationToken).GetEnumerator()).ToList();
        try
        {
            var tokens = new WholeCounts();
            var bytes = new WholeCounts();
            foreach (var item in items)
            {
                var values = new Dictionary<Reduction, double[]>();
                var place = "";
                for (var i = 0; i < readers.Count; i++)
                {
                    if (!readers[i].MoveNext())
                        throw WrongLength(files[i], items.Count);
                    (place, values[kinds[i]]) = readers[i].Current;
                }

                tokens.Add(values.GetValueOrDefault(Reduction.Sum), values.GetValueOrDefault(Reduction.MeanPerToken));
                bytes.Add(values.GetValueOrDefault(Reduction.Sum), values.GetValueOrDefault(Reduction.MeanPerByte));
                yield return new(place, item, Responses(runId, item, values), null);
            }

            for (var i = 0; i < readers.Count; i++)
            {
                if (readers[i].MoveNext())
                    throw WrongLength(files[i], items.Count);
            }

            tokens.MustBeWhole("tokens", "per token", files);
            bytes.MustBeWhole("bytes", "per byte", files);
        }
        finally
        {
            foreach (var reader in readers)
                reader.Dispose();
        }
    }

    private static IReadOnlyList<Response> Responses(string runId, BenchmarkItem item, Dictionary<Reduction, double[]> values) =>
    [
        .. Enumerable.Range(0, Header.Length).Select(choice => new Response
        {
            RunId = runId,
            ItemId = item.Id,
            ItemIndex = item.Index,
            ChoiceIndex = choice,
            LogLikelihood = values.TryGetValue(Reduction.Sum, out var sums) ? sums[choice] : null,
            LogLikelihoodPerToken = values.TryGetValue(Reduction.MeanPerToken, out var means) ? means[choice] : null,
            LogLikelihoodPerByte = values.TryGetValue(Reduction.MeanPerByte, out var perByte) ? perByte[choice] : null,
        }),
    ];

    private static IEnumerable<(string Place, double[] Values)> Rows(VerifiedArtifact file, CancellationToken cancellationToken)
    {
        using var stream = BoundedStream.Open(file);
        var isHeader = true;
        foreach (var row in CsvRows.Read(stream, file.FilePath, cancellationToken))
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{file.FilePath}, line {row.Line}");
            if (isHeader)
            {
                if (!row.Fields.SequenceEqual(Header, StringComparer.Ordinal))
                    throw new KitException("The header is not nll_0,nll_1,nll_2,nll_3.", place, "Check that the file has the format it is said to have.");
                isHeader = false;
                continue;
            }

            if (row.Fields.Count != Header.Length)
                throw new KitException("The row does not hold four values.", place, "If it is the last line, the file is cut off: get it again from its source.");
            var values = new double[Header.Length];
            for (var i = 0; i < values.Length; i++)
            {
                if (!double.TryParse(row.Fields[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !double.IsFinite(values[i]) || values[i] > 0)
                    throw new KitException($"'{Start(row.Fields[i])}' is not a log-likelihood (a finite number of at most 0).", place, "Check that the file is whole.");
            }

            yield return (place, values);
        }
    }

    private static string Start(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static Reduction ReductionOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.StartsWith("sum_", StringComparison.Ordinal) ? Reduction.Sum
            : name.StartsWith("byte_mean_", StringComparison.Ordinal) ? Reduction.MeanPerByte
            : Reduction.MeanPerToken;
    }

    private static KitException WrongLength(VerifiedArtifact file, int items) => new(
        string.Create(CultureInfo.InvariantCulture, $"The file does not hold one row for each of the {items} items."), file.FilePath,
        "It is cut off, or of another split: rows are joined to items by position only.");

    // A sum divided by its mean is the number of things averaged over: a whole number, if both are of the same text.
    private sealed class WholeCounts
    {
        private long _whole;
        private long _all;

        public void Add(double[]? sums, double[]? means)
        {
            if (sums is null || means is null)
                return;
            for (var i = 0; i < sums.Length; i++)
            {
                if (means[i] == 0)
                    continue;
                var count = sums[i] / means[i];
                _all++;
                if (Math.Abs(count - Math.Round(count)) < 0.02 + (1e-4 * count))
                    _whole++;
            }
        }

        public void MustBeWhole(string things, string mean, IReadOnlyList<VerifiedArtifact> files)
        {
            if (_all == 0 || _whole >= 0.9 * _all)
                return;
            throw new KitException(
                string.Create(CultureInfo.InvariantCulture, $"These files are not of the same texts: sum ÷ mean {mean} is a whole number of {things} in only {_whole} of {_all} texts."),
                string.Join(", ", files.Select(file => file.Artifact.Path)), "They come from different prompts: make them recordings of their own.");
        }
    }
}
