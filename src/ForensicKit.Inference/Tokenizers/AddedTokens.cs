using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>A token that is found in a text before anything else is done to it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="Special">Whether it is left out of decoded text on request.</param>
/// <param name="SingleWord">Whether it is found only where no word character stands beside it.</param>
/// <param name="LeftStrip">Whether it takes the white space before it.</param>
/// <param name="RightStrip">Whether it takes the white space after it.</param>
/// <param name="Normalized">Whether it is looked for in the normalized text.</param>
internal sealed record AddedToken(int Id, string Content, bool Special, bool SingleWord, bool LeftStrip, bool RightStrip, bool Normalized);

/// <summary>A stretch of a text: an added token, or what lies between two.</summary>
internal readonly record struct AddedMatch(AddedToken? Token, int Start, int End);

/// <summary>Finds added tokens: leftmost first, the longest of those that begin at one place.</summary>
internal sealed class AddedTokenFinder
{
    private readonly Dictionary<int, List<(int[] Content, AddedToken Token)>> _byFirst = [];

    /// <param name="tokens">The tokens, each with the text it is looked for by.</param>
    public AddedTokenFinder(IEnumerable<(int[] Content, AddedToken Token)> tokens)
    {
        foreach (var token in tokens.Where(t => t.Content.Length > 0).OrderByDescending(t => t.Content.Length))
        {
            if (!_byFirst.TryGetValue(token.Content[0], out var list))
                _byFirst.Add(token.Content[0], list = []);
            list.Add(token);
        }
    }

    /// <summary>Cuts a text at the tokens in it. Stretches can overlap, where one took white space that another begins with.</summary>
    public IReadOnlyList<AddedMatch> Cut(ReadOnlySpan<int> text)
    {
        var stretches = new List<AddedMatch>();
        var covered = 0;
        var at = 0;
        while (at < text.Length && _byFirst.Count > 0)
        {
            if (Longest(text[at..]) is not var (length, token))
            {
                at++;
                continue;
            }

            var (start, end) = (at, at + length);
            at = end;
            // What does not stand alone is passed over, and not tried again as a shorter token.
            if (token.SingleWord && ((start > 0 && CodePointClass.UnicodeWord.Contains(text[start - 1])) || (end < text.Length && CodePointClass.UnicodeWord.Contains(text[end]))))
                continue;
            if (token.LeftStrip)
            {
                var left = start;
                while (left > 0 && CodePointClass.Space.Contains(text[left - 1]))
                    left--;
                start = Math.Max(left, covered);
            }

            if (token.RightStrip)
            {
                while (end < text.Length && CodePointClass.Space.Contains(text[end]))
                    end++;
            }

            if (covered < start)
                stretches.Add(new(null, covered, start));
            stretches.Add(new(token, start, end));
            covered = end;
        }

        if (covered < text.Length)
            stretches.Add(new(null, covered, text.Length));
        return stretches;
    }

    private (int Length, AddedToken Token)? Longest(ReadOnlySpan<int> text)
    {
        if (_byFirst.TryGetValue(text[0], out var candidates))
        {
            foreach (var (content, token) in candidates)
            {
                if (text.StartsWith(content))
                    return (content.Length, token);
            }
        }

        return null;
    }
}
