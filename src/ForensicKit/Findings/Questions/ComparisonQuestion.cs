using ForensicKit.Claims;
using ForensicKit.Findings.Judgement;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>How the claim's model stands to each reference model under the same standard protocol, on the same items.</summary>
/// <remarks>
/// Paired: what both get right or both get wrong says nothing of their order, so only discordant items count (McNemar 1947). The interval
/// is that of the bootstrap over items, computed without simulation; where credits are shares, Student's.
/// </remarks>
public sealed class ComparisonQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => "comparison";

    /// <inheritdoc/>
    public override string Title => "Which model is better on the same items?";

    /// <inheritdoc/>
    public override string Asked => "A claim is often made to stand above another model. Asked the same items under the same standard protocol, which of the two is right more often, and could that be chance?";

    /// <inheritdoc/>
    public override string Done => "Both models’ answers were paired item by item. Items that only one of them gets right were counted and tested by McNemar’s exact test, Holm-corrected over all comparisons; the difference has the interval of the bootstrap over items, and an error over subjects where the benchmark has them.";

    /// <inheritdoc/>
    public override string CannotShow => "Which model is better at anything but these questions under this protocol; leaked items count as right answers here. A difference that is not shown is not a proof that the models are equal.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet)
    {
        // A run that stopped early did so where its score looked worst: it is compared with nothing.
        var pairs = sheet.Claims.Where(c => c.Standard is { IsStopped: false })
            .SelectMany(c => c.References.Select(r => (Claim: c, Pair: PairedScores.Of(c.Standard!, r.Run), Reference: r, Several: c.References.Count > 1))).Where(p => p.Pair is not null).ToList();
        if (pairs.Count == 0)
            return [];
        var holm = MultipleTesting.Holm([.. pairs.Select(p => p.Pair!.P)]);
        return pairs.Select((p, i) => Answer(sheet, p.Claim, p.Pair!, p.Reference, p.Several, holm[i]));
    }

    private Finding Answer(ClaimSheet sheet, ClaimEvidence claim, PairedScores pair, ReferenceRun reference, bool several, Probability p)
    {
        var own = claim.Standard!;
        var isShown = p.Value <= sheet.Alpha;
        var values = new List<FindingValue>
        {
            FindingValue.Word("model", "Model of the claim", claim.Claimed.Model),
            FindingValue.Word("other", "Reference model", reference.Model),
            FindingValue.Number("score", "Score of the claim’s model", 100 * pair.First, 1, "%"),
            FindingValue.Number("other_score", "Score of the reference model", 100 * pair.Second, 1, "%"),
            FindingValue.Number("difference", "First minus second", 100 * pair.Difference, 1, "points") with { Interval = (100 * pair.Lower, 100 * pair.Upper, PairedScores.Level) },
            FindingValue.Count("items", "Items that both were asked", pair.Items),
            FindingValue.Count("wins", "Items on which the claim’s model is ahead", pair.Wins),
            FindingValue.Count("losses", "Items on which the reference model is ahead", pair.Losses),
            FindingValue.P("p", "p of no difference, Holm over all comparisons", p),
        };
        if (pair.StandardError is { } error)
            values.Add(FindingValue.Number("error", "Standard error of the difference over items", 100 * error, 2, "points"));
        if (pair.Clustered is { } clustered)
        {
            values.Add(FindingValue.Number("clustered_error", "Standard error of the difference over subjects", 100 * clustered.ClusteredCorrected, 2, "points"));
            values.Add(FindingValue.Count("subjects", "Subjects", clustered.Clusters, "subjects"));
        }

        return new Finding
        {
            Id = $"{Kind}/{claim.Id}{(several ? "/" + reference.Run.Model : "")}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = (isShown
                    ? pair.Difference > 0 ? "{{model}} is right more often than {{other}}: {{score}} against {{other_score}} on the same items." : "{{model}} is right less often than {{other}}: {{score}} against {{other_score}} on the same items."
                    : "Neither model is shown to be better: {{model}} {{score}}, {{other}} {{other_score}} on the same items.")
                + "\nThe first alone is ahead on {{wins}}, the second alone on {{losses}}; the difference is {{difference}} with a {{difference|interval}} (p = {{p}})."
                + (pair.Clustered is null ? "" : " Over {{subjects}} its standard error is {{clustered_error}}."),
            Rule = "Exact McNemar test on items that one model gets right and the other wrong (Student’s paired t test where credits are shares), Holm-corrected over all comparisons; percentile interval of the exact bootstrap over items (Student’s for shares); clustered standard error with C/(C − 1).",
            Source = "McNemar 1947; Efron 1979; Miller 2024; Holm 1979.",
            Query = $"SELECT run_id, rule, item_index, correct, credit FROM scores WHERE run_id IN ({Sql(own.RunId)}, {Sql(reference.Run.RunId)}) AND rule = {Sql(own.Rule)} ORDER BY item_index, run_id",
            CannotShow = CannotShow,
            Values = values,
        };
    }
}
