using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;

namespace ForensicKit.Benchmarks;

/// <summary>HumanEval as its authors publish it: gzipped JSON lines (Chen et al. 2021, openai/human-eval).</summary>
internal sealed class HumanEvalJsonlGz : IBenchmarkFormat
{
    /// <inheritdoc/>
    public string Name => "humaneval-jsonl-gz";

    /// <inheritdoc/>
    public IEnumerable<BenchmarkItem> Read(string benchmark, BenchmarkItems split, IReadOnlyList<VerifiedArtifact> files, CancellationToken cancellationToken)
    {
        var index = 0;
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            foreach (var record in JsonRecords.Lines(stream, file.FilePath, cancellationToken))
            {
                yield return new BenchmarkItem($"{benchmark}/{record.Text("task_id")}", index, record.Text("prompt"), record.Text("canonical_solution"))
                {
                    Fields = new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["task_id"] = record.Text("task_id"),
                        ["entry_point"] = record.Text("entry_point"),
                        ["test"] = record.Text("test"),
                    },
                };
                index++;
            }
        }
    }
}
