using System.Globalization;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;

namespace ForensicKit.Benchmarks;

/// <summary>
/// HellaSwag as its authors publish it: JSON lines with <c>ctx</c>, <c>activity_label</c>, <c>endings</c> and <c>label</c> (Zellers et al. 2019,
/// rowanz/hellaswag, data/hellaswag_val.jsonl).
/// </summary>
internal sealed class HellaSwagJsonl : IBenchmarkFormat
{
    /// <inheritdoc/>
    public string Name => "hellaswag-jsonl";

    /// <inheritdoc/>
    public IEnumerable<BenchmarkItem> Read(string benchmark, BenchmarkItems split, IReadOnlyList<VerifiedArtifact> files, CancellationToken cancellationToken)
    {
        var index = 0;
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            foreach (var record in JsonRecords.Lines(stream, file.FilePath, cancellationToken))
            {
                var endings = record.Texts("endings");
                var label = record.Whole("label");
                if (label is null || label < 0 || label >= endings.Count)
                    throw new KitException("The label is not the index of an ending.", record.Place, "Check that the file has the format it is said to have.");
                yield return new BenchmarkItem(
                    string.Create(CultureInfo.InvariantCulture, $"{benchmark}/{split.Split}/{index}"), index, record.Text("ctx"), endings[(int)label])
                {
                    Choices = endings,
                    GoldChoice = (int)label,
                    Subject = record.OptionalText("activity_label"),
                };
                index++;
            }
        }
    }
}
