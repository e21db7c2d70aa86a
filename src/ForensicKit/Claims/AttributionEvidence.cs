using ForensicKit.Manifests;

namespace ForensicKit.Claims;

/// <summary>Credits of every combination of factors on the items that all of them asked.</summary>
/// <param name="Plan">The factors and combinations.</param>
/// <param name="RunIds">The runs they come from, once each.</param>
/// <param name="Credits">One row per item: its credit (0 to 1) under each of the plan's cells, in their order.</param>
/// <param name="Subjects">The subject of each item; null where the benchmark has none.</param>
public sealed record AttributionEvidence(
    AttributionPlan Plan, IReadOnlyList<string> RunIds, IReadOnlyList<IReadOnlyList<double>> Credits, IReadOnlyList<string>? Subjects)
{
    /// <summary>Reads it from the scores of a case's own runs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="runs">Scores of the claim's model on the claim's benchmark.</param>
    /// <returns>The evidence; null where a combination has not been asked or scored yet or its run stopped early, or the runs share no item.</returns>
    public static AttributionEvidence? Of(AttributionPlan plan, IReadOnlyList<RunScore> runs)
    {
        var cells = plan.Cells.Select(c => runs.FirstOrDefault(r => r.Protocol.Id == c.Protocol && r.Rule == c.Rule)).ToList();
        if (cells.Exists(c => c is null or { IsStopped: true }))
            return null;
        var credits = cells.ConvertAll(c => c!.ByItem());
        // In the order of the first combination's split, so that the same evidence always gives the same sums.
        var (first, subjects) = (cells[0]!, cells[0]!.ItemIds.Zip(cells[0]!.Subjects).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal));
        var items = first.ItemIds.Where(id => credits.TrueForAll(c => c.ContainsKey(id))).ToList();
        return items.Count == 0 ? null : new AttributionEvidence(
            plan,
            [.. cells.Select(c => c!.RunId).Distinct(StringComparer.Ordinal)],
            [.. items.Select(id => (IReadOnlyList<double>)[.. credits.Select(c => c[id])])],
            items.TrueForAll(id => subjects.GetValueOrDefault(id) is not null) ? [.. items.Select(id => subjects[id]!)] : null);
    }
}
