using System.Text;
using System.Text.RegularExpressions;

namespace ForensicKit.Contamination.Scanning;

/// <summary>The names that a program gives: of functions, parameters and variables. They are changed without changing the program, so they tell nothing of it.</summary>
internal static partial class CodeNames
{
    private const int Milliseconds = 1000;

    /// <summary>The names given in a program in Python; empty for other texts.</summary>
    public static HashSet<string> Of(string code)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match function in Function().Matches(code))
        {
            names.Add(function.Groups["name"].Value);
            names.UnionWith(function.Groups["parameters"].Value.Split(',').Select(p => Leading().Match(p).Groups["name"].Value));
        }

        if (names.Count == 0)
            return names;
        names.UnionWith(Assigned().Matches(code).Select(m => m.Groups["name"].Value));
        names.UnionWith(Counted().Matches(code).SelectMany(m => m.Groups["names"].Value.Split(',')).Select(n => n.Trim()));
        names.Remove("");
        return names;
    }

    /// <summary>Marks the words of a text that are, or are part of, one of the names.</summary>
    /// <param name="text">The text.</param>
    /// <param name="names">The names.</param>
    /// <param name="words">The list that holds its words.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="marks">Where they are marked, by word of the list.</param>
    public static void Mark(string text, HashSet<string> names, WordList words, int first, Span<bool> marks)
    {
        var word = first;
        var (at, bytes) = (0, 0);
        foreach (Match name in Name().Matches(text))
        {
            if (!names.Contains(name.Value))
                continue;
            bytes += Encoding.UTF8.GetByteCount(text.AsSpan(at, name.Index - at));
            var end = bytes + Encoding.UTF8.GetByteCount(name.Value);
            while (word < words.Count && words.Start(word) < bytes)
                word++;
            for (; word < words.Count && words.Start(word) < end; word++)
                marks[word] = true;
            (at, bytes) = (name.Index + name.Length, end);
        }
    }

    [GeneratedRegex(@"\bdef (?<name>\w+)\((?<parameters>[^)]*)\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Milliseconds)]
    private static partial Regex Function();

    [GeneratedRegex(@"^\s*\*{0,2}(?<name>\w+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Milliseconds)]
    private static partial Regex Leading();

    [GeneratedRegex(@"^[ \t]*(?<name>\w+)[ \t]*[-+*/%|&]?=[^=]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, Milliseconds)]
    private static partial Regex Assigned();

    [GeneratedRegex(@"\bfor (?<names>[\w, ]+?) in\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Milliseconds)]
    private static partial Regex Counted();

    [GeneratedRegex(@"\w+", RegexOptions.CultureInvariant, Milliseconds)]
    private static partial Regex Name();
}
