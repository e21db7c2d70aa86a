using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

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
    public static async Task<IReadOnlyDictionary<string, string>> WriteAsync(Figure figure, string folder, CancellationToken cancellationToken = default)
    {
        var hashes = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var (name, content) in Contents(figure))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var bytes = content();
                await WriteWholeAsync(Path.Combine(folder, name), bytes, cancellationToken);
                hashes[name] = Convert.ToHexStringLower(SHA256.HashData(bytes));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException(
                "The figure could not be written: " + e.Message, folder, "Check that the folder can be written and the disk is not full.", ExitCode.EnvironmentLacks, e);
        }

        return hashes.ToImmutable();
    }

    private static IEnumerable<(string Name, Func<byte[]> Content)> Contents(Figure figure)
    {
        yield return (figure.Id + ".csv", () => FigureCsv.WriteBytes(figure.Data));
        yield return (figure.Id + ".svg", () => Encoding.UTF8.GetBytes(FigureSvg.Render(figure, FigureVariant.Light)));
        yield return (figure.Id + "-dark.svg", () => Encoding.UTF8.GetBytes(FigureSvg.Render(figure, FigureVariant.Dark)));
        yield return (figure.Id + "-print.svg", () => Encoding.UTF8.GetBytes(FigureSvg.Render(figure, FigureVariant.Print)));
        yield return (figure.Id + ".png", () => FigureImage.Png(figure));
        yield return (figure.Id + ".pdf", () => FigureImage.Pdf(figure));
    }

    private static async Task WriteWholeAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        var partial = path + ".partial";
        try
        {
            await File.WriteAllBytesAsync(partial, bytes, cancellationToken);
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
