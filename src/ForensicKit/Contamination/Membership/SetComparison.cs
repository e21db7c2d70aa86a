using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Membership;

/// <summary>Scores of members against scores of non-members, within subjects.</summary>
/// <param name="Members">Members compared.</param>
/// <param name="NonMembers">Non-members compared.</param>
/// <param name="Area">P(member &gt; non-member) + ½P(equal) over pairs of the same subject.</param>
/// <param name="Interval">Its 95% interval by DeLong, DeLong and Clarke-Pearson 1988, subjects weighted by their pairs.</param>
/// <param name="TruePositiveRate">Largest share of members above a threshold that at most 1% of the non-members reach, subjects pooled.</param>
/// <param name="P">(1 + number of exchanges of labels within subjects with an area at least as large)/(permutations + 1): valid for any sample size.</param>
/// <param name="MeanMembers">Mean score.</param>
/// <param name="MeanNonMembers">Mean score.</param>
/// <param name="Permutations">Exchanges drawn.</param>
public sealed record SetComparison(
    int Members, int NonMembers, double Area, Interval Interval, double TruePositiveRate, Probability P, double MeanMembers, double MeanNonMembers, int Permutations)
{
    /// <summary>The fewest items of each set.</summary>
    public const int MinimumItems = 20;

    /// <summary>Compares; a larger score means more likely a member.</summary>
    /// <param name="members">Scores and subjects of members.</param>
    /// <param name="nonMembers">Scores and subjects of non-members.</param>
    /// <param name="random">Draws the exchanges.</param>
    /// <param name="permutations">How many.</param>
    /// <param name="cancellationToken">Stops between exchanges.</param>
    /// <exception cref="KitException">Too few items, a score that is not a number, the same score for all, or no subject that is in both sets.</exception>
    public static SetComparison Of(
        IReadOnlyList<(double Score, string Subject)> members, IReadOnlyList<(double Score, string Subject)> nonMembers, PythonRandom random, int permutations, CancellationToken cancellationToken)
    {
        if (members.Count < MinimumItems || nonMembers.Count < MinimumItems)
            throw new KitException(FormattableString.Invariant($"There are {members.Count} members and {nonMembers.Count} non-members that can be scored; at least {MinimumItems} of each are needed."));
        if (members.Concat(nonMembers).Any(s => double.IsNaN(s.Score)))
            throw new KitException("A score is not a number.");
        if (members.Concat(nonMembers).All(s => s.Score == members[0].Score))
            throw new KitException("Every item has the same score: the model's answers do not depend on the item.");
        var strata = Strata(members, nonMembers);
        if (strata.Count == 0)
            throw new KitException("No subject has both members and non-members.");
        var weights = strata.Sum(s => (double)s.Members.Length * s.Others.Length);
        var (area, variance) = (0.0, 0.0);
        foreach (var stratum in strata)
        {
            var weight = stratum.Members.Length * (double)stratum.Others.Length / weights;
            var (a, v) = DeLong(stratum.Members, stratum.Others);
            area += weight * a;
            variance += weight * weight * v;
        }

        var half = Normal.UpperQuantile(0.025) * Math.Sqrt(variance);
        return new(
            members.Count, nonMembers.Count, area, new Interval(area - half, area + half).ClippedToUnit(),
            new RocCurve([.. members.Select(m => m.Score)], [.. nonMembers.Select(m => m.Score)]).TruePositiveRateAt(0.01m),
            Exchange(strata, random, permutations, cancellationToken), members.Average(m => m.Score), nonMembers.Average(m => m.Score), permutations);
    }

    /// <summary>Twice the midrank of each value, from 2 up: ranks that ties share stay whole numbers.</summary>
    internal static int[] DoubledRanks(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        var ranks = new int[values.Count];
        for (int from = 0, to; from < order.Length; from = to)
        {
            to = from + 1;
            while (to < order.Length && values[order[to]] == values[order[from]])
                to++;
            for (var k = from; k < to; k++)
                ranks[order[k]] = from + to + 1;
        }

        return ranks;
    }

    private static List<(double[] Members, double[] Others)> Strata(IEnumerable<(double Score, string Subject)> members, IEnumerable<(double Score, string Subject)> nonMembers)
    {
        var others = nonMembers.ToLookup(n => n.Subject, n => n.Score, StringComparer.Ordinal);
        return [.. members.GroupBy(m => m.Subject, m => m.Score, StringComparer.Ordinal).Where(g => others.Contains(g.Key)).Select(g => (g.ToArray(), others[g.Key].ToArray()))];
    }

    private static Probability Exchange(List<(double[] Members, double[] Others)> strata, PythonRandom random, int permutations, CancellationToken cancellationToken)
    {
        var ranks = strata.Select(s => DoubledRanks([.. s.Members, .. s.Others])).ToList();
        var observed = strata.Zip(ranks, (s, r) => r.Take(s.Members.Length).Sum(x => (long)x)).Sum();
        var reached = 0;
        for (var k = 0; k < permutations; k++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long sum = 0;
            for (var s = 0; s < strata.Count; s++)
            {
                var (row, take) = (ranks[s], strata[s].Members.Length);
                for (var i = 0; i < take; i++)
                {
                    var j = i + (int)random.Below(row.Length - i);
                    (row[i], row[j]) = (row[j], row[i]);
                    sum += row[i];
                }
            }

            reached += sum >= observed ? 1 : 0;
        }

        return Probability.FromValue((1.0 + reached) / (permutations + 1.0));
    }

    private static (double Area, double Variance) DeLong(double[] members, double[] others)
    {
        double[] sorted = [.. others.Order()], sortedMembers = [.. members.Order()];
        double[] above = [.. members.Select(m => Below(sorted, m))], below = [.. others.Select(o => 1 - Below(sortedMembers, o))];
        var smaller = (double)Math.Min(members.Length, others.Length);
        // At least as if one item had been on the other side half of the time: sets that are wholly apart do not make it certain.
        return (above.Average(), Math.Max(Spread(above) + Spread(below), 0.25 / (smaller * smaller)));
    }

    private static double Spread(double[] values) => values.Length < 2 ? 0.25 : Math.Pow(Moments.StandardDeviation(values), 2) / values.Length;

    // Share of sorted values below one, ties as halves.
    private static double Below(double[] sorted, double value)
    {
        int First(Func<double, bool> isPast)
        {
            int low = 0, high = sorted.Length;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (isPast(sorted[middle]))
                    high = middle;
                else
                    low = middle + 1;
            }

            return low;
        }

        return (First(x => x >= value) + First(x => x > value)) / (2.0 * sorted.Length);
    }
}
