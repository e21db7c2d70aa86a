using System.Globalization;

namespace ForensicKit.Findings;

/// <summary>What a re-run says about a recorded finding.</summary>
public enum FindingOutcome
{
    /// <summary>Every compared value is the same text.</summary>
    Match,

    /// <summary>Values differ, each within the tolerance declared for it.</summary>
    WithinTolerance,

    /// <summary>A value or the verdict differs, or one of the two lacks the finding.</summary>
    Different,

    /// <summary>The finding was not computed again.</summary>
    NotRerun,
}

/// <summary>A recorded finding beside its re-run.</summary>
/// <param name="FindingId">The finding.</param>
/// <param name="Outcome">What the comparison says.</param>
/// <param name="Differences">One line for each value that differs beyond its tolerance.</param>
public sealed record FindingMatch(string FindingId, FindingOutcome Outcome, IReadOnlyList<string> Differences);

/// <summary>Compares declared findings, value by value and each by its own rule; never prose or output cells.</summary>
public static class FindingComparison
{
    /// <summary>Compares all findings of two runs of a case.</summary>
    /// <param name="recorded">The findings of the dossier.</param>
    /// <param name="rerun">The findings of the re-run; null where nothing could be run again.</param>
    public static IReadOnlyList<FindingMatch> Compare(IReadOnlyList<Finding> recorded, IReadOnlyList<Finding>? rerun)
    {
        if (rerun is null)
            return [.. recorded.Select(f => new FindingMatch(f.Id, FindingOutcome.NotRerun, []))];
        var again = rerun.ToDictionary(f => f.Id, StringComparer.Ordinal);
        var known = recorded.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. recorded.Select(f => again.TryGetValue(f.Id, out var other) ? Compare(f, other) : new FindingMatch(f.Id, FindingOutcome.Different, ["the re-run has no such finding"])),
            .. rerun.Where(f => !known.Contains(f.Id)).Select(f => new FindingMatch(f.Id, FindingOutcome.Different, ["the dossier has no such finding"])),
        ];
    }

    /// <summary>Compares one finding.</summary>
    /// <remarks>
    /// Where a finding rests on values that are not compared (times of a machine), a verdict that was reached once and not reached the other
    /// time is no contradiction: within tolerance. Two verdicts that say different things are one.
    /// </remarks>
    public static FindingMatch Compare(Finding recorded, Finding rerun)
    {
        var differences = new List<string>();
        var isExact = true;
        var isMeasured = recorded.Values.Concat(rerun.Values).Any(v => v.Comparison.Kind == ComparisonKind.Ignore);
        if (recorded.Verdict != rerun.Verdict && isMeasured && (recorded.Verdict == Verdict.InsufficientEvidence || rerun.Verdict == Verdict.InsufficientEvidence))
            isExact = false;
        else if (recorded.Verdict != rerun.Verdict)
            differences.Add($"verdict: {recorded.Verdict?.Words() ?? "none"}, re-run {rerun.Verdict?.Words() ?? "none"}");
        var names = recorded.Values.Concat(rerun.Values).Select(v => v.Name).Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var before = recorded.Values.FirstOrDefault(v => v.Name == name);
            var after = rerun.Values.FirstOrDefault(v => v.Name == name);
            if ((before ?? after)!.Comparison.Kind == ComparisonKind.Ignore)
                continue;
            if (before is null || after is null)
                differences.Add($"{name}: {(before is null ? "only in the re-run" : "missing in the re-run")}");
            else if (before.Exact != after.Exact)
            {
                isExact = false;
                if (!Agrees(before, after))
                    differences.Add($"{name}: {before.Exact}, re-run {after.Exact} (rule {before.Comparison})");
            }
        }

        var outcome = differences.Count > 0 ? FindingOutcome.Different : isExact ? FindingOutcome.Match : FindingOutcome.WithinTolerance;
        return new FindingMatch(recorded.Id, outcome, differences);
    }

    private static bool Agrees(FindingValue recorded, FindingValue rerun)
    {
        if (recorded.Comparison.Kind == ComparisonKind.Exact || Parse(recorded.Exact) is not { } a || Parse(rerun.Exact) is not { } b)
            return false;
        return recorded.Comparison.Kind switch
        {
            ComparisonKind.Absolute => Math.Abs(a.Value - b.Value) <= recorded.Comparison.Tolerance,
            // In logarithms, so that probabilities below the double range are compared too.
            ComparisonKind.Relative when a.Value > 0 && b.Value > 0 || a.Value == 0 && b.Value == 0 => Math.Abs(a.Log10 - b.Log10) * Math.Log(10) <= recorded.Comparison.Tolerance,
            ComparisonKind.Relative => Math.Abs(a.Value - b.Value) <= recorded.Comparison.Tolerance * Math.Abs(a.Value),
            ComparisonKind.WithinInterval => recorded.Interval is { } interval && b.Value >= interval.Lower && b.Value <= interval.Upper,
            _ => false,
        };
    }

    /// <summary>A number of evidence with its decimal logarithm, which stays finite where the value underflows.</summary>
    private static (double Value, double Log10)? Parse(string text)
    {
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return null;
        var parts = text.Split('e', 'E');
        var log10 = parts.Length == 2 && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var mantissa) && int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            ? Math.Log10(Math.Abs(mantissa)) + exponent
            : Math.Log10(Math.Abs(value));
        return (value, log10);
    }
}
