using ForensicKit.Evidence;
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
    /// <param name="subjects">Subjects of the benchmark's items; empty where it has none.</param>
    /// <returns>The evidence; null where a combination has not been asked or scored yet, or the runs share no item.</returns>
    public static AttributionEvidence? Of(AttributionPlan plan, IReadOnlyList<RunScore> runs, IReadOnlyDictionary<string, string> subjects)
    {
        var cells = plan.Cells.Select(c => runs.FirstOrDefault(r => r.Protocol.Id == c.Protocol && r.Rule == c.Rule)).ToList();
        if (cells.Exists(c => c is null))
            return null;
        var credits = cells.ConvertAll(c => ItemCredits.ByItem(c!));
        // In the order of the first combination's split, so that the same evidence always gives the same sums.
        var items = cells[0]!.ItemIds.Where(id => credits.TrueForAll(c => c.ContainsKey(id))).ToList();
        return items.Count == 0 ? null : new AttributionEvidence(
            plan,
            [.. cells.Select(c => c!.RunId).Distinct(StringComparer.Ordinal)],
            [.. items.Select(id => (IReadOnlyList<double>)[.. credits.Select(c => c[id])])],
            items.TrueForAll(subjects.ContainsKey) ? [.. items.Select(id => subjects[id])] : null);
    }

    /// <summary>Subjects of a benchmark's items as they were taken into evidence; empty where it has none.</summary>
    internal static IReadOnlyDictionary<string, string> SubjectsOf(EvidenceDatabase evidence, string benchmark, CancellationToken cancellationToken) => evidence.Query(
        "SELECT item_id, subject FROM items WHERE benchmark = $benchmark AND subject IS NOT NULL ORDER BY item_index",
        row => (Id: row.GetString(0), Subject: row.GetString(1)), cancellationToken, ("benchmark", benchmark)).ToDictionary(i => i.Id, i => i.Subject, StringComparer.Ordinal);
}
