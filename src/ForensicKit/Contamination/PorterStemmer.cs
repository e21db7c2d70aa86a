namespace ForensicKit.Contamination;

/// <summary>
/// Porter's suffix stripping (Porter 1980, with the author's later changes) with the extensions that NLTK makes by default, which the
/// rouge-score package uses.
/// </summary>
public static class PorterStemmer
{
    private static readonly Dictionary<string, string> Irregular = new(StringComparer.Ordinal)
    {
        ["sky"] = "sky",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["news"] = "news",
        ["innings"] = "inning",
        ["inning"] = "inning",
        ["outings"] = "outing",
        ["outing"] = "outing",
        ["cannings"] = "canning",
        ["canning"] = "canning",
        ["howe"] = "howe",
        ["proceed"] = "proceed",
        ["exceed"] = "exceed",
        ["succeed"] = "succeed",
    };

    // In the order in which they are tried; the first suffix that fits decides, whether its condition holds or not.
    private static readonly (string Suffix, string Replacement)[] Step2 =
    [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"),
        ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
        ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"), ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
    ];

    private static readonly (string Suffix, string Replacement)[] Step3 =
    [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ];

    private static readonly string[] Step4 =
    [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
    ];

    /// <summary>The stem of a lower-case word.</summary>
    public static string Stem(string word)
    {
        if (Irregular.TryGetValue(word, out var stem))
            return stem;
        if (word.Length <= 2)
            return word;
        return FinalE(Suffixes(Derivations(TerminalY(PastAndGerund(Plural(word)))))) is var result && Ends(result, "ll") && Measure(result[..^1]) > 1
            ? result[..^1] : result;
    }

    private static string Plural(string word) =>
        Ends(word, "ies") && word.Length == 4 ? word[..^1]
        : Ends(word, "sses") || Ends(word, "ies") ? word[..^2]
        : Ends(word, "s") && !Ends(word, "ss") ? word[..^1]
        : word;

    private static string PastAndGerund(string word)
    {
        if (Ends(word, "ied"))
            return word.Length == 4 ? word[..^1] : word[..^2];
        if (Ends(word, "eed"))
            return Measure(word[..^3]) > 0 ? word[..^1] : word;
        var stem = Ends(word, "ed") ? word[..^2] : Ends(word, "ing") ? word[..^3] : "";
        if (!HasVowel(stem))
            return word;
        if (Ends(stem, "at") || Ends(stem, "bl") || Ends(stem, "iz"))
            return stem + "e";
        if (stem.Length >= 2 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1))
            return stem[^1] is 'l' or 's' or 'z' ? stem : stem[..^1];
        return Measure(stem) == 1 && EndsConsonantVowelConsonant(stem) ? stem + "e" : stem;
    }

    private static string TerminalY(string word) =>
        Ends(word, "y") && word.Length > 2 && IsConsonant(word, word.Length - 2) ? word[..^1] + "i" : word;

    private static string Derivations(string word)
    {
        // -alli is undone first and what remains goes through the step again.
        while (Ends(word, "alli") && Measure(word[..^4]) > 0)
            word = word[..^2];
        // The l of -logi belongs to the stem that is measured, so that short ones (geologi) are stripped too.
        word = Ends(word, "logi") && Measure(word[..^3]) > 0 ? word[..^1] : Replace(word, Step2);
        return Replace(word, Step3);
    }

    private static string Suffixes(string word)
    {
        if (Array.Find(Step4, suffix => Ends(word, suffix)) is not { } suffix)
            return word;
        var stem = word[..^suffix.Length];
        return Measure(stem) > 1 && (suffix != "ion" || stem[^1] is 's' or 't') ? stem : word;
    }

    private static string FinalE(string word)
    {
        if (!Ends(word, "e"))
            return word;
        var stem = word[..^1];
        return Measure(stem) is var m && (m > 1 || (m == 1 && !EndsConsonantVowelConsonant(stem))) ? stem : word;
    }

    private static string Replace(string word, (string Suffix, string Replacement)[] rules)
    {
        foreach (var (suffix, replacement) in rules)
        {
            if (Ends(word, suffix))
                return word[..^suffix.Length] is var stem && Measure(stem) > 0 ? stem + replacement : word;
        }

        return word;
    }

    private static bool Ends(string word, string suffix) => word.EndsWith(suffix, StringComparison.Ordinal);

    // A y is a vowel after a consonant. Runs of y alternate, so the run before i decides without recursion.
    private static bool IsConsonant(string word, int i)
    {
        if (word[i] is 'a' or 'e' or 'i' or 'o' or 'u')
            return false;
        if (word[i] != 'y')
            return true;
        var start = i;
        while (start > 0 && word[start - 1] == 'y')
            start--;
        var firstIsConsonant = start == 0 || word[start - 1] is 'a' or 'e' or 'i' or 'o' or 'u';
        return firstIsConsonant == ((i - start) % 2 == 0);
    }

    // The number of vowel-consonant sequences.
    private static int Measure(string stem)
    {
        var (count, afterVowel) = (0, false);
        for (var i = 0; i < stem.Length; i++)
        {
            var consonant = IsConsonant(stem, i);
            if (consonant && afterVowel)
                count++;
            afterVowel = !consonant;
        }

        return count;
    }

    private static bool HasVowel(string stem)
    {
        for (var i = 0; i < stem.Length; i++)
        {
            if (!IsConsonant(stem, i))
                return true;
        }

        return false;
    }

    private static bool EndsConsonantVowelConsonant(string word) => word.Length switch
    {
        < 2 => false,
        2 => !IsConsonant(word, 0) && IsConsonant(word, 1),
        var n => IsConsonant(word, n - 3) && !IsConsonant(word, n - 2) && IsConsonant(word, n - 1) && word[^1] is not ('w' or 'x' or 'y'),
    };
}
