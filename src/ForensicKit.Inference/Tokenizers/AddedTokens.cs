using ForensicKit.Inference.Tokenizers.Patterns;
using ForensicKit.Inference.Tokenizers.Unicode;

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
    private const int MaxFirsts = 5;
    private readonly TokenTrie _trie = new();
    private readonly List<AddedToken> _tokens = [];
    private readonly int[]? _firsts;

    /// <param name="tokens">The tokens, each with the text it is looked for by.</param>
    /// <exception cref="TokenizerFormatException">A token is too long.</exception>
    public AddedTokenFinder(IEnumerable<(int[] Content, AddedToken Token)> tokens)
    {
        var firsts = new HashSet<int>();
        foreach (var (content, token) in tokens.Where(t => t.Content.Length > 0))
        {
            // Of two that are looked for by the same text the reference takes any: here, the first.
            if (_trie.Walk(content) is >= 0 and var node && _trie.ValueOf(node) >= 0)
                continue;
            _trie.Add(content, _tokens.Count);
            _tokens.Add(token);
            firsts.Add(content[0]);
        }

        _firsts = firsts.Count <= MaxFirsts ? [.. firsts] : null;
    }

    /// <summary>Cuts a text at the tokens in it. Stretches can overlap, where one took white space that another begins with.</summary>
    public List<AddedMatch> Cut(ReadOnlySpan<int> text)
    {
        var stretches = new List<AddedMatch>();
        var covered = 0;
        var at = _tokens.Count > 0 ? 0 : text.Length;
        while (at < text.Length)
        {
            if (_firsts is not null)
            {
                var next = text[at..].IndexOfAny(_firsts);
                if (next < 0)
                    break;
                at += next;
            }

            if (Longest(text[at..]) is not var (length, token))
            {
                at++;
                continue;
            }

            var (start, end) = (at, at + length);
            at = end;
            // What does not stand alone is passed over, and not tried again as a shorter token.
            if (token.SingleWord && ((start > 0 && UnicodeClasses.Word.Contains(text[start - 1])) || (end < text.Length && UnicodeClasses.Word.Contains(text[end]))))
                continue;
            if (token.LeftStrip)
            {
                var left = start;
                while (left > covered && CodePointClass.Space.Contains(text[left - 1]))
                    left--;
                start = Math.Max(left, covered);
            }

            if (token.RightStrip)
            {
                // What the token before took beyond its own end is white space.
                end = Math.Max(end, covered);
                while (end < text.Length && CodePointClass.Space.Contains(text[end]))
                    end++;
            }

            if (covered < start)
                stretches.Add(new(null, covered, start));
            // One that the white space of the token before has swallowed is gone.
            if (start >= end)
                continue;
            stretches.Add(new(token, start, end));
            covered = end;
        }

        if (covered < text.Length)
            stretches.Add(new(null, covered, text.Length));
        return stretches;
    }

    private (int Length, AddedToken Token)? Longest(ReadOnlySpan<int> text)
    {
        var (length, found) = (0, -1);
        var node = TokenTrie.Root;
        for (var i = 0; i < text.Length; i++)
        {
            node = _trie.Next(node, text[i]);
            if (node < 0)
                break;
            if (_trie.ValueOf(node) is >= 0 and var value)
                (length, found) = (i + 1, value);
        }

        return found < 0 ? null : (length, _tokens[found]);
    }
}
