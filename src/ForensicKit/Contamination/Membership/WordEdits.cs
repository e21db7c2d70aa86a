using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>Other wordings of a text by edits of words, the same for the same seed: a common word for its like, or two neighbours exchanged.</summary>
/// <remarks>They are clumsier than what a person writes: a model may prefer the original for its style alone, so that only a comparison with unseen items counts.</remarks>
public static class WordEdits
{
    private static readonly Dictionary<string, string> s_likes = Pairs(
        "big large, small little, begin start, end finish, buy purchase, find discover, get obtain, give hand, help aid, keep hold, make create, need require, show display, speak talk, "
        + "use employ, want wish, many several, most nearly, often frequently, quick fast, right correct, wrong false, whole entire, each every, also too, but yet, if when, near by, about around, "
        + "which what, who which, how much, after past, before until, first earliest, last final, total sum, price cost, people persons, child kid, man fellow, house home, road street, "
        + "the this, a one, is was, are were, has had, can may, will shall, said told, all any, some certain, other another, same like, new fresh, old former, good fine, bad poor, "
        + "high tall, low short, long lengthy, left remaining, goes walks, puts places, takes grabs, then next, next then, again anew, with using, from off, of for, in within, on upon");

    /// <summary>So many different texts, each with several edits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="count">How many.</param>
    /// <param name="random">Chooses words.</param>
    /// <returns>Null where the text is too short to give so many.</returns>
    public static IReadOnlyList<string>? Make(string text, int count, PythonRandom random)
    {
        var (made, seen) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal) { text });
        for (var attempt = 0; attempt < 20 * count && made.Count < count; attempt++)
        {
            var words = text.Split(' ');
            if (words.Length < 4)
                return null;
            var edits = 1 + (words.Length / 8);
            for (var k = 0; k < edits; k++)
            {
                var i = (int)random.Below(words.Length - 1);
                if (s_likes.TryGetValue(words[i].ToLowerInvariant(), out var like))
                    words[i] = char.IsUpper(words[i][0]) ? char.ToUpperInvariant(like[0]) + like[1..] : like;
                else
                    (words[i], words[i + 1]) = (words[i + 1], words[i]);
            }

            if (string.Join(' ', words) is var edited && seen.Add(edited))
                made.Add(edited);
        }

        return made.Count == count ? made : null;
    }

    private static Dictionary<string, string> Pairs(string pairs)
    {
        var likes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs.Split(", ").Select(p => p.Split(' ')))
        {
            likes.TryAdd(pair[0], pair[1]);
            likes.TryAdd(pair[1], pair[0]);
        }

        return likes;
    }
}
