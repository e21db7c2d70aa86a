using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Evidence;

namespace ForensicKit.Exchange;

/// <summary>The folder an export is written to: file names are made safe, and each file is there whole or not at all.</summary>
internal sealed class ExportFolder
{
    private const int MaxName = 120;
    private readonly HashSet<string> _taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ExportedFile> _files = [];

    /// <param name="folder">A new or empty folder.</param>
    /// <exception cref="KitException">It holds files, or cannot be made.</exception>
    public ExportFolder(string folder)
    {
        Folder = Path.GetFullPath(folder);
        if (Directory.Exists(Folder) && Directory.EnumerateFileSystemEntries(Folder).Any())
            throw new KitException("The folder holds other files.", Folder, "Choose an empty or new folder with --out.");
        FileAccessErrors.Explain(Folder, () => Directory.CreateDirectory(Folder));
    }

    /// <summary>Its full path.</summary>
    public string Folder { get; }

    /// <summary>What was written.</summary>
    public IReadOnlyList<ExportedFile> Files => _files;

    /// <summary>
    /// A name as part of a path: what no file system or no other tool takes (as lm-evaluation-harness does it, loggers/evaluation_tracker.py) becomes
    /// <c>__</c>. Names come from evidence, and evidence from anywhere: none leads out of the folder.
    /// </summary>
    public static string Safe(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is '.' or '_' or '-' or '+' or '@' or '=')
                text.Append(rune);
            else if (text.Length < 2 || text[^1] != '_' || text[^2] != '_')
                text.Append("__");
        }

        var safe = text.ToString().TrimStart('.').TrimEnd('.');
        if (safe.Length == 0)
            return "__";
        if (safe.Length <= MaxName)
            return safe;
        // Two long names stay two.
        var end = char.IsHighSurrogate(safe[MaxName - 13]) ? MaxName - 13 : MaxName - 12;
        return safe[..end] + EvidenceDatabase.Sha256(name)[..12];
    }

    /// <summary>Writes lines, each ended by a line feed, as they come.</summary>
    /// <param name="relative">Path below the folder, its parts made by <see cref="Safe"/> and joined by <c>/</c>.</param>
    /// <param name="lines">The lines.</param>
    /// <param name="cancellationToken">Stops between lines; no file is left.</param>
    /// <returns>The file, with its SHA-256 and how many lines it has.</returns>
    /// <exception cref="KitException">It cannot be written.</exception>
    public ExportedFile Lines(string relative, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var path = Reserve(relative);
        return FileAccessErrors.Explain(path, () =>
        {
            var partial = path + ".partial";
            var rows = 0L;
            try
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
                {
                    foreach (var line in lines)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        var bytes = Encoding.UTF8.GetBytes(line + "\n");
                        file.Write(bytes);
                        hash.AppendData(bytes);
                        rows++;
                    }

                    file.Flush(flushToDisk: true);
                }

                File.Move(partial, path);
                return Note(relative, Convert.ToHexStringLower(hash.GetHashAndReset()), rows);
            }
            catch
            {
                File.Delete(partial);
                throw;
            }
        });
    }

    /// <summary>Writes one text.</summary>
    /// <exception cref="KitException">It cannot be written.</exception>
    public ExportedFile Text(string relative, string text)
    {
        var path = Reserve(relative);
        var bytes = Encoding.UTF8.GetBytes(text);
        AtomicFile.Write(path, bytes);
        return Note(relative, Convert.ToHexStringLower(SHA256.HashData(bytes)), 1);
    }

    private string Reserve(string relative)
    {
        if (!_taken.Add(relative))
            throw new KitException("Two files of the export would have one name.", relative, "Give models and benchmarks names that differ in more than case and punctuation.");
        var path = Path.Combine([Folder, .. relative.Split('/')]);
        FileAccessErrors.Explain(path, () => Directory.CreateDirectory(Path.GetDirectoryName(path)!));
        return path;
    }

    private ExportedFile Note(string relative, string sha256, long rows)
    {
        var file = new ExportedFile(relative, sha256, rows);
        _files.Add(file);
        return file;
    }

    /// <summary>A UUID that is the same for the same text: version 4 in form (RFC 9562), its random bits taken from the text's SHA-256.</summary>
    public static string Uuid(string of)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(of))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D", CultureInfo.InvariantCulture);
    }
}

/// <summary>A file of an export.</summary>
/// <param name="Path">Path below the folder, with <c>/</c>.</param>
/// <param name="Sha256">SHA-256 of its bytes, lower-case hex.</param>
/// <param name="Rows">Lines of a file of lines; 1 otherwise.</param>
public sealed record ExportedFile(string Path, string Sha256, long Rows);
