using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>A token with its text and its place in the original text, in code points.</summary>
internal readonly record struct PlacedToken(int Id, string Text, int Start, int End);

/// <summary>A step after a text is tokens.</summary>
internal interface IPostProcessor
{
    /// <summary>The tokens that come of it.</summary>
    /// <param name="tokens">Tokens of the whole text.</param>
    /// <param name="addSpecial">Whether special tokens are wanted around it.</param>
    IReadOnlyList<PlacedToken> Apply(IReadOnlyList<PlacedToken> tokens, bool addSpecial);
}

/// <summary>Moves offsets inward over white space.</summary>
internal sealed class TrimOffsets(bool prefixSpaceAdded) : IPostProcessor
{
    /// <inheritdoc/>
    public IReadOnlyList<PlacedToken> Apply(IReadOnlyList<PlacedToken> tokens, bool addSpecial)
    {
        var trimmed = new PlacedToken[tokens.Count];
        for (var i = 0; i < trimmed.Length; i++)
        {
            var (token, points) = (tokens[i], CodePoints.Of(tokens[i].Text));
            var leading = points.TakeWhile(IsSpace).Count();
            var trailing = points.Reverse().TakeWhile(IsSpace).Count();
            // A single space before the text was put there and has no place in it to be trimmed; several were not.
            if (leading == 1 && prefixSpaceAdded && (i == 0 || token.Start == 0))
                leading = 0;
            var start = Math.Min(token.Start + leading, token.End);
            trimmed[i] = token with { Start = start, End = trailing > 0 && token.End >= trailing ? Math.Max(token.End - trailing, start) : token.End };
        }

        return trimmed;
    }

    private static bool IsSpace(int point) => point == ByteAlphabet.PointOf((byte)' ') || CodePointClass.Space.Contains(point);
}

/// <summary>Puts special tokens before and after a text.</summary>
internal sealed class TemplateProcessor(IReadOnlyList<PlacedToken> before, IReadOnlyList<PlacedToken> after) : IPostProcessor
{
    /// <inheritdoc/>
    public IReadOnlyList<PlacedToken> Apply(IReadOnlyList<PlacedToken> tokens, bool addSpecial) => addSpecial ? [.. before, .. tokens, .. after] : tokens;
}

/// <summary>One step after another.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<IPostProcessor> steps) : IPostProcessor
{
    /// <inheritdoc/>
    public IReadOnlyList<PlacedToken> Apply(IReadOnlyList<PlacedToken> tokens, bool addSpecial) =>
        steps.Aggregate(tokens, (current, step) => step.Apply(current, addSpecial));
}
