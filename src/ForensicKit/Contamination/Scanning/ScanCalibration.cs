using System.Globalization;
using System.Text;

namespace ForensicKit.Contamination.Scanning;

/// <summary>
/// Scores of texts that are not the item but of its kind: every item is held against the others of its benchmark. What scores no higher than
/// they do among themselves is no sign of a leak.
/// </summary>
/// <remarks>
/// The null distribution of a conformal p-value, p = (1 + #{null ≥ s}) / (n + 1) (Vovk et al. 2005, "Algorithmic Learning in a Random World",
/// section 2.2): for the text of each item, the highest score that any other item of its benchmark reaches on it.
/// </remarks>
public sealed class ScanCalibration
{
    // Of an edited copy: a phrase that two questions share is less of either.
    private const double LeastOfEdited = 0.6;

    // What an item must agree better than its sibling.
    private const float SiblingMargin = 0.08f;

    private readonly ScanIndex _index;
    private readonly double[][][] _nulls;
    private readonly float[][] _siblings;
    private readonly float[][] _nearSiblings;

    private ScanCalibration(ScanIndex index, double[][][] nulls, float[][] siblings, float[][] nearSiblings) =>
        (_index, _nulls, _siblings, _nearSiblings) = (index, nulls, siblings, nearSiblings);

    /// <summary>Holds the items of each benchmark against each other.</summary>
    /// <param name="index">The items.</param>
    /// <param name="threads">Threads, at least 1; the result does not depend on them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static ScanCalibration Of(ScanIndex index, int threads, CancellationToken cancellationToken = default)
    {
        var units = Enum.GetValues<ScanUnit>().Length;
        var everywhere = ScanThresholds.Same(index, 0);
        var highest = new float[index.Entries.Length][];
        var siblings = index.Entries.Select(_ => new float[units]).ToArray();
        var nearSiblings = index.Entries.Select(_ => new float[units]).ToArray();
        Parallel.For(
            0, index.Entries.Length, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellationToken },
            () => new TextScanner(index, everywhere),
            (number, _, scanner) =>
            {
                highest[number] = scanner.HighestOfOthers(Encoding.UTF8.GetBytes(index.Entries[number].Text), number, siblings, nearSiblings);
                return scanner;
            },
            _ => { });
        var nulls = index.Benchmarks.Select((_, benchmark) => Enumerable.Range(0, units).Select(unit =>
            index.Entries.Select((e, number) => (e, number)).Where(e => e.e.Benchmark == benchmark).Select(e => (double)highest[e.number][unit]).Order().ToArray()).ToArray()).ToArray();
        return new(index, nulls, siblings, nearSiblings);
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

    /// <summary>The thresholds of a scan where nothing else is said: what one text in a hundred of other items exceeds, from 0.45 to 0.52.</summary>
    /// <remarks>
    /// Below 0.45 problems of one kind are taken for each other. Benchmarks that ask nearly the same thing several times would ask for more than
    /// 0.52 of all their items, and lose what has been edited: there the items that have siblings are asked for more.
    /// </remarks>
    public ScanThresholds Thresholds() => Thresholds(0.01, 0.45, 0.52);

    /// <summary>Scores that a share of the texts of other items exceeds, within bounds.</summary>
    /// <param name="rate">The share, for each unit.</param>
    /// <param name="least">No lower than this.</param>
    /// <param name="most">No higher than this.</param>
    public ScanThresholds Thresholds(double rate, double least, double most) => new(
        _index, string.Create(CultureInfo.InvariantCulture, $"rate {rate}, from {least} to {most}"),
        [.. _nulls.Select(b => b.Select((s, unit) => unit == (int)ScanUnit.Edited ? LeastOfEdited : Math.Clamp(s[Math.Clamp((int)Math.Ceiling(s.Length * (1 - rate)), 0, s.Length - 1)] + 1e-6, least, most)).ToArray())],
        _siblings, _nearSiblings, SiblingMargin);
}
