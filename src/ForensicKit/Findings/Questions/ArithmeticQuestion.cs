using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Questions;

/// <summary>Whether printed percentages can arise from whole numbers of right answers (GRIM).</summary>
public sealed class ArithmeticQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => "arithmetic";

    /// <inheritdoc/>
    public override string Title => "Are the printed numbers possible?";

    /// <inheritdoc/>
    public override string Asked => "A share of n items can take only n + 1 values. Can each printed percentage arise from a whole number of right answers at all?";

    /// <inheritdoc/>
    public override string Done => "Every printed percentage was compared with all attainable ones by exact arithmetic, with ties rounded up and ties rounded to even. A claim that does not say how many samples were drawn per item is read as one sample each, the standard protocol.";

    /// <inheritdoc/>
    public override string CannotShow => "A possible number need not be a right one. An impossible number may be a slip, an average over several runs or samples, or another number of items: it asks for the counts, no more.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) => sheet.Claims.Select(Answer);

    /// <summary>Whether a printed score of this claim is impossible for its number of items and samples.</summary>
    public static bool IsImpossible(ClaimEvidence claim, PrintedScore? score) =>
        score is not null && !Grim.Check(score.Text, score.N ?? claim.N, claim.SamplesPerItem ?? 1).Possible;

    private Finding Answer(ClaimEvidence claim)
    {
        var values = new List<FindingValue> { FindingValue.Count("n", "Items", claim.N), FindingValue.Count("samples", "Samples per item, stated or assumed", claim.SamplesPerItem ?? 1, "") };
        var sentences = new List<string>();
        foreach (var (role, score) in (ReadOnlySpan<(string, PrintedScore?)>)[("claimed", claim.Claimed), ("reproduced", claim.Reproduced)])
        {
            if (score is not null)
                sentences.Add(Check(role, score, claim, values));
        }

        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = string.Join(' ', sentences),
            Rule = "GRIM: the printed value must be the rounding, half up or half even, of 100·x/(n·samples) for a whole number x.",
            Source = "Brown and Heathers 2017, The GRIM Test, Social Psychological and Personality Science 8(4).",
            Query = PrintedScoresQuery(claim),
            CannotShow = CannotShow,
            Values = values,
        };
    }

    private static string Check(string role, PrintedScore score, ClaimEvidence claim, List<FindingValue> values)
    {
        var result = Grim.Check(score.Text, score.N ?? claim.N, claim.SamplesPerItem ?? 1);
        values.Add(new(role, $"{role[..1].ToUpperInvariant()}{role[1..]} score", score.Text, score.Text, "%"));
        values.Add(FindingValue.Word($"{role}_possible", $"{role[..1].ToUpperInvariant()}{role[1..]} score possible", result.Possible ? "yes" : result.PossibleOnlyByTruncation ? "only by cutting digits off" : "no"));
        if (result.Possible)
        {
            values.Add(FindingValue.Count($"{role}_counts", $"Counts that print as the {role} score", Math.Max(result.HalfUp.Count, result.HalfEven.Count), "counts"));
            return $"The {role} {{{{{role}}}}} is possible.";
        }

        var between = new List<string>();
        foreach (var (side, neighbour) in (ReadOnlySpan<(string, AttainableScore?)>)[("below", result.Below), ("above", result.Above)])
        {
            if (neighbour is null)
                continue;
            values.Add(FindingValue.Count($"{role}_{side}_count", $"Nearest count {side}", neighbour.Count, "right answers"));
            values.Add(new($"{role}_{side}", "It prints as", neighbour.Printed, neighbour.Printed, "%"));
            between.Add($"{{{{{role}_{side}_count}}}} print as {{{{{role}_{side}}}}}");
        }

        return $"The {role} {{{{{role}}}}} is impossible with {{{{n}}}} and {(claim.SamplesPerItem is > 1 ? "{{samples}} answers" : "one answer")} scored for each: {string.Join(" and ", between)}. Until the counts are shown, it cannot be relied on.";
    }
}
