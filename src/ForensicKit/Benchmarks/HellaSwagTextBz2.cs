using System.Globalization;
using ForensicKit.Evidence;
using ForensicKit.Importing;
using ForensicKit.Manifests;

namespace ForensicKit.Benchmarks;

/// <summary>
/// HellaSwag (Zellers et al. 2019) as text: six lines per item, the query as evaluation harnesses clean it, the index of the right ending
/// and the four endings (klosax/hellaswag_text_data).
/// </summary>
internal sealed class HellaSwagTextBz2 : IBenchmarkFormat
{
    private const int LinesPerItem = 6;

    /// <inheritdoc/>
    public string Name => "hellaswag-text-bz2";

    /// <inheritdoc/>
    public IEnumerable<BenchmarkItem> Read(string benchmark, BenchmarkItems split, IReadOnlyList<VerifiedArtifact> files, CancellationToken cancellationToken)
    {
        var index = 0;
        foreach (var file in files)
        {
            using var stream = BoundedStream.Open(file);
            var lines = new List<TextLine>(LinesPerItem);
            foreach (var line in TextLines.Read(stream, file.FilePath, cancellationToken))
            {
                lines.Add(line);
                if (lines.Count < LinesPerItem)
                    continue;
                if (lines[1].Text is not [>= '0' and <= '3'])
                    throw new KitException("The second line of the item is not a choice from 0 to 3.", TextLines.Place(file.FilePath, lines[1].Number, lines[1].ByteOffset), "Check that the file is whole.");
                var gold = lines[1].Text[0] - '0';
                yield return new BenchmarkItem(
                    string.Create(CultureInfo.InvariantCulture, $"{benchmark}/{split.Split}/{index}"), index, lines[0].Text, lines[2 + gold].Text)
                {
                    Choices = [.. lines.Skip(2).Select(choice => choice.Text)],
                    GoldChoice = gold,
                };
                index++;
                lines.Clear();
            }

            if (lines.Count > 0)
                throw new KitException("The file ends in the middle of an item.", TextLines.Place(file.FilePath, lines[0].Number, lines[0].ByteOffset), "It is cut off: get it again from its source.");
        }
    }
}
