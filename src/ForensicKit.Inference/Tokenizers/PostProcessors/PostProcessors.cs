using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.PostProcessors;

/// <summary>A token with its text and its place in the original text, in code points.</summary>
internal readonly record struct PlacedToken(int Id, string Text, int Start, int End);

/// <summary>A step after a text is tokens.</summary>
internal interface IPostProcessor
{
    /// <summary>Tokens that come before the text.</summary>
    IReadOnlyList<PlacedToken> Before { get; }

    /// <summary>Tokens that come after the text.</summary>
    IReadOnlyList<PlacedToken> After { get; }

    /// <summary>Moves places of the tokens so far.</summary>
    void Move(Span<PlacedToken> tokens);
}

/// <summary>Moves offsets inward over white space.</summary>
internal sealed class TrimOffsets(bool prefixSpaceAdded) : IPostProcessor
{
    private static readonly int s_space = ByteAlphabet.PointOf((byte)' ');

    /// <inheritdoc/>
    public IReadOnlyList<PlacedToken> Before => [];

    /// <inheritdoc/>
    public IReadOnlyList<PlacedToken> After => [];

    /// <inheritdoc/>
    public void Move(Span<PlacedToken> tokens)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            // White space is in the basic plane: units do for code points.
            var (token, text) = (tokens[i], tokens[i].Text);
            var (leading, trailing) = (0, 0);
            while (leading < text.Length && IsSpace(text[leading]))
                leading++;
            while (trailing < text.Length && IsSpace(text[text.Length - 1 - trailing]))
                trailing++;
            if (leading == 0 && trailing == 0)
                continue;
            // A single space before the text was put there and has no place in it to be trimmed; several were not.
            if (leading == 1 && prefixSpaceAdded && (i == 0 || token.Start == 0))
                leading = 0;
            var start = Math.Min(token.Start + leading, token.End);
            tokens[i] = token with { Start = start, End = trailing > 0 && token.End >= trailing ? Math.Max(token.End - trailing, start) : token.End };
        }
    }

    private static bool IsSpace(char unit) => unit == s_space || CodePointClass.Space.Contains(unit);
}

/// <summary>Puts special tokens before and after a text.</summary>
internal sealed class TemplateProcessor(IReadOnlyList<PlacedToken> before, IReadOnlyList<PlacedToken> after) : IPostProcessor
{
    /// <inheritdoc/>
    public IReadOnlyList<PlacedToken> Before => before;

    /// <inheritdoc/>
    public IReadOnlyList<PlacedToken> After => after;

    /// <inheritdoc/>
    public void Move(Span<PlacedToken> tokens)
    {
    }
}
