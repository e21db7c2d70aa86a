using System.Text.RegularExpressions;

namespace ForensicKit.Evaluation;

/// <summary>Decimal numbers as models and references write them, compared exactly as decimals (no binary rounding).</summary>
internal static partial class PlainNumber
{
    private const int MatchMilliseconds = 1000;

    /// <summary>The first number in a text, without separators of thousands; null where there is none.</summary>
    public static string? First(string text) => Number().Match(text) is { Success: true } match ? Bare(match.Value) : null;

    /// <summary>The last number in a text, without separators of thousands; null where there is none.</summary>
    public static string? Last(string text)
    {
        string? last = null;
        foreach (var match in Number().EnumerateMatches(text))
            last = text.Substring(match.Index, match.Length);
        return last is null ? null : Bare(last);
    }

    /// <summary>The number in a text that holds exactly one, without separators of thousands; null otherwise.</summary>
    public static string? Only(string text) => Number().Count(text) == 1 ? First(text) : null;

    /// <summary>Whether both are numbers and equal: <c>1,000.0</c> equals <c>1000</c>.</summary>
    public static bool AreEqual(string a, string b) => Canonical(a) is { } left && left == Canonical(b);

    /// <summary>
    /// The number without currency or percent sign, separators, needless zeros or final point; null where the text is anything but one number.
    /// </summary>
    public static string? Canonical(string text)
    {
        var bare = Bare(text.Trim()).Replace("\\", "", StringComparison.Ordinal).Replace("$", "", StringComparison.Ordinal).TrimEnd('%').TrimEnd('.').Trim();
        if (!Whole().IsMatch(bare))
            return null;
        var isNegative = bare[0] == '-';
        var parts = bare.TrimStart('-').Split('.');
        var whole = parts[0].TrimStart('0');
        var fraction = parts.Length > 1 ? parts[1].TrimEnd('0') : "";
        var magnitude = (whole.Length == 0 ? "0" : whole) + (fraction.Length == 0 ? "" : "." + fraction);
        return isNegative && magnitude != "0" ? "-" + magnitude : magnitude;
    }

    private static string Bare(string number) => number.Replace(",", "", StringComparison.Ordinal);

    // A point begins a number only after nothing, a space or a sign: not in "...18" or "No.5".
    [GeneratedRegex(@"-?(?:[0-9][0-9,]*(?:\.[0-9]+)?|(?<![\w.,)}\]])\.[0-9]+)", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex Number();

    [GeneratedRegex(@"^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)\z", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex Whole();
}
