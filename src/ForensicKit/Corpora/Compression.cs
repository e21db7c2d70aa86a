using ZstdSharp.Unsafe;

namespace ForensicKit.Corpora;

/// <summary>How a file is compressed.</summary>
internal enum Compression
{
    None,
    Gzip,
    Zstandard,
    Bzip2,
    Xz,
}

/// <summary>Tells compression by its first bytes or its name, and undoes it.</summary>
internal static class Compressions
{
    /// <summary>Bytes that <see cref="Tell"/> wants to see.</summary>
    public const int HeadBytes = 10;

    // 2^27: what zstd itself takes without being asked for more.
    private const int LargestWindowLog = 27;

    private static readonly (string Suffix, Compression Kind, string Inner)[] s_suffixes =
    [
        (".gz", Compression.Gzip, ""), (".gzip", Compression.Gzip, ""), (".tgz", Compression.Gzip, ".tar"),
        (".zst", Compression.Zstandard, ""), (".zstd", Compression.Zstandard, ""), (".tzst", Compression.Zstandard, ".tar"),
        (".bz2", Compression.Bzip2, ""), (".tbz2", Compression.Bzip2, ".tar"), (".tbz", Compression.Bzip2, ".tar"),
        (".xz", Compression.Xz, ""), (".txz", Compression.Xz, ".tar"),
    ];

    /// <summary>The compression by the first bytes, which no text begins with; else by the name. And the name of what is inside.</summary>
    public static (Compression Kind, string InnerName) Tell(string name, ReadOnlySpan<byte> head)
    {
        var (suffix, byName, inner) = s_suffixes.FirstOrDefault(s => name.EndsWith(s.Suffix, StringComparison.OrdinalIgnoreCase));
        var innerName = suffix is null ? name : name[..^suffix.Length] + inner;
        return (ByHead(head) is var seen and not Compression.None ? seen : byName, innerName);
    }

    /// <summary>What comes out of <paramref name="source"/>.</summary>
    public static Stream Open(Compression kind, PeekableStream source) => kind switch
    {
        Compression.Gzip => new WholeGzipStream(source),
        Compression.Zstandard => OpenZstandard(source),
        Compression.Bzip2 => new ConcatenatedStream(source, Bzip2Part),
        Compression.Xz => new ConcatenatedStream(source, XzPart),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static Compression ByHead(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]) ? Compression.Gzip
        : head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])
            || (head.Length >= 4 && (head[0] & 0xF0) == 0x50 && head[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18])) ? Compression.Zstandard
        : IsBzip2(head) ? Compression.Bzip2
        : head.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) ? Compression.Xz
        : Compression.None;

    private static bool IsBzip2(ReadOnlySpan<byte> head) => head.Length >= 10 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9'
        && (head[4..10].SequenceEqual((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) || head[4..10].SequenceEqual((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]));

    private static ZstdSharp.DecompressionStream OpenZstandard(PeekableStream source)
    {
        var stream = new ZstdSharp.DecompressionStream(source, bufferSize: 1 << 17, checkEndOfStream: true, leaveOpen: true);
        stream.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, LargestWindowLog);
        return stream;
    }

    private static Stream? Bzip2Part(PeekableStream source, bool first)
    {
        if (!first && !IsBzip2(source.Peek(10)))
            return null;
        return new ICSharpCode.SharpZipLib.BZip2.BZip2InputStream(source) { IsStreamOwner = false };
    }

    private static Stream? XzPart(PeekableStream source, bool first)
    {
        if (!first)
        {
            // Streams may be padded with zeros in fours.
            while (source.Peek(4).SequenceEqual("\0\0\0\0"u8))
                source.Consume(4);
            if (source.Peek(1).IsEmpty)
                return null;
        }

        RequireModestDictionary(source.Peek(12 + 1024));
        return new SharpCompress.Compressors.Xz.XZStream(source);
    }

    // The decoder makes the first block's dictionary as large as the block says. Format: https://tukaani.org/xz/xz-file-format.txt §3.1, §5.3.1.
    private static void RequireModestDictionary(ReadOnlySpan<byte> head)
    {
        if (head.Length < 16 || head[12] == 0)
            return;
        var block = head[13..];
        var at = 1;
        for (var sizes = ((block[0] & 0x40) >> 6) + ((block[0] & 0x80) >> 7); sizes > 0; sizes--)
        {
            while (at < block.Length && (block[at] & 0x80) != 0)
                at++;
            at++;
        }

        for (var filter = block[0] & 3; filter >= 0 && at + 2 < block.Length; filter--)
        {
            if (block[at] == 0x21)
            {
                if ((block[at + 2] & 0x3F) > 32)
                    throw new InvalidDataException("The dictionary is larger than 256 MiB.");
                return;
            }

            at += 2 + block[at + 1];
        }
    }

    /// <summary>Streams one behind another, as parallel compressors and <c>cat</c> make them.</summary>
    private sealed class ConcatenatedStream(PeekableStream source, Func<PeekableStream, bool, Stream?> open) : ForwardStream
    {
        private Stream? _part;
        private bool _begun;
        private bool _ended;

        public override int Read(Span<byte> buffer)
        {
            while (!_ended && buffer.Length > 0)
            {
                _part ??= open(source, !_begun);
                _begun = true;
                if (_part is null)
                    break;
                var read = _part.Read(buffer);
                if (read > 0)
                    return read;
                _part.Dispose();
                _part = null;
            }

            _ended = true;
            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _part?.Dispose();
            base.Dispose(disposing);
        }
    }
}
