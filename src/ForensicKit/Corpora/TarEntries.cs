using System.Formats.Tar;

namespace ForensicKit.Corpora;

/// <summary>Reads the files of a tar archive, each as what it is. Names are shown and never used as paths.</summary>
internal static class TarEntries
{
    private const int EntryBufferBytes = 64 << 10;

    public static void Read(ShardPass pass, string shard, PeekableStream source, GuardedStream? guard)
    {
        using var headers = new HeaderStream(source);
        using var reader = new TarReader(headers, leaveOpen: true);
        while (Next(pass, shard, reader, headers, guard) is { } entry)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            var place = ShownName.OfEntry(shard, entry.Name);
            var isFile = entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;
            if (!isFile && entry.EntryType is not (TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes))
                pass.Defect(CorpusDefectKind.NotAFile, -1, place, $"The entry is a {entry.EntryType}.");
            if (entry.DataStream is not { } data)
                continue;
            using var entryGuard = new GuardedStream(data, pass, place, expands: false, guard);
            using var content = new PeekableStream(entryGuard, EntryBufferBytes, entryGuard);
            if (isFile)
                new ShardFile(pass, place, entry.Name, content, entryGuard).Read();
            content.Drain();
            if (content.Position < entry.Length)
                entryGuard.Fail("The archive ends within the entry.");
            if (entryGuard.Failed || pass.Stopped)
                return;
        }
    }

    private static TarEntry? Next(ShardPass pass, string shard, TarReader reader, HeaderStream headers, GuardedStream? guard)
    {
        try
        {
            headers.Begin();
            var entry = reader.GetNextEntry(copyData: false);
            headers.End();
            return entry;
        }
        catch (Exception e) when (e is not (KitException or OperationCanceledException))
        {
            if (guard is not { Failed: true } && !pass.Stopped)
                pass.Defect(CorpusDefectKind.Cut, -1, shard, $"The archive ends early or is damaged: {ShownName.Of(e.Message)}");
            return null;
        }
    }

    /// <summary>Bounds what one entry's header, with its long names and attributes, may take: the reader holds them in memory.</summary>
    private sealed class HeaderStream(PeekableStream source) : ForwardStream
    {
        private const int MostBytes = 1 << 20;
        private int _left = int.MaxValue;

        public void Begin() => _left = MostBytes;

        public void End() => _left = int.MaxValue;

        public override int Read(Span<byte> buffer)
        {
            var read = source.Read(buffer);
            if (_left != int.MaxValue && (_left -= read) < 0)
                throw new InvalidDataException("A header is longer than 1 MiB.");
            return read;
        }
    }
}
