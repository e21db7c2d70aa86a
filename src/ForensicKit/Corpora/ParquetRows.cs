using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace ForensicKit.Corpora;

/// <summary>Reads a Parquet file: a document a row, one row group in memory at a time.</summary>
/// <remarks>
/// Parquet is read from its end, so a file that does not seek (in an archive, compressed, from standard input) is held in memory, up to the
/// record limit. Strings come from the library decoded: what is not UTF-8 in them has become U+FFFD; columns of bytes are given as they are.
/// </remarks>
internal sealed class ParquetRows(ShardPass pass, string shard) : IDisposable
{
    private byte[] _text = [];

    public static void Read(ShardPass pass, string shard, PeekableStream source, bool alone)
    {
        using var rows = new ParquetRows(pass, shard);
        if (alone && pass.Raw is { Start: 0, Inner: var file })
        {
            // Hashed first, from beginning to end, and then read where it wants to be.
            source.Drain();
            rows.Read(file);
            return;
        }

        if (source.Peek(pass.Options.MaximumRecordBytes + 1).Length > pass.Options.MaximumRecordBytes)
        {
            pass.Records++;
            pass.Defect(CorpusDefectKind.TooLong, -1, shard, "A Parquet file that cannot be sought in is larger than the record limit.");
        }
        else if (!source.WasCut)
        {
            var held = source.AvailableSegment;
            using var memory = new MemoryStream(held.Array!, held.Offset, held.Count, writable: false);
            rows.Read(memory);
        }
    }

    public void Dispose()
    {
        if (_text.Length > 0)
            ArrayPool<byte>.Shared.Return(_text);
        _text = [];
    }

    private void Read(Stream file)
    {
        long row = 0;
        ParquetReader? reader = null;
        try
        {
            reader = Guarded(() =>
            {
                ParquetBounds.CheckFooter(file);
                file.Position = 0;
                return ParquetReader.CreateAsync(file, new ParquetOptions { TreatByteArrayAsString = false }, leaveStreamOpen: true, pass.Cancellation).GetAwaiter().GetResult();
            }, row);
            // The schema is decoded when it is asked for.
            if (reader is null || Guarded(() => reader.Schema, row) is not { } schema || TextColumn(schema) is not { } text)
                return;
            var id = pass.Options.IdField is { } name ? schema.Fields.OfType<DataField>().FirstOrDefault(f => f.Name == name && f.MaxRepetitionLevel == 0) : null;
            var groups = reader.RowGroupCount;
            for (var i = 0; i < groups && !pass.Stopped; i++)
            {
                using var group = Guarded(() => reader.OpenRowGroupReader(i), row);
                if (group is null)
                    return;
                using var texts = Guarded(() => Column.Read(file, group, text, pass), row);
                if (texts is null)
                    return;
                using var ids = id is null || id.Equals(text) ? null : Guarded(() => Column.Read(file, group, id, pass), row);
                Give(texts, ids, ref row);
            }
        }
        finally
        {
            reader?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private void Give(Column texts, Column? ids, ref long row)
    {
        Span<byte> number = stackalloc byte[32];
        var id = Array.Empty<byte>();
        for (var i = 0; i < texts.Rows; i++, row++)
        {
            pass.Cancellation.ThrowIfCancellationRequested();
            pass.Records++;
            var idBytes = ids is null ? default : ids.Next(ref id, number);
            if (!texts.NextLength(out var most))
            {
                pass.Defect(CorpusDefectKind.NoText, row, shard, "The row has no text.");
                continue;
            }

            if (most > pass.Options.MaximumRecordBytes)
            {
                texts.Pass();
                pass.Defect(CorpusDefectKind.TooLong, row, shard, "The text is longer than the record limit.");
                continue;
            }

            var text = texts.Next(ref _text, number);
            // A dictionary gives a text any number of times.
            if (!pass.Expand(text.Length, shard))
                return;
            pass.Give(shard, row, idBytes, text);
        }

        if (id.Length > 0)
            ArrayPool<byte>.Shared.Return(id);
    }

    private DataField? TextColumn(ParquetSchema schema)
    {
        foreach (var name in pass.Options.TextFields)
        {
            if (schema.Fields.FirstOrDefault(f => f.Name == name) is not { } field)
                continue;
            if (field is DataField { MaxRepetitionLevel: 0 } data && (data.ClrType == typeof(ReadOnlyMemory<char>) || data.ClrType == typeof(ReadOnlyMemory<byte>)))
                return data;
            pass.Defect(CorpusDefectKind.Column, -1, shard, $"The column '{name}' is nested or not of strings.");
            return null;
        }

        var there = string.Join(", ", schema.Fields.Take(20).Select(f => ShownName.Of(f.Name ?? "")));
        pass.Defect(CorpusDefectKind.Column, -1, shard, $"There is no column {string.Join(" or ", pass.Options.TextFields)}; the columns are {there}.");
        return null;
    }

    /// <summary>What the library makes, or null with a defect where it throws: it reports damage as the runtime's own errors.</summary>
    private T? Guarded<T>(Func<T> work, long row)
        where T : class
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is not (KitException or OperationCanceledException))
        {
            pass.Defect(CorpusDefectKind.Cut, row == 0 ? -1 : row, shard, $"The Parquet file is damaged: {ShownName.Of(e.Message)}");
            return null;
        }
    }

    /// <summary>One column of one row group.</summary>
    private sealed class Column(RawColumnData data, DataField field, long rows) : IDisposable
    {
        private int _row;
        private int _value;

        public long Rows { get; } = rows;

        public static Column Read(Stream file, ParquetRowGroupReader group, DataField field, ShardPass pass)
        {
            var meta = group.GetMetadata(field)?.MetaData ?? throw new InvalidDataException("A row group has no such column.");
            ParquetBounds.CheckColumn(file, meta, group.RowCount, pass.Options.MaximumColumnBytes, pass.Cancellation);
            var column = new Column(group.ReadRawColumnDataBaseAsync(field, pass.Cancellation).AsTask().GetAwaiter().GetResult(), field, group.RowCount);
            if (column.IsWhole())
                return column;
            column.Dispose();
            throw new InvalidDataException("A column has fewer values than rows.");
        }

        private bool IsWhole()
        {
            var present = Rows;
            if (field.MaxDefinitionLevel > 0)
            {
                var levels = data.DefinitionLevels;
                if (levels.Length < Rows)
                    return false;
                present = levels[..(int)Rows].Count(field.MaxDefinitionLevel);
            }

            return present <= data switch
            {
                RawColumnData<ReadOnlyMemory<char>> chars => chars.Values.Length,
                RawColumnData<ReadOnlyMemory<byte>> bytes => bytes.Values.Length,
                RawColumnData<long> longs => longs.Values.Length,
                RawColumnData<int> integers => integers.Values.Length,
                _ => long.MaxValue,
            };
        }

        /// <summary>At most how many UTF-8 bytes the next row's value has; false, and passed over, where it has none.</summary>
        public bool NextLength(out long most)
        {
            most = 0;
            if (field.MaxDefinitionLevel > 0 && data.DefinitionLevels[_row] != field.MaxDefinitionLevel)
            {
                _row++;
                return false;
            }

            most = data switch
            {
                RawColumnData<ReadOnlyMemory<char>> chars => Encoding.UTF8.GetByteCount(chars.Values[_value].Span),
                RawColumnData<ReadOnlyMemory<byte>> bytes => bytes.Values[_value].Length,
                _ => 0,
            };
            return true;
        }

        public void Pass()
        {
            _row++;
            _value++;
        }

        /// <summary>The next row's value as UTF-8, in <paramref name="buffer"/> where it must be made.</summary>
        public ReadOnlySpan<byte> Next(ref byte[] buffer, Span<byte> number)
        {
            if (!NextLength(out var length))
                return default;
            var at = _value;
            Pass();
            switch (data)
            {
                case RawColumnData<ReadOnlyMemory<byte>> bytes:
                    return bytes.Values[at].Span;
                case RawColumnData<ReadOnlyMemory<char>> chars:
                    if (buffer.Length < length)
                    {
                        if (buffer.Length > 0)
                            ArrayPool<byte>.Shared.Return(buffer);
                        buffer = ArrayPool<byte>.Shared.Rent((int)length);
                    }

                    return buffer.AsSpan(0, Encoding.UTF8.GetBytes(chars.Values[at].Span, buffer));
                case RawColumnData<long> longs:
                    return Utf8Formatter.TryFormat(longs.Values[at], number, out var written) ? number[..written] : default;
                case RawColumnData<int> integers:
                    return Utf8Formatter.TryFormat(integers.Values[at], number, out written) ? number[..written] : default;
                default:
                    return default;
            }
        }

        public void Dispose() => data.Dispose();
    }
}
