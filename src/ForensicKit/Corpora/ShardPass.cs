using System.Text.Unicode;

namespace ForensicKit.Corpora;

/// <summary>One reading of one shard: what was given and what was wrong so far.</summary>
internal sealed class ShardPass(CorpusOptions options, DocumentAction action, CancellationToken cancellationToken)
{
    private readonly List<CorpusDefect> _defects = [];
    private readonly SortedDictionary<CorpusDefectKind, long> _counts = [];
    private long _documents;
    private long _textBytes;
    private long _expanded;

    public CorpusOptions Options { get; } = options;

    public CancellationToken Cancellation { get; } = cancellationToken;

    public long Records { get; set; }

    /// <summary>Whether the shard is to be read no further.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Bytes of the shard read so far.</summary>
    public required RawStream Raw { get; init; }

    public void Defect(CorpusDefectKind kind, long record, string place, string detail)
    {
        Count(kind);
        if (_defects.Count < Options.MaximumDefects)
            _defects.Add(new(kind, record, place, detail));
    }

    /// <summary>A defect at a byte of a record; the detail is made only where it is kept.</summary>
    public void Defect(CorpusDefectKind kind, long record, string place, string detail, int at)
    {
        Count(kind);
        if (_defects.Count < Options.MaximumDefects)
            _defects.Add(new(kind, record, place, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{detail} at byte {at} of the record")));
    }

    /// <summary>Gives a whole text, in pieces where it is long.</summary>
    public void Give(string shard, long record, ReadOnlySpan<byte> id, ReadOnlySpan<byte> text)
    {
        _documents++;
        _textBytes += text.Length;
        if (!Utf8.IsValid(text))
            Defect(CorpusDefectKind.InvalidUtf8, record, shard, "The text is not valid UTF-8.");
        if (text.Length <= Options.PieceBytes)
        {
            action(new CorpusDocument(shard, record, id, text, 0));
            return;
        }

        for (var start = 0; ;)
        {
            Cancellation.ThrowIfCancellationRequested();
            var rest = text[start..];
            if (rest.Length <= Options.PieceBytes)
            {
                action(new CorpusDocument(shard, record, id, rest, start));
                return;
            }

            var cut = TextPieces.Cut(rest[..Options.PieceBytes]);
            action(new CorpusDocument(shard, record, id, rest[..cut], start));
            start += TextPieces.Resume(rest[..cut], Options.PieceOverlapBytes);
        }
    }

    /// <summary>Gives one piece of a text that is read in pieces.</summary>
    /// <param name="shard">The file.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="offset">Bytes of the text before it; 0 for the first.</param>
    /// <param name="fresh">Bytes of the piece that were not in the piece before.</param>
    public void GivePiece(string shard, ReadOnlySpan<byte> piece, long offset, int fresh)
    {
        if (offset == 0)
            _documents++;
        _textBytes += fresh;
        action(new CorpusDocument(shard, 0, default, piece, offset));
    }

    /// <summary>Counts what came out of a compressed stream; false where it is too much and the shard is to be read no further.</summary>
    public bool Expand(int bytes, string place)
    {
        _expanded += bytes;
        if (_expanded <= Options.ExpansionAllowance || _expanded / Options.MaximumExpansion <= Raw.Bytes)
            return true;
        if (!Stopped)
        {
            Stopped = true;
            Defect(CorpusDefectKind.Expansion, -1, place, string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{_expanded} bytes came out of {Raw.Bytes}: more than {Options.MaximumExpansion} for each."));
        }

        return false;
    }

    public ShardReading Finish(string sha256) => new(_documents, Records, _textBytes, Raw.Bytes, sha256, _defects, _counts);

    private void Count(CorpusDefectKind kind) => _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
}
