namespace ForensicKit.Corpora;

/// <summary>How corpora are read.</summary>
public sealed record CorpusOptions
{
    /// <summary>
    /// Names of the field, or Parquet column, that holds the text; where a record has several, the name that stands first here.
    /// Names of the record's outermost object; of fields with the same name the first that holds a string.
    /// </summary>
    public IReadOnlyList<string> TextFields { get; init; } = ["text", "content"];

    /// <summary>Name of the field, or Parquet column, that holds the id; null to give none.</summary>
    public string? IdField { get; init; } = "id";

    /// <summary>Bytes of the longest record (line, element, row) that is read; longer ones are passed over as <see cref="CorpusDefectKind.TooLong"/>. Default 128 MiB.</summary>
    public int MaximumRecordBytes { get; init; } = 128 << 20;

    /// <summary>Bytes of the longest text that is given at once; longer ones come in pieces that are cut at white space. Default 4 MiB.</summary>
    public int PieceBytes { get; init; } = 4 << 20;

    /// <summary>Bytes that a piece repeats of the piece before, about. At most an eighth of <see cref="PieceBytes"/>. Default 64 KiB.</summary>
    public int PieceOverlapBytes { get; init; } = 64 << 10;

    /// <summary>Bytes that may come out of a compressed shard for each byte of it. Default 1000.</summary>
    public int MaximumExpansion { get; init; } = 1000;

    /// <summary>Bytes that must have come out of a compressed shard before <see cref="MaximumExpansion"/> is looked at. Default 1 GiB.</summary>
    public long ExpansionAllowance { get; init; } = 1L << 30;

    /// <summary>Bytes that one column of one Parquet row group may have, decompressed: it is held in memory. Default 1 GiB.</summary>
    public long MaximumColumnBytes { get; init; } = 1L << 30;

    /// <summary>Whether the SHA-256 of each shard is computed while it is read. Default true.</summary>
    public bool Hash { get; init; } = true;

    /// <summary>Defects that are kept with their place; all are counted. Default 100.</summary>
    public int MaximumDefects { get; init; } = 100;

    internal CorpusOptions Checked()
    {
        if (TextFields.Count == 0 || TextFields.Any(string.IsNullOrEmpty))
            throw new KitException("No field holds the text.", "text fields", "Name at least one.");
        if (PieceBytes < 64 || PieceOverlapBytes < 0 || PieceOverlapBytes > PieceBytes / 8)
            throw new KitException("Pieces of a text must have at least 64 bytes and repeat at most an eighth of a piece.", "piece", "Choose a larger piece or a smaller overlap.");
        if (MaximumRecordBytes is < 64 or > 1 << 30)
            throw new KitException("The longest record must lie between 64 bytes and 1 GiB.", "record limit", "Choose a limit between them.");
        if (MaximumExpansion < 1 || ExpansionAllowance < 0 || MaximumColumnBytes < 1 || MaximumDefects < 0)
            throw new KitException("A limit of reading is negative or zero.", "corpus limits", "Choose a positive limit.");
        return this;
    }
}
