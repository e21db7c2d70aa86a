using System.Text;

namespace ForensicKit.Contamination;

/// <summary>Overlap of two texts by their longest common subsequence of words.</summary>
/// <param name="Precision">Share of the hypothesis' words in it.</param>
/// <param name="Recall">Share of the reference's words in it.</param>
/// <param name="F1">Harmonic mean of the two; 0 where both are 0.</param>
public sealed record RougeScore(double Precision, double Recall, double F1);

/// <summary>ROUGE-L (Lin 2004) as the rouge-score package computes it.</summary>
public static class RougeL
{
    /// <summary>Compares two texts. Time is the product of their lengths in words, memory the length of the shorter.</summary>
    /// <param name="reference">The true continuation.</param>
    /// <param name="hypothesis">What the model wrote.</param>
    /// <param name="stem">Whether words longer than three letters are stemmed (<see cref="PorterStemmer"/>).</param>
    public static RougeScore Score(string reference, string hypothesis, bool stem = false)
    {
        List<string> wanted = Tokens(reference, stem), given = Tokens(hypothesis, stem);
        if (wanted.Count == 0 || given.Count == 0)
            return new RougeScore(0, 0, 0);
        var common = LongestCommonSubsequence(wanted, given);
        double precision = (double)common / given.Count, recall = (double)common / wanted.Count;
        return new RougeScore(precision, recall, common == 0 ? 0 : 2 * precision * recall / (precision + recall));
    }

    /// <summary>The words [a-z0-9]+ of the lower-cased text.</summary>
    public static List<string> Tokens(string text, bool stem = false)
    {
        var (tokens, word) = (new List<string>(), new StringBuilder());
        foreach (var c in text)
        {
            // Besides A–Z two letters have a lower case that is (or starts with) an ASCII letter: the Kelvin sign, and I with a dot.
            var lower = c switch { >= 'A' and <= 'Z' => (char)(c + 32), '\u212A' => 'k', '\u0130' => 'i', _ => c };
            if (char.IsAsciiLetterLower(lower) || char.IsAsciiDigit(lower))
                word.Append(lower);
            // The dot of the latter is a combining character and ends the word.
            if (word.Length > 0 && (c == '\u0130' || !(char.IsAsciiLetterLower(lower) || char.IsAsciiDigit(lower))))
                Flush();
        }

        if (word.Length > 0)
            Flush();
        return tokens;

        void Flush()
        {
            tokens.Add(stem && word.Length > 3 ? PorterStemmer.Stem(word.ToString()) : word.ToString());
            word.Clear();
        }
    }

    private static int LongestCommonSubsequence(List<string> a, List<string> b)
    {
        if (b.Count > a.Count)
            (a, b) = (b, a);
        var row = new int[b.Count + 1];
        foreach (var word in a)
        {
            var diagonal = 0;
            for (var j = 1; j <= b.Count; j++)
            {
                var above = row[j];
                row[j] = string.Equals(word, b[j - 1], StringComparison.Ordinal) ? diagonal + 1 : Math.Max(above, row[j - 1]);
                diagonal = above;
            }
        }

        return row[^1];
    }
}
