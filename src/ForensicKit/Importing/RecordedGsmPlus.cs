using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Importing;

/// <summary>Outputs as qtli/GSM-Plus keeps them for GPT-4, Abel and others: a JSON array with the question and its author's own scoring.</summary>
internal sealed class RecordedGsmPlus : IRecordedFormat
{
    /// <inheritdoc/>
    public string Name => "gsm-plus-json";

    /// <inheritdoc/>
    public string Description =>
        "A JSON array of objects with question, model_prediction, pred (the author's extracted answer), gold (the reference they scored against), result (their flag) and perhaps prompt. Joined by the text of the question.";

    /// <inheritdoc/>
    public IEnumerable<RecordedRecord> Read(string runId, IReadOnlyList<VerifiedArtifact> files, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken)
    {
        var lookup = new ItemLookup(items, item => item.Question);
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            foreach (var record in JsonRecords.Array(stream, file.FilePath, cancellationToken))
            {
                yield return lookup.Join(record.Place, record.Text("question"), "question", record.Literal("gold"), item =>
                [
                    new Response
                    {
                        RunId = runId, ItemId = item.Id, ItemIndex = item.Index, Prompt = record.OptionalText("prompt"),
                        Text = record.Text("model_prediction"), RecordedAnswer = record.Literal("pred"), RecordedCorrect = record.Flag("result"),
                    },
                ]);
            }
        }
    }
}
