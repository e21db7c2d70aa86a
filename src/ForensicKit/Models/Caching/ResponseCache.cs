using System.Globalization;
using ForensicKit.Evidence;

namespace ForensicKit.Models.Caching;

/// <summary>
/// Answers of models that outlive a dossier, addressed by the hash of everything that decides them: the same question is not computed twice on one machine.
/// </summary>
/// <remarks>
/// <para><b>How it is stored.</b> A folder for each model and engine (<see cref="ModelKey"/>), in it files that are only ever appended to, one for each
/// process that wrote: <code>
/// file:   "forensickit responses 1\n" record*
/// record: length of the payload (4 bytes) · key (32) · payload · SHA-256 of key and payload (32)
/// </code>
/// Not a database: DuckDB locks its file for one process, and SQLite would be one more dependency, both at many times the cost of an append; nor a file
/// for each answer, which would take a block of disk for a few hundred bytes. Files of one's own make two processes safe without locks: each sees what
/// was there when it began. A killed process leaves at most one record unfinished, at the end of its own file.</para>
/// <para><b>What is trusted.</b> Nothing that does not match its hash: such a record is dropped, counted, and the question asked again. The hash stops
/// accidents, not people: whoever can write to the user's own files could replace the kit itself. So the folder is the user's alone, and files that others
/// may write to are not read. Re-execution (<c>verify</c>) and latency never use it.</para>
/// <para><b>Bounds.</b> Above <see cref="MaxBytes"/> in all, the files that were longest not used go first.</para>
/// </remarks>
public sealed class ResponseCache
{
    /// <summary>Environment variable: <c>off</c>, or the folder; where it is not set, <see cref="DefaultFolder"/>.</summary>
    public const string FolderVariable = "FORENSICKIT_CACHE";

    /// <summary>Environment variable: most megabytes (2²⁰ bytes) on disk; 512 where it is not set.</summary>
    public const string SizeVariable = "FORENSICKIT_CACHE_MEGABYTES";

    private const long DefaultMegabytes = 512;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string _folder;

    /// <param name="folder">The folder; made when the first answer is kept.</param>
    /// <param name="maxBytes">Most bytes on disk, at least 0.</param>
    public ResponseCache(string folder, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        (_folder, MaxBytes) = (Path.GetFullPath(folder), maxBytes);
    }

    /// <summary>Most bytes on disk.</summary>
    public long MaxBytes { get; }

    /// <summary>The usual folder: <c>forensickit/responses</c> in the local application data folder; null for a user without one.</summary>
    public static string? DefaultFolder =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } data
            ? Path.Combine(data, "forensickit", "responses")
            : null;

    /// <summary>The cache that the environment asks for; null where it is off.</summary>
    /// <param name="variable">Value of an environment variable; null or empty where it is not set.</param>
    /// <exception cref="KitException">The size is no number.</exception>
    public static ResponseCache? From(Func<string, string?> variable)
    {
        var folder = variable(FolderVariable) is { Length: > 0 } set ? set : DefaultFolder;
        if (folder is null || folder.Equals("off", StringComparison.OrdinalIgnoreCase))
            return null;
        var megabytes = DefaultMegabytes;
        if (variable(SizeVariable) is { Length: > 0 } size && (!long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out megabytes) || megabytes > long.MaxValue >> 20))
            throw new KitException($"'{size}' is no number of megabytes.", SizeVariable, "Give a whole number, or set FORENSICKIT_CACHE to off.");
        return megabytes == 0 ? null : new(folder, megabytes << 20);
    }

    /// <summary>
    /// The model, with answers that were computed before; null where nothing says what exactly computes (an endpoint, or weights without a hash): what a
    /// server has behind its name may change any day.
    /// </summary>
    /// <param name="model">The model; it stays its owner's to dispose of.</param>
    /// <param name="files">Hash over all its files: weights, configuration, tokenizer, chat template.</param>
    internal CachedLanguageModel? Before(ILanguageModel model, string files)
    {
        if (model is IServedModel || model.Description is not { WeightsSha256: not null, TokenizerSha256: not null })
            return null;
        var key = ModelKey.Of(model, files);
        return new(model, Open(key), key);
    }

    /// <summary>The model with its kept answers; null where it has no such thing. Disposing of it leaves the model to its owner.</summary>
    /// <param name="model">The model.</param>
    /// <param name="files">Its files, as its manifest names them.</param>
    public ILanguageModel? Keeping(ILanguageModel model, IEnumerable<Artifact> files) => Before(model, files);

    internal CachedLanguageModel? Before(ILanguageModel model, IEnumerable<Artifact> files) =>
        Before(model, EvidenceDatabase.Sha256(string.Join('\n', files.Select(a => a.Path + "\n" + a.Sha256).Order(StringComparer.Ordinal))));

    /// <summary>The answers of one model.</summary>
    internal ResponseFiles Open(byte[] model)
    {
        try
        {
            MakeRoom();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process is making room, or the folder cannot be read; the next one tries again.
        }

        return new(Path.Combine(_folder, Convert.ToHexStringLower(model.AsSpan(0, 16))), MaxBytes);
    }

    internal static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly);
    }

    // Those that were longest not used first; a file that another process has open stays readable to it where the system allows that, and is left where not.
    private void MakeRoom()
    {
        if (!Directory.Exists(_folder))
            return;
        var files = new DirectoryInfo(_folder).EnumerateFiles("*" + ResponseFiles.Extension, SearchOption.AllDirectories).OrderBy(f => f.LastWriteTimeUtc).ToList();
        var total = files.Sum(f => f.Length);
        foreach (var file in files)
        {
            if (total <= MaxBytes)
                break;
            try
            {
                file.Delete();
                total -= file.Length;
                if (!file.Directory!.EnumerateFileSystemInfos().Any())
                    file.Directory.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use.
            }
        }
    }
}
