namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// Takes the commonest English endings off words, so that "apples" is "apple" and "selling" is "sells"; cheap rather than exact, and the same
/// for items and documents.
/// </summary>
internal static class WordEndings
{
    /// <summary>Length of a word without its ending; may change the last letters.</summary>
    /// <param name="word">A word in lower case.</param>
    public static int Strip(Span<byte> word)
    {
        var n = word.Length;
        if (n <= 3 || word[0] is < (byte)'a' or > (byte)'z')
            return n;
        if (n > 4 && word.EndsWith("ies"u8))
        {
            word[n - 3] = (byte)'y';
            return n - 2;
        }

        if (n > 5 && word.EndsWith("ing"u8))
            n -= 3;
        else if (n > 4 && (word.EndsWith("ed"u8) || word.EndsWith("es"u8)))
            n -= 2;
        else if (word[n - 1] == 's' && word[n - 2] != 's')
            n--;
        if (n > 3 && word[n - 1] == 'e')
            n--;
        return n > 3 && word[n - 1] == word[n - 2] ? n - 1 : n;
    }

    /// <summary>The same for a word of letters, at most seven, the first in the lowest bits.</summary>
    /// <param name="word">The word; zeros behind its end.</param>
    /// <param name="n">Its letters.</param>
    /// <returns>Letters that are left; <paramref name="word"/> has zeros behind them.</returns>
    public static int Strip(ref ulong word, int n)
    {
        if (n <= 3)
            return n;
        // The last three letters, the last one highest.
        var end = (uint)(word >> (8 * (n - 3)));
        if (n > 4 && end == ('i' | ('e' << 8) | ('s' << 16)))
        {
            word = (word & Mask(n - 3)) | ((ulong)'y' << (8 * (n - 3)));
            return n - 2;
        }

        var last = end >> 16;
        if (n > 5 && end == ('i' | ('n' << 8) | ('g' << 16)))
            n -= 3;
        else if (n > 4 && end >> 8 is ('e' | ('d' << 8)) or ('e' | ('s' << 8)))
            n -= 2;
        else if (last == 's' && ((end >> 8) & 0xFF) != 's')
            n--;
        if (n > 3 && (byte)(word >> (8 * (n - 1))) == 'e')
            n--;
        if (n > 3 && (byte)(word >> (8 * (n - 1))) == (byte)(word >> (8 * (n - 2))))
            n--;
        word &= Mask(n);
        return n;
    }

    private static ulong Mask(int bytes) => (1UL << (8 * bytes)) - 1;
}
