namespace ForensicKit.Contamination;

/// <summary>A stretch of a training document that is, up to small edits, a stretch of a benchmark's item.</summary>
/// <param name="BenchmarkName">The benchmark.</param>
/// <param name="ItemId">The item.</param>
/// <param name="Field">The item's field.</param>
/// <param name="DocumentId">The document.</param>
/// <param name="Shard">The document's shard.</param>
/// <param name="DocumentStart">Where the stretch starts in the document, in UTF-16 code units (C# <c>char</c>s).</param>
/// <param name="DocumentEnd">Where it ends, exclusive, in UTF-16 code units.</param>
/// <param name="ItemStart">Where it starts in the field, in UTF-16 code units.</param>
/// <param name="ItemEnd">Where it ends in the field, exclusive, in UTF-16 code units.</param>
/// <param name="MatchedWords">Words that agree.</param>
/// <param name="Coverage">Those words' share of the field's words.</param>
/// <param name="Identity">Their share of the aligned places: 1 where every word agrees, lower with every word exchanged, left out or put in.</param>
public sealed record OverlapMatch(
    string BenchmarkName, string ItemId, string Field, string DocumentId, string Shard,
    int DocumentStart, int DocumentEnd, int ItemStart, int ItemEnd, int MatchedWords, double Coverage, double Identity)
{
    /// <summary>What the field gives away.</summary>
    public required ScanRole Role { get; init; }

    /// <summary><see cref="DocumentStart"/> in bytes of the document's UTF-8 form.</summary>
    public required long DocumentStartByte { get; init; }

    /// <summary><see cref="DocumentEnd"/> in bytes of the document's UTF-8 form.</summary>
    public required long DocumentEndByte { get; init; }

    /// <summary>Whether the whole field stands there word for word (case and punctuation aside).</summary>
    public bool IsVerbatim => Coverage == 1 && Identity == 1;
}

/// <summary>What the scan of one document gave.</summary>
/// <param name="DocumentId">The document.</param>
/// <param name="Shard">Its shard.</param>
/// <param name="Words">Words read.</param>
/// <param name="Matches">The matches, by place in the document; empty for most.</param>
/// <param name="Explained">Matches left out because another item matches the same place better (items of one template).</param>
public sealed record DocumentScan(string DocumentId, string Shard, int Words, IReadOnlyList<OverlapMatch> Matches, int Explained);

/// <summary>Why a field cannot be found.</summary>
public enum Unfindable
{
    /// <summary>It has fewer words than <see cref="OverlapOptions.MinimumWords"/>; an answer or choice is still seen right after its question.</summary>
    TooShort,

    /// <summary>Every stretch of it stands in more than <see cref="OverlapOptions.MostItems"/> items.</summary>
    SharedText,
}

/// <summary>A field that the scan cannot find by itself.</summary>
/// <param name="BenchmarkName">The benchmark.</param>
/// <param name="ItemId">The item.</param>
/// <param name="Field">The field.</param>
/// <param name="Words">Its words.</param>
/// <param name="Reason">Why.</param>
public sealed record UnfindableField(string BenchmarkName, string ItemId, string Field, int Words, Unfindable Reason);
