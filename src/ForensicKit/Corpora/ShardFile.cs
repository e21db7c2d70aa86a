using System.Buffers.Binary;
using System.Text;

namespace ForensicKit.Corpora;

/// <summary>One file, alone or in an archive: finds out what it is and reads it.</summary>
/// <param name="pass">The reading.</param>
/// <param name="shard">What documents are told to come from.</param>
/// <param name="name">The name whose extensions tell the format.</param>
/// <param name="source">Its bytes.</param>
/// <param name="outer">The guard around, of the archive's entry; null for a file that is alone.</param>
internal sealed class ShardFile(ShardPass pass, string shard, string name, PeekableStream source, GuardedStream? outer = null)
{
    private const int DecodedBufferBytes = 1 << 20;

    public void Read()
    {
        var (compression, innerName) = Compressions.Tell(name, source.Peek(Compressions.HeadBytes));
        if (compression == Compression.None)
        {
            ReadFormat(innerName, source, outer);
            return;
        }

        var guard = new GuardedStream(new LateStream(() => Compressions.Open(compression, source)), pass, shard, expands: true, outer);
        using (guard)
        {
            using var decoded = new PeekableStream(guard, DecodedBufferBytes, guard);
            if (source.Peek(1).IsEmpty)
                guard.Fail("The file is empty, which no compressed file is.");
            else if (Compressions.Tell("", decoded.Peek(Compressions.HeadBytes)).Kind != Compression.None)
                pass.Defect(CorpusDefectKind.ArchiveInArchive, -1, shard, "What comes out is compressed once more.");
            else
                ReadFormat(innerName, decoded, guard);
        }
    }

    private void ReadFormat(string inner, PeekableStream file, GuardedStream? guard)
    {
        switch (CorpusFormats.Tell(inner, file))
        {
            case CorpusFormat.JsonLines:
                ReadText(file, guard, text => JsonLines.Read(pass, shard, text));
                break;
            case CorpusFormat.JsonValues:
                ReadText(file, guard, text => new JsonValues(pass, shard, text).Read());
                break;
            case CorpusFormat.Parquet:
                ParquetRows.Read(pass, shard, file, alone: guard is null);
                break;
            case CorpusFormat.Tar when outer is null:
                TarEntries.Read(pass, shard, file, guard);
                break;
            case CorpusFormat.Tar or CorpusFormat.OtherArchive when outer is not null:
                pass.Defect(CorpusDefectKind.ArchiveInArchive, -1, shard, "The entry is an archive itself.");
                break;
            case CorpusFormat.OtherArchive:
                pass.Defect(CorpusDefectKind.NotText, -1, shard, "The file is an archive of a kind that is not read.");
                break;
            case CorpusFormat.Text:
                ReadText(file, guard, text => PlainText.Read(pass, shard, text));
                break;
            default:
                pass.Defect(CorpusDefectKind.NotText, -1, shard, "The file is neither text nor of a format that is read.");
                break;
        }
    }

    private void ReadText(PeekableStream file, GuardedStream? guard, Action<PeekableStream> read)
    {
        var head = file.Peek(4);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            file.Consume(3);
        }
        else if (OtherEncoding(head) is { } encoding)
        {
            pass.Defect(CorpusDefectKind.OtherEncoding, -1, shard, $"The file is {encoding.WebName}, not UTF-8.");
            file.Consume(encoding.Preamble.Length);
            using var transcoding = Encoding.CreateTranscodingStream(file, encoding, Encoding.UTF8, leaveOpen: true);
            using var transcoded = new PeekableStream(transcoding, DecodedBufferBytes, guard);
            read(transcoded);
            return;
        }

        read(file);
    }

    private static Encoding? OtherEncoding(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 4)
        {
            switch (BinaryPrimitives.ReadUInt32BigEndian(head))
            {
                case 0x0000FEFF: return new UTF32Encoding(bigEndian: true, byteOrderMark: true);
                case 0xFFFE0000: return new UTF32Encoding(bigEndian: false, byteOrderMark: true);
            }
        }

        return head switch
        {
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            _ => null,
        };
    }

    /// <summary>A decoder that is made when it is first read, so that what making it throws is caught like any other damage.</summary>
    private sealed class LateStream(Func<Stream> open) : ForwardStream
    {
        private Stream? _stream;

        public override int Read(Span<byte> buffer) => (_stream ??= open()).Read(buffer);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _stream?.Dispose();
            base.Dispose(disposing);
        }
    }
}
