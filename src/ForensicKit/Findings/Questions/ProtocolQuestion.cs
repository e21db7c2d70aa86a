using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>Whether another protocol explains a claim, and what the change of protocol is worth on the same items.</summary>
/// <remarks>
/// Both scores come from runs of this investigation on the same items, so their difference is paired: only items that one protocol gets right
/// and the other wrong count.
/// </remarks>
public sealed class ProtocolQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => "protocol";

    /// <inheritdoc/>
    public override string Title => "How much came from the protocol?";

    /// <inheritdoc/>
    public override string Asked => "The benchmark has a standard protocol. Another one may have given the claim: several samples put to the vote, a friendlier prompt, a laxer reading of answers. What does that protocol score on the same items, and does it give the printed number?";

    /// <inheritdoc/>
    public override string Done => "The model was asked under both protocols. Items that only one of them gets right were counted: their balance is what the protocol is worth, with Newcombe’s interval for paired proportions and McNemar’s exact test, Holm-corrected over the sheet.";

    /// <inheritdoc/>
    public override string CannotShow => "Whether the claimant used this protocol: a number can come about in several ways. A protocol that scores higher is not wrong in itself; printing its score beside others’ standard scores without saying so is.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet)
    {
        // A run that stopped early did so where its score looked worst: it is compared with nothing.
        var claims = sheet.Claims.Where(c => c.Standard is { IsStopped: false } && c.AsClaimed is not null).ToList();
        if (claims.Count == 0)
            return [];
        var pairs = claims.Select(c => Pair(c.AsClaimed!, c.Standard!)).ToList();
        var holm = MultipleTesting.Holm([.. pairs.Select(p => McNemar.Exact(p.OnlyFirst, p.OnlySecond))]);
        return claims.Select((c, i) => Answer(sheet, c, pairs[i], holm[i]));
    }

    private Finding Answer(ClaimSheet sheet, ClaimEvidence claim, PairedTable pair, Probability p)
    {
        var (standard, other) = (claim.Standard!, claim.AsClaimed!);
        var lift = 100 * PairedProportions.Difference(pair);
        var limits = PairedProportions.NewcombeCorrected(pair, 0.95).Limits;
        var isShown = p.Value <= sheet.Alpha;
        var reproduces = Math.Abs(other.Percent - claim.Claimed.Percent) <= sheet.MarginPoints;
        var first = isShown
            ? lift > 0 ? "The protocol is worth {{lift}}: {{other}} instead of {{standard}} on the same items." : "The other protocol scores lower: {{other}} instead of {{standard}} on the same items, a difference of {{lift}}."
            : "No difference between the protocols is shown: {{other}} against {{standard}} on the same items.";
        var second = reproduces
            ? " The claim of {{claimed}} comes out under it, within {{margin}}."
            : " The claim of {{claimed}} does not come out under it, a difference of {{unexplained}}.";
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = first + "\n" + second.TrimStart() + " The standard protocol is “{{standard_protocol}}”, the other “{{other_protocol}}”; the difference has a {{lift|interval}} (p = {{p}}).",
            Rule = "Difference of paired proportions with Newcombe’s interval (method 10); exact McNemar test, Holm-corrected over the claims; a protocol gives the claim where its score lies within the margin of it.",
            Source = "McNemar 1947; Newcombe 1998, Statistics in Medicine 17:2635; Holm 1979.",
            Query = $"SELECT run_id, rule, item_index, extracted, correct FROM scores WHERE run_id IN ({Sql(standard.RunId)}, {Sql(other.RunId)}) ORDER BY item_index, run_id, rule",
            CannotShow = CannotShow,
            Values =
            [
                new("claimed", "Claimed", claim.Claimed.Text, claim.Claimed.Text, "%"),
                Score("standard", "Under the standard protocol", standard),
                Score("other", "Under the other protocol", other),
                FindingValue.Number("lift", "Worth of the protocol", lift, 1, "points") with { Interval = (100 * limits.Lower, 100 * limits.Upper, 0.95) },
                FindingValue.Count("wins", "Items right under the other protocol alone", pair.OnlyFirst),
                FindingValue.Count("losses", "Items right under the standard protocol alone", pair.OnlySecond),
                FindingValue.P("p", "McNemar’s exact p, Holm over the sheet", p),
                FindingValue.Number("unexplained", "Claimed minus the other protocol’s score", claim.Claimed.Percent - other.Percent, 1, "points"),
                FindingValue.Number("margin", "Margin", sheet.MarginPoints, 0, "points"),
                FindingValue.Word("standard_protocol", "Standard protocol", $"{standard.Protocol.Title}, {standard.Title.ToLowerInvariant()}"),
                FindingValue.Word("other_protocol", "Other protocol", $"{other.Protocol.Title}, {other.Title.ToLowerInvariant()}"),
            ],
        };
    }

    private static FindingValue Score(string name, string label, RunScore score)
    {
        var interval = BinomialInterval.Wilson(score.Right, score.Items, 0.95);
        return FindingValue.Number(name, label, score.Percent, 1, "%") with { Interval = (100 * interval.Lower, 100 * interval.Upper, 0.95) };
    }

    private static PairedTable Pair(RunScore first, RunScore second)
    {
        var right = second.ItemIds.Zip(second.Correct).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        long both = 0, onlyFirst = 0, onlySecond = 0, neither = 0;
        for (var i = 0; i < first.Items; i++)
        {
            switch (first.Correct[i], right[first.ItemIds[i]])
            {
                case (true, true): both++; break;
                case (true, false): onlyFirst++; break;
                case (false, true): onlySecond++; break;
                default: neither++; break;
            }
        }

        return new(both, onlyFirst, onlySecond, neither);
    }
}
