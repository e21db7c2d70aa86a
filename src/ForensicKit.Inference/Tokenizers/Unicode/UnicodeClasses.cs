using System.Collections.Frozen;
using System.Globalization;
using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers.Unicode;

/// <summary>Sets of code points as the reference library knows them: its parts carry tables of different versions of Unicode.</summary>
internal static class UnicodeClasses
{
    private static readonly Lazy<FrozenDictionary<string, CodePointClass>> s_all = new(Read);
    private static readonly Lazy<FrozenDictionary<string, CodePointClass>> s_properties = new(
        () => s_all.Value.Where(c => c.Key.StartsWith("property ", StringComparison.Ordinal)).ToFrozenDictionary(c => Plain(c.Key["property ".Length..]), c => c.Value, StringComparer.Ordinal));

    private static readonly Lazy<(int First, int Last, int Script)[]> s_scripts = new(ReadScripts);

    /// <summary>Marks.</summary>
    public static CodePointClass Mark => s_all.Value["mark"];

    /// <summary>Marks without width.</summary>
    public static CodePointClass NonspacingMark => s_all.Value["nonspacing"];

    /// <summary>Control, format and private-use characters.</summary>
    public static CodePointClass Other => s_all.Value["other"];

    /// <summary>Punctuation, and ASCII's symbols.</summary>
    public static CodePointClass Punctuation => s_all.Value["punctuation"];

    /// <summary>Characters of words.</summary>
    public static CodePointClass Word => s_all.Value["word"];

    /// <summary>
    /// A script or other property by its name in a regular expression; null for one that is not known. Case, spaces, '-' and '_' make no difference.
    /// </summary>
    public static CodePointClass? Property(string name) => s_properties.Value.GetValueOrDefault(Plain(name));

    /// <summary>A number for the script of a code point; −1 where it has none.</summary>
    public static int ScriptOf(int point)
    {
        var scripts = s_scripts.Value;
        var (low, high) = (0, scripts.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (point < scripts[middle].First)
                high = middle - 1;
            else if (point > scripts[middle].Last)
                low = middle + 1;
            else
                return scripts[middle].Script;
        }

        return -1;
    }

    private static string Plain(string name) =>
        string.Concat(name.Where(c => c is not (' ' or '-' or '_'))).ToLowerInvariant();

    private static FrozenDictionary<string, CodePointClass> Read() =>
        Lines().Where(l => !l.Name.StartsWith("script ", StringComparison.Ordinal)).ToFrozenDictionary(l => l.Name, l => new CodePointClass(l.Ranges, 0, [], negated: false, ignoreCase: false), StringComparer.Ordinal);

    private static (int First, int Last, int Script)[] ReadScripts()
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var ranges = new List<(int First, int Last, int Script)>();
        foreach (var (name, list) in Lines().Where(l => l.Name.StartsWith("script ", StringComparison.Ordinal)))
        {
            // Kana and Han are one script here, as in sentencepiece.
            var script = name["script ".Length..] is "Hiragana" or "Katakana" ? "Han" : name["script ".Length..];
            if (!numbers.TryGetValue(script, out var number))
                numbers.Add(script, number = numbers.Count);
            ranges.AddRange(list.Select(r => (r.First, r.Last, number)));
        }

        return [.. ranges.OrderBy(r => r.First)];
    }

    private static List<(string Name, (int First, int Last)[] Ranges)> Lines()
    {
        using var stream = typeof(UnicodeClasses).Assembly.GetManifestResourceStream("ForensicKit.Inference.Tokenizers.Unicode.Classes.txt")!;
        using var reader = new StreamReader(stream);
        var lines = new List<(string, (int, int)[])>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#') || line.IndexOf(':', StringComparison.Ordinal) is not (> 0 and var colon))
                continue;
            lines.Add((line[..colon], [.. line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Range)]));
        }

        return lines;
    }

    private static (int First, int Last) Range(string text) => text.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash
        ? (Hex(text[..dash]), Hex(text[(dash + 1)..]))
        : (Hex(text), Hex(text));

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
