using System.Security.Cryptography;

namespace ForensicKit.Corpora;

/// <summary>A shard's bytes as stored: counted and hashed while they are read.</summary>
internal sealed class RawStream(Stream inner, string name, bool hash, Action<int>? told, CancellationToken cancellationToken) : ForwardStream
{
    private readonly IncrementalHash? _hash = hash ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

    /// <summary>Bytes read so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Where in the bytes reading began; -1 where they do not seek.</summary>
    public long Start { get; } = inner.CanSeek ? inner.Position : -1;

    /// <summary>Where the bytes come from.</summary>
    public Stream Inner { get; } = inner;

    /// <summary>SHA-256 of what was read, lower-case hex; empty where it is not asked for.</summary>
    public string Sha256() => _hash is null ? "" : Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override int Read(Span<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var read = Inner.Read(buffer);
            Bytes += read;
            _hash?.AppendData(buffer[..read]);
            told?.Invoke(read);
            return read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"Reading stopped after {Bytes.ToString(System.Globalization.CultureInfo.InvariantCulture)} bytes: {e.Message}", name, "Check the disk or connection and read it again.", ExitCode.EnvironmentLacks, e);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash?.Dispose();
        base.Dispose(disposing);
    }
}
