using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>
/// Which documented scoring rule turns the stored responses into the printed claim, and by how much every other rule moves it; gives the
/// verdict where a case holds the responses themselves.
/// </summary>
/// <remarks>
/// The responses are fixed, so a mismatch is an exact difference of configuration, not chance: no p-value is needed to say whether the
/// printed digits come out. How the score would fare on new questions of the same kind is another question, answered by the interval.
/// </remarks>
public sealed class RuleQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => "rule";

    /// <inheritdoc/>
    public override string Title => "Which rule reproduces the claim?";

    /// <inheritdoc/>
    public override string Asked => "The responses behind the claim are at hand. Does the printed number follow from them under a documented scoring rule, and how much is the choice of rule worth?";

    /// <inheritdoc/>
    public override string Done => "The stored responses were scored under every documented rule that applies to them, without asking any model again. A rule reproduces the claim where its score rounds to the printed digits.";

    /// <inheritdoc/>
    public override string CannotShow => "Whether the responses are what the model would give today, or whether the model had seen the items. Responses recorded by a third party are taken as they are. The recording's own flags repeat what its author counted and are not an independent scoring.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) => sheet.Claims.Where(c => c.RuleScores.Count > 0).Select(claim => Answer(sheet, claim));

    private Finding Answer(ClaimSheet sheet, ClaimEvidence claim)
    {
        // Nearest first; of equals, one of our own rules before the recording's own flags.
        var nearest = claim.RuleScores.OrderBy(r => Math.Abs(r.Percent - claim.Claimed.Percent)).ThenBy(r => r.IsOwnVerdict).First();
        var reproducing = claim.RuleScores.Where(r => Reproduces(r, claim.Claimed)).OrderBy(r => r.IsOwnVerdict).ThenByDescending(r => RoundsTo(r, claim.Claimed)).ToList();
        var verdict = Judge(sheet, claim, reproducing, nearest);
        var best = reproducing.Count > 0 ? reproducing[0] : nearest;
        var values = new List<FindingValue>
        {
            new("claimed", "Claimed", claim.Claimed.Text, claim.Claimed.Text, "%"),
            FindingValue.Word("rule", reproducing.Count > 0 ? "Rule that reproduces it" : "Nearest rule", Name(best, claim)),
            Score("score", "Its score", best),
            FindingValue.Count("correct", "Right answers under it", best.Correct, ""),
            FindingValue.Count("n", "Items", best.Items),
            FindingValue.Number("difference", "Claimed minus its score", claim.Claimed.Percent - best.Percent, Math.Max(2, claim.Claimed.Decimals), "points"),
            FindingValue.Number("spread", "Largest minus smallest score over all rules", claim.RuleScores.Max(r => r.Percent) - claim.RuleScores.Min(r => r.Percent), 2, "points"),
            FindingValue.Number("margin", "Margin", sheet.MarginPoints, 0, "points") with { Comparison = ComparisonRule.Exact },
            FindingValue.Count("n_needed", "Items needed to support the claim within the margin on new questions", ItemsNeeded(sheet, claim)),
        };
        foreach (var (score, i) in claim.RuleScores.Select((s, i) => (s, i)))
        {
            var key = "rule_" + (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            values.Add(Score(key, Name(score, claim), score));
            values.Add(FindingValue.Number(key + "_moves", $"{Name(score, claim)}: moves the score by", score.Percent - claim.Claimed.Percent, 2, "points"));
            if (score.Unscorable > 0)
                values.Add(FindingValue.Count(key + "_unscorable", $"{Name(score, claim)}: items it could not be applied to", score.Unscorable));
        }

        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = Sentence(verdict, reproducing, claim),
            Verdict = verdict,
            Rule = "Supported where a documented rule gives the printed digits from the stored responses, rounded once, or to one more digit first (then it is said). Overstated where the best documented rule stays below the claim by more than the margin. "
                + "Not reproducible where no rule gives the printed digits and the nearest is within the margin, or where the recording cannot be scored.",
            Source = "Rules as documented with each score; rounding half up or half even (Brown and Heathers 2017).",
            Query = $"SELECT s.run_id, s.rule, count(*) FILTER (s.correct) AS correct, count(*) AS items FROM scores s JOIN runs r USING (run_id) WHERE r.run_id IN ({string.Join(", ", claim.RuleScores.Select(r => r.RunId).Distinct(StringComparer.Ordinal).Select(Sql))}) GROUP BY ALL ORDER BY ALL",
            CannotShow = CannotShow,
            Values = values,
        };
    }

    private static Verdict Judge(ClaimSheet sheet, ClaimEvidence claim, List<RuleScore> reproducing, RuleScore nearest)
    {
        // The recording's own flags alone show that its author counted so, not that a documented rule does.
        if (reproducing.Any(r => !r.IsOwnVerdict))
            return Verdict.Supported;
        var scored = claim.RuleScores.Where(r => !r.IsOwnVerdict).ToList();
        return scored.Count > 0 && claim.Claimed.Percent - Math.Max(nearest.Percent, scored.Max(r => r.Percent)) > sheet.MarginPoints ? Verdict.Overstated : Verdict.NotReproducible;
    }

    private static string Sentence(Verdict verdict, List<RuleScore> reproducing, ClaimEvidence claim) => verdict switch
    {
        Verdict.Supported => "The claimed {{claimed}} comes out of the stored responses under the rule “{{rule}}”" + (RoundsTo(reproducing[0], claim.Claimed) ? "" : ", if it is rounded in two steps")
            + ".\nIt counts {{correct|bare}} of {{n}} right, which is {{score}}; over all rules the score moves by {{spread}}.",
        Verdict.Overstated => "No documented rule reaches the claimed {{claimed}}; the nearest, “{{rule}}”, gives {{score}}.\nThat is {{difference}} lower, more than the margin of {{margin}}.",
        _ when reproducing.Count > 0 => "The claimed {{claimed}} equals what the recording’s author counted, but no documented rule gives it.\nThe author counted {{correct|bare}} of {{n}}; the rules that could be applied move the score by {{spread}}.",
        _ when claim.RuleScores.All(r => r.IsOwnVerdict) => "Claimed {{claimed}}; what the recording’s author counted gives {{score}}, and the responses cannot be scored anew.\nThat is {{correct|bare}} of {{n}}, a difference of {{difference}}; scoring anew means running the recorded programs.",
        _ => "No documented rule gives the claimed {{claimed}} from the stored responses; the nearest, “{{rule}}”, gives {{score}}.\nIt counts {{correct|bare}} of {{n}}, a difference of {{difference}} to the claim; over all rules the score moves by {{spread}}.",
    };

    /// <summary>Whether the score, rounded as printed numbers are, is the claim.</summary>
    private static bool Reproduces(RuleScore score, PrintedScore claim) => RoundsTo(score, claim) || RoundsTwiceTo(score, claim);

    private static bool RoundsTo(RuleScore score, PrintedScore claim)
    {
        var grim = Grim.Check(claim.Text, score.Items);
        return grim.HalfUp.Values.Concat(grim.HalfEven.Values).Contains(score.Correct);
    }

    /// <summary>Whether rounding to one more digit first gives the claim (62.149 → 62.15 → 62.2): a common slip, and said where it matters.</summary>
    private static bool RoundsTwiceTo(RuleScore score, PrintedScore claim)
    {
        var once = Math.Round(100m * score.Correct / score.Items, claim.Decimals + 1, MidpointRounding.AwayFromZero);
        return Math.Round(once, claim.Decimals, MidpointRounding.AwayFromZero) == decimal.Parse(claim.Text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static long ItemsNeeded(ClaimSheet sheet, ClaimEvidence claim) => claim.Claimed.Percent is > 0 and < 100
        ? NormalSampleSize.NonInferiority(claim.Claimed.Percent / 100, sheet.MarginPoints / 100, sheet.Alpha, 0.8).N
        : 0;

    private static string Name(RuleScore score, ClaimEvidence claim) =>
        claim.RuleScores.Select(r => r.RunId).Distinct(StringComparer.Ordinal).Count() > 1 ? $"{score.Title}, {score.Run}" : score.Title;

    private static FindingValue Score(string name, string label, RuleScore score)
    {
        var interval = BinomialInterval.Wilson(score.Correct, score.Items, 0.95);
        return FindingValue.Number(name, label, score.Percent, 2, "%") with { Interval = (100 * interval.Lower, 100 * interval.Upper, 0.95) };
    }
}
