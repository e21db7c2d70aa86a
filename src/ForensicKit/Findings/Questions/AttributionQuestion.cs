using System.Globalization;
using ForensicKit.Claims;
using ForensicKit.Findings.Attribution;

namespace ForensicKit.Findings.Questions;

/// <summary>Which choices of a protocol make up the gap between a claim and the standard score, and how much no choice explains.</summary>
public sealed class AttributionQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => "attribution";

    /// <inheritdoc/>
    public override string Title => "What is the gap made of?";

    /// <inheritdoc/>
    public override string Asked => "Between the standard protocol and one that favours the claim lie several choices at once: worked examples, votes over samples, how an answer is read. What is each of them worth, and what remains of the gap when all favour the claim?";

    /// <inheritdoc/>
    public override string Done => "Every combination of the choices that makes sense was asked or re-scored on the same items. Each choice's share is what it adds, averaged over all orders in which the choices could be made, computed item by item; the shares add up to the difference of the protocols exactly. Intervals are over items, and over subjects where the benchmark has them.";

    /// <inheritdoc/>
    public override string CannotShow => "Whether the claimant made these choices. Shares belong to the choices that were varied and to their two levels; another choice that was not varied is part of what remains unexplained, as is training on the test items.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) => sheet.Claims.Where(c => c.Attribution is not null).Select(c => Answer(c, c.Attribution!));

    private Finding Answer(ClaimEvidence claim, AttributionEvidence evidence)
    {
        var result = GapAttribution.Of(evidence);
        var factors = evidence.Plan.Factors;
        var unexplained = result.Unexplained(claim.Claimed.Percent);
        var shares = factors.Select((f, i) => $"“{{{{factor_{Text(i + 1)}}}}}” {{{{share_{Text(i + 1)}}}}}{Interval(result.Shares[i], $"share_{Text(i + 1)}")}").ToList();
        var largest = Enumerable.Range(0, factors.Count).MaxBy(i => Math.Abs(result.Shares[i].Points));
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = $"From {{{{standard}}}} to {{{{best}}}} the largest share is “{{{{factor_{Text(largest + 1)}}}}}” with {{{{share_{Text(largest + 1)}}}}}; {Rest(unexplained)}.\n"
                + $"The shares are {string.Join(", ", shares)}; together {{{{protocol_gap}}}}. Between the claim and the score with every choice in its favour lie {{{{unexplained}}}}{Interval(unexplained, "unexplained")}.",
            Rule = "Shapley’s value of each item’s credit over all orders that the factors’ needs allow, averaged over items; intervals by Student’s t with the number of items, or of subjects with the clustered variance, less one degrees of freedom.",
            Source = "Shapley 1953; Faigle and Kern 1992 (precedence); Miller 2024 (clustered errors); Cameron and Miller 2015 (few clusters).",
            Query = $"SELECT run_id, rule, item_index, correct FROM scores WHERE run_id IN ({string.Join(", ", evidence.RunIds.Select(Sql))}) ORDER BY item_index, run_id, rule",
            CannotShow = CannotShow,
            Values =
            [
                new("claimed", "Claimed", claim.Claimed.Text, claim.Claimed.Text, "%"),
                Value("standard", "Under the standard protocol", result.Standard, "%"),
                .. factors.SelectMany((f, i) => (FindingValue[])[FindingValue.Word($"factor_{Text(i + 1)}", $"Choice {Text(i + 1)}", f.Title), Value($"share_{Text(i + 1)}", $"Share of “{f.Title}”", result.Shares[i], "points")]),
                Value("protocol_gap", "All choices together", result.Gap, "points"),
                Value("best", "With every choice in the claim’s favour", result.Best, "%"),
                Value("unexplained", "Claimed minus that: unexplained", unexplained, "points"),
                FindingValue.Count("items", "Items that every combination asked", result.Items),
                .. result.Clusters is { } clusters ? (FindingValue[])[FindingValue.Count("clusters", "Subjects they come in", clusters, "subjects")] : [],
                FindingValue.Count("orders", "Orders of the choices averaged over", result.Orders, "orders"),
            ],
        };
    }

    // What is printed as nothing is called nothing.
    private static string Rest(AttributedAmount unexplained) => FindingValue.Fixed(unexplained.Points, 1) is "0.0" ? "nothing of the claim of {{claimed}} is left unexplained"
        : unexplained.Points > 0 ? "{{unexplained}} of the claim of {{claimed}} are left unexplained"
        : "with every choice in its favour the score is above the claim of {{claimed}}";

    private static string Interval(AttributedAmount amount, string name) => amount.Lower is null ? "" : $" ({{{{{name}|interval}}}})";

    private static FindingValue Value(string name, string label, AttributedAmount amount, string unit)
    {
        var value = FindingValue.Number(name, label, amount.Points, 1, unit);
        return amount is { Lower: { } lower, Upper: { } upper } ? value with { Interval = (lower, upper, GapAttribution.Level) } : value;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
