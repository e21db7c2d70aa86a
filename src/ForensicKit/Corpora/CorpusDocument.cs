namespace ForensicKit.Corpora;

/// <summary>One document of a corpus, or one piece of a long one. Its spans are valid only during the call that gives it.</summary>
public readonly ref struct CorpusDocument
{
    /// <param name="shard">The shard's name.</param>
    /// <param name="record">0-based record in the shard.</param>
    /// <param name="id">UTF-8 of the id field.</param>
    /// <param name="text">UTF-8 of the text.</param>
    /// <param name="textOffset">Bytes of the document's text before this piece.</param>
    public CorpusDocument(string shard, long record, ReadOnlySpan<byte> id, ReadOnlySpan<byte> text, long textOffset)
    {
        Shard = shard;
        Record = record;
        Id = id;
        Text = text;
        TextOffset = textOffset;
    }

    /// <summary>Name of the shard, as <see cref="CorpusShard.Name"/>; an entry of an archive is <c>corpus.tar.gz!dir/file.txt</c>.</summary>
    public string Shard { get; }

    /// <summary>
    /// 0-based record in <see cref="Shard"/>: the line of JSON Lines (blank lines count), the element of a JSON array, the row of a
    /// Parquet file; 0 for a file that is one document. All pieces of a document carry the document's record.
    /// </summary>
    public long Record { get; }

    /// <summary>UTF-8 of the id field (a number as it is written); empty where there is none.</summary>
    public ReadOnlySpan<byte> Id { get; }

    /// <summary>
    /// UTF-8 of the text, JSON escapes undone. Bytes that are not UTF-8 in the corpus are given as they are and counted as
    /// <see cref="CorpusDefectKind.InvalidUtf8"/>.
    /// </summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Bytes of the document's text before this piece: 0 unless a long text is given in pieces, which overlap.</summary>
    public long TextOffset { get; }
}

/// <summary>Takes one document, or one piece of a long one; must copy what it keeps.</summary>
/// <param name="document">The document, valid during the call.</param>
public delegate void DocumentAction(in CorpusDocument document);
