using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ForensicKit.Statistics;

namespace ForensicKit.Findings;

/// <summary>How a re-run's value is compared with the recorded one.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Tolerance">Absolute or relative tolerance; 0 otherwise.</param>
public readonly record struct ComparisonRule(ComparisonKind Kind, double Tolerance = 0)
{
    /// <summary>The texts must be equal.</summary>
    public static ComparisonRule Exact { get; } = new(ComparisonKind.Exact);

    /// <summary>Recorded, not compared (times, machine facts).</summary>
    public static ComparisonRule Ignore { get; } = new(ComparisonKind.Ignore);

    /// <summary>The re-run's value must lie in the recorded interval.</summary>
    public static ComparisonRule WithinInterval { get; } = new(ComparisonKind.WithinInterval);

    /// <summary>Equal up to rounding of double arithmetic on other processors.</summary>
    public static ComparisonRule Float { get; } = Relative(1e-9);

    /// <summary>|a − b| ≤ tolerance.</summary>
    public static ComparisonRule Absolute(double tolerance) => new(ComparisonKind.Absolute, tolerance);

    /// <summary>|a − b| ≤ tolerance · |recorded|.</summary>
    public static ComparisonRule Relative(double tolerance) => new(ComparisonKind.Relative, tolerance);

    /// <summary>The form kept in evidence: <c>exact</c>, <c>absolute:x</c>, <c>relative:x</c>, <c>within-interval</c>, <c>ignore</c>.</summary>
    public override string ToString() => Kind switch
    {
        ComparisonKind.Exact => "exact",
        ComparisonKind.Ignore => "ignore",
        ComparisonKind.WithinInterval => "within-interval",
        ComparisonKind.Absolute => "absolute:" + Tolerance.ToString("R", CultureInfo.InvariantCulture),
        _ => "relative:" + Tolerance.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Reads the form kept in evidence.</summary>
    /// <exception cref="FormatException">It is none of the rules.</exception>
    public static ComparisonRule Parse(string text)
    {
        var parts = text.Split(':', 2);
        var tolerance = parts.Length == 2 ? double.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        return parts[0] switch
        {
            "exact" => Exact,
            "ignore" => Ignore,
            "within-interval" => WithinInterval,
            "absolute" => Absolute(tolerance),
            "relative" => Relative(tolerance),
            _ => throw new FormatException($"'{text}' is not a comparison rule."),
        };
    }
}

/// <summary>Kinds of <see cref="ComparisonRule"/>.</summary>
public enum ComparisonKind
{
    /// <summary>Equal text.</summary>
    Exact,

    /// <summary>Absolute tolerance.</summary>
    Absolute,

    /// <summary>Relative tolerance.</summary>
    Relative,

    /// <summary>Within the recorded interval.</summary>
    WithinInterval,

    /// <summary>Not compared.</summary>
    Ignore,
}

/// <summary>One number or word of a finding, bound by name in prose.</summary>
/// <param name="Name">Name for bindings, lower-case with underscores.</param>
/// <param name="Label">Name for people.</param>
/// <param name="Exact">The value as text that reads back to the same value; a probability keeps its exponent below the double range.</param>
/// <param name="Display">The value as it is printed, without unit.</param>
/// <param name="Unit">Unit (<c>%</c>, <c>points</c>, <c>items</c>), empty for words, p-values and pure numbers.</param>
public sealed record FindingValue(string Name, string Label, string Exact, string Display, string Unit)
{
    /// <summary>Interval, where there is uncertainty, in the same unit.</summary>
    public (double Lower, double Upper, double Level)? Interval { get; init; }

    /// <summary>How a re-run is compared.</summary>
    public ComparisonRule Comparison { get; init; } = ComparisonRule.Exact;

    /// <summary>A count.</summary>
    public static FindingValue Count(string name, string label, long value, string unit = "items") =>
        new(name, label, value.ToString(CultureInfo.InvariantCulture), value.ToString("N0", CultureInfo.InvariantCulture), unit);

    /// <summary>A word or sentence.</summary>
    public static FindingValue Word(string name, string label, string value) => new(name, label, value, value, "");

    /// <summary>A number printed with fixed decimals.</summary>
    public static FindingValue Number(string name, string label, double value, int decimals, string unit) =>
        new(name, label, value.ToString("R", CultureInfo.InvariantCulture), Fixed(value, decimals), unit) { Comparison = ComparisonRule.Float };

    /// <summary>A p-value; the display keeps two digits, tails below the double range included.</summary>
    public static FindingValue P(string name, string label, Probability p) =>
        new(name, label, p.ToScientific(10), DisplayP(p), "") { Comparison = ComparisonRule.Relative(1e-6) };

    /// <summary>A p-value as people read it: three decimals from .001 up, powers of ten below.</summary>
    public static string DisplayP(Probability p)
    {
        if (p.Value >= 0.001)
            return p.Value.ToString("0.000", CultureInfo.InvariantCulture);
        if (double.IsNegativeInfinity(p.Log))
            return "0";
        var text = p.ToScientific().Split('e');
        return $"{text[0]}×10{Superscript(int.Parse(text[1], CultureInfo.InvariantCulture))}";
    }

    /// <summary>Fixed decimals with a real minus sign and no "−0.0".</summary>
    public static string Fixed(double value, int decimals)
    {
        var text = value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var isZero = text.AsSpan().IndexOfAnyInRange('1', '9') < 0;
        return text.StartsWith('-') ? (isZero ? text[1..] : "−" + text[1..]) : text;
    }

    /// <summary>An exponent in raised digits.</summary>
    public static string Superscript(int exponent) => string.Concat(exponent.ToString(CultureInfo.InvariantCulture).Select(c => c switch
    {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        _ => (char)('⁰' + (c - '0')),
    }));
}

/// <summary>A question, its answer, the rule that gave it, and the rows it came from.</summary>
public sealed record Finding
{
    /// <summary>Stable id: kind and claim, for example <c>gap/mmlu</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Kind of question, for example <c>gap</c>: one section of the document.</summary>
    public required string Kind { get; init; }

    /// <summary>The claim it is about; null for findings on the case as a whole.</summary>
    public string? ClaimId { get; init; }

    /// <summary>What was asked.</summary>
    public required string Question { get; init; }

    /// <summary>What was found, with <c>{{name}}</c> bindings to <see cref="Values"/>; holds no literal numbers. The first line is the answer in one sentence.</summary>
    public required string Answer { get; init; }

    /// <summary>The verdict; null where the question has none.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The rule that gave the answer.</summary>
    public required string Rule { get; init; }

    /// <summary>Where the rule comes from: paper, repository, section.</summary>
    public required string Source { get; init; }

    /// <summary>SQL over the evidence database that shows the rows it came from.</summary>
    public required string Query { get; init; }

    /// <summary>What this finding cannot show.</summary>
    public required string CannotShow { get; init; }

    /// <summary>Its numbers and words, in order.</summary>
    public required IReadOnlyList<FindingValue> Values { get; init; }

    /// <summary>The value of that name.</summary>
    /// <exception cref="KeyNotFoundException">The finding has no such value.</exception>
    public FindingValue this[string name] => Values.FirstOrDefault(v => v.Name == name)
        ?? throw new KeyNotFoundException($"Finding '{Id}' has no value '{name}'.");

    /// <summary>SHA-256 over everything above, lower-case hex: the custody log keeps it, so an edited finding is noticed.</summary>
    public string Sha256()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var text in (ReadOnlySpan<string?>)[Id, Kind, ClaimId, Question, Answer, Verdict?.ToString(), Rule, Source, Query, CannotShow])
                json.WriteStringValue(text);
            foreach (var value in Values)
            {
                json.WriteStartArray();
                foreach (var text in (ReadOnlySpan<string>)[value.Name, value.Label, value.Exact, value.Display, value.Unit, value.Comparison.ToString()])
                    json.WriteStringValue(text);
                if (value.Interval is { } interval)
                {
                    foreach (var number in (ReadOnlySpan<double>)[interval.Lower, interval.Upper, interval.Level])
                        json.WriteStringValue(number.ToString("R", CultureInfo.InvariantCulture));
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.ToArray()));
    }
}
