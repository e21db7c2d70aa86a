using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>A stretch of an item beside its stretch of a document.</summary>
/// <param name="Item">The item's words with what stands between them; empty where the document has words more.</param>
/// <param name="Text">The document's words with what stands between them; empty where the item has words more.</param>
/// <param name="Agrees">Whether the words are the same as the scan reads them: case, accents and markup make no difference.</param>
public sealed record ScanDiffPiece(string Item, string Text, bool Agrees);

/// <summary>Item and document laid side by side. Texts are as they were found, hence hostile.</summary>
/// <param name="Pieces">
/// Neighbouring pieces differ in whether they agree. All <see cref="ScanDiffPiece.Text"/> together are the hit's text, all
/// <see cref="ScanDiffPiece.Item"/> together the item's from <see cref="CorpusHit.ItemStart"/> to <see cref="CorpusHit.ItemEnd"/>; of what is cut, their beginnings.
/// </param>
/// <param name="IsCut">Whether item or text has more words than are aligned, <see cref="MostWords"/>.</param>
public sealed record ScanDiff(IReadOnlyList<ScanDiffPiece> Pieces, bool IsCut)
{
    /// <summary>Words of item and text that are aligned.</summary>
    public const int MostWords = 1000;

    /// <summary>No pieces.</summary>
    public static ScanDiff None { get; } = new([], false);

    /// <inheritdoc/>
    public bool Equals(ScanDiff? other) => other is not null && IsCut == other.IsCut && Pieces.SequenceEqual(other.Pieces);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Pieces.Count, IsCut, Pieces.Count > 0 ? Pieces[0] : null);

    /// <summary>Aligns a unit of an item with the place where it was found: both read as the scan reads, then a global alignment of their words.</summary>
    /// <param name="table">The words of all items.</param>
    /// <param name="item">The item.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="text">The place's text, in UTF-8.</param>
    /// <returns>The pieces, and the code points of the unit's text from the first word that agrees to behind the last.</returns>
    internal static (ScanDiff Diff, long ItemStart, long ItemEnd) Of(WordTable table, ScanItem item, ScanUnit unit, ReadOnlySpan<byte> text)
    {
        var (itemBytes, itemWords) = Read(table, item, unit);
        var textWords = new WordList();
        WordReader.Read(text, table, adds: false, textWords);
        var itemIds = itemWords.Take(MostWords).Select(w => w.Id).ToArray();
        var textIds = textWords.Ids[..Math.Min(MostWords, textWords.Count)];
        var isTextCut = textWords.Count > MostWords;
        var isCut = isTextCut || itemWords.Count > MostWords;
        var pairs = WordAlignment.Global(itemIds, textIds);
        int first = -1, last = -1;
        for (var i = 0; i < pairs.Count; i++)
        {
            if (Agrees(pairs[i], itemIds, textIds))
                (first, last) = (first < 0 ? i : first, i);
        }

        var (itemAt, textAt) = (first < 0 ? 0 : itemWords[pairs[first].Item].Start, 0);
        var itemStart = itemAt;
        var pieces = new List<ScanDiffPiece>();
        for (var i = 0; i < pairs.Count;)
        {
            var agrees = Agrees(pairs[i], itemIds, textIds);
            var (itemEnd, textEnd) = (itemAt, textAt);
            for (; i < pairs.Count && Agrees(pairs[i], itemIds, textIds) == agrees; i++)
            {
                if (pairs[i].Item >= 0 && i >= first && i <= last)
                    itemEnd = Math.Max(itemEnd, itemWords[pairs[i].Item].End);
                if (pairs[i].Document >= 0)
                    textEnd = Math.Max(textEnd, textWords.End(pairs[i].Document));
            }

            // Behind the last word belongs to it.
            if (!isTextCut && textEnd > textAt && textEnd == textWords.End(textWords.Count - 1))
                textEnd = text.Length;
            if (itemEnd > itemAt || textEnd > textAt)
                pieces.Add(new(Encoding.UTF8.GetString(itemBytes.AsSpan(itemAt, itemEnd - itemAt)), Encoding.UTF8.GetString(text[textAt..textEnd]), agrees));
            (itemAt, textAt) = (itemEnd, textEnd);
        }

        // A text without a word.
        if (!isTextCut && textAt < text.Length)
            pieces.Add(new("", Encoding.UTF8.GetString(text[textAt..]), Agrees: false));
        var start = CodePoints(itemBytes.AsSpan(0, itemStart));
        return (new(pieces, isCut), start, start + CodePoints(itemBytes.AsSpan(itemStart, itemAt - itemStart)));
    }

    /// <summary>Code points of UTF-8: every byte that does not go on with one.</summary>
    internal static long CodePoints(ReadOnlySpan<byte> text)
    {
        long count = 0;
        foreach (var b in text)
            count += (b & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }

    // Each text is read for itself, as the index does.
    private static (byte[] Bytes, List<(int Id, int Start, int End)> Words) Read(WordTable table, ScanItem item, ScanUnit unit)
    {
        var texts = ItemTexts.Of(item, unit);
        var bytes = Encoding.UTF8.GetBytes(string.Join('\n', texts));
        var words = new List<(int, int, int)>();
        var list = new WordList();
        var at = 0;
        foreach (var text in texts)
        {
            list.Clear();
            var length = Encoding.UTF8.GetByteCount(text);
            // Of a passage, only what is asked about it.
            var from = unit == ScanUnit.Ask ? ItemTexts.LastSentence(text) : 0;
            WordReader.Read(bytes.AsSpan(at + from, length - from), table, adds: false, list);
            for (var i = 0; i < list.Count; i++)
                words.Add((list.Ids[i], at + from + list.Start(i), at + from + list.End(i)));
            at += length + 1;
        }

        return (bytes, words);
    }

    private static bool Agrees((int Item, int Document) pair, ReadOnlySpan<int> item, ReadOnlySpan<int> document) =>
        pair is { Item: >= 0, Document: >= 0 } && item[pair.Item] == document[pair.Document] && item[pair.Item] != WordList.Unknown;
}
