using ForensicKit.Claims;
using ForensicKit.Contamination;

namespace ForensicKit.Findings.Questions;

/// <summary>What the presence of items is worth in points.</summary>
public sealed class InflationQuestion : Question
{
    /// <inheritdoc/>
    public override string Kind => InflationFinding.Kind;

    /// <inheritdoc/>
    public override string Title => "What are the leaked items worth?";

    /// <inheritdoc/>
    public override string Asked => "A model may gain nothing from what it has seen. Does this one answer the items that were found in its training text better than fresh ones, by more than a model that has not seen them?";

    /// <inheritdoc/>
    public override string Done => "Both models answered every leaked item and every fresh twin under the standard protocol. The suspect’s lead on leaked items minus its lead on fresh ones is what memory is worth; differences in difficulty and in general skill fall out. Holm’s correction runs over the benchmarks.";

    /// <inheritdoc/>
    public override string CannotShow => "Leaks that the search did not find count for neither side and can hide inflation. Items of which only the question was found are left out. The reference model is taken on trust not to have seen the items.";

    /// <inheritdoc/>
    public override IEnumerable<Finding> Ask(ClaimSheet sheet) => sheet.Contamination is not { } contamination ? [] : InflationFinding.CreateAll(
        [.. contamination.Benchmarks.Where(b => b.Items.Count > 0).Select(b => new InflationEvidence(
            b.Name, b.Items, contamination.Suspect, contamination.Reference, sheet.MarginPoints,
            $"SELECT r.model, s.rule, p.is_fresh, count(*) FILTER (s.correct) AS correct, count(*) AS items FROM scores s JOIN runs r USING (run_id) JOIN item_presence p ON p.item_id = s.item_id WHERE p.benchmark = {Sql(b.Name)} AND (p.is_fresh OR p.kind = 'QuestionAndAnswer') GROUP BY ALL ORDER BY ALL")
        {
            ClaimId = b.ClaimId,
            BenchmarkItems = b.TestItems,
        })],
        sheet.Alpha);
}
