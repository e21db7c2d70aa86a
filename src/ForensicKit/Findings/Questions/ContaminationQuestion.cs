using ForensicKit.Claims;
using ForensicKit.Contamination.Verdicts;

namespace ForensicKit.Findings.Questions;

/// <summary>What all evidence says together: presence, memorisation and inflation, apart from each other.</summary>
public sealed class ContaminationQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => ContaminationFinding.Kind;

    /// <inheritdoc/>
    public override string Title => "Presence, memorisation, inflation: what can be said?";

    /// <inheritdoc/>
    public override string Asked => "Three things are easily taken for each other: items stand in the training text; the model knows them better than it could without; its score is higher for it. What does the evidence say of each?";

    /// <inheritdoc/>
    public override string Done => "Every test of a statement about a benchmark was combined so that their dependence does no harm, and all statements of the case were corrected together for false discoveries, at a stricter level than other findings since they accuse. How often such verdicts are wrong, and what they would miss, was measured on small models trained with known leaks.";

    /// <inheritdoc/>
    public override string CannotShow => "How a model of another size or another training would have come out: the models that this is calibrated on are small. A statement that is not shown is not shown to be false.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) =>
        sheet is { Contamination: null, Membership: null } ? [] : ContaminationFinding.CreateAll(sheet.Contamination, sheet.Membership, sheet.Calibration, (uint)sheet.Seed);
}
