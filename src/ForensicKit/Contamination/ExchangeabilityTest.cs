using ForensicKit.Statistics;

namespace ForensicKit.Contamination;

/// <summary>A one-sided t test of a mean above 0.</summary>
/// <param name="T">The statistic.</param>
/// <param name="P">The p-value.</param>
public sealed record OneSidedT(double T, Probability P);

/// <summary>Whether a model prefers a benchmark's published order.</summary>
/// <param name="Differences">Per shard: log-likelihood of the canonical order minus the mean over shuffled orders.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="StandardDeviation">Their standard deviation with S − 1.</param>
/// <param name="DegreesOfFreedom">S − 1.</param>
/// <param name="Test">The t test over shards; null where all differences are equal within rounding, so that it is undefined.</param>
/// <param name="TestAsPublished">With the standard deviation over S instead of S − 1, as in the published code: rejects too often.</param>
/// <param name="PermutationP">
/// (1 + number of shuffles whose total is at least the canonical total)/(m + 1): exact, if each shuffle is one order of the whole file.
/// </param>
/// <param name="PermutationPByShard">The same shard by shard.</param>
public sealed record ExchangeabilityResult(
    IReadOnlyList<double> Differences,
    double Mean,
    double StandardDeviation,
    int DegreesOfFreedom,
    OneSidedT? Test,
    OneSidedT? TestAsPublished,
    double PermutationP,
    IReadOnlyList<double> PermutationPByShard);

/// <summary>
/// The exchangeability test of Oren et al. 2024: a model that never saw the file has no reason to prefer its order. Void if the file is sorted
/// or templated, so that its order is likely by itself.
/// </summary>
public static class ExchangeabilityTest
{
    /// <summary>Runs both tests.</summary>
    /// <param name="canonical">Log-likelihood of each shard in its published order.</param>
    /// <param name="permuted">Per shard the log-likelihoods of its shuffled orders, as many for each.</param>
    /// <exception cref="ArgumentException">Fewer than two shards, no shuffles, unequal numbers of them, or a value that is not finite.</exception>
    public static ExchangeabilityResult Run(IReadOnlyList<double> canonical, IReadOnlyList<IReadOnlyList<double>> permuted)
    {
        var shards = canonical.Count;
        if (shards < 2)
            throw new ArgumentException("At least two shards are needed for the t test.", nameof(canonical));
        if (permuted.Count != shards)
            throw new ArgumentException("Each shard has shuffled orders.", nameof(permuted));
        var shuffles = permuted[0].Count;
        if (shuffles == 0)
            throw new ArgumentException("There are no permutations.", nameof(permuted));
        if (permuted.Any(row => row.Count != shuffles))
            throw new ArgumentException("Each shard has as many shuffled orders.", nameof(permuted));
        if (canonical.Concat(permuted.SelectMany(row => row)).Any(l => !double.IsFinite(l)))
            throw new ArgumentException("A log-likelihood is not finite.", nameof(permuted));

        // In double-double: differences of sums that are large and nearly equal, and ties of totals that must stay ties.
        DoubleDouble[] differences = [.. canonical.Zip(permuted, (c, row) => c - SampleMoments.Mean([.. row.Select(l => (DoubleDouble)l)]))];
        // The inputs' own rounding must not pass for a spread: it would give any mean a huge t.
        var resolution = canonical.Concat(permuted.SelectMany(row => row)).Max(Math.Abs) * Math.ScaleB(1, -50);
        var equal = differences.All(d => Math.Abs((d - differences[0]).Hi) <= resolution);
        var mean = SampleMoments.Mean(differences);
        var squares = SampleMoments.SquaresAbout(differences, mean);
        var total = SampleMoments.Sum(canonical.Select(l => (DoubleDouble)l));
        var reached = Enumerable.Range(0, shuffles).Count(k => SampleMoments.Sum(permuted.Select(row => (DoubleDouble)row[k])) >= total);
        return new ExchangeabilityResult(
            [.. differences.Select(d => d.Hi)],
            mean.Hi,
            equal ? 0 : DoubleDouble.Sqrt(squares / (shards - 1)).Hi,
            shards - 1,
            Test(shards - 1),
            Test(shards),
            (1.0 + reached) / (shuffles + 1.0),
            [.. canonical.Zip(permuted, (c, row) => (1.0 + row.Count(l => l >= c)) / (shuffles + 1.0))]);

        OneSidedT? Test(int divisor)
        {
            if (equal)
                return null;
            var t = mean / DoubleDouble.Sqrt(squares / divisor / shards);
            return new OneSidedT(t.Hi, StudentT.Upper(t, shards - 1));
        }
    }
}
