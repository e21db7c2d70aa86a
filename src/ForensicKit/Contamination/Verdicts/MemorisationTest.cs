using ForensicKit.Statistics;

namespace ForensicKit.Contamination.Verdicts;

/// <summary>How likely two models hold the right answer of one item.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="IsLeaked">Whether it stands in the training data; otherwise it is fresh and cannot.</param>
/// <param name="Suspect">Mean log p per token of the right answer after its question, in nats: the model under scrutiny.</param>
/// <param name="Reference">The same: a model that has not seen the item.</param>
/// <param name="Stratum">Items are exchangeable within a stratum (subject, template, difficulty); empty where there is one.</param>
public sealed record AnswerLikelihood(string ItemId, bool IsLeaked, double Suspect, double Reference, string Stratum = "");

/// <summary>The result of <see cref="MemorisationTest"/>.</summary>
/// <param name="Leaked">Leaked items.</param>
/// <param name="Fresh">Fresh items.</param>
/// <param name="Nats">mean(suspect − reference | leaked) − mean(suspect − reference | fresh), in nats per token.</param>
/// <param name="Interval">Welch's 95% interval; null with fewer than two items on a side.</param>
/// <param name="P">(1 + permutations with at least this difference) / (1 + permutations): one-sided, exact whatever the number of permutations.</param>
/// <param name="Permutations">Permutations drawn.</param>
/// <param name="Seed">Seed of the draws.</param>
public sealed record MemorisationResult(int Leaked, int Fresh, double Nats, Interval? Interval, Probability P, int Permutations, uint Seed);

/// <summary>
/// Whether a model holds the right answers of leaked items for likelier than those of fresh ones, by more than a model that has seen neither.
/// </summary>
/// <remarks>
/// A reference-model membership score (Carlini et al. 2021, section 5.2) on the answer given its question, held against fresh twins instead of a
/// threshold. Labels are exchanged within strata (Phipson and Smyth 2010 for the +1 in the p-value). It can be shown where no answer changes:
/// memorisation is not inflation.
/// </remarks>
public static class MemorisationTest
{
    /// <summary>Permutations where nothing else is asked for: the smallest p is 1 / 10,000.</summary>
    public const int DefaultPermutations = 9_999;

    /// <summary>Runs the test.</summary>
    /// <param name="items">The items; at least one leaked and one fresh.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <param name="permutations">How many, at least 1.</param>
    /// <exception cref="ArgumentException">No leaked or no fresh item, or a likelihood that is no number.</exception>
    public static MemorisationResult Run(IReadOnlyList<AnswerLikelihood> items, uint seed, int permutations = DefaultPermutations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permutations, 1);
        var leaked = items.Count(i => i.IsLeaked);
        if (leaked == 0 || leaked == items.Count)
            throw new ArgumentException("There is at least one leaked and one fresh item.", nameof(items));
        if (items.Any(i => !double.IsFinite(i.Suspect) || !double.IsFinite(i.Reference)))
            throw new ArgumentException("A log-likelihood is a number.", nameof(items));

        // Stratum by stratum, leaked items first: a permutation shuffles within each.
        var strata = items.GroupBy(i => i.Stratum, StringComparer.Ordinal).Select(g => (
            Gains: g.OrderByDescending(i => i.IsLeaked).Select(i => i.Suspect - i.Reference).ToArray(), Leaked: g.Count(i => i.IsLeaked))).ToList();
        var total = strata.Sum(s => s.Gains.Sum());
        var observed = strata.Sum(s => s.Gains[..s.Leaked].Sum());
        var random = new NumpyRandomState(seed);
        var atLeast = 0;
        // Sums in another order differ in their last bits: equal ones count as equal.
        var close = 1e-9 * strata.Sum(s => s.Gains.Sum(Math.Abs));
        for (var i = 0; i < permutations; i++)
        {
            var sum = 0.0;
            foreach (var (gains, count) in strata)
                sum += DrawnSum(gains, count, random);
            atLeast += sum >= observed - close ? 1 : 0;
        }

        var nats = (observed / leaked) - ((total - observed) / (items.Count - leaked));
        return new(leaked, items.Count - leaked, nats, Welch(items, nats), Probability.FromValue((1.0 + atLeast) / (1.0 + permutations)), permutations, seed);
    }

    // The first places of a shuffle are a draw without replacement (Fisher and Yates).
    private static double DrawnSum(double[] gains, int count, NumpyRandomState random)
    {
        var sum = 0.0;
        for (var k = 0; k < count; k++)
        {
            var j = k + random.Below(gains.Length - k);
            (gains[k], gains[j]) = (gains[j], gains[k]);
            sum += gains[k];
        }

        return sum;
    }

    private static Interval? Welch(IReadOnlyList<AnswerLikelihood> items, double centre)
    {
        var (l, f) = (Of(items, true), Of(items, false));
        if (l.Count < 2 || f.Count < 2)
            return null;
        var (a, b) = (l.Variance / l.Count, f.Variance / f.Count);
        if (a + b == 0)
            return new(centre, centre);
        var degrees = (a + b) * (a + b) / ((a * a / (l.Count - 1)) + (b * b / (f.Count - 1)));
        var half = Math.Sqrt(a + b) * StudentT.UpperQuantile(0.025, degrees);
        return new(centre - half, centre + half);
    }

    private static (int Count, double Variance) Of(IReadOnlyList<AnswerLikelihood> items, bool isLeaked)
    {
        var gains = items.Where(i => i.IsLeaked == isLeaked).Select(i => i.Suspect - i.Reference).ToList();
        var mean = gains.Average();
        return (gains.Count, gains.Count < 2 ? 0 : gains.Sum(g => (g - mean) * (g - mean)) / (gains.Count - 1));
    }
}
