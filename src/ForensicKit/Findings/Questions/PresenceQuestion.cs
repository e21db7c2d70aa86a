using ForensicKit.Claims;
using ForensicKit.Contamination;

namespace ForensicKit.Findings.Questions;

/// <summary>Which benchmark items stand in the training text that is at hand.</summary>
public sealed class PresenceQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => PresenceFinding.Kind;

    /// <inheritdoc/>
    public override string Title => "Were test items in the training data?";

    /// <inheritdoc/>
    public override string Asked => "Part of the model’s training text is at hand. Do items of the benchmarks stand in it, in which form, and how often?";

    /// <inheritdoc/>
    public override string Done => "Every document was searched for places that agree with an item’s question or answer, edited or not. Half of the fresh twins, which cannot be in the text, say how well a place must agree to count; the other half show how often that is wrong.";

    /// <inheritdoc/>
    public override string CannotShow => "What being there did to a score: presence is not inflation. Text that is not at hand was not searched, nor what could not be read, and items in quite other words are not found.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) => sheet.Contamination is not { } contamination ? [] : contamination.Benchmarks.Select(b =>
        PresenceFinding.Create(
            PresenceCounts.Of(b.Name, b.Presence), contamination.Settings, contamination.Scan.Documents,
            $"SELECT kind, is_fresh, count(*) AS items, sum(occurrences) AS occurrences FROM item_presence WHERE benchmark = {Sql(b.Name)} AND is_findable GROUP BY ALL ORDER BY ALL",
            b.ClaimId));
}
