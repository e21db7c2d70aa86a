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
        // What the recording's author counted is evidence of how they scored; whether the claim holds is for the kit's own rules to say.
        var scored = claim.RuleScores.Where(r => !r.IsOwnVerdict).OrderBy(r => Math.Abs(r.Percent - claim.Claimed.Percent)).ToList();
        var exact = scored.Where(r => Reproduces(r, claim.Claimed)).OrderByDescending(r => RoundsTo(r, claim.Claimed)).ToList();
        var flags = claim.RuleScores.FirstOrDefault(r => r.IsOwnVerdict);
        var best = exact.Concat(scored).Append(flags!).First();
        var verdict = scored.Count == 0 ? Verdict.NotReproducible
            : exact.Count > 0 || scored.Any(r => claim.Claimed.Percent - r.Percent <= sheet.MarginPoints) ? Verdict.Supported
            : Verdict.Overstated;
        var values = new List<FindingValue>
        {
            new("claimed", "Claimed", claim.Claimed.Text, claim.Claimed.Text, "%"),
            FindingValue.Word("rule", exact.Count > 0 ? "Rule that reproduces it" : "Nearest rule", Name(best, claim)),
            Score("score", "Its score", best),
            FindingValue.Count("correct", "Right answers under it", best.Correct, ""),
            FindingValue.Count("n", "Items", best.Items),
            FindingValue.Number("difference", "Claimed minus its score", claim.Claimed.Percent - best.Percent, Math.Max(2, claim.Claimed.Decimals), "points"),
            FindingValue.Number("spread", "Largest minus smallest score over all rules", claim.RuleScores.Max(r => r.Percent) - claim.RuleScores.Min(r => r.Percent), 2, "points"),
            FindingValue.Number("margin", "Margin", sheet.MarginPoints, 0, "points") with { Comparison = ComparisonRule.Exact },
            FindingValue.Count("n_needed", "Items needed to support the claim within the margin on new questions", ItemsNeeded(sheet, claim)),
        };
        if (flags is not null)
        {
            values.Add(Score("recorded", "What the recording's author counted", flags));
            values.Add(FindingValue.Number("recorded_difference", "Claimed minus what the author counted", claim.Claimed.Percent - flags.Percent, 2, "points"));
        }

        if (best.Items != claim.N)
            values.Add(FindingValue.Count("unanswered", "Items of the claim without a recorded response", claim.N - best.Items));
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
            Answer = Sentence(verdict, exact, best, flags, claim),
            Verdict = verdict,
            Rule = "Supported where a rule of the kit gives the printed digits from the stored responses (rounded once, or to one more digit first, which is then said), or a score lower by at most the margin. "
                + "Overstated where every rule of the kit stays below the claim by more than the margin. Not reproducible where no rule of the kit can be applied to what was recorded.",
            Source = "Rules as documented with each score; rounding half up or half even (Brown and Heathers 2017).",
            Query = $"SELECT s.run_id, s.rule, count(*) FILTER (s.correct) AS correct, count(*) AS items FROM scores s JOIN runs r USING (run_id) WHERE r.run_id IN ({string.Join(", ", claim.RuleScores.Select(r => r.RunId).Distinct(StringComparer.Ordinal).Select(Sql))}) GROUP BY ALL ORDER BY ALL",
            CannotShow = CannotShow,
            Values = values,
        };
    }

    private static string Sentence(Verdict verdict, List<RuleScore> exact, RuleScore best, RuleScore? flags, ClaimEvidence claim)
    {
        var answer = verdict switch
        {
            Verdict.Supported when exact.Count > 0 => "The claimed {{claimed}} comes out of the stored responses under the rule “{{rule}}”"
                + (RoundsTo(best, claim.Claimed) ? ".\n" : ", if it is rounded in two steps.\n") + "It counts {{correct|bare}} of {{n}} right, which is {{score}}.",
            Verdict.Supported => "No rule gives the claimed {{claimed}} to the digit, but “{{rule}}” gives {{score}}, within the margin of {{margin}}.\nIt counts {{correct|bare}} of {{n}} right, a difference of {{difference}}.",
            Verdict.Overstated => "No rule reaches the claimed {{claimed}}; the nearest, “{{rule}}”, gives {{score}}.\nThat is {{difference}} lower, more than the margin of {{margin}}.",
            _ => "The responses behind the claimed {{claimed}} cannot be scored anew; what their author counted gives {{score}}.\nScoring anew means running the recorded programs.",
        };
        if (verdict != Verdict.NotReproducible && claim.RuleScores.Count > 1)
            answer += " Over all rules the score moves by {{spread}}.";
        if (flags is not null)
        {
            answer += RoundsTo(flags, claim.Claimed)
                ? " The recording’s own flags give the claim."
                : " The recording’s own flags give {{recorded}}, which is not the claim: a difference of {{recorded_difference}}.";
        }

        return best.Items == claim.N ? answer : answer + " {{unanswered}} of the claim have no recorded response.";
    }

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
