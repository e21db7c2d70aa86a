using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>One item answered by the model under scrutiny and by a reference model that has not seen it.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="IsLeaked">Whether it stands in the training data; otherwise it is fresh and cannot.</param>
/// <param name="Exposures">How often it stands there; 0 for fresh items.</param>
/// <param name="SuspectCorrect">Whether the model under scrutiny is right.</param>
/// <param name="CleanCorrect">Whether the reference model is right.</param>
/// <param name="Stratum">Items are exchangeable within a stratum (subject, template, difficulty); empty where there is one.</param>
public sealed record InflationItem(string ItemId, bool IsLeaked, int Exposures, bool SuspectCorrect, bool CleanCorrect, string Stratum = "");

/// <summary>How much more the suspect's lead over the reference is on leaked than on fresh items.</summary>
/// <param name="Leaked">Leaked items.</param>
/// <param name="Fresh">Fresh items.</param>
/// <param name="Points">mean(S − C | leaked) − mean(S − C | fresh), in points.</param>
/// <param name="Interval">Welch's interval in points; null with fewer than two items on a side.</param>
/// <param name="P">
/// Share of all exchanges of the labels "leaked" and "fresh" within strata that give a difference at least as large: exact, one-sided.
/// Values below 1e-300 are given as 1e-300.
/// </param>
/// <param name="MinimumDetectable">The difference in points found with 80% power at one-sided α; null without an interval.</param>
public sealed record DifferenceInDifferences(int Leaked, int Fresh, double Points, Interval? Interval, Probability P, double? MinimumDetectable);

/// <summary>The effect among items seen a certain number of times.</summary>
/// <param name="From">Least exposures.</param>
/// <param name="To">Most exposures; null for no limit.</param>
/// <param name="Effect">Those leaked items against all fresh ones.</param>
public sealed record ExposureEffect(int From, int? To, DifferenceInDifferences Effect);

/// <summary>Accuracies of one model.</summary>
/// <param name="Leaked">Right on leaked items.</param>
/// <param name="Fresh">Right on fresh items.</param>
public readonly record struct RightAnswers(int Leaked, int Fresh);

/// <summary>The result of <see cref="InflationTest"/>.</summary>
/// <param name="Overall">All leaked against all fresh items.</param>
/// <param name="ByExposure">The same by number of exposures; buckets without items are left out.</param>
/// <param name="FreshPoints">mean(S − C | fresh) in points: what the suspect is better at than the reference without having seen anything.</param>
/// <param name="FreshInterval">Its t interval; null with fewer than two fresh items.</param>
/// <param name="FreshP">Exact two-sided sign test of it.</param>
/// <param name="Suspect">The suspect's right answers.</param>
/// <param name="Clean">The reference model's right answers.</param>
public sealed record InflationResult(
    DifferenceInDifferences Overall, IReadOnlyList<ExposureEffect> ByExposure, double FreshPoints, Interval? FreshInterval, Probability FreshP,
    RightAnswers Suspect, RightAnswers Clean)
{
    /// <summary>The gain over fresh items of the same difficulty; null where no leaked item has a match.</summary>
    public MatchedGain? Matched { get; init; }
}

/// <summary>
/// Whether a model gained on items that stand in its training data: difference in differences against a reference model that has not seen them
/// and against fresh items that neither has.
/// </summary>
/// <remarks>
/// The reference model takes out how hard the items are, the fresh items how much better the suspect is anyway. The interval is Welch's on the
/// differences d = S − C ∈ {−1, 0, 1} item by item, with a variance of at least 1/n, as if one item had differed: items that all agree do not make
/// it certain. The p-value does not rest on it: it is exact, by the distribution of Σd over leaked items when labels are exchanged within strata
/// (multivariate hypergeometric in each stratum, convolved over strata).
/// </remarks>
public static class InflationTest
{
    /// <summary>Lower ends of the exposure buckets.</summary>
    public static IReadOnlyList<int> ExposureSteps { get; } = [1, 5, 10, 50];

    /// <summary>Runs the test.</summary>
    /// <param name="items">The items; at least one leaked and one fresh.</param>
    /// <param name="level">Level of the intervals; one-sided α of the detectable difference is 1 − level.</param>
    /// <exception cref="ArgumentException">No leaked or no fresh item, a fresh item with exposures, or a leaked one without.</exception>
    public static InflationResult Run(IReadOnlyList<InflationItem> items, double level = 0.95)
    {
        var leaked = items.Where(i => i.IsLeaked).ToList();
        var fresh = items.Where(i => !i.IsLeaked).ToList();
        if (leaked.Count == 0 || fresh.Count == 0)
            throw new ArgumentException("There is at least one leaked and one fresh item.", nameof(items));
        if (leaked.Any(i => i.Exposures < 1) || fresh.Any(i => i.Exposures != 0))
            throw new ArgumentException("A leaked item has at least one exposure, a fresh one none.", nameof(items));
        var buckets = ExposureSteps.Select((from, k) => (From: from, To: k + 1 < ExposureSteps.Count ? ExposureSteps[k + 1] - 1 : (int?)null))
            .Select(b => (b.From, b.To, Items: leaked.Where(i => i.Exposures >= b.From && i.Exposures <= (b.To ?? int.MaxValue)).ToList()))
            .Where(b => b.Items.Count > 0);
        var differences = fresh.Select(Difference).ToList();
        var (better, worse) = (differences.Count(d => d > 0), differences.Count(d => d < 0));
        return new(
            Compare(leaked, fresh, level), [.. buckets.Select(b => new ExposureEffect(b.From, b.To, Compare(b.Items, fresh, level)))],
            100 * differences.Average(), OneSample(differences, level),
            better + worse == 0 ? Probability.One : BinomialTest.Exact(better, better + worse, 0.5).TwoSidedCentral,
            new(leaked.Count(i => i.SuspectCorrect), fresh.Count(i => i.SuspectCorrect)), new(leaked.Count(i => i.CleanCorrect), fresh.Count(i => i.CleanCorrect)))
        {
            Matched = MatchedGain.Of(items, level),
        };
    }

    /// <summary>The exact one-sided p-value of the label exchange within strata; see <see cref="DifferenceInDifferences.P"/>.</summary>
    /// <param name="items">The items.</param>
    public static Probability LabelExchange(IEnumerable<InflationItem> items)
    {
        // Distribution of Σd over leaked items: entry k is the chance of the sum k + lowest.
        double[] total = [1];
        var (lowest, observed) = (0, 0);
        foreach (var stratum in items.GroupBy(i => i.Stratum, StringComparer.Ordinal).Select(g => g.ToList()))
        {
            var n = stratum.Count(i => i.IsLeaked);
            observed += stratum.Where(i => i.IsLeaked).Sum(Difference);
            total = Convolve(total, SumOfDraw(stratum.Count, stratum.Count(i => Difference(i) > 0), stratum.Count(i => Difference(i) < 0), n));
            lowest -= n;
        }

        // Summed from the far end, where the terms are small.
        var p = 0.0;
        for (var k = total.Length - 1; k >= observed - lowest; k--)
            p += total[k];
        return Probability.FromValue(Math.Clamp(p, 1e-300, 1));
    }

    private static int Difference(InflationItem item) => (item.SuspectCorrect ? 1 : 0) - (item.CleanCorrect ? 1 : 0);

    private static DifferenceInDifferences Compare(List<InflationItem> leaked, List<InflationItem> fresh, double level)
    {
        var (l, f) = (leaked.Select(Difference).ToList(), fresh.Select(Difference).ToList());
        var points = 100 * (l.Average() - f.Average());
        Interval? interval = null;
        double? detectable = null;
        if (l.Count > 1 && f.Count > 1)
        {
            var (a, b) = (Variance(l) / l.Count, Variance(f) / f.Count);
            var error = 100 * Math.Sqrt(a + b);
            var degrees = (a + b) * (a + b) / ((a * a / (l.Count - 1)) + (b * b / (f.Count - 1)));
            interval = Around(points, error * StudentT.UpperQuantile((1 - level) / 2, degrees), 200);
            detectable = error * (Normal.UpperQuantile(1 - level) + Normal.UpperQuantile(0.2));
        }

        return new(l.Count, f.Count, points, interval, LabelExchange(leaked.Concat(fresh)), detectable);
    }

    private static Interval? OneSample(List<int> differences, double level) => differences.Count < 2 ? null
        : Around(100 * differences.Average(), 100 * Math.Sqrt(Variance(differences) / differences.Count) * StudentT.UpperQuantile((1 - level) / 2, differences.Count - 1), 100);

    private static Interval Around(double centre, double half, double limit) => new(Math.Max(-limit, centre - half), Math.Min(limit, centre + half));

    private static double Variance(List<int> differences)
    {
        var mean = differences.Average();
        return Math.Max(1.0 / differences.Count, differences.Sum(d => (d - mean) * (d - mean)) / (differences.Count - 1));
    }

    // Draws n of a stratum with so many +1, so many −1, the rest 0; entry k is the chance of the sum k − n.
    private static double[] SumOfDraw(int size, int plus, int minus, int draws)
    {
        var log = new double[size + 1];
        for (var i = 0; i <= size; i++)
            log[i] = LogGamma.Factorial(i);
        double Choose(int n, int k) => log[n] - log[k] - log[n - k];
        var (zero, all) = (size - plus - minus, Choose(size, draws));
        var chances = new double[(2 * draws) + 1];
        for (var a = 0; a <= Math.Min(plus, draws); a++)
        {
            for (var b = Math.Max(0, draws - a - zero); b <= Math.Min(minus, draws - a); b++)
                chances[a - b + draws] += Math.Exp(Choose(plus, a) + Choose(minus, b) + Choose(zero, draws - a - b) - all);
        }

        return chances;
    }

    private static double[] Convolve(double[] a, double[] b)
    {
        var result = new double[a.Length + b.Length - 1];
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] == 0)
                continue;
            for (var j = 0; j < b.Length; j++)
                result[i + j] += a[i] * b[j];
        }

        return result;
    }
}
