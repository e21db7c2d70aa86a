namespace ForensicKit.Contamination.Scanning;

/// <summary>What a scan finds of an item in one place: enough to hold it against what it finds of fresh ones.</summary>
/// <param name="Item">The item.</param>
/// <param name="IsAnswer">Whether the answer alone agrees, without its question.</param>
/// <param name="Coverage">Share of the nats of what agrees best, 0 to 1: 1 where every word of it stands there.</param>
public readonly record struct Sighting(string Item, bool IsAnswer, double Coverage)
{
    /// <summary>Of a hit.</summary>
    /// <param name="item">The item.</param>
    /// <param name="unit">The unit that agrees.</param>
    /// <param name="coverage">Share of its nats that agree.</param>
    public static Sighting Of(string item, ScanUnit unit, double coverage) => new(item, unit == ScanUnit.Answer, coverage);
}

/// <summary>
/// Tells items that stand in a corpus from those that only look so, by the fresh twins of the same benchmark: a twin was written after the text,
/// so whatever is found of it is chance, shared templates or shared sources. Benchmarks whose items are alike need it: there every text of the
/// kind looks like some item.
/// </summary>
/// <remarks>
/// Conformal p-values (Vovk et al. 2005, section 2.2): the share of twins, the item itself counted, of which the corpus covers at least as much.
/// Questions and answers alone are held against their like. Every other twin is left out here and measures how often an item passes wrongly.
/// </remarks>
public sealed class FreshControl
{
    /// <summary>Share of items that are not there and pass.</summary>
    public const double Rate = 0.01;

    private readonly double[] _questions;
    private readonly double[] _answers;

    private FreshControl(double[] questions, double[] answers, int twins) => (_questions, _answers, Twins) = (questions, answers, twins);

    /// <summary>Twins that this rests on.</summary>
    public int Twins { get; }

    /// <summary>From what a scan finds of a benchmark.</summary>
    /// <param name="fresh">Ids of all its fresh twins, in order: the first, third, fifth … calibrate, the others are left to measure.</param>
    /// <param name="sightings">What is found of the benchmark, twins among it.</param>
    public static FreshControl Of(IReadOnlyList<string> fresh, IEnumerable<Sighting> sightings)
    {
        var twins = fresh.Where((_, i) => Calibrates(i)).ToHashSet(StringComparer.Ordinal);
        var own = sightings.Where(s => twins.Contains(s.Item)).ToList();
        double[] Best(bool isAnswer) => [.. own.Where(s => s.IsAnswer == isAnswer).GroupBy(s => s.Item, StringComparer.Ordinal).Select(i => i.Max(s => s.Coverage))];
        return new(Best(false), Best(true), twins.Count);
    }

    /// <summary>Whether the twin of that place calibrates; otherwise it measures.</summary>
    public static bool Calibrates(int place) => place % 2 == 0;

    /// <summary>Conformal p of a sighting; 1 without twins.</summary>
    public double P(Sighting sighting) => (1.0 + (sighting.IsAnswer ? _answers : _questions).Count(c => c >= sighting.Coverage - 1e-9)) / (Twins + 1);

    /// <summary>Whether a sighting is more than what is seen of twins: its p is at most <see cref="Rate"/>. With fewer than 99 twins: whether none is seen as well.</summary>
    public bool IsPresent(Sighting sighting) => Twins == 0 || P(sighting) <= Math.Max(Rate, 1.0 / (Twins + 1));
}
