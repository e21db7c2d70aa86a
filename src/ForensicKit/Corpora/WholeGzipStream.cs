using System.IO.Compression;

namespace ForensicKit.Corpora;

/// <summary>Undoes gzip, also of several members, and refuses data that end within a member.</summary>
/// <remarks>
/// The runtime's decoder takes the end of the data for the end of the stream, wherever it comes. So a member of known content is put
/// behind the last byte: only where the data end with a member does exactly that content come out behind everything else. The decoder asks
/// for bytes only when nothing more comes out of those it has, so what comes out after it was given the mark comes out of the mark.
/// </remarks>
internal sealed class WholeGzipStream : ForwardStream
{
    private static readonly byte[] s_content = [.. "the end of the shard"u8];
    private static readonly byte[] s_mark = MakeMark();
    private readonly MarkedStream _marked;
    private readonly GZipStream _decoder;
    private bool _ended;

    public WholeGzipStream(Stream source)
    {
        _marked = new(source);
        _decoder = new(_marked, CompressionMode.Decompress, leaveOpen: true);
    }

    public override int Read(Span<byte> buffer)
    {
        if (_ended || buffer.IsEmpty)
            return 0;
        var read = _decoder.Read(buffer);
        if (!_marked.Given)
        {
            // The decoder stops before the end where what follows a member is none: that is how gzip itself takes padding.
            _ended = read == 0;
            return read;
        }

        _ended = true;
        Span<byte> last = stackalloc byte[s_content.Length + 1];
        var held = Math.Min(read, last.Length);
        buffer[..held].CopyTo(last);
        for (int more; read <= s_content.Length && held < last.Length && (more = _decoder.Read(last[held..])) > 0;)
            held += more;
        if (read > s_content.Length || !last[..held].SequenceEqual(s_content))
            throw new InvalidDataException("The data end within a member.");
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _decoder.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] MakeMark()
    {
        using var mark = new MemoryStream();
        using (var gzip = new GZipStream(mark, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(s_content);
        return mark.ToArray();
    }

    /// <summary>The data, and the mark behind them.</summary>
    private sealed class MarkedStream(Stream source) : ForwardStream
    {
        private int _given;

        /// <summary>Whether the mark was given.</summary>
        public bool Given => _given > 0;

        public override int Read(Span<byte> buffer)
        {
            if (!Given && source.Read(buffer) is var read and > 0)
                return read;
            var part = s_mark.AsSpan(_given, Math.Min(s_mark.Length - _given, buffer.Length));
            part.CopyTo(buffer);
            _given += part.Length;
            return part.Length;
        }
    }
}
