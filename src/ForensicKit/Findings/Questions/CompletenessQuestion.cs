using ForensicKit.Claims;

namespace ForensicKit.Findings.Questions;

/// <summary>What a claim leaves out of its protocol.</summary>
public sealed class CompletenessQuestion : Question
{
    /// <summary>The fields without which a score cannot be repeated, with the words for them.</summary>
    public static IReadOnlyList<(string Field, string Words)> Needed { get; } =
    [
        ("split", "the split"), ("shots", "the number of shots"), ("template", "the prompt template"), ("decoding", "the decoding or scoring normalisation"),
        ("samples", "the number of samples per item"), ("answer_extraction", "how answers are extracted"), ("aggregation", "how items or subtasks are averaged"),
    ];

    /// <inheritdoc/>
    public override string Kind => "completeness";

    /// <inheritdoc/>
    public override string Title => "What do the claims leave out?";

    /// <inheritdoc/>
    public override string Asked => "Which parts of the protocol does each claim state? What is missing cannot be repeated, and each part alone is known to move a score by points.";

    /// <inheritdoc/>
    public override string Done => "Each claim was compared with the fields that a re-run needs: split, shots, template, decoding or scoring normalisation, samples per item, answer extraction and aggregation.";

    /// <inheritdoc/>
    public override string CannotShow => "An unstated protocol is an omission, not evidence of a favourable choice.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) => sheet.Claims.Select(claim =>
    {
        var missing = Needed.Where(n => !claim.Claimed.Protocol.ContainsKey(n.Field)).ToList();
        var stated = Needed.Where(n => claim.Claimed.Protocol.ContainsKey(n.Field)).ToList();
        return new Finding
        {
            Id = $"{Kind}/{claim.Id}",
            Kind = Kind,
            ClaimId = claim.Id,
            Question = Title,
            Answer = missing.Count == 0
                ? "The claim states every field that a re-run needs."
                : stated.Count == 0 ? "The claim states none of the fields that a re-run needs: {{missing}} are missing." : "The claim states {{stated}} and leaves out {{missing}}.",
            Rule = "A field counts as stated where the claim's source gives it in words or by reference to a versioned task definition.",
            Source = "Fields of the EleutherAI lm-evaluation-harness task configuration and result schema.",
            Query = PrintedScoresQuery(claim),
            CannotShow = CannotShow,
            Values =
            [
                FindingValue.Word("stated", "Stated", stated.Count == 0 ? "nothing" : Listed(stated.Select(s => s.Words))),
                FindingValue.Word("missing", "Left out", missing.Count == 0 ? "nothing" : Listed(missing.Select(s => s.Words))),
                FindingValue.Count("missing_count", "Fields left out", missing.Count, "fields"),
            ],
        };
    });

    private static string Listed(IEnumerable<string> words)
    {
        var all = words.ToList();
        return all.Count == 1 ? all[0] : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }
}
