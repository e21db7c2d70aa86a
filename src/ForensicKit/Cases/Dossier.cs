using System.Globalization;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Evidence;

namespace ForensicKit.Cases;

/// <summary>Something in a dossier that is not as it was sealed.</summary>
/// <param name="Subject">The file, custody line or finding.</param>
/// <param name="What">What is wrong with it.</param>
public sealed record IntegrityProblem(string Subject, string What);

/// <summary>The folder of one investigation: at first a working folder, once sealed a finished dossier.</summary>
/// <remarks>
/// Sealing writes <c>manifest-sha256.txt</c> (the form of <c>sha256sum -c</c>) over every file and a last custody entry that holds the
/// manifest's hash: custody chain → manifest → every byte. Whoever knows the head of the chain knows the whole dossier.
/// </remarks>
public sealed class Dossier
{
    /// <summary>Name of the evidence database.</summary>
    public const string EvidenceFile = "evidence.duckdb";

    /// <summary>Name of the custody log.</summary>
    public const string CustodyFile = "custody.jsonl";

    /// <summary>Name of the manifest of hashes.</summary>
    public const string ManifestFile = "manifest-sha256.txt";

    /// <summary>Name of the document.</summary>
    public const string DocumentFile = "document.html";

    /// <summary>Name of the case file kept with the evidence.</summary>
    public const string CaseFile = "case.yaml";

    /// <summary>Folder of executed notebooks.</summary>
    public const string NotebooksFolder = "notebooks";

    /// <summary>Folder of figures and their data.</summary>
    public const string FiguresFolder = "figures";

    private const int MaxFiles = 100_000;

    /// <param name="folder">The folder; it need not exist yet.</param>
    /// <param name="clock">Dates custody entries.</param>
    public Dossier(string folder, TimeProvider clock)
    {
        Folder = Path.GetFullPath(folder);
        Custody = new CustodyLog(PathOf(CustodyFile), clock);
    }

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>Its custody log.</summary>
    public CustodyLog Custody { get; }

    /// <summary>Whether there is anything of a case here, be it no more than an interrupted beginning.</summary>
    public bool Exists => File.Exists(PathOf(CustodyFile)) || File.Exists(PathOf(EvidenceFile)) || File.Exists(PathOf(CaseFile)) || Directory.Exists(PathOf(NotebooksFolder));

    /// <summary>Whether the investigation is finished: a manifest of hashes is there. Whether it still fits is <see cref="Check"/>.</summary>
    public bool IsSealed => File.Exists(PathOf(ManifestFile));

    /// <summary>Makes the folder, so that a place that cannot be written is noticed before any work is done.</summary>
    /// <exception cref="KitException">It cannot be made.</exception>
    public void Create() => FileAccessErrors.Explain(Folder, () => Directory.CreateDirectory(PathOf(NotebooksFolder)));

    /// <summary>Full path of a file of the dossier.</summary>
    public string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Appends a custody entry, unless the latest of its kind and subject says the same: a step that is done again leaves one trace.</summary>
    public void RecordOnce(string kind, string subject, params IReadOnlyList<(string Name, string Value)> details) =>
        RecordOnce([new CustodyEvent(kind, subject, details)]);

    /// <summary>Appends custody entries, each unless the latest of its kind and subject says the same.</summary>
    public void RecordOnce(IReadOnlyList<CustodyEvent> events) => Custody.Append(known =>
    {
        var latest = known.ToLookup(e => (e.Kind, e.Subject));
        return events.Where(e => latest[(e.Kind, e.Subject)].LastOrDefault() is not { } said || !e.IsSaidBy(said));
    });

    /// <summary>Seals: hashes every file, writes the manifest and the last custody entry. Returns the head of the chain.</summary>
    /// <exception cref="KitException">It is sealed already, or cannot be written.</exception>
    public string Seal(CancellationToken cancellationToken)
    {
        using var step = StepTrace.Begin("seal");
        if (IsSealed)
            throw new KitException("This dossier is sealed.", Folder, "Start another investigation in another folder.");
        var files = Files().ToList();
        var manifest = new StringBuilder();
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            manifest.Append(Sha256(PathOf(file))).Append("  ").Append(file).Append('\n');
        }

        // The custody entry comes first: killed between the two, the dossier is unsealed and is sealed again by --resume.
        var bytes = Encoding.UTF8.GetBytes(manifest.ToString());
        var entry = Custody.Append(
            "sealed", ManifestFile, ("sha256", Convert.ToHexStringLower(SHA256.HashData(bytes))), ("files", files.Count.ToString(CultureInfo.InvariantCulture)));
        AtomicFile.Write(PathOf(ManifestFile), bytes);
        return entry.Hash;
    }

    /// <summary>Checks custody chain, manifest and every file against each other; an empty list means that nothing was changed since sealing.</summary>
    public IReadOnlyList<IntegrityProblem> Check(CancellationToken cancellationToken)
    {
        if (!Exists && !IsSealed)
            throw new KitException("There is no dossier here.", Folder, "Give the folder that 'forensickit investigate' wrote.");
        var problems = new List<IntegrityProblem>();
        var custody = Custody.Read();
        if (custody.Problem is { } broken)
            problems.Add(new(CustodyFile, broken));
        if (custody.TornBytes > 0)
            problems.Add(new(CustodyFile, "The last line is unfinished."));
        var seal = custody.Entries.Count > 0 && custody.Entries[^1].Kind == "sealed" ? custody.Entries[^1] : null;
        if (seal is null && custody.Problem is null)
            problems.Add(new(CustodyFile, IsSealed ? "The last entry is not the seal: entries were dropped from the end, or added after sealing." : "The investigation is not sealed."));
        if (!IsSealed)
        {
            problems.Add(new(ManifestFile, "The manifest of hashes is missing."));
            return problems;
        }

        var bytes = File.ReadAllBytes(PathOf(ManifestFile));
        if (seal is not null && !seal.Details.GetValueOrDefault("sha256", "").Equals(Convert.ToHexStringLower(SHA256.HashData(bytes)), StringComparison.Ordinal))
            problems.Add(new(ManifestFile, $"Its hash is not the one in the seal (custody entry {seal.Sequence.ToString(CultureInfo.InvariantCulture)})."));
        problems.AddRange(CheckFiles(Encoding.UTF8.GetString(bytes), cancellationToken));
        problems.AddRange(CheckExports(custody, cancellationToken));
        return [.. problems.DistinctBy(p => p.Subject + "\n" + p.What, StringComparer.Ordinal)];
    }

    /// <summary>Lower-case hex SHA-256 of a file, read in pieces.</summary>
    public static string Sha256(string path) => FileAccessErrors.Explain(path, () =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    });

    /// <summary>Whether a path read from a manifest or log stays inside the dossier.</summary>
    private static bool IsInside(string relative) =>
        relative.Length > 0 && !Path.IsPathRooted(relative) && !relative.Split('/', '\\').Contains("..", StringComparer.Ordinal);

    /// <summary>Every file below the folder but the custody log and the manifest, with '/' and in ordinal order.</summary>
    private IEnumerable<string> Files()
    {
        // Links are listed, never followed: a link to a folder could lead anywhere, or in a circle.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        var entries = new FileSystemEnumerable<string>(Folder, (ref FileSystemEntry e) => e.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory || e.Attributes.HasFlag(FileAttributes.ReparsePoint),
            ShouldRecursePredicate = (ref FileSystemEntry e) => !e.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
        var files = entries
            .Select(f => Path.GetRelativePath(Folder, f).Replace('\\', '/'))
            .Where(f => f is not (CustodyFile or ManifestFile))
            .Take(MaxFiles + 1)
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count <= MaxFiles ? files : throw new KitException("The folder holds more files than a dossier can.", Folder, "Give a dossier's own folder.");
    }

    private IEnumerable<IntegrityProblem> CheckFiles(string manifest, CancellationToken cancellationToken)
    {
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in manifest.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var parts = line.Split("  ", 2);
            if (parts.Length != 2 || !IsInside(parts[1]))
            {
                yield return new(ManifestFile, $"'{line}' is not a hash and a relative path.");
                continue;
            }

            listed.Add(parts[1]);
            var path = PathOf(parts[1]);
            if (new FileInfo(path).LinkTarget is not null)
                yield return new(parts[1], "The file is a link.");
            else if (!File.Exists(path))
                yield return new(parts[1], "The file is missing.");
            else if (Sha256(path) is var actual && actual != parts[0])
                yield return new(parts[1], $"The file was changed: sealed as {parts[0]}, now {actual}.");
        }

        foreach (var extra in Files().Where(f => !listed.Contains(f)))
            yield return new(extra, "The file is not in the manifest: it was added after sealing.");
    }

    /// <summary>Figures and documents against the hashes in their own custody entries, so that a swapped figure is named as one.</summary>
    private IEnumerable<IntegrityProblem> CheckExports(CustodyReading custody, CancellationToken cancellationToken)
    {
        var exports = custody.Entries.Where(e => e.Kind == "export" && e.Details.ContainsKey("sha256")).GroupBy(e => e.Subject, StringComparer.Ordinal).Select(g => g.Last());
        foreach (var entry in exports)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = PathOf(entry.Subject);
            if (IsInside(entry.Subject) && File.Exists(path) && Sha256(path) != entry.Details["sha256"])
                yield return new(entry.Subject, $"It is not what was exported (custody entry {entry.Sequence.ToString(CultureInfo.InvariantCulture)}).");
        }
    }
}
