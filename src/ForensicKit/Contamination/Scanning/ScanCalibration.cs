using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// Scores of texts that are not the item but of its kind: every item of a benchmark is held against the others. What scores no higher than
/// they do among themselves is no sign of a leak.
/// </summary>
/// <remarks>
/// The null distribution of a conformal p-value, p = (1 + #{null ≥ s}) / (n + 1) (Vovk et al. 2005, "Algorithmic Learning in a Random World",
/// section 2.2): for each item drawn, the highest score that any other item of its benchmark reaches on its text.
/// </remarks>
public sealed class ScanCalibration
{
    private readonly double[][][] _nulls;

    private ScanCalibration(double[][][] nulls) => _nulls = nulls;

    /// <summary>Holds the items of each benchmark against each other.</summary>
    /// <param name="index">The items.</param>
    /// <param name="most">Items drawn of a benchmark, evenly.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static ScanCalibration Of(ScanIndex index, int most = 2000, CancellationToken cancellationToken = default)
    {
        var units = Enum.GetValues<ScanUnit>();
        var scanner = new TextScanner(index, ScanThresholds.Same(index, 0));
        var nulls = new double[index.Benchmarks.Count][][];
        foreach (var group in index.Entries.GroupBy(e => e.Benchmark))
        {
            var items = group.ToList();
            var taken = Math.Min(most, items.Count);
            var scores = units.Select(_ => new double[taken]).ToArray();
            for (var i = 0; i < taken; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var entry = items[(int)((i + 0.5) * items.Count / taken)];
                scanner.HighestOfOthers(Encoding.UTF8.GetBytes(entry.Text), entry, scores, i);
            }

            foreach (var unit in scores)
                Array.Sort(unit);
            nulls[group.Key] = scores;
        }

        return new(nulls);
    }

    /// <summary>Items a benchmark's distribution rests on.</summary>
    public int Count(int benchmark) => _nulls[benchmark][0].Length;

    /// <summary>Conformal p of a score.</summary>
    public double P(int benchmark, ScanUnit unit, double score)
    {
        var scores = _nulls[benchmark][(int)unit];
        var below = Array.BinarySearch(scores, score);
        below = below < 0 ? ~below : below;
        while (below > 0 && scores[below - 1] >= score)
            below--;
        return (1.0 + scores.Length - below) / (scores.Length + 1);
    }

    /// <summary>The thresholds of a scan where nothing else is said: what one text in a hundred of other items exceeds, from 0.45 to 0.55.</summary>
    /// <remarks>
    /// Below 0.45 problems of one kind are taken for each other; benchmarks that ask the same thing twice would ask for more than 0.55, and
    /// lose what has been edited.
    /// </remarks>
    public ScanThresholds Thresholds() => Thresholds(0.01, 0.45, 0.55);

    /// <summary>Scores that a share of the texts of other items exceeds, within bounds.</summary>
    /// <param name="rate">The share, for each unit.</param>
    /// <param name="least">No lower than this.</param>
    /// <param name="most">No higher than this: some benchmarks ask the same twice.</param>
    public ScanThresholds Thresholds(double rate, double least, double most) =>
        new([.. _nulls.Select(b => b.Select(s => Math.Clamp(s[Math.Clamp((int)Math.Ceiling(s.Length * (1 - rate)), 0, s.Length - 1)] + 1e-6, least, most)).ToArray())]);
}
