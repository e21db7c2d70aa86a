using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using ForensicKit.Evidence;

namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// A folder with what scans found, shard by shard, each under the SHA-256 of the shard's content and the scan's identity: what stands there is not
/// scanned again. Safe with several threads, and with several processes on one folder.
/// </summary>
/// <remarks>
/// A result is written under another name and renamed the moment its shard is finished, so a process killed at any time leaves whole results or
/// none. A file that is not what its name and digest say is named and never used.
/// </remarks>
public sealed class ScanLedger
{
    private const int HashBufferBytes = 1 << 20;

    private readonly string _folder;
    private readonly Action<string>? _note;
    private readonly Dictionary<string, List<string>> _files = new(StringComparer.Ordinal);
    private readonly HashSet<long> _sizes = [];
    private readonly ConcurrentDictionary<string, bool> _damaged = new(StringComparer.Ordinal);

    private ScanLedger(string folder, Action<string>? note) => (_folder, _note) = (folder, note);

    /// <summary>Opens a folder, which need not be there.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isFresh">Whether what stands there is passed over; it is replaced where it is found anew.</param>
    /// <param name="note">Told of files that are damaged, and of shards that are copies.</param>
    /// <exception cref="KitException">The folder cannot be read.</exception>
    public static ScanLedger Open(string folder, bool isFresh = false, Action<string>? note = null)
    {
        var ledger = new ScanLedger(folder, note);
        if (!isFresh && Directory.Exists(folder))
        {
            FileAccessErrors.Explain(folder, () =>
            {
                foreach (var sub in Directory.EnumerateDirectories(folder))
                {
                    foreach (var file in Directory.EnumerateFiles(sub, "*.json"))
                        ledger.Add(Path.GetFileName(file));
                }
            });
            foreach (var files in ledger._files.Values)
                files.Sort(StringComparer.Ordinal);
        }

        return ledger;
    }

    /// <summary>Whether a shard of so many bytes may stand there: worth hashing it.</summary>
    internal bool MayHave(long bytes) => _sizes.Contains(bytes);

    /// <summary>What stands there of a shard: for each benchmark of a scan at most one result.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="name">Its name, to be told.</param>
    /// <param name="scan">The scan.</param>
    /// <param name="id">Its <see cref="ScanIdentity.Id"/>.</param>
    /// <returns>Results with the benchmarks to be taken of them. Those of the scan itself come first, then the ones of most benchmarks.</returns>
    internal List<(ShardResult Result, HashSet<string> Benchmarks)> Find(ShardKey shard, string name, ScanIdentity scan, string id)
    {
        var taken = new List<(ShardResult, HashSet<string>)>();
        if (!_files.TryGetValue(shard.Sha256, out var files))
            return taken;
        var missing = scan.Benchmarks.Select(b => b.Name).ToHashSet(StringComparer.Ordinal);
        void Take(IEnumerable<ShardResult> results)
        {
            foreach (var result in results)
            {
                var benchmarks = result.Found.Select(f => f.Name).Where(missing.Contains).ToHashSet(StringComparer.Ordinal);
                missing.ExceptWith(benchmarks);
                if (benchmarks.Count > 0)
                    taken.Add((result, benchmarks));
            }
        }

        var own = files.Where(f => f.Contains(id, StringComparison.Ordinal)).ToList();
        Take(own.Select(f => Read(f, shard, name)).OfType<ShardResult>());
        if (missing.Count > 0)
        {
            Take(files.Except(own, StringComparer.Ordinal).Select(f => Read(f, shard, name)).OfType<ShardResult>().Where(r => scan.TakesUp(r.Scan))
                .OrderByDescending(r => r.Scan.Benchmarks.Count).ThenBy(r => r.FileName, StringComparer.Ordinal));
        }

        return taken;
    }

    /// <summary>Writes a result.</summary>
    /// <exception cref="KitException">The folder cannot be written.</exception>
    internal void Keep(ShardResult result) => AtomicFile.WriteShared(Path.Combine(_folder, result.Shard.Sha256[..2], result.FileName), result.ToBytes());

    internal void Note(string line) => _note?.Invoke(line);

    /// <summary>SHA-256 of a file, lower-case hex.</summary>
    /// <exception cref="KitException">It cannot be read.</exception>
    internal static string Hash(string path, CancellationToken cancellationToken) => FileAccessErrors.Explain(path, () =>
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[HashBufferBytes];
        for (var read = file.Read(buffer); read > 0; read = file.Read(buffer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(buffer.AsSpan(0, read));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    });

    private void Add(string file)
    {
        var parts = file.Split('.');
        if (parts.Length != 5 || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            return;
        _sizes.Add(bytes);
        if (!_files.TryGetValue(parts[0], out var files))
            _files[parts[0]] = files = [];
        files.Add(file);
    }

    private ShardResult? Read(string file, ShardKey shard, string name)
    {
        var path = Path.Combine(_folder, shard.Sha256[..2], file);
        try
        {
            var result = ShardResult.Read(path);
            // The same bytes under a name of another format are read otherwise.
            return result.Shard == shard ? result : null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            if (_damaged.TryAdd(file, true))
                Note($"note: the ledger's file {Path.Combine(shard.Sha256[..2], file)} is not used: {e.Message}. {name} is scanned again for what it would have said.");
            return null;
        }
    }
}
