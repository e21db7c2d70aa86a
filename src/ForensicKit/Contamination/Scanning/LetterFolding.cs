using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>What a character beyond ASCII is when texts are compared.</summary>
internal enum LetterKind : byte
{
    /// <summary>Ends a word.</summary>
    Separator,

    /// <summary>Part of a word: a letter or digit, or what stands for it.</summary>
    Letter,

    /// <summary>Nothing: marks, soft hyphens, characters without width.</summary>
    Ignored,

    /// <summary>A word by itself: ideographs, kana and Hangul syllables, which no space divides.</summary>
    Ideograph,

    /// <summary>An apostrophe.</summary>
    Apostrophe,
}

/// <summary>Letters as a reader sees them: without case, accents and width, and whatever script a look-alike was taken from.</summary>
/// <remarks><c>LetterFolding.txt</c> holds what is not the letter itself in lower case.</remarks>
internal static class LetterFolding
{
    private static readonly FrozenDictionary<int, byte[]> s_targets = ReadTargets();

    // The kinds of the basic plane, and what stands for its letters: asked for every character of non-Latin text.
    private static readonly LetterKind[] s_kinds = [.. Enumerable.Range(0, 0x10000).Select(Classify)];

    private static readonly byte[]?[] s_letters = [.. Enumerable.Range(0, 0x10000).Select(c => s_kinds[c] is LetterKind.Letter or LetterKind.Ideograph ? Letters(c) : null)];

    /// <summary>What a code point is.</summary>
    public static LetterKind KindOf(int codePoint) => codePoint < s_kinds.Length ? s_kinds[codePoint] : Classify(codePoint);

    /// <summary>What stands for a letter, in UTF-8; a space divides words.</summary>
    public static ReadOnlySpan<byte> Of(int codePoint) => codePoint < s_letters.Length ? s_letters[codePoint] : Letters(codePoint);

    private static LetterKind Classify(int codePoint)
    {
        if (codePoint is 0x2019 or 0x2018 or 0x02BC)
            return LetterKind.Apostrophe;
        if (s_targets.ContainsKey(codePoint))
            return LetterKind.Letter;
        if (!Rune.IsValid(codePoint))
            return LetterKind.Separator;
        var rune = new Rune(codePoint);
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => LetterKind.Ignored,
            UnicodeCategory.OtherLetter when IsIdeograph(codePoint) => LetterKind.Ideograph,
            _ when Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpacingCombiningMark or UnicodeCategory.LetterNumber => LetterKind.Letter,
            _ => LetterKind.Separator,
        };
    }

    private static bool IsIdeograph(int codePoint) => codePoint is
        (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    private static byte[] Letters(int codePoint)
    {
        if (s_targets.TryGetValue(codePoint, out var target))
            return target;
        var lower = Rune.ToLowerInvariant(new Rune(codePoint));
        return s_targets.TryGetValue(lower.Value, out target) ? target : Encoding.UTF8.GetBytes(lower.ToString());
    }

    private static FrozenDictionary<int, byte[]> ReadTargets()
    {
        using var stream = typeof(LetterFolding).Assembly.GetManifestResourceStream("ForensicKit.Contamination.LetterFolding.txt")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var result = new Dictionary<int, byte[]>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var ends = line[..space].Split("..").Select(p => int.Parse(p, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            var target = line[(space + 1)..];
            for (var codePoint = ends[0]; codePoint <= ends[^1]; codePoint++)
                result[codePoint] = ends.Length == 1 ? Encoding.UTF8.GetBytes(target) : Encoding.UTF8.GetBytes(new Rune(Rune.GetRuneAt(target, 0).Value + codePoint - ends[0]).ToString());
        }

        return result.ToFrozenDictionary();
    }
}
