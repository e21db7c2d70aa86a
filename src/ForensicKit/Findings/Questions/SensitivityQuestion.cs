using ForensicKit.Claims;
using ForensicKit.Sensitivity;

namespace ForensicKit.Findings.Questions;

/// <summary>How far the wording of the prompt moves a score, beyond what chance gives.</summary>
public sealed class SensitivityQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => SensitivityFinding.Kind;

    /// <inheritdoc/>
    public override string Title => "How far does the wording of the prompt move the score?";

    /// <inheritdoc/>
    public override string Asked => "The same items were asked in many harmless variants of one prompt. Is the spread of scores larger than equal variants would show, and what could somebody gain who prints the best?";

    /// <inheritdoc/>
    public override string Done => "Each variant was scored on the same items. The answers to every item were then exchanged between the variants at random, many times over: the range that this gives is what chance alone makes of equal variants, and is subtracted.";

    /// <inheritdoc/>
    public override string CannotShow => "Wordings that were not tried, worked examples in the prompt, and whether the claimant chose among variants at all.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) => sheet.Sensitivity is { } sensitivity ? SensitivityFinding.CreateAll([sensitivity], sheet.Alpha) : [];
}
