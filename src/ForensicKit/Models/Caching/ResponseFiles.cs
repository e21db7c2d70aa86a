using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ForensicKit.Models.Caching;

/// <summary>The kept answers of one model: files of records, see <see cref="ResponseCache"/>. Nothing here fails a run: what cannot be read or written is a miss.</summary>
internal sealed class ResponseFiles : IDisposable
{
    /// <summary>Ending of files.</summary>
    public const string Extension = ".responses";

    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const int KeyBytes = 32;
    private const int HeadBytes = 4 + KeyBytes;
    private const int MaxPayload = 16 << 20;
    private static readonly byte[] s_magic = Encoding.ASCII.GetBytes("forensickit responses 1\n");
    private readonly string _folder;
    private readonly long _maxBytes;
    private readonly List<SafeFileHandle> _files = [];
    private readonly Dictionary<UInt128, Place> _index = [];
    private readonly Lock _lock = new();
    private FileStream? _own;
    private int _ownFile;
    private long _ownBytes;
    private bool _isFull;
    private bool _isDirty;

    /// <param name="folder">The model's folder; it need not be there.</param>
    /// <param name="maxBytes">Most bytes that this process adds.</param>
    public ResponseFiles(string folder, long maxBytes)
    {
        (_folder, _maxBytes) = (folder, maxBytes);
        foreach (var (path, _) in Numbered().OrderBy(f => f.Number))
            Read(path);
    }

    /// <summary>Records that did not match their hash and were dropped.</summary>
    public long Damaged { get; private set; }

    /// <summary>How many answers are known.</summary>
    public int Count => _index.Count;

    /// <summary>The payload under a key; null where there is none, or it is damaged.</summary>
    public byte[]? Find(ReadOnlySpan<byte> key)
    {
        lock (_lock)
        {
            if (!_index.TryGetValue(Short(key), out var place))
                return null;
            try
            {
                if (place.File == _ownFile && _isDirty)
                {
                    _own!.Flush();
                    _isDirty = false;
                }

                var record = new byte[HeadBytes + place.Length + KeyBytes];
                if (ReadFully(_files[place.File], record, place.Offset) && record.AsSpan(4, KeyBytes).SequenceEqual(key)
                    && SHA256.HashData(record.AsSpan(4, KeyBytes + place.Length)).AsSpan().SequenceEqual(record.AsSpan(HeadBytes + place.Length)))
                    return record[HeadBytes..^KeyBytes];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // As if it were damaged.
            }

            _index.Remove(Short(key));
            Damaged++;
            return null;
        }
    }

    /// <summary>Drops what is under a key: it matched its hash and still is no answer.</summary>
    public void Drop(ReadOnlySpan<byte> key)
    {
        lock (_lock)
        {
            if (_index.Remove(Short(key)))
                Damaged++;
        }
    }

    /// <summary>Keeps a payload; it is on disk after <see cref="Flush"/> or when it is looked for.</summary>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            if (_isFull || payload.Length > MaxPayload)
                return;
            try
            {
                _own ??= Begin();
                if (_isFull || _ownBytes + HeadBytes + payload.Length + KeyBytes > _maxBytes)
                {
                    _isFull = true;
                    return;
                }

                var record = new byte[HeadBytes + payload.Length + KeyBytes];
                BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
                key.CopyTo(record.AsSpan(4));
                payload.CopyTo(record.AsSpan(HeadBytes));
                SHA256.HashData(record.AsSpan(4, KeyBytes + payload.Length), record.AsSpan(HeadBytes + payload.Length));
                _own!.Write(record);
                _index[Short(key)] = new(_ownFile, _ownBytes, payload.Length);
                _ownBytes += record.Length;
                _isDirty = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full or read-only disk costs the cache, not the run.
                _isFull = true;
            }
        }
    }

    /// <summary>Hands everything to the operating system, so that a killed process loses none of it.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            try
            {
                _own?.Flush();
                _isDirty = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _isFull = true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Flush();
        lock (_lock)
        {
            try
            {
                _own?.Dispose();
            }
            catch (IOException)
            {
                // What could not be written is asked again.
            }

            foreach (var file in _files)
                file.Dispose();
            _files.Clear();
            _index.Clear();
            _isFull = true;
        }
    }

    private IEnumerable<(string Path, long Number)> Numbered()
    {
        try
        {
            return !Directory.Exists(_folder) ? [] : [.. Directory.GetFiles(_folder, "*" + Extension)
                .Select(path => (path, long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1))
                .Where(f => f.Item2 >= 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    // Numbers grow, so that a later answer stands over an earlier one; whoever makes a number first has it.
    private FileStream? Begin()
    {
        ResponseCache.MakeFolder(_folder);
        for (var number = Numbered().Select(f => f.Number).DefaultIfEmpty(0).Max() + 1; ; number++)
        {
            var path = Path.Combine(_folder, number.ToString("D8", CultureInfo.InvariantCulture) + Extension);
            FileStream own;
            try
            {
                own = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
            }
            catch (IOException) when (File.Exists(path))
            {
                continue;
            }

            own.Write(s_magic);
            _ownBytes = s_magic.Length;
            _files.Add(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess));
            _ownFile = _files.Count - 1;
            return own;
        }
    }

    // Only lengths and keys are read here; contents are checked when they are asked for.
    private void Read(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & OthersWrite) != UnixFileMode.None)
                return;
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
            var found = 0;
            using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16))
            {
                Span<byte> head = stackalloc byte[HeadBytes];
                if (stream.ReadAtLeast(head[..s_magic.Length], s_magic.Length, throwOnEndOfStream: false) < s_magic.Length || !head[..s_magic.Length].SequenceEqual(s_magic))
                    return;
                while (stream.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) == HeadBytes)
                {
                    var (offset, length) = (stream.Position - HeadBytes, BinaryPrimitives.ReadInt32LittleEndian(head));
                    if (length is < 0 or > MaxPayload)
                    {
                        // Where one length is wrong, nothing after it can be found.
                        Damaged++;
                        break;
                    }

                    // Unfinished, or being written by another process.
                    if (offset + HeadBytes + length + KeyBytes > stream.Length)
                        break;
                    _index[Short(head[4..])] = new(_files.Count, offset, length);
                    stream.Seek(length + KeyBytes, SeekOrigin.Current);
                    found++;
                }
            }

            if (found == 0)
                return;
            _files.Add(handle);
            handle = null;
            // Used now: it goes later than those that are not.
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not readable, or gone since it was listed.
        }
        finally
        {
            handle?.Dispose();
        }
    }

    private static bool ReadFully(SafeFileHandle file, Span<byte> into, long offset)
    {
        while (into.Length > 0)
        {
            var read = RandomAccess.Read(file, into, offset);
            if (read == 0)
                return false;
            into = into[read..];
            offset += read;
        }

        return true;
    }

    private static UInt128 Short(ReadOnlySpan<byte> key) => BinaryPrimitives.ReadUInt128LittleEndian(key);

    private readonly record struct Place(int File, long Offset, int Length);
}
