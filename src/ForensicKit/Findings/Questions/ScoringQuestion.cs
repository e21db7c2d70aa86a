using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>What other scoring rules make of the answers that a model gave here under the standard protocol; no verdict.</summary>
/// <remarks>
/// The answers are the same, so two rules differ by the items they decide otherwise: their difference is paired, and McNemar's exact test says
/// whether it could be chance. Micro and macro averages are two readings of one rule.
/// </remarks>
public sealed class ScoringQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => "scoring";

    /// <inheritdoc/>
    public override string Title => "What is the choice of rule worth?";

    /// <inheritdoc/>
    public override string Asked => "Harnesses turn the same answers into scores by different rules: log-likelihoods summed, or divided by tokens, characters or bytes; a strict or a lax reading of generated text; every question or every subject weighing the same. How far do these choices alone move the score?";

    /// <inheritdoc/>
    public override string Done => "The answers to the standard protocol were scored under each of its rules; no model was asked again. Rules were compared with the standard one on the same items.";

    /// <inheritdoc/>
    public override string CannotShow => "Which rule the claimant used. Two harnesses also differ in prompts, which the same answers cannot show.";

    /// <summary>The rules that the standard protocol's answers were scored under, its own first; none where its run stopped early, which was for one of them.</summary>
    public static IReadOnlyList<RunScore> Rules(ClaimEvidence claim) => claim.Standard is { IsStopped: false } own ? [own, .. claim.Runs.Where(r => r.RunId == own.RunId && r.Rule != own.Rule)] : [];

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) => sheet.Claims.Where(c => Rules(c).Count > 1).Select(Answer);

    private Finding Answer(ClaimEvidence claim)
    {
        var rules = Rules(claim);
        var (own, others) = (rules[0], rules.Skip(1).ToList());
        var (lowest, highest) = (rules.MinBy(r => r.Percent)!, rules.MaxBy(r => r.Percent)!);
        var covered = others.Where(r => Covers(r, claim)).ToList();
        var values = new List<FindingValue>
        {
            new("claimed", "Claimed", claim.Claimed.Text, claim.Claimed.Text, "%"),
            Score("standard", $"Standard rule: {own.Title}", own),
            FindingValue.Word("lowest_rule", "Rule with the lowest score", lowest.Title),
            Score("lowest", "Its score", lowest),
            FindingValue.Word("highest_rule", "Rule with the highest score", highest.Title),
            Score("highest", "Its score", highest),
            FindingValue.Number("spread", "Highest minus lowest", highest.Percent - lowest.Percent, 2, "points"),
            FindingValue.Count("n", "Items", own.Items),
        };
        foreach (var (rule, i) in others.Select((r, i) => (r, (i + 1).ToString(CultureInfo.InvariantCulture))))
        {
            values.Add(Score("rule_" + i, rule.Title, rule));
            if (!rule.IsCount || !own.IsCount || !rule.ItemIds.SequenceEqual(own.ItemIds, StringComparer.Ordinal))
                continue;
            var (gained, lost) = (rule.Correct.Zip(own.Correct).Count(p => p is (true, false)), rule.Correct.Zip(own.Correct).Count(p => p is (false, true)));
            values.Add(FindingValue.Count($"rule_{i}_gained", $"{rule.Title}: items only it gets right", gained));
            values.Add(FindingValue.Count($"rule_{i}_lost", $"{rule.Title}: items only the standard rule gets right", lost));
            values.Add(FindingValue.P($"rule_{i}_p", $"{rule.Title}: p of no difference, McNemar’s exact test", McNemar.Exact(gained, lost)));
        }

        if (own.MacroPercent is { } macro)
            values.Add(FindingValue.Number("macro", "Standard rule, every subject weighing the same", macro, 2, "%"));
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = (highest.Percent > lowest.Percent
                    ? "The same answers score from {{lowest}} (“{{lowest_rule}}”) to {{highest}} (“{{highest_rule}}”): the rule alone is worth {{spread}} on these {{n}}.\n"
                    : "Every rule gives the same score: the choice of rule is worth nothing on these {{n}}.\n")
                + "Under the standard rule they score {{standard}}; the claim is {{claimed}}."
                + (own.MacroPercent is null ? "" : " With every subject weighing the same it would be {{macro}}.")
                + (covered.Count == 0 ? " None of the other rules has the claim inside its interval."
                    : covered.Count == others.Count ? " Each of the other rules has the claim inside its interval." : " Some of the other rules have the claim inside their intervals: the table says which."),
            Rule = "No verdict: a difference of rules is a fact about these answers. Intervals are over items; McNemar’s exact test compares each rule with the standard one.",
            Source = "Rules as documented with each score; McNemar 1947, exact; Wilson 1927.",
            Query = $"SELECT rule, count(*) FILTER (correct) AS correct, sum(credit) AS credit, count(*) AS items FROM scores WHERE run_id = {Sql(own.RunId)} GROUP BY ALL ORDER BY ALL",
            CannotShow = CannotShow,
            Values = values,
        };
    }

    private static bool Covers(RunScore rule, ClaimEvidence claim) => rule.Interval95 is var interval && claim.Claimed.Percent >= interval.Lower && claim.Claimed.Percent <= interval.Upper;

    private static FindingValue Score(string name, string label, RunScore score) =>
        FindingValue.Number(name, label, score.Percent, 2, "%") with { Interval = (score.Interval95.Lower, score.Interval95.Upper, 0.95) };
}
