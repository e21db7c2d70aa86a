using System.Text;
using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>A step that cuts a text into pieces; no token ever spans two of them.</summary>
internal interface IPreTokenizer
{
    /// <summary>The pieces, each cut or rewritten on its own.</summary>
    TextPieces Apply(TextPieces pieces);
}

/// <summary>What becomes of the matches of a pattern that cuts.</summary>
internal enum SplitBehaviour
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Those beside each other are one piece.</summary>
    Contiguous,
}

/// <summary>Finds the next match of what cuts a text.</summary>
/// <param name="text">The text.</param>
/// <param name="from">Where to begin looking.</param>
/// <returns>The match, or null where there is none.</returns>
internal delegate (int Start, int End)? Finder(ReadOnlySpan<int> text, int from);

/// <summary>Cuts at the matches of a pattern.</summary>
internal sealed class SplitPreTokenizer(Finder find, SplitBehaviour behaviour, bool invert) : IPreTokenizer
{
    /// <summary>Finds matches of a pattern.</summary>
    public static Finder Of(CodePointPattern pattern) => (text, from) =>
    {
        for (var at = from; at < text.Length; at++)
        {
            var end = pattern.MatchEnd(text, at);
            if (end > at)
                return (at, end);
        }

        return null;
    };

    /// <summary>Finds a literal text.</summary>
    public static Finder Of(int[] literal) => (text, from) =>
        text[from..].IndexOf(literal) is >= 0 and var at ? (from + at, from + at + literal.Length) : null;

    /// <summary>Finds single code points.</summary>
    public static Finder Of(CodePointClass set) => (text, from) =>
    {
        for (var at = from; at < text.Length; at++)
        {
            if (set.Contains(text[at]))
                return (at, at + 1);
        }

        return null;
    };

    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces)
    {
        var parts = new List<(int, int)>(pieces.Parts.Count * 2);
        foreach (var (start, end) in pieces.Parts)
        {
            foreach (var (from, to) in Cut(pieces.Text.Points.AsSpan(start, end - start)))
                parts.Add((start + from, start + to));
        }

        return pieces with { Parts = parts };
    }

    private IEnumerable<(int Start, int End)> Cut(ReadOnlySpan<int> text)
    {
        var found = new List<(int Start, int End, bool Match)>();
        var at = 0;
        while (at < text.Length && find(text, at) is var (start, end))
        {
            if (start > at)
                found.Add((at, start, invert));
            found.Add((start, end, !invert));
            at = end;
        }

        if (at < text.Length)
            found.Add((at, text.Length, invert));
        return behaviour switch
        {
            SplitBehaviour.Removed => found.Where(part => !part.Match).Select(part => (part.Start, part.End)),
            SplitBehaviour.Isolated => found.Select(part => (part.Start, part.End)),
            SplitBehaviour.MergedWithPrevious => Merge(found),
            SplitBehaviour.MergedWithNext => Merge(found.Select(part => (-part.End, -part.Start, part.Match)).Reverse()).Select(part => (-part.End, -part.Start)).Reverse(),
            _ => Runs(found),
        };
    }

    // As the reference does it: a match joins the piece before it unless that ends in a match itself. MergedWithNext is the same from the end.
    private static List<(int Start, int End)> Merge(IEnumerable<(int Start, int End, bool Match)> parts)
    {
        var merged = new List<(int Start, int End)>();
        var before = false;
        foreach (var (start, end, match) in parts)
        {
            if (match && !before && merged.Count > 0)
                merged[^1] = (merged[^1].Start, end);
            else
                merged.Add((start, end));
            before = match;
        }

        return merged;
    }

    private static List<(int Start, int End)> Runs(List<(int Start, int End, bool Match)> parts)
    {
        var runs = new List<(int Start, int End)>();
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0 && parts[i].Match == parts[i - 1].Match)
                runs[^1] = (runs[^1].Start, parts[i].End);
            else
                runs.Add((parts[i].Start, parts[i].End));
        }

        return runs;
    }
}

/// <summary>Rewrites pieces as the characters of their bytes, after cutting them by GPT-2's pattern where asked to.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool usePattern) : IPreTokenizer
{
    private static readonly CodePointPattern s_pattern = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");
    private static readonly SplitPreTokenizer s_split = new(SplitPreTokenizer.Of(s_pattern), SplitBehaviour.Isolated, invert: false);

    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces)
    {
        var spaced = addPrefixSpace ? Spaced(pieces) : pieces;
        var cut = usePattern ? s_split.Apply(spaced) : spaced;
        var builder = new MappedTextBuilder(cut.Text.Length + 16);
        var parts = new List<(int, int)>(cut.Parts.Count);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var (start, end) in cut.Parts)
        {
            var from = builder.Length;
            for (var i = start; i < end; i++)
            {
                var count = new Rune(cut.Text.Points[i]).EncodeToUtf8(bytes);
                for (var b = 0; b < count; b++)
                    builder.Add(ByteAlphabet.PointOf(bytes[b]), cut.Text.StartOf(i), cut.Text.EndOf(i));
            }

            parts.Add((from, builder.Length));
        }

        return new(builder.ToText(), parts);
    }

    // The space has the span of the character it stands before.
    private static TextPieces Spaced(TextPieces pieces)
    {
        var builder = new MappedTextBuilder(pieces.Text.Length + pieces.Parts.Count);
        var parts = new List<(int, int)>(pieces.Parts.Count);
        foreach (var (start, end) in pieces.Parts)
        {
            var from = builder.Length;
            if (pieces.Text.Points[start] != ' ')
                builder.Add(' ', pieces.Text.StartOf(start), pieces.Text.EndOf(start));
            for (var i = start; i < end; i++)
                builder.Add(pieces.Text.Points[i], pieces.Text.StartOf(i), pieces.Text.EndOf(i));
            parts.Add((from, builder.Length));
        }

        return new(builder.ToText(), parts);
    }
}

/// <summary>One step after another.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> steps) : IPreTokenizer
{
    /// <inheritdoc/>
    public TextPieces Apply(TextPieces pieces) => steps.Aggregate(pieces, (current, step) => step.Apply(current));
}
