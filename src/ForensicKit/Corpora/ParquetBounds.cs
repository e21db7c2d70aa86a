using System.Buffers.Binary;
using Parquet.Meta;

namespace ForensicKit.Corpora;

/// <summary>
/// Looks at a Parquet file's own statements before the library acts on them: it builds whatever metadata describe, recursively, and takes
/// as much memory as pages say they need.
/// </summary>
/// <remarks>Layout: https://github.com/apache/parquet-format (footer, <c>SchemaElement</c>, <c>PageHeader</c>).</remarks>
internal static class ParquetBounds
{
    private const int MaximumFooterBytes = 64 << 20;
    private const int MaximumSchemaDepth = 64;
    private const int MaximumPageHeaderBytes = 64 << 10;
    private const int MaximumValues = 64 << 20;
    private const int DictionaryPage = 2;
    private const int DeltaByteArray = 7;

    /// <summary>Refuses a footer that is damaged, too large, or nested too deep.</summary>
    /// <exception cref="InvalidDataException">What is wrong with it.</exception>
    public static void CheckFooter(Stream file)
    {
        Span<byte> tail = stackalloc byte[8];
        if (file.Length < 12)
            throw new InvalidDataException("The file is too short.");
        file.Position = file.Length - 8;
        file.ReadExactly(tail);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8))
            throw new InvalidDataException("The file does not end as Parquet files do.");
        if (length > MaximumFooterBytes || length > file.Length - 12)
            throw new InvalidDataException("The footer is larger than the file or than 64 MiB.");
        var footer = new byte[length];
        file.Position = file.Length - 8 - length;
        file.ReadExactly(footer);
        ParquetLayout.Check(footer, "FileMetaData");
        var walk = new ThriftCompact(footer);
        for (var id = 0; walk.Field(ref id, out var type);)
        {
            if (id == 2 && type == ThriftCompact.List)
                CheckSchema(ref walk);
            else
                walk.Skip(type);
        }
    }

    private static void CheckSchema(ref ThriftCompact walk)
    {
        var (count, type) = walk.ListHead();
        if (type != ThriftCompact.Struct)
            throw new InvalidDataException("The schema is no list of columns.");
        var open = new Stack<long>();
        for (var i = 0; i < count; i++)
        {
            long children = 0;
            for (var id = 0; walk.Field(ref id, out var field);)
            {
                if (id == 5 && field == 5)
                    children = walk.Integer();
                else
                    walk.Skip(field);
            }

            while (open.TryPop(out var left))
            {
                if (left <= 0)
                    continue;
                open.Push(left - 1);
                break;
            }

            if (children is < 0 or > int.MaxValue || open.Count >= MaximumSchemaDepth)
                throw new InvalidDataException("The schema is nested too deep.");
            if (children > 0)
                open.Push(children);
        }
    }

    /// <summary>Refuses a column whose pages would take more memory than <paramref name="maximumBytes"/>, or more than they say.</summary>
    /// <exception cref="InvalidDataException">What is wrong with it.</exception>
    public static void CheckColumn(Stream file, ColumnMetaData column, long rows, long maximumBytes, CancellationToken cancellationToken)
    {
        if (column.NumValues < 0 || column.NumValues != rows || column.NumValues > MaximumValues)
            throw new InvalidDataException("A row group has another number of values than rows, or more than 67 million.");
        if (column.IndexPageOffset is > 0)
            throw new InvalidDataException("A column has index pages.");
        var at = column.DictionaryPageOffset is > 0 and var dictionary && dictionary < column.DataPageOffset ? dictionary : column.DataPageOffset;
        var header = new byte[MaximumPageHeaderBytes];
        long values = 0;
        long bytes = 0;
        while (values < column.NumValues)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (at < 4 || at >= file.Length)
                throw new InvalidDataException("A column's pages lie outside the file.");
            file.Position = at;
            var page = ReadHeader(header.AsSpan(0, file.ReadAtLeast(header.AsSpan(0, (int)Math.Min(header.Length, file.Length - at)), 1)));
            values += page.Type == DictionaryPage ? 0 : page.Values;
            bytes += page.Uncompressed;
            at += page.HeaderBytes + page.Compressed;
            if (page.Encoding == DeltaByteArray)
                throw new InvalidDataException("A column is encoded by prefixes (DELTA_BYTE_ARRAY), which is not read.");
            if (bytes > maximumBytes)
                throw new InvalidDataException("A row group's column is larger than the limit.");
            if (page.Type == DictionaryPage && page.Values > page.Uncompressed)
                throw new InvalidDataException("A dictionary says it has more values than bytes.");
        }

        if (values != column.NumValues)
            throw new InvalidDataException("A column's pages have another number of values than the column.");
    }

    private static (long Type, long Uncompressed, long Compressed, long Values, long Encoding, int HeaderBytes) ReadHeader(ReadOnlySpan<byte> bytes)
    {
        long type = -1;
        long uncompressed = -1;
        long compressed = -1;
        long values = -1;
        long encoding = -1;
        var walk = new ThriftCompact(bytes[..ParquetLayout.Check(bytes, "PageHeader")]);
        for (var id = 0; walk.Field(ref id, out var field);)
        {
            if (field == 5 && id is 1 or 2 or 3)
            {
                var value = walk.Integer();
                (type, uncompressed, compressed) = id switch { 1 => (value, uncompressed, compressed), 2 => (type, value, compressed), _ => (type, uncompressed, value) };
            }
            else if (field == ThriftCompact.Struct && id is 5 or 7 or 8)
            {
                for (var inner = 0; walk.Field(ref inner, out var innerField);)
                {
                    if (innerField != 5 || (inner != 1 && inner != (id == 8 ? 4 : 2)))
                        walk.Skip(innerField);
                    else if (inner == 1)
                        values = walk.Integer();
                    else
                        encoding = walk.Integer();
                }
            }
            else
            {
                walk.Skip(field);
            }
        }

        if (uncompressed is < 0 or > int.MaxValue || compressed is < 0 or > int.MaxValue || values is < 0 or > int.MaxValue)
            throw new InvalidDataException("A page says that it has no size.");
        return (type, uncompressed, compressed, values, encoding, walk.Position);
    }
}
