namespace ForensicKit.Inference.Endpoints;

/// <summary>Finds where the tokens of a prompt begin in its text.</summary>
/// <remarks>
/// Servers count offsets in characters, in bytes, or with a hidden first token in: so the tokens' own texts are laid along the text, and offsets are
/// believed only where every token that can be read stands where its offset says.
/// </remarks>
internal static class PromptAlignment
{
    /// <summary>Where each token begins, in UTF-16 units; -1 for one that stands for nothing in the text. Null where that cannot be told.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="text">What they make up.</param>
    /// <param name="beyond">How many at the end may stand for nothing: a token that ends texts.</param>
    public static int[]? Of(IReadOnlyList<AnswerToken> tokens, string text, int beyond) => tokens.Count == 0
        ? null
        : Enumerable.Range(0, beyond + 1).Select(skip => ByText(tokens, text, skip)).FirstOrDefault(starts => starts is not null)
            ?? ByOffsets(tokens, text, Units.CodePoints(text)) ?? ByOffsets(tokens, text, Units.Utf16(text));

    private static int[]? ByText(IReadOnlyList<AnswerToken> tokens, string text, int skip)
    {
        var starts = new int[tokens.Count];
        var end = text.Length;
        for (var i = tokens.Count - 1; i > 0; i--)
        {
            var token = tokens[i].Token;
            if (i >= tokens.Count - skip)
            {
                starts[i] = -1;
            }
            else if (token.Length > 0 && text.AsSpan(0, end).EndsWith(token, StringComparison.Ordinal))
            {
                end -= token.Length;
                starts[i] = end;
            }
            else
            {
                return null;
            }
        }

        // The first may be hidden (it begins every text), or not told.
        var first = tokens[0].Token;
        starts[0] = end == 0 ? -1 : 0;
        return end == 0 || first.Length == 0 || text.AsSpan(0, end).SequenceEqual(first) ? starts : null;
    }

    private static int[]? ByOffsets(IReadOnlyList<AnswerToken> tokens, string text, int[] units)
    {
        var starts = new int[tokens.Count];
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Offset is not { } offset || offset < 0 || offset >= units.Length)
                return null;
            starts[i] = units[offset];
            if (i > 0 && starts[i] < starts[i - 1])
                return null;
            var token = tokens[i].Token;
            var isReadable = token.Length > 0 && !token.Contains('\uFFFD', StringComparison.Ordinal) && !token.StartsWith("bytes:", StringComparison.Ordinal);
            if (isReadable && !text.AsSpan(starts[i]).StartsWith(token, StringComparison.Ordinal))
            {
                if (i > 0)
                    return null;
                starts[0] = -1;
            }
        }

        return starts;
    }

    private static class Units
    {
        public static int[] Utf16(string text) => [.. Enumerable.Range(0, text.Length + 1)];

        public static int[] CodePoints(string text)
        {
            var starts = new List<int>(text.Length + 1);
            var at = 0;
            foreach (var rune in text.EnumerateRunes())
            {
                starts.Add(at);
                at += rune.Utf16SequenceLength;
            }

            starts.Add(at);
            return [.. starts];
        }
    }
}
