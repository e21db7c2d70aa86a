using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace ForensicKit.Evidence;

/// <summary>An artifact that was found and whose bytes are those of its manifest.</summary>
/// <param name="Artifact">What the manifest says.</param>
/// <param name="FilePath">Where it is on this machine.</param>
public sealed record VerifiedArtifact(Artifact Artifact, string FilePath)
{
    /// <summary>Opens the file for reading from its start.</summary>
    /// <exception cref="KitException">It cannot be read any more.</exception>
    public FileStream OpenRead() => FileAccessErrors.Explain(FilePath, () => new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16));
}

/// <summary>
/// Finds the files that manifests name in folders of this machine and checks their size and SHA-256. Nothing is downloaded here.
/// </summary>
/// <remarks>
/// The same path may lead to other bytes in another folder: the first file with the right bytes is taken, and only if there is none is the
/// first wrong one reported. A symbolic link is followed where it leads to a place inside the same folder.
/// </remarks>
public sealed class ArtifactStore
{
    /// <summary>Environment variable with the folder of public data, laid out as manifests' paths say, itself or its <c>data</c> folder.</summary>
    public const string DataVariable = "FORENSICKIT_DATA";

    private readonly IReadOnlyList<string> _folders;
    private readonly string? _cache;

    /// <param name="folders">Folders in which artifacts lie under their paths, in the order they are asked.</param>
    /// <param name="cache">Folder in which artifacts lie under their SHA-256 (<c>ab/abcd…</c>); null for none.</param>
    public ArtifactStore(IReadOnlyList<string> folders, string? cache = null)
    {
        _folders = folders;
        _cache = cache;
    }

    /// <summary>
    /// The usual places for a manifest: its own folder, the data folder (FORENSICKIT_DATA, or <c>../shared</c> from the repository's root
    /// above the manifest) with its <c>data</c> folder, and the user's cache.
    /// </summary>
    /// <param name="manifestPath">Path of the manifest.</param>
    /// <param name="dataFolder">The value of FORENSICKIT_DATA; null or empty where it is not set.</param>
    /// <param name="cache">The user's cache; null for <see cref="DefaultCache"/>.</param>
    /// <param name="more">One more folder, asked after the manifest's own; null for none.</param>
    public static ArtifactStore For(string manifestPath, string? dataFolder, string? cache = null, string? more = null)
    {
        var own = Path.GetDirectoryName(Path.GetFullPath(manifestPath))!;
        var data = dataFolder is { Length: > 0 } ? Path.GetFullPath(dataFolder) : DataBesideRepository(own);
        return new([own, .. more is null ? Array.Empty<string>() : [more], .. data is null ? Array.Empty<string>() : [data, Path.Combine(data, "data")]], cache ?? DefaultCache);
    }

    /// <summary>The user's cache: <c>forensickit/artifacts</c> in the local application data folder; null for a user without one.</summary>
    public static string? DefaultCache =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } folder
            ? Path.Combine(folder, "forensickit", "artifacts")
            : null;

    /// <summary>Finds an artifact and reads it once to check size and SHA-256.</summary>
    /// <exception cref="KitException">It is nowhere (exit 4), its bytes are others (exit 1), or it cannot be read.</exception>
    public VerifiedArtifact Resolve(Artifact artifact, CancellationToken cancellationToken)
    {
        KitException? altered = null;
        foreach (var path in Candidates(artifact))
        {
            var found = FileAccessErrors.Explain(path, () => Measure(path, cancellationToken));
            if (found.Bytes == artifact.Bytes && found.Sha256 == artifact.Sha256)
                return new(artifact, path);
            altered ??= Altered(artifact, path, found);
        }

        throw altered ?? Missing(artifact);
    }

    /// <summary>Finds and checks several, in order.</summary>
    /// <exception cref="KitException">As for one.</exception>
    public IReadOnlyList<VerifiedArtifact> Resolve(IEnumerable<Artifact> artifacts, CancellationToken cancellationToken) =>
        [.. artifacts.Select(artifact => Resolve(artifact, cancellationToken))];

    /// <summary>The first file under a path in the folders, whatever its bytes: for packed files, which are checked once they are unpacked.</summary>
    /// <param name="path">Relative, with <c>/</c>, without <c>..</c>.</param>
    /// <returns>Null where there is none.</returns>
    public string? Locate(string path) => _folders.Select(folder => ContainedPath.Find(folder, path)).FirstOrDefault(found => found is not null);

    private IEnumerable<string> Candidates(Artifact artifact)
    {
        foreach (var folder in _folders)
        {
            if (ContainedPath.Find(folder, artifact.Path) is { } path)
                yield return path;
        }

        if (_cache is not null && ContainedPath.Find(_cache, CachePath(artifact)) is { } cached)
            yield return cached;
    }

    private static string CachePath(Artifact artifact) => $"{artifact.Sha256[..2]}/{artifact.Sha256}";

    private static (string Sha256, long Bytes) Measure(string path, CancellationToken cancellationToken)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
        try
        {
            var bytes = 0L;
            for (int read; (read = stream.Read(buffer)) > 0; bytes += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer.AsSpan(0, read));
            }

            return (Convert.ToHexStringLower(hash.GetHashAndReset()), bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static KitException Altered(Artifact artifact, string path, (string Sha256, long Bytes) found) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"This is not the file that the manifest names '{artifact.Id}': its SHA-256 is {found.Sha256} ({found.Bytes} bytes) instead of {artifact.Sha256} ({artifact.Bytes} bytes)."),
        path, artifact.Url is null ? $"Restore it from {artifact.Source}." : $"Get the right bytes from {artifact.Url} .", ExitCode.CheckFailed);

    private KitException Missing(Artifact artifact)
    {
        var places = _folders.Select(folder => Path.Combine(folder, artifact.Path)).ToList();
        if (_cache is not null)
            places.Add(Path.Combine(_cache, CachePath(artifact)));
        var get = artifact.Url is null
            ? $"It comes from {artifact.Source}; put it in one of these places."
            : string.Create(CultureInfo.InvariantCulture, $"Download {artifact.Url} ({artifact.Bytes} bytes) to one of these places, or set {DataVariable} to the folder that holds the data.");
        return new KitException($"The artifact '{artifact.Id}' is not on this machine. Looked for at {string.Join(", ", places)}.", mend: get, exitCode: ExitCode.EnvironmentLacks);
    }

    private static string? DataBesideRepository(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ForensicKit.sln")))
                return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared"));
        }

        return null;
    }
}
