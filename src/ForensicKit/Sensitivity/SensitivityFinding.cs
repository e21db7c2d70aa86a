using System.Globalization;
using ForensicKit.Findings;
using ForensicKit.Statistics;

namespace ForensicKit.Sensitivity;

/// <summary>What is asked about one benchmark.</summary>
/// <param name="BenchmarkName">The benchmark.</param>
/// <param name="Spread">The measured spread.</param>
/// <param name="Titles">Names of the variants for people, by id; those without one are named by their id.</param>
/// <param name="Query">SQL over the evidence that shows the rows.</param>
public sealed record SensitivityEvidence(string BenchmarkName, VariantSpreadResult Spread, IReadOnlyDictionary<string, string> Titles, string Query)
{
    /// <summary>The claim the benchmark belongs to; null for none.</summary>
    public string? ClaimId { get; init; }

    /// <summary>Id of the variant that the claim was made with; null where that is not known.</summary>
    public string? ClaimedVariantId { get; init; }

    /// <summary>The claimed score in percent; null where none is to be compared.</summary>
    public double? ClaimedPercent { get; init; }

    /// <summary>A variant's name for people.</summary>
    internal string Title(string id) => Titles.GetValueOrDefault(id, id);
}

/// <summary>Findings on prompt sensitivity, one for each benchmark, with Holm's correction over them.</summary>
public static class SensitivityFinding
{
    /// <summary>Kind of the findings.</summary>
    public const string Kind = "sensitivity";

    /// <summary>The findings, in the order of the evidence.</summary>
    /// <param name="evidence">One entry for each benchmark.</param>
    /// <param name="alpha">Error rate over all of them.</param>
    /// <exception cref="ArgumentException">A claimed variant is not among the measured ones.</exception>
    public static IReadOnlyList<Finding> CreateAll(IReadOnlyList<SensitivityEvidence> evidence, double alpha = 0.05)
    {
        if (evidence.Count == 0)
            return [];
        var holm = MultipleTesting.Holm([.. evidence.Select(e => e.Spread.P)]);
        return [.. evidence.Select((e, i) => Create(e, holm[i], alpha))];
    }

    private static Finding Create(SensitivityEvidence e, Probability adjusted, double alpha)
    {
        var s = e.Spread;
        var claimed = e.ClaimedVariantId is { } id
            ? s.Variants.FirstOrDefault(v => v.VariantId == id) ?? throw new ArgumentException($"The claimed variant '{id}' was not measured.", nameof(e))
            : null;
        var isReal = adjusted.Value <= alpha;
        return new()
        {
            Id = $"{Kind}/{e.ClaimId ?? e.BenchmarkName}",
            Kind = Kind,
            ClaimId = e.ClaimId,
            Question = $"How much of the score on {e.BenchmarkName} is the wording of the prompt?",
            Answer = Sentence(e, isReal, claimed),
            Rule = "Every item is answered under every variant. The range over variants is compared with the range where each item’s answers are dealt out to the variants at random; more than chance where p, corrected by "
                + "Holm’s method over the benchmarks, is at most α. The difference to the mean of that range is what the wording is worth beyond chance.",
            Source = "Sclar et al. 2024 (formats and spread); permutation test of exchangeable variants (Cochran 1950); Phipson and Smyth 2010 for p; Zhuo et al. 2024 (pairwise sensitivity); Holm 1979.",
            Query = e.Query,
            CannotShow = "What other wordings would give: the variants are a sample of a much larger grammar, and none changes the examples, the language or what is asked. A variant that is best here need not be best on new items.",
            Values = [.. Values(e, adjusted, isReal, claimed)],
        };
    }

    private static string Sentence(SensitivityEvidence e, bool isReal, VariantAccuracy? claimed)
    {
        var headline = isReal
            ? "The wording of the prompt is worth {{range}}, more than chance gives: from {{worst}} with “{{worst_title}}” to {{best}} with “{{best_title}}”."
            : "Over {{variants}} the score moves by {{range}}, no more than chance would give.";
        var measured = " If all {{variants}} were equal, {{items}} would still spread by {{null_range}} on average and by up to {{null_range_upper}} in most cases; the excess is {{excess}} "
            + "(p = {{p}}, and p = {{p_holm}} after correction over the benchmarks). {{changed}} are right under some wordings and wrong under others.";
        var standing = claimed is null ? " Which wording the claim was made with is not known."
            : " The claim’s own wording, “{{claimed_title}}”, gives {{claimed_score}}: place {{claimed_place|bare}} of {{variants|bare}}, {{claimed_lead}} from their mean.";
        var claim = e.ClaimedPercent is null ? ""
            : e.ClaimedPercent > e.Spread.Best.Percent ? " The claimed {{claim}} lies above every wording measured: no choice among them explains it."
            : e.ClaimedPercent < e.Spread.Worst.Percent ? " The claimed {{claim}} lies below every wording measured."
            : " {{reach}} of {{variants|bare}} reach the claimed {{claim}}.";
        return $"{headline}\n{(measured + standing + claim).TrimStart()}";
    }

    private static IEnumerable<FindingValue> Values(SensitivityEvidence e, Probability adjusted, bool isReal, VariantAccuracy? claimed)
    {
        var s = e.Spread;
        yield return FindingValue.Word("outcome", "Sensitivity to the prompt", isReal ? "more than chance" : "within chance");
        yield return FindingValue.Count("variants", "Variants", s.Variants.Count, "wordings");
        yield return FindingValue.Count("items", "Items", s.Items);
        yield return FindingValue.Number("range", "Best minus worst", s.Range, 1, "points");
        yield return FindingValue.Number("sd", "Standard deviation over variants", s.StandardDeviation, 1, "points");
        yield return FindingValue.Number("mean", "Mean over variants", s.Mean, 1, "%");
        yield return Score("best", "Best", s.Best);
        yield return FindingValue.Word("best_title", "Best wording", e.Title(s.Best.VariantId));
        yield return Score("worst", "Worst", s.Worst);
        yield return FindingValue.Word("worst_title", "Worst wording", e.Title(s.Worst.VariantId));
        yield return FindingValue.Number("null_range", "Range expected if all were equal", s.NullRange, 1, "points");
        yield return FindingValue.Number("null_range_upper", "Range that 95 of 100 deals stay within", s.NullRangeUpper, 1, "points");
        yield return FindingValue.Number("excess", "Range beyond chance", s.Excess, 1, "points");
        yield return FindingValue.P("p", "p of a range as large if all were equal", s.P);
        yield return FindingValue.P("p_holm", "The same, Holm over the benchmarks", adjusted);
        yield return FindingValue.Count("permutations", "Deals", s.Permutations, "deals");
        yield return FindingValue.Count("changed", "Items right under some and wrong under others", s.ChangedItems);
        yield return FindingValue.Number("pairwise", "Chance that two variants disagree on an item", 100 * s.PairwiseSensitivity, 1, "%");
        if (claimed is not null)
        {
            yield return FindingValue.Word("claimed_title", "The claim’s wording", e.Title(claimed.VariantId));
            yield return Score("claimed_score", "Score under it", claimed);
            yield return FindingValue.Count("claimed_place", "Its place, the best first", claimed.Place, "");
            yield return FindingValue.Number("claimed_lead", "Its score minus the mean", claimed.Percent - s.Mean, 1, "points");
        }

        if (e.ClaimedPercent is { } percent)
        {
            yield return FindingValue.Number("claim", "Claimed", percent, 1, "%");
            yield return FindingValue.Count("reach", "Variants that reach it", s.Variants.Count(v => v.Percent >= percent), "");
        }

        foreach (var variant in s.Variants)
            yield return Score(string.Create(CultureInfo.InvariantCulture, $"variant_{variant.VariantId.Replace('-', '_')}"), e.Title(variant.VariantId), variant);
    }

    private static FindingValue Score(string name, string label, VariantAccuracy v) =>
        FindingValue.Number(name, label, v.Percent, 1, "%") with { Interval = (v.Interval.Lower, v.Interval.Upper, 0.95) };
}
