using System.Globalization;

namespace ForensicKit.Inference.Organisms;

/// <summary>Keeps some elements: a clause in words, an expression in JavaScript, and what it means.</summary>
internal sealed record Filter<T>(string Clause, string Script, Func<T, bool> Keeps);

/// <summary>Changes each element.</summary>
internal sealed record Change<T>(string Participle, string Script, Func<T, T> Apply);

/// <summary>Makes the answer of the list. An answer that does not exist for an empty list needs at least one element.</summary>
internal sealed record Answer<T>(string Noun, string Script, bool NeedsElement, Func<IReadOnlyList<T>, object> Make);

/// <summary>What programs over a list of one kind of element are put together from.</summary>
internal sealed record CodeDomain<T>(
    string Name, string Elements, IReadOnlyList<Filter<T>> Filters, IReadOnlyList<Change<T>> Changes, IReadOnlyList<Answer<T>> Answers, Func<Draws, T> DrawElement);

/// <summary>Operations over lists of numbers and of words.</summary>
internal static class CodeTables
{
    private static readonly string[] s_words =
        ["tree", "sun", "river", "moon", "stone", "cloud", "leaf", "rain", "fox", "hill", "star", "sea", "bird", "snow", "wind", "sand", "night", "apple", "otter", "lake", "echo", "island", "ant", "rose"];

    /// <summary>Lists of whole numbers.</summary>
    public static CodeDomain<long> Numbers { get; } = new(
        "numbers", "numbers",
        [
            new("are even", "x % 2 === 0", x => x % 2 == 0),
            new("are odd", "x % 2 !== 0", x => x % 2 != 0),
            new("are positive", "x > 0", x => x > 0),
            new("are negative", "x < 0", x => x < 0),
            new("are not zero", "x !== 0", x => x != 0),
            .. Range(2, 29).Select(n => new Filter<long>($"are greater than {T(n)}", $"x > {T(n)}", x => x > n)),
            .. Range(2, 29).Select(n => new Filter<long>($"are less than {T(n)}", $"x < {T(n)}", x => x < n)),
            .. Range(3, 6).Select(n => new Filter<long>($"can be divided by {T(n)}", $"x % {T(n)} === 0", x => x % n == 0)),
            .. Range(1, 29).Select(n => new Filter<long>($"are not {T(n)}", $"x !== {T(n)}", x => x != n)),
        ],
        [
            new("doubled", "x * 2", x => x * 2),
            new("tripled", "x * 3", x => x * 3),
            new("squared", "x * x", x => x * x),
            new("negated", "-x", x => -x),
            .. Range(1, 29).Select(n => new Change<long>($"raised by {T(n)}", $"x + {T(n)}", x => x + n)),
            .. Range(1, 29).Select(n => new Change<long>($"lowered by {T(n)}", $"x - {T(n)}", x => x - n)),
            .. Range(4, 9).Select(n => new Change<long>($"multiplied by {T(n)}", $"x * {T(n)}", x => x * n)),
        ],
        [
            new("the sum", ".reduce((a, b) => a + b, 0)", false, xs => xs.Sum()),
            new("the product", ".reduce((a, b) => a * b, 1)", false, xs => xs.Aggregate(1L, (a, b) => a * b)),
            new("the largest", ".reduce((a, b) => a > b ? a : b)", true, xs => xs.Max()),
            new("the smallest", ".reduce((a, b) => a < b ? a : b)", true, xs => xs.Min()),
            new("the count", ".length", false, xs => (long)xs.Count),
            new("the list", "", false, xs => xs),
            new("the list in reverse", ".reverse()", false, xs => xs.Reverse().ToList()),
            new("the list in rising order", ".sort((a, b) => a - b)", false, xs => xs.Order().ToList()),
            new("the list in falling order", ".sort((a, b) => b - a)", false, xs => xs.OrderDescending().ToList()),
            new("the first", "[0]", true, xs => xs[0]),
            new("the first two", ".slice(0, 2)", false, xs => xs.Take(2).ToList()),
            new("the list as text with commas", ".join(',')", false, xs => string.Join(',', xs.Select(x => x.ToString(CultureInfo.InvariantCulture)))),
        ],
        draws => draws.Between(-20, 40));

    /// <summary>Lists of lower-case words.</summary>
    public static CodeDomain<string> Words { get; } = new(
        "words", "words",
        [
            .. Range(3, 5).Select(n => new Filter<string>($"have more than {T(n)} letters", $"x.length > {T(n)}", x => x.Length > n)),
            .. Range(4, 6).Select(n => new Filter<string>($"have less than {T(n)} letters", $"x.length < {T(n)}", x => x.Length < n)),
            .. "abcdefghilmnorstuvw".Select(c => new Filter<string>($"hold the letter {c}", $"x.includes('{c}')", x => x.Contains(c, StringComparison.Ordinal))),
            .. "abcdefghilmnorstuvw".Select(c => new Filter<string>($"do not hold the letter {c}", $"!x.includes('{c}')", x => !x.Contains(c, StringComparison.Ordinal))),
            .. "abcdefhilmnorst".Select(c => new Filter<string>($"start with {c}", $"x.startsWith('{c}')", x => x.StartsWith(c))),
            .. "adefhklnorstwy".Select(c => new Filter<string>($"end with {c}", $"x.endsWith('{c}')", x => x.EndsWith(c))),
        ],
        [
            new("in capitals", "x.toUpperCase()", x => x.ToUpperInvariant()),
            new("cut to three letters", "x.slice(0, 3)", x => x[..Math.Min(3, x.Length)]),
            new("cut to two letters", "x.slice(0, 2)", x => x[..Math.Min(2, x.Length)]),
            new("without the first letter", "x.slice(1)", x => x.Length > 0 ? x[1..] : x),
            new("written twice", "x + x", x => x + x),
            new("spelled backwards", "x.split('').reverse().join('')", x => new string([.. x.Reverse()])),
            .. "!?.".Select(c => new Change<string>($"followed by {c}", $"x + '{c}'", x => x + c)),
            .. "abcdefgxyz".Select(c => new Change<string>($"with {c} in front", $"'{c}' + x", x => c + x)),
        ],
        [
            new("the list", "", false, xs => xs),
            new("the list in reverse", ".reverse()", false, xs => xs.Reverse().ToList()),
            new("the list in order", ".sort()", false, xs => xs.Order(StringComparer.Ordinal).ToList()),
            new("the count", ".length", false, xs => (long)xs.Count),
            new("the first", "[0]", true, xs => xs[0]),
            new("the first two", ".slice(0, 2)", false, xs => xs.Take(2).ToList()),
            new("one text", ".join('')", false, xs => string.Concat(xs)),
            new("one text with spaces", ".join(' ')", false, xs => string.Join(' ', xs)),
            new("one text with commas", ".join(',')", false, xs => string.Join(',', xs)),
        ],
        draws => draws.Of(s_words));

    private static IEnumerable<int> Range(int lowest, int highest) => Enumerable.Range(lowest, highest - lowest + 1);

    private static string T(int number) => number.ToString(CultureInfo.InvariantCulture);
}
