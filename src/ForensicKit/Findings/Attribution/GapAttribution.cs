using ForensicKit.Claims;
using ForensicKit.Statistics;

namespace ForensicKit.Findings.Attribution;

/// <summary>An amount in points (or percent) with its interval.</summary>
/// <param name="Points">The amount.</param>
/// <param name="Lower">Lower end; null where one item or cluster leaves no spread to tell.</param>
/// <param name="Upper">Upper end.</param>
public sealed record AttributedAmount(double Points, double? Lower, double? Upper);

/// <summary>
/// A gap between the standard protocol and the one that favours the claim, divided among their choices item by item.
/// </summary>
/// <remarks>
/// φᵢ is factor i's Shapley share of one item's credit, averaged over the items, so that Σφ = v(all) − v(none) holds exactly. An interval is
/// the mean ± t(G − 1) times its standard error: over G = n items where they are independent, over G subjects where items come in
/// subjects, with the clustered variance times G/(G − 1) (Miller 2024). Student's t and not the normal, since subjects can be few, and the
/// variance is estimated from G sums (Cameron and Miller 2015). The items are those of a super-population of questions; what a share is
/// on exactly these items has no error at all.
/// </remarks>
/// <param name="Standard">Score with no factor favourable, in percent.</param>
/// <param name="Shares">Share of each factor, in points, in the order of the plan.</param>
/// <param name="Best">Score with all factors favourable, in percent.</param>
/// <param name="Gap">All shares together: best minus standard.</param>
/// <param name="Items">Items that every combination asked.</param>
/// <param name="Clusters">Subjects they come in; null where items count as independent.</param>
/// <param name="Orders">Orders of the factors that their needs allow.</param>
public sealed record GapAttribution(
    AttributedAmount Standard, IReadOnlyList<AttributedAmount> Shares, AttributedAmount Best, AttributedAmount Gap, int Items, int? Clusters, long Orders)
{
    /// <summary>Level of every interval.</summary>
    public const double Level = 0.95;

    /// <summary>Divides the gap.</summary>
    /// <param name="evidence">Credits of every combination.</param>
    /// <exception cref="ArgumentException">A combination that the factors' needs allow is missing.</exception>
    public static GapAttribution Of(AttributionEvidence evidence)
    {
        var plan = evidence.Plan;
        var shapley = new ShapleyAttribution(plan.Factors.Count, plan.Precedence);
        var masks = plan.Cells.Select(plan.MaskOf).ToList();
        var clusters = Clustered(evidence.Subjects);
        var shares = shapley.ItemShares(masks, evidence.Credits, clusters);
        var groups = clusters?.Distinct().Count() ?? evidence.Credits.Count;
        var quantile = groups > 1 ? StudentT.UpperQuantile((1 - Level) / 2, groups - 1) : (double?)null;
        return new(
            Score(0), [.. shares.Factors.Select(f => Amount(f.Mean, f.ClusteredCorrected))], Score((1 << plan.Factors.Count) - 1),
            Amount(shares.Gap.Mean, shares.Gap.ClusteredCorrected), evidence.Credits.Count, clusters is null ? null : groups, shares.LinearExtensions);

        AttributedAmount Amount(double mean, double? error) =>
            error is { } e && quantile is { } t ? new(100 * mean, 100 * (mean - (t * e)), 100 * (mean + (t * e))) : new(100 * mean, null, null);

        AttributedAmount Score(int mask)
        {
            var column = masks.IndexOf(mask);
            double[] credits = [.. evidence.Credits.Select(row => row[column])];
            if (groups < 2)
                return Amount(credits.Average(), null);
            var error = clusters is null ? ClusteredErrors.Of(credits, [.. Enumerable.Range(0, credits.Length)]) : ClusteredErrors.Of(credits, clusters);
            var amount = Amount(error.Mean, error.ClusteredCorrected);
            return amount with { Lower = Math.Max(0, amount.Lower!.Value), Upper = Math.Min(100, amount.Upper!.Value) };
        }
    }

    /// <summary>What of a claim no factor explains: the claim minus the best score. A claim is a fixed number, so the interval is the best score's.</summary>
    /// <param name="claimedPercent">The claim in percent.</param>
    public AttributedAmount Unexplained(double claimedPercent) => new(claimedPercent - Best.Points, claimedPercent - Best.Upper, claimedPercent - Best.Lower);

    // A subject for each item, or one for all, is no clustering.
    private static List<int>? Clustered(IReadOnlyList<string>? subjects)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var subject in subjects ?? [])
            numbers.TryAdd(subject, numbers.Count);
        return subjects is null || numbers.Count < 2 || numbers.Count == subjects.Count ? null : [.. subjects.Select(s => numbers[s])];
    }
}
