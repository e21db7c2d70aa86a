using System.Globalization;
using System.Text.RegularExpressions;

namespace ForensicKit.Findings;

/// <summary>
/// Numbers in prose are bindings to findings, never typed: <c>{{gap}}</c> in a finding's own answer, <c>{{gap/mmlu:gap}}</c> elsewhere.
/// A form may follow after '|': <c>{{gap|bare}}</c> without unit, <c>{{gap|interval}}</c> for its interval with the level.
/// </summary>
public static partial class Binding
{
    /// <summary>A stretch of prose: literal text, or a value with the form it is printed in.</summary>
    /// <param name="Text">The words as printed.</param>
    /// <param name="FindingId">The finding the value belongs to; null for literal text.</param>
    /// <param name="Value">The value; null for literal text.</param>
    public sealed record Piece(string Text, string? FindingId, FindingValue? Value);

    /// <summary>Resolves every binding of a template.</summary>
    /// <param name="template">Prose with bindings.</param>
    /// <param name="own">The finding that plain names belong to; null outside a finding.</param>
    /// <param name="find">Finds other findings by id.</param>
    /// <exception cref="FormatException">A binding names nothing.</exception>
    public static IEnumerable<Piece> Resolve(string template, Finding? own, Func<string, Finding?> find)
    {
        var position = 0;
        foreach (var match in Pattern().Matches(template).AsEnumerable())
        {
            if (match.Index > position)
                yield return new(template[position..match.Index], null, null);
            position = match.Index + match.Length;
            yield return ResolveOne(template.Substring(match.Index + 2, match.Length - 4), own, find);
        }

        if (position < template.Length)
            yield return new(template[position..], null, null);
    }

    /// <summary>The template with every binding replaced by its printed value.</summary>
    public static string Print(string template, Finding? own, Func<string, Finding?> find) =>
        string.Concat(Resolve(template, own, find).Select(p => p.Text));

    /// <summary>The answer of a finding as plain text, its first line and what follows in one paragraph.</summary>
    public static string Print(Finding finding) => Print(finding.Answer, finding, _ => null).Replace('\n', ' ');

    /// <summary>Literal numbers in a template: each is a result that somebody typed, and a lint error.</summary>
    /// <remarks>Digits inside names (GSM8K, F1, pass@1, 0-shot's hyphenated forms are not exempt) count only where they stand alone.</remarks>
    public static IReadOnlyList<string> LiteralNumbers(string template) =>
        [.. Number().Matches(Pattern().Replace(template, "")).Select(m => m.Value)];

    /// <summary>A value with its unit, as printed in a sentence.</summary>
    public static string WithUnit(FindingValue value) => value.Unit switch
    {
        "" => value.Display,
        "%" => value.Display + "%",
        "points" => value.Display + (value.Display is "1" or "1.0" ? " point" : " points"),
        var unit => $"{value.Display} {unit}",
    };

    /// <summary>The interval of a value, as printed: <c>73.4–74.8</c> with the decimals of the value itself.</summary>
    public static string? Interval(FindingValue value)
    {
        if (value.Interval is not { } interval)
            return null;
        var decimals = value.Display.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? value.Display.Length - dot - 1 : 0;
        var lower = FindingValue.Fixed(interval.Lower, decimals);
        var upper = FindingValue.Fixed(interval.Upper, decimals);
        return lower.StartsWith('−') || upper.StartsWith('−') ? $"{lower} to {upper}" : $"{lower}–{upper}";
    }

    private static Piece ResolveOne(string binding, Finding? own, Func<string, Finding?> find)
    {
        var parts = binding.Split('|');
        var path = parts[0].Split(':');
        var finding = path.Length == 2 ? find(path[0]) : own;
        if (finding is null)
            throw new FormatException($"The binding '{{{{{binding}}}}}' names no finding.");
        var value = finding.Values.FirstOrDefault(v => v.Name == path[^1])
            ?? throw new FormatException($"The binding '{{{{{binding}}}}}' names no value of finding '{finding.Id}'.");
        var text = (parts.Length == 2 ? parts[1] : "") switch
        {
            "" => WithUnit(value),
            "bare" => value.Display,
            "interval" when value.Interval is { } interval => string.Create(CultureInfo.InvariantCulture, $"{interval.Level * 100:0.##}% interval {Interval(value)}"),
            "interval" => throw new FormatException($"'{value.Name}' of finding '{finding.Id}' has no interval."),
            var form => throw new FormatException($"The binding '{{{{{binding}}}}}' asks for an unknown form '{form}'."),
        };
        return new(text, finding.Id, value);
    }

    [GeneratedRegex(@"\{\{[^{}]+\}\}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"(?<![\p{L}\p{N}_@/-])[0-9]+(?:[.,][0-9]+)*(?![\p{L}\p{N}_@/-])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Number();
}
