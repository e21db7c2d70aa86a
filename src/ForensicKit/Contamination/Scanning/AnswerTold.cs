using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Whether a place that holds a question tells its answer too.</summary>
internal static class AnswerTold
{
    // An answer that was edited counts as told from this share of its words on, and where no wrong choice comes near it.
    private const double Told = 0.6;
    private const double Nearest = 0.2;

    /// <summary>Whether the answer stands there. Beside its rivals the right choice gives nothing away, unless it is named once more than any of them or by its letter.</summary>
    /// <param name="table">The words of all items.</param>
    /// <param name="item">The item.</param>
    /// <param name="text">The place and what follows it, in UTF-8.</param>
    /// <param name="answerShare">Share of the answer's nats that is found.</param>
    public static bool Is(WordTable table, ScanItem item, ReadOnlySpan<byte> text, double answerShare)
    {
        var wrong = item.Fields.Where(f => f.Role == ScanRole.WrongChoice).Select(f => WordsOf(table, f.Text)).Where(w => w.Length > 0).ToList();
        if (wrong.Count == 0)
            return answerShare >= Told;
        var words = WordsOf(table, text);
        if (item.Fields.FirstOrDefault(f => f.Role == ScanRole.AnswerKey) is { } key && PointsAt(table, words, WordsOf(table, key.Text)))
            return true;
        var answer = WordsOf(table, string.Join('\n', item.Fields.Where(f => f.Role == ScanRole.Answer).Select(f => f.Text)));
        if (Count(words, answer) is var named && named > wrong.Max(w => Count(words, w)))
            return true;
        return named == 0 && Share(words, answer) is var share && share >= Told && share >= wrong.Max(w => Share(words, w)) + Nearest;
    }

    // The first letter that is pointed at: the next question's answer may follow.
    private static bool PointsAt(WordTable table, int[] words, int[] key)
    {
        if (key.Length != 2)
            return false;
        var letters = WordsOf(table, "A B C D E F G H I J");
        for (var i = 0; i + 1 < words.Length; i++)
        {
            if (words[i] == key[0] && (words[i + 1] == key[1] || (words[i + 1] != WordList.Unknown && letters.Contains(words[i + 1]))))
                return words[i + 1] == key[1];
        }

        return false;
    }

    private static int[] WordsOf(WordTable table, string text) => WordsOf(table, Encoding.UTF8.GetBytes(text));

    private static int[] WordsOf(WordTable table, ReadOnlySpan<byte> text)
    {
        var words = new WordList();
        WordReader.Read(text, table, adds: false, words);
        return [.. words.Ids];
    }

    private static int Count(ReadOnlySpan<int> words, ReadOnlySpan<int> phrase)
    {
        var count = 0;
        for (var at = 0; !phrase.IsEmpty && words[at..].IndexOf(phrase) is >= 0 and var next; at += next + phrase.Length)
            count++;
        return count;
    }

    private static double Share(int[] words, int[] phrase) => phrase.Length == 0 ? 0 : (double)phrase.Intersect(words).Count(w => w != WordList.Unknown) / phrase.Distinct().Count();
}
