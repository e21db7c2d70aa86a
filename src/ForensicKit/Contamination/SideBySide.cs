namespace ForensicKit.Contamination;

/// <summary>A stretch of an item beside its stretch of a document.</summary>
/// <param name="ItemText">The item's words with what stands between them; empty where the document has words more.</param>
/// <param name="DocumentText">The document's words with what stands between them; empty where the item has words more.</param>
/// <param name="Agrees">Whether the words are the same (case and punctuation aside).</param>
public sealed record AlignedPiece(string ItemText, string DocumentText, bool Agrees);

/// <summary>
/// A match laid open: the item's text and the document's text, piece by piece, and what stands around. The texts are as they were found, hence
/// hostile: whoever prints them escapes them.
/// </summary>
/// <param name="Match">The match.</param>
/// <param name="Before">What stands before it in the document.</param>
/// <param name="Pieces">Item and document, aligned; neighbouring pieces differ in whether they agree.</param>
/// <param name="After">What follows it in the document.</param>
/// <param name="IsCut">Whether the match is longer than what is shown.</param>
public sealed record SideBySide(OverlapMatch Match, string Before, IReadOnlyList<AlignedPiece> Pieces, string After, bool IsCut)
{
    private const int MostWords = 1000;

    /// <summary>Aligns a match.</summary>
    /// <param name="match">The match.</param>
    /// <param name="fieldText">The text of the item's field.</param>
    /// <param name="documentText">The text of the document.</param>
    /// <param name="context">UTF-16 code units shown before and after.</param>
    /// <exception cref="ArgumentException">The match lies outside the texts: they are not the ones it was found in.</exception>
    public static SideBySide Align(OverlapMatch match, string fieldText, string documentText, int context = 120)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(context);
        if (match.ItemStart < 0 || match.ItemEnd > fieldText.Length || match.ItemStart > match.ItemEnd)
            throw new ArgumentException("The match lies outside the item's text.", nameof(fieldText));
        if (match.DocumentStart < 0 || match.DocumentEnd > documentText.Length || match.DocumentStart > match.DocumentEnd)
            throw new ArgumentException("The match lies outside the document's text.", nameof(documentText));
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var (item, document) = (fieldText[match.ItemStart..match.ItemEnd], documentText[match.DocumentStart..match.DocumentEnd]);
        var (itemWords, documentWords) = (ScanWords.ReadItem(item, vocabulary), ScanWords.ReadItem(document, vocabulary));
        var itemIds = itemWords.Ids[..Math.Min(MostWords, itemWords.Count)];
        var documentIds = documentWords.Ids[..Math.Min(MostWords, documentWords.Count)];
        var pairs = WordAlignment.Global(itemIds, documentIds);
        var pieces = new List<AlignedPiece>();
        var (itemAt, documentAt) = (0, 0);
        for (var i = 0; i < pairs.Count;)
        {
            var agrees = Agrees(pairs[i], itemIds, documentIds);
            var (itemEnd, documentEnd) = (itemAt, documentAt);
            for (; i < pairs.Count && Agrees(pairs[i], itemIds, documentIds) == agrees; i++)
            {
                if (pairs[i].Item >= 0)
                    itemEnd = itemWords.End(pairs[i].Item);
                if (pairs[i].Document >= 0)
                    documentEnd = documentWords.End(pairs[i].Document);
            }

            pieces.Add(new(item[itemAt..itemEnd], document[documentAt..documentEnd], agrees));
            (itemAt, documentAt) = (itemEnd, documentEnd);
        }

        var isCut = itemWords.Count > MostWords || documentWords.Count > MostWords;
        var end = isCut ? match.DocumentStart + documentAt : match.DocumentEnd;
        return new(
            match, Whole(documentText, Math.Max(0, match.DocumentStart - context), match.DocumentStart), pieces,
            Whole(documentText, end, (int)Math.Min(documentText.Length, (long)end + context)), isCut);
    }

    private static bool Agrees((int Item, int Document) pair, ReadOnlySpan<int> item, ReadOnlySpan<int> document) =>
        pair is { Item: >= 0, Document: >= 0 } && item[pair.Item] == document[pair.Document];

    // No half surrogates at the ends.
    private static string Whole(string text, int from, int to)
    {
        if (from < to && char.IsLowSurrogate(text[from]))
            from++;
        if (from < to && char.IsHighSurrogate(text[to - 1]))
            to--;
        return text[from..to];
    }
}
