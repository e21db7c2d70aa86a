using System.Globalization;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;

namespace ForensicKit.Benchmarks;

/// <summary>GSM8K as its authors publish it: JSON lines with <c>question</c> and <c>answer</c> (Cobbe et al. 2021, openai/grade-school-math).</summary>
internal sealed class Gsm8kJsonl : IBenchmarkFormat
{
    /// <inheritdoc/>
    public string Name => "gsm8k-jsonl";

    /// <inheritdoc/>
    public IEnumerable<BenchmarkItem> Read(string benchmark, BenchmarkItems split, IReadOnlyList<VerifiedArtifact> files, CancellationToken cancellationToken)
    {
        var index = 0;
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            foreach (var record in JsonRecords.Lines(stream, file.FilePath, cancellationToken))
            {
                yield return new BenchmarkItem(
                    string.Create(CultureInfo.InvariantCulture, $"{benchmark}/{split.Split}/{index}"), index, record.Text("question"), record.Text("answer"));
                index++;
            }
        }
    }
}
