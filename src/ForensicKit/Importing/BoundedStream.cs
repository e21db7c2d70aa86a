using System.Globalization;
using System.IO.Compression;
using ForensicKit.Evidence;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace ForensicKit.Importing;

/// <summary>
/// A read-only stream that gives no more than a stated number of bytes and says what is wrong in the words of the kit: crafted archives expand without end.
/// </summary>
internal sealed class BoundedStream : Stream
{
    private readonly Stream _packed;
    private readonly string _name;
    private readonly string _file;
    private readonly long _maximum;
    private Stream? _unpacked;
    private long _position;

    private BoundedStream(Stream packed, string name, string file, long maximum)
    {
        _packed = packed;
        _name = name;
        _file = file;
        _maximum = maximum;
    }

    /// <summary>Most bytes that one benchmark or recording may unpack to.</summary>
    public const long DefaultMaximum = 1L << 30;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>The bytes of a file, unpacked where its name ends in <c>.gz</c> or <c>.bz2</c>.</summary>
    public static BoundedStream Open(VerifiedArtifact file, long maximum = DefaultMaximum) => new(file.OpenRead(), file.Artifact.Path, file.FilePath, maximum);

    /// <summary>The same for a file that no manifest names.</summary>
    public static BoundedStream OpenFile(string path, long maximum = DefaultMaximum) =>
        new(FileAccessErrors.Explain(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16)), path, path, maximum);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            _unpacked ??= Unpack();
            read = _unpacked.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or SharpZipBaseException or IOException or IndexOutOfRangeException or NullReferenceException)
        {
            // SharpZipLib reports some damage as the runtime's own errors.
            throw new KitException(
                string.Create(CultureInfo.InvariantCulture, $"The file cannot be unpacked: it is damaged or cut off after {_position} unpacked bytes."),
                _file, "Get it again from its source.", innerException: e);
        }

        _position += read;
        if (_position > _maximum)
        {
            throw new KitException(
                string.Create(CultureInfo.InvariantCulture, $"The file unpacks to more than {_maximum} bytes."), _file, "Check where it comes from: no benchmark is that large.");
        }

        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked?.Dispose();
            _packed.Dispose();
        }

        base.Dispose(disposing);
    }

    // SharpZipLib reads the first block when it is made, so that damage there must be caught like any other.
    private Stream Unpack() => Path.GetExtension(_name) switch
    {
        ".gz" => new GZipStream(_packed, CompressionMode.Decompress),
        ".bz2" => new BZip2InputStream(_packed),
        _ => _packed,
    };
}
