using ForensicKit.Claims;
using ForensicKit.Contamination.Verdicts;

namespace ForensicKit.Findings.Questions;

/// <summary>What the suspect itself shows of a benchmark, whatever its training text says.</summary>
public sealed class MembershipQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => MembershipFinding.Kind;

    /// <inheritdoc/>
    public override string Title => "What does the model itself show?";

    /// <inheritdoc/>
    public override string Asked => "Training text is seldom all at hand. Does the model treat the published items otherwise than items of the same kind that it cannot have seen: does it find them likelier, finish them word for word, write them down when sampled?";

    /// <inheritdoc/>
    public override string Done => "A battery of published tests was put to the suspect on the first items of each benchmark, and on as many fresh ones where there are any, whether or not they stand in the training text that was read. A reference model that can have seen neither, where the case has one, takes the same tests: what it fails too is no sign of memory. A test that cannot tell refuses.";

    /// <inheritdoc/>
    public override string CannotShow => "What no test sees: items that were seen once or twice, in other words, or by the reference model as well. Memory says nothing of a score. These tests are not part of the calibration on models with known leaks.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) =>
        sheet.Membership is not { } membership ? [] : membership.Benchmarks.Select(b => MembershipFinding.Create(b, membership, sheet.Alpha));
}
