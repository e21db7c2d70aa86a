namespace ForensicKit.Contamination.Scanning;

/// <summary>Aligns words with +1 for a word that agrees and −1 for one exchanged, left out or put in (Needleman and Wunsch 1970).</summary>
internal static class WordAlignment
{
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

    private static int Agreement(int a, int b) => a == b && a != WordList.Unknown ? 1 : -1;
}
