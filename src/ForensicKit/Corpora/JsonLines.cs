namespace ForensicKit.Corpora;

/// <summary>Reads JSON Lines: one object a line.</summary>
internal static class JsonLines
{
    public static void Read(ShardPass pass, string shard, PeekableStream source)
    {
        using var records = new JsonRecords(pass, shard);
        var limit = pass.Options.MaximumRecordBytes;
        long line = 0;
        var seen = 0;
        while (true)
        {
            var available = source.Available;
            var done = 0;
            for (int length; (length = available[(done + seen)..].IndexOf((byte)'\n')) >= 0; line++)
            {
                length += seen;
                seen = 0;
                if (length > limit)
                    TooLong(pass, shard, line);
                else
                    records.Read(line, available.Slice(done, length), quiet: false);
                done += length + 1;
            }

            source.Consume(done);
            seen = available.Length - done;
            if (seen > limit)
            {
                TooLong(pass, shard, line++);
                seen = 0;
                if (!SkipLine(source))
                    return;
            }
            else if (!source.Fill())
            {
                // A line that a damaged file breaks off says nothing that the damage does not say.
                if (seen > 0)
                    records.Read(line, source.Available, quiet: source.WasCut);
                return;
            }
        }
    }

    private static void TooLong(ShardPass pass, string shard, long line)
    {
        pass.Records++;
        pass.Defect(CorpusDefectKind.TooLong, line, shard, "The line is longer than the record limit.");
    }

    private static bool SkipLine(PeekableStream source)
    {
        do
        {
            var end = source.Available.IndexOf((byte)'\n');
            source.Consume(end < 0 ? source.Available.Length : end + 1);
            if (end >= 0)
                return true;
        }
        while (source.Fill());
        return false;
    }
}
