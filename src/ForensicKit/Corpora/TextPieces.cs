using System.Buffers;

namespace ForensicKit.Corpora;

/// <summary>Where long texts are cut: at white space, or between characters where there is none.</summary>
internal static class TextPieces
{
    private static readonly SearchValues<byte> s_whiteSpace = SearchValues.Create(" \t\r\n"u8);

    /// <summary>Length of a piece within a full window: up to after the last white space of the window's later half.</summary>
    public static int Cut(ReadOnlySpan<byte> window)
    {
        var half = window.Length / 2;
        var space = window[half..].LastIndexOfAny(s_whiteSpace);
        return space >= 0 ? half + space + 1 : WholeCharacters(window);
    }

    /// <summary>
    /// Where in a piece the next begins: at a word about <paramref name="overlap"/> bytes before the piece's end, at most twice as far.
    /// </summary>
    public static int Resume(ReadOnlySpan<byte> piece, int overlap)
    {
        if (overlap == 0)
            return piece.Length;
        var wanted = piece.Length - overlap;
        var space = piece[(wanted - overlap)..wanted].LastIndexOfAny(s_whiteSpace);
        return space >= 0 ? wanted - overlap + space + 1 : WholeCharacters(piece[..wanted]);
    }

    // Looks at most three bytes back, so that bytes that are not UTF-8 cannot make it go far.
    private static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= 3 && back < bytes.Length; back++)
        {
            var b = bytes[^back];
            if ((b & 0xC0) == 0x80)
                continue;
            var length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return length > back ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }
}
