using System.Globalization;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;

namespace ForensicKit.Benchmarks;

/// <summary>
/// MMLU as its authors publish it: one CSV file per subject, <c>SUBJECT_SPLIT.csv</c>, without header: question, A, B, C, D, letter of the
/// answer (Hendrycks et al. 2021, hendrycks/test).
/// </summary>
internal sealed class MmluCsv : IBenchmarkFormat
{
    /// <inheritdoc/>
    public string Name => "mmlu-csv";

    /// <inheritdoc/>
    public IEnumerable<BenchmarkItem> Read(string benchmark, BenchmarkItems split, IReadOnlyList<VerifiedArtifact> files, CancellationToken cancellationToken)
    {
        var index = 0;
        foreach (var file in files)
        {
            var subject = Subject(file, split.Split);
            var inSubject = 0;
            using var stream = BoundedStream.Open(file);
            foreach (var row in CsvRows.Read(stream, file.FilePath, cancellationToken))
            {
                if (row.Fields.Count != 6 || row.Fields[5] is not [>= 'A' and <= 'D'])
                {
                    throw new KitException(
                        "The row is not a question, four choices and a letter from A to D.",
                        string.Create(CultureInfo.InvariantCulture, $"{file.FilePath}, line {row.Line}"), "Check that the file is whole and has no header.");
                }

                var gold = row.Fields[5][0] - 'A';
                yield return new BenchmarkItem(
                    string.Create(CultureInfo.InvariantCulture, $"{benchmark}/{split.Split}/{subject}/{inSubject}"), index, row.Fields[0], row.Fields[1 + gold])
                {
                    Choices = [.. row.Fields.Skip(1).Take(4)],
                    GoldChoice = gold,
                    Subject = subject,
                };
                index++;
                inSubject++;
            }
        }
    }

    private static string Subject(VerifiedArtifact file, string split)
    {
        var name = Path.GetFileNameWithoutExtension(file.Artifact.Path);
        return name.EndsWith("_" + split, StringComparison.Ordinal)
            ? name[..^(split.Length + 1)]
            : throw new KitException($"The file's name does not end in '_{split}.csv'.", file.Artifact.Path, "Name files SUBJECT_SPLIT.csv, as their authors do.");
    }
}
