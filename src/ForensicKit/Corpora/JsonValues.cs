using System.Buffers;

namespace ForensicKit.Corpora;

/// <summary>Reads JSON that is not line by line: one array of objects, or objects one behind another over any number of lines.</summary>
internal sealed class JsonValues(ShardPass pass, string shard, PeekableStream source)
{
    private static readonly SearchValues<byte> s_structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> s_ends = SearchValues.Create(",]}{[\n"u8);

    public void Read()
    {
        using var records = new JsonRecords(pass, shard);
        var array = NextIs((byte)'[');
        if (array)
            source.Consume(1);
        for (long number = 0; ; number++)
        {
            if (number > 0 && array && NextIs((byte)','))
                source.Consume(1);
            if (array && NextIs((byte)']'))
            {
                source.Consume(1);
                if (!AtEnd())
                    Bad(number, "Something stands behind the array.");
                return;
            }

            if (AtEnd())
            {
                if (array && !source.WasCut)
                    Bad(number, "The array does not end.");
                return;
            }

            var length = Length(out var tooLong, out var whole);
            if (tooLong)
            {
                pass.Records++;
                pass.Defect(CorpusDefectKind.TooLong, number, shard, "The object is longer than the record limit.");
            }
            else
            {
                records.Read(number, source.Available[..length], quiet: !whole && source.WasCut);
            }

            source.Consume(length);
        }
    }

    private void Bad(long number, string detail) => pass.Defect(CorpusDefectKind.BadJson, number, shard, detail);

    private bool NextIs(byte wanted) => !AtEnd() && source.Available[0] == wanted;

    /// <summary>Passes over white space; true where nothing follows.</summary>
    private bool AtEnd()
    {
        while (true)
        {
            var rest = source.Available.TrimStart(" \t\r\n"u8).Length;
            source.Consume(source.Available.Length - rest);
            if (rest > 0)
                return false;
            if (!source.Fill())
                return true;
        }
    }

    /// <summary>Length of the value that begins here, in the source's buffer; of its last part where it is too long.</summary>
    private int Length(out bool tooLong, out bool whole)
    {
        tooLong = false;
        whole = true;
        var scalar = source.Available[0] is not ((byte)'{' or (byte)'[' or (byte)'"');
        var inString = false;
        var depth = 0L;
        var at = scalar ? 1 : 0;
        do
        {
            var bytes = source.Available;
            while (at < bytes.Length)
            {
                var next = inString ? bytes[at..].IndexOfAny((byte)'"', (byte)'\\') : bytes[at..].IndexOfAny(scalar ? s_ends : s_structure);
                if (next < 0)
                {
                    at = bytes.Length;
                    break;
                }

                at += next;
                if (scalar)
                    return at;
                if (bytes[at] == (byte)'\\')
                {
                    // An escape that the buffer breaks off waits for the rest.
                    if (at + 1 == bytes.Length)
                        break;
                    at += 2;
                    continue;
                }

                switch (bytes[at++])
                {
                    case (byte)'"':
                        inString = !inString;
                        break;
                    case (byte)'{' or (byte)'[':
                        depth++;
                        break;
                    default:
                        depth--;
                        break;
                }

                if (depth <= 0 && !inString)
                {
                    tooLong |= at > pass.Options.MaximumRecordBytes;
                    return at;
                }
            }

            if (at > pass.Options.MaximumRecordBytes)
            {
                tooLong = true;
                source.Consume(at);
                at = 0;
            }
        }
        while (source.Fill());
        whole = false;
        return source.Available.Length;
    }
}
