using ForensicKit.Benchmarks;
using ForensicKit.Evidence;

namespace ForensicKit.Evaluation;

/// <summary>Makes scores, and runs a rule over a whole run.</summary>
public static class ItemScores
{
    /// <summary>Scores a run item by item: responses are grouped by item, and items come in the order of the split.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="items">The benchmark; items without a response are passed over.</param>
    /// <param name="responses">All responses of one run.</param>
    public static IEnumerable<ItemScore> Of(IScoringRule rule, IReadOnlyList<BenchmarkItem> items, IReadOnlyList<Response> responses)
    {
        var byItem = responses.ToLookup(response => response.ItemIndex);
        foreach (var item in items)
        {
            var own = byItem[item.Index].OrderBy(response => response.ChoiceIndex).ThenBy(response => response.SampleIndex).ToList();
            if (own.Count > 0)
                yield return rule.Score(item, own);
        }
    }

    internal static ItemScore Of(Response response, string rule, BenchmarkItem item, string? extracted, bool? correct) =>
        new(response.RunId, rule, item.Id, item.Index, extracted, correct);
}
