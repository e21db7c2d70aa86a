using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Evidence;

namespace ForensicKit.Reporting;

/// <summary>Writes a figure in every form.</summary>
public static class FigureExport
{
    /// <summary>
    /// Writes <c>ID.svg</c>, <c>ID-dark.svg</c>, <c>ID-print.svg</c>, <c>ID.png</c>, <c>ID.pdf</c> and <c>ID.csv</c> into <paramref name="folder"/>.
    /// Each file appears whole or not at all, and replaces one of the same name.
    /// </summary>
    /// <returns>SHA-256 of each file (64 lower-case hexadecimal digits) by file name.</returns>
    /// <exception cref="KitException">The folder cannot be written.</exception>
    public static Task<IReadOnlyDictionary<string, string>> WriteAsync(Figure figure, string folder, CancellationToken cancellationToken = default) =>
        Task.Run<IReadOnlyDictionary<string, string>>(
            () =>
            {
                var hashes = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
                foreach (var (name, content) in Contents(figure))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var bytes = content();
                    AtomicFile.Write(Path.Combine(folder, name), bytes);
                    hashes[name] = Convert.ToHexStringLower(SHA256.HashData(bytes));
                }

                return hashes.ToImmutable();
            },
            cancellationToken);

    private static IEnumerable<(string Name, Func<byte[]> Content)> Contents(Figure figure)
    {
        yield return (figure.Id + ".csv", () => FigureCsv.WriteBytes(figure.Data));
        yield return (figure.Id + ".svg", () => Encoding.UTF8.GetBytes(FigureSvg.Render(figure, FigureVariant.Light)));
        yield return (figure.Id + "-dark.svg", () => Encoding.UTF8.GetBytes(FigureSvg.Render(figure, FigureVariant.Dark)));
        yield return (figure.Id + "-print.svg", () => Encoding.UTF8.GetBytes(FigureSvg.Render(figure, FigureVariant.Print)));
        yield return (figure.Id + ".png", () => FigureImage.Png(figure));
        yield return (figure.Id + ".pdf", () => FigureImage.Pdf(figure));
    }
}
