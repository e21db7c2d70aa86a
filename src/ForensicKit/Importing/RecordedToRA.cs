using System.Text.Json;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Importing;

/// <summary>Outputs of ToRA models (Gou et al. 2024) as qtli/GSM-Plus keeps them: JSON lines with one program and answer per sample.</summary>
internal sealed class RecordedToRA : IRecordedFormat
{
    /// <inheritdoc/>
    public string Name => "tora-jsonl";

    /// <inheritdoc/>
    public string Description =>
        "JSON lines with question, code and pred (lists, one entry per sample: the whole output with its program, and the author's extracted answer) gt (the reference they scored against) and result (their flag for the first). Joined by the text of the question.";

    /// <inheritdoc/>
    public IEnumerable<RecordedRecord> Read(string runId, IReadOnlyList<VerifiedArtifact> files, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken)
    {
        var lookup = new ItemLookup(items, item => item.Question);
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            foreach (var record in JsonRecords.Lines(stream, file.FilePath, cancellationToken))
            {
                var (texts, answers) = (record.List("code"), record.List("pred"));
                if (texts.Count == 0 || texts.Count != answers.Count || texts.Any(text => text.ValueKind != JsonValueKind.String))
                    throw new KitException("The record does not hold one text and one answer per sample.", record.Place, "Check that the file has the format it is said to have.");
                yield return lookup.Join(record.Place, record.Text("question"), "question", record.Literal("gt"), item =>
                [
                    .. texts.Select((text, sample) => new Response
                    {
                        RunId = runId, ItemId = item.Id, ItemIndex = item.Index, SampleIndex = sample,
                        Text = JsonRecord.Decode(text, record.Place), RecordedAnswer = JsonRecord.Literal(answers[sample], record.Place), RecordedCorrect = sample == 0 ? record.Flag("result") : null,
                    }),
                ]);
            }
        }
    }
}
