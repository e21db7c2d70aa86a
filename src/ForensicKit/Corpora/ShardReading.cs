namespace ForensicKit.Corpora;

/// <summary>What can be wrong with a piece of a corpus. None of it ends the reading of other shards.</summary>
public enum CorpusDefectKind
{
    /// <summary>A record is not one JSON object. It is passed over.</summary>
    BadJson,

    /// <summary>A record nests values deeper than 64. It is passed over.</summary>
    TooDeep,

    /// <summary>A record has none of the text fields, or a Parquet row no text. It is passed over.</summary>
    NoText,

    /// <summary>A record's text is not a string. It is passed over.</summary>
    TextNotString,

    /// <summary>A text has bytes that are not UTF-8, or escapes of half a surrogate pair (given as U+FFFD). The document is given.</summary>
    InvalidUtf8,

    /// <summary>A file is UTF-16 or UTF-32 and was transcoded. Its documents are given.</summary>
    OtherEncoding,

    /// <summary>A record is longer than <see cref="CorpusOptions.MaximumRecordBytes"/>. It is passed over.</summary>
    TooLong,

    /// <summary>A file ends early or is damaged. What came before is given.</summary>
    Cut,

    /// <summary>A shard expands beyond <see cref="CorpusOptions.MaximumExpansion"/>. Its reading stops there.</summary>
    Expansion,

    /// <summary>An archive inside an archive, or compression inside compression. It is passed over.</summary>
    ArchiveInArchive,

    /// <summary>An archive's entry is a link, a device or anything else that is not a file. It is passed over.</summary>
    NotAFile,

    /// <summary>A file is not text and of no format that is read. It is passed over.</summary>
    NotText,

    /// <summary>A Parquet file has no column of the text fields, or it is nested or not of strings. The file is passed over.</summary>
    Column,
}

/// <summary>One defect.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Record">0-based record, as <see cref="CorpusDocument.Record"/>; -1 where it concerns the whole file.</param>
/// <param name="Place">The shard, or <c>shard!entry</c>; control characters escaped.</param>
/// <param name="Detail">What was found there.</param>
public sealed record CorpusDefect(CorpusDefectKind Kind, long Record, string Place, string Detail);

/// <summary>What reading one shard brought to light.</summary>
/// <param name="Documents">Documents given; one that came in pieces counts once.</param>
/// <param name="Records">Records met, whether given or not; blank lines are none.</param>
/// <param name="TextBytes">Bytes of text given, repeated parts of pieces counted once.</param>
/// <param name="RawBytes">Bytes of the shard as stored.</param>
/// <param name="Sha256">SHA-256 of the shard as stored, lower-case hex; empty where <see cref="CorpusOptions.Hash"/> is off.</param>
/// <param name="Defects">The first defects.</param>
/// <param name="DefectCounts">How many of each kind there were; kinds without any are absent.</param>
public sealed record ShardReading(
    long Documents, long Records, long TextBytes, long RawBytes, string Sha256, IReadOnlyList<CorpusDefect> Defects, IReadOnlyDictionary<CorpusDefectKind, long> DefectCounts);
