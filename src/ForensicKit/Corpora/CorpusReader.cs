namespace ForensicKit.Corpora;

/// <summary>Reads shards of corpora and gives their documents as UTF-8.</summary>
/// <remarks>
/// <para>
/// Formats: JSON Lines (<c>.jsonl</c>, <c>.ndjson</c>, <c>.json</c>), a JSON array of objects (<c>.json</c>), Parquet, tar whose entries are
/// any of these, and anything else that is text, where one file is one document. Each of them plain or through gzip, zstd, bzip2 or xz.
/// The name tells the format; where it says nothing, the first bytes do. Compression is told by the first bytes always.
/// </para>
/// <para>
/// Shards are hostile: what is broken is counted and named in the reading, memory is bounded by <see cref="CorpusOptions.MaximumRecordBytes"/>,
/// and nothing is written anywhere. A reader has no state: it may read several shards at once, each on one thread.
/// </para>
/// </remarks>
public sealed class CorpusReader
{
    private const int RawBufferBytes = 1 << 20;
    private readonly CorpusOptions _options;

    /// <param name="options">How to read.</param>
    /// <exception cref="KitException">Options that contradict each other.</exception>
    public CorpusReader(CorpusOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Checked();
    }

    /// <summary>Opens and reads one shard.</summary>
    /// <param name="shard">The shard, from <see cref="CorpusFiles.Find"/>.</param>
    /// <param name="action">Takes each document, on the calling thread, in the shard's order; what it throws ends the reading.</param>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>What was read, and what was wrong with it.</returns>
    /// <exception cref="KitException">The shard cannot be opened, or the disk fails under it.</exception>
    public ShardReading Read(CorpusShard shard, DocumentAction action, CancellationToken cancellationToken) => Read(shard, action, null, cancellationToken);

    /// <summary>The same, told of the bytes as they are read; a shard that seeks may be read without a word.</summary>
    internal ShardReading Read(CorpusShard shard, DocumentAction action, Action<int>? told, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shard);
        using var stream = Open(shard);
        return Read(shard.Name, stream, action, told, cancellationToken);
    }

    /// <summary>Reads one shard from a stream, to its end.</summary>
    /// <param name="name">The shard's name; its extensions tell the format.</param>
    /// <param name="stream">The bytes as stored, read from where it stands and not disposed; Parquet is read best from one that seeks.</param>
    /// <param name="action">Takes each document, on the calling thread, in the shard's order; what it throws ends the reading.</param>
    /// <param name="cancellationToken">Ends the reading with <see cref="OperationCanceledException"/>.</param>
    /// <returns>What was read, and what was wrong with it.</returns>
    /// <exception cref="KitException">The disk fails under it.</exception>
    public ShardReading Read(string name, Stream stream, DocumentAction action, CancellationToken cancellationToken) => Read(name, stream, action, null, cancellationToken);

    private ShardReading Read(string name, Stream stream, DocumentAction action, Action<int>? told, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(action);
        using var raw = new RawStream(stream, name, _options.Hash, told, cancellationToken);
        using var source = new PeekableStream(raw, RawBufferBytes);
        var pass = new ShardPass(_options, action, cancellationToken) { Raw = raw };
        new ShardFile(pass, ShownName.Of(name), name, source).Read();
        source.Drain();
        return pass.Finish(raw.Sha256());
    }

    private static Stream Open(CorpusShard shard)
    {
        if (shard.Path is not { } path)
            return Console.OpenStandardInput();
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            var (what, mend) = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => ("The shard is not there.", "Check the path."),
                UnauthorizedAccessException when Directory.Exists(path) => ("The shard is a folder.", "Name the folder as an argument of its own, so that its files are searched."),
                UnauthorizedAccessException => ("The shard may not be read.", "Ask for permission to read it, or leave it out."),
                _ => ($"The shard cannot be opened: {e.Message}", "Check that the file can be read."),
            };
            throw new KitException(what, path, mend, ExitCode.BadInput, e);
        }
    }
}
