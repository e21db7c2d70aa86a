using ForensicKit.Statistics;

namespace ForensicKit.Sensitivity;

/// <summary>The right answers under one variant.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Correct">Right answers.</param>
/// <param name="Percent">Their share in percent.</param>
/// <param name="Interval">Wilson's 95% interval in percent.</param>
/// <param name="Place">Its place among the variants, 1 for the best; equal variants share the better place.</param>
public sealed record VariantAccuracy(string VariantId, int Correct, double Percent, Interval Interval, int Place);

/// <summary>How far a score moves over variants of a prompt, and how far it would if all were equal.</summary>
/// <param name="Items">Items, each answered under every variant.</param>
/// <param name="Variants">The variants, in the order given.</param>
/// <param name="Range">Best minus worst, in points.</param>
/// <param name="StandardDeviation">Standard deviation over variants (n − 1), in points.</param>
/// <param name="Mean">Mean over variants, in percent.</param>
/// <param name="NullRange">Mean best minus worst where each item's answers are dealt out to the variants at random, in points.</param>
/// <param name="NullRangeUpper">The range that 95% of those deals stay within, in points.</param>
/// <param name="NullBand">From the lowest worst to the highest best that 95% of the deals stay within (2.5% on each side), in percent.</param>
/// <param name="P">(1 + deals with a range at least as large)/(deals + 1).</param>
/// <param name="Permutations">Deals.</param>
/// <param name="ChangedItems">Items that are right under some variants and wrong under others.</param>
/// <param name="PairwiseSensitivity">ProSA's score: the mean chance that two variants disagree on an item.</param>
public sealed record VariantSpreadResult(
    int Items, IReadOnlyList<VariantAccuracy> Variants, double Range, double StandardDeviation, double Mean, double NullRange, double NullRangeUpper, Interval NullBand,
    Probability P, int Permutations, int ChangedItems, double PairwiseSensitivity)
{
    /// <summary>The range beyond what chance gives, in points.</summary>
    public double Excess => Range - NullRange;

    /// <summary>The best variant; the first given where several are.</summary>
    public VariantAccuracy Best => Variants.MaxBy(v => v.Correct)!;

    /// <summary>The worst variant; the first given where several are.</summary>
    public VariantAccuracy Worst => Variants.MinBy(v => v.Correct)!;
}

/// <summary>
/// The spread of a score over prompt variants against its null: if all variants were equal, an item's answers could be exchanged among them.
/// </summary>
/// <remarks>
/// The test is the permutation form of Cochran's 1950 (which compares variances; here it is the range that is quoted). It keeps what items have in
/// common over variants, which <see cref="NullSpread"/> for independent counts does not: that null is larger and too lenient here.
/// </remarks>
public static class VariantSpread
{
    /// <summary>Measures the spread.</summary>
    /// <param name="variantIds">K variants, 2 to 1,000, unique.</param>
    /// <param name="correct">One row for each item, one column for each variant.</param>
    /// <param name="seed">Seed of the deals.</param>
    /// <param name="permutations">Deals, at least 99; the smallest p-value is 1/(deals + 1).</param>
    /// <param name="cancellationToken">Stops between deals.</param>
    /// <exception cref="ArgumentException">There are no items, fewer than two variants, rows of another length, or ids twice.</exception>
    public static VariantSpreadResult Measure(
        IReadOnlyList<string> variantIds, IReadOnlyList<IReadOnlyList<bool>> correct, uint seed, int permutations = 1999, CancellationToken cancellationToken = default)
    {
        var k = variantIds.Count;
        if (k is < 2 or > 1000 || variantIds.Distinct(StringComparer.Ordinal).Count() != k)
            throw new ArgumentException("There are 2 to 1,000 variants, each with an id of its own.", nameof(variantIds));
        if (correct.Count == 0 || correct.Any(r => r.Count != k))
            throw new ArgumentException("There is at least one item, and each has an answer under every variant.", nameof(correct));
        if (permutations is < 99 or > 1_000_000)
            throw new ArgumentOutOfRangeException(nameof(permutations), permutations, "There are at least 99 deals, and at most a million.");
        var n = correct.Count;
        var counts = Enumerable.Range(0, k).Select(v => correct.Count(row => row[v])).ToArray();
        var range = counts.Max() - counts.Min();
        var right = correct.Select(row => row.Count(c => c)).ToList();
        var deals = Deal(right, k, seed, permutations, cancellationToken);
        var (lows, highs, ranges) = (deals.Select(d => d.Low).Order().ToList(), deals.Select(d => d.High).Order().ToList(), deals.Select(d => d.High - d.Low).Order().ToList());
        var points = 100.0 / n;
        return new(
            n, [.. variantIds.Select((id, v) => Accuracy(id, counts[v], n, 1 + counts.Count(c => c > counts[v])))],
            points * range, points * Moments.StandardDeviation([.. counts.Select(c => (double)c)]), points * counts.Average(),
            points * ranges.Average(), points * ranges[Rank(0.95)], new(points * lows[permutations - 1 - Rank(0.975)], points * highs[Rank(0.975)]),
            Probability.FromValue((1.0 + ranges.Count(r => r >= range)) / (permutations + 1)), permutations, right.Count(r => r > 0 && r < k),
            // Two of K variants disagree on an item with chance 2r(K − r)/(K(K − 1)).
            right.Average(r => 2.0 * r * (k - r) / ((double)k * (k - 1))));

        // The smallest value that at least this share of the deals do not exceed.
        int Rank(double share) => Math.Min(permutations - 1, (int)Math.Ceiling(share * permutations) - 1);
    }

    private static VariantAccuracy Accuracy(string id, int correct, int n, int place)
    {
        var interval = BinomialInterval.Wilson(correct, n, 0.95);
        return new(id, correct, 100.0 * correct / n, new(100 * interval.Lower, 100 * interval.Upper), place);
    }

    // Best and worst variant of each deal: every item gives its right answers to variants drawn without replacement.
    private static List<(int Low, int High)> Deal(List<int> right, int variants, uint seed, int permutations, CancellationToken cancellationToken)
    {
        var random = new NumpyRandomState(seed);
        // Where an item is right under most variants, those it is wrong under are fewer to draw.
        var always = right.Count(r => r == variants);
        var mixed = right.Where(r => r > 0 && r < variants).ToList();
        var order = Enumerable.Range(0, variants).ToArray();
        var counts = new int[variants];
        var deals = new List<(int, int)>(permutations);
        for (var deal = 0; deal < permutations; deal++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Array.Fill(counts, always);
            foreach (var r in mixed)
            {
                var drawn = Math.Min(r, variants - r);
                var sign = drawn == r ? 1 : -1;
                if (sign < 0)
                {
                    for (var v = 0; v < variants; v++)
                        counts[v]++;
                }

                for (var i = 0; i < drawn; i++)
                {
                    var j = i + random.Below(variants - i);
                    (order[i], order[j]) = (order[j], order[i]);
                    counts[order[i]] += sign;
                }
            }

            deals.Add((counts.Min(), counts.Max()));
        }

        return deals;
    }
}
