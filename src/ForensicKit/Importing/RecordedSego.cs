using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Importing;

/// <summary>Outputs of SEGO models as qtli/GSM-Plus keeps them: JSON lines with a program; the item is named only by a digest of its question.</summary>
internal sealed class RecordedSego : IRecordedFormat
{
    /// <inheritdoc/>
    public string Name => "sego-jsonl";

    /// <inheritdoc/>
    public string Description =>
        "JSON lines with task_id (MD5 of the question's UTF-8 text), solution (a Python program that has to be run to give an answer) and is_correct (the author's flag). Joined by task_id.";

    /// <inheritdoc/>
    public IEnumerable<RecordedRecord> Read(string runId, IReadOnlyList<VerifiedArtifact> files, IReadOnlyList<BenchmarkItem> items, CancellationToken cancellationToken)
    {
        var lookup = new ItemLookup(items, item => Md5(item.Question));
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            foreach (var record in JsonRecords.Lines(stream, file.FilePath, cancellationToken))
            {
                yield return lookup.Join(record.Place, record.Text("task_id"), "question digest", reference: null, item =>
                [
                    new Response
                    {
                        RunId = runId, ItemId = item.Id, ItemIndex = item.Index,
                        Text = record.Text("solution"), RecordedCorrect = record.Flag("is_correct"),
                    },
                ]);
            }
        }
    }

    [SuppressMessage("Security", "CA5351:Do not use broken cryptographic algorithms", Justification = "The recording names items by MD5; nothing is protected by it.")]
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
