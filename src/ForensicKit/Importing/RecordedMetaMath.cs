using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Importing;

/// <summary>Outputs of MetaMath models as qtli/GSM-Plus keeps them: a JSON array whose <c>input</c> is the whole prompt.</summary>
internal sealed class RecordedMetaMath : IRecordedFormat
{
    private const string BeforeQuestion = "### Instruction:\n";
    private const string AfterQuestion = "\n\n### Response:";

    /// <inheritdoc/>
    public string Name => "metamath-json";

    /// <inheritdoc/>
    public string Description =>
        "A JSON array of objects with input (the prompt), completion, pred (the author's extracted answer), answer (the reference they scored against) and result (their flag). Joined by the question between '### Instruction:' and '### Response:'.";

    /// <inheritdoc/>
    public IEnumerable<RecordedRecord> Read(string runId, IReadOnlyList<VerifiedArtifact> files, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken)
    {
        var lookup = new ItemLookup(items, item => item.Question);
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            foreach (var record in JsonRecords.Array(stream, file.FilePath, cancellationToken))
            {
                var input = record.Text("input");
                yield return lookup.Join(record.Place, Question(input), "question", record.Literal("answer"), item =>
                [
                    new Response
                    {
                        RunId = runId, ItemId = item.Id, ItemIndex = item.Index, Prompt = input,
                        Text = record.Text("completion"), RecordedAnswer = record.Literal("pred"), RecordedCorrect = record.Flag("result"),
                    },
                ]);
            }
        }
    }

    private static string Question(string input)
    {
        var start = input.IndexOf(BeforeQuestion, StringComparison.Ordinal);
        var end = input.LastIndexOf(AfterQuestion, StringComparison.Ordinal);
        return start >= 0 && end >= start + BeforeQuestion.Length ? input[(start + BeforeQuestion.Length)..end] : input;
    }
}
