namespace ForensicKit.Contamination;

/// <summary>An extension of a match to one side.</summary>
/// <param name="ItemWords">Words of the item it takes in.</param>
/// <param name="DocumentWords">Words of the document it takes in.</param>
/// <param name="Matched">Words that agree.</param>
/// <param name="Columns">Aligned places, edits included.</param>
internal readonly record struct Extension(int ItemWords, int DocumentWords, int Matched, int Columns);

/// <summary>
/// Aligns words with +1 for a word that agrees and −1 for one exchanged, left out or put in (Needleman and Wunsch 1970; the extension stops as
/// in BLAST, Altschul et al. 1997, where the score has fallen far below its best).
/// </summary>
internal static class WordAlignment
{
    // Words that may be left out or put in, net, in one extension.
    private const int Band = 24;

    // The extension ends where the score lies this far below its best.
    private const int Drop = 12;

    private const int Nowhere = int.MinValue / 2;

    /// <summary>Extends from item word <paramref name="itemAt"/> and document word <paramref name="documentAt"/>, those included, in one direction.</summary>
    /// <param name="item">Words of the item.</param>
    /// <param name="itemAt">First word of the item.</param>
    /// <param name="document">Words of the document.</param>
    /// <param name="documentAt">First word of the document.</param>
    /// <param name="documentLimit">How many words of the document may be taken.</param>
    /// <param name="step">1 to the right, −1 to the left.</param>
    public static Extension Extend(ReadOnlySpan<int> item, int itemAt, ReadOnlySpan<int> document, int documentAt, int documentLimit, int step)
    {
        var itemWords = step > 0 ? item.Length - itemAt : itemAt + 1;
        Span<int> score = stackalloc int[(2 * Band) + 2], matched = stackalloc int[(2 * Band) + 2];
        Span<int> above = stackalloc int[(2 * Band) + 2], matchedAbove = stackalloc int[(2 * Band) + 2];
        // Cell k of row i is (i, i + k − Band); one cell more at the end stays out of reach.
        for (var k = 0; k < above.Length; k++)
        {
            above[k] = k >= Band && k <= 2 * Band && k - Band <= documentLimit ? Band - k : Nowhere;
            matchedAbove[k] = 0;
        }

        score[^1] = Nowhere;
        var (best, result) = (0, default(Extension));
        for (var i = 1; i <= itemWords; i++)
        {
            var word = item[itemAt + (step * (i - 1))];
            var alive = false;
            for (var k = 0; k <= 2 * Band; k++)
            {
                var j = i + k - Band;
                if (j < 0 || j > documentLimit)
                {
                    score[k] = Nowhere;
                    continue;
                }

                var agrees = j > 0 && word == document[documentAt + (step * (j - 1))];
                var (value, count) = j > 0 ? (above[k] + (agrees ? 1 : -1), matchedAbove[k] + (agrees ? 1 : 0)) : (Nowhere, 0);
                if (above[k + 1] - 1 > value)
                    (value, count) = (above[k + 1] - 1, matchedAbove[k + 1]);
                if (k > 0 && score[k - 1] - 1 > value)
                    (value, count) = (score[k - 1] - 1, matched[k - 1]);
                if (value < best - Drop)
                    value = Nowhere;
                else
                    alive = true;
                (score[k], matched[k]) = (value, count);
                if (value > best)
                    // Every place scores 1 or −1, so that the places are twice the agreeing ones less the score.
                    (best, result) = (value, new Extension(i, j, count, (2 * count) - value));
            }

            if (!alive)
                break;
            var spare = above;
            above = score;
            score = spare;
            spare = matchedAbove;
            matchedAbove = matched;
            matched = spare;
            score[^1] = Nowhere;
        }

        return result;
    }

    /// <summary>The best alignment of two whole texts: pairs of places, −1 where a word has no partner. Time and memory: the product of the lengths.</summary>
    public static List<(int Item, int Document)> Global(ReadOnlySpan<int> item, ReadOnlySpan<int> document)
    {
        var width = document.Length + 1;
        var score = new int[(item.Length + 1) * width];
        for (var i = 0; i <= item.Length; i++)
        {
            for (var j = 0; j <= document.Length; j++)
            {
                score[(i * width) + j] = (i, j) switch
                {
                    (0, _) => -j,
                    (_, 0) => -i,
                    _ => Math.Max(
                        score[((i - 1) * width) + j - 1] + Agreement(item[i - 1], document[j - 1]),
                        Math.Max(score[((i - 1) * width) + j], score[(i * width) + j - 1]) - 1),
                };
            }
        }

        var pairs = new List<(int, int)>();
        for (int i = item.Length, j = document.Length; i > 0 || j > 0;)
        {
            var here = score[(i * width) + j];
            if (i > 0 && j > 0 && here == score[((i - 1) * width) + j - 1] + Agreement(item[i - 1], document[j - 1]))
                pairs.Add((--i, --j));
            else if (i > 0 && here == score[((i - 1) * width) + j] - 1)
                pairs.Add((--i, -1));
            else
                pairs.Add((-1, --j));
        }

        pairs.Reverse();
        return pairs;
    }

    private static int Agreement(int a, int b) => a == b && a != ScanWords.Unknown ? 1 : -1;
}
