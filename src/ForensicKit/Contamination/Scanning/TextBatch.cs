using System.Buffers;
using ForensicKit.Corpora;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Documents on their way from the thread that reads to the one that compares.</summary>
internal sealed class TextBatch(ShardWork work) : IDisposable
{
    private const int Bytes = 1 << 20;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Bytes);
    private int _used;

    /// <summary>The shard that the documents are of.</summary>
    public ShardWork Work { get; } = work;

    /// <summary>The documents.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>Whether it is full enough to be handed on.</summary>
    public bool IsFull => _used >= Bytes / 2;

    /// <summary>Copies a document.</summary>
    public void Add(in CorpusDocument document)
    {
        var needed = _used + document.Id.Length + document.Text.Length;
        if (needed > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _bytes.Length));
            _bytes.AsSpan(0, _used).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        document.Id.CopyTo(_bytes.AsSpan(_used));
        document.Text.CopyTo(_bytes.AsSpan(_used + document.Id.Length));
        Entries.Add(new(document.Shard, document.Record, document.TextOffset, _used, document.Id.Length, document.Text.Length));
        _used = needed;
    }

    /// <summary>A document again.</summary>
    public CorpusDocument Document(Entry entry) =>
        new(entry.Name, entry.Record, _bytes.AsSpan(entry.Start, entry.IdBytes), _bytes.AsSpan(entry.Start + entry.IdBytes, entry.TextBytes), entry.TextOffset);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    /// <summary>Where a document is.</summary>
    internal readonly record struct Entry(string Name, long Record, long TextOffset, int Start, int IdBytes, int TextBytes);
}
