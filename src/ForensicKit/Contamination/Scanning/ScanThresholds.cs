using System.Globalization;

namespace ForensicKit.Contamination.Scanning;

/// <summary>From which score on an item counts as found.</summary>
/// <remarks>
/// A benchmark's score holds for all its items. An item that has a sibling, another item that is nearly the same, has to agree better than the
/// sibling does: else it may be the sibling's sibling that stands there.
/// </remarks>
public sealed class ScanThresholds
{
    // More than this is not asked for: of two items that are nearly the same, an edited copy of one is the other as well.
    private const float MostForSiblings = 0.6f;
    private const float MostForPlainSiblings = 0.97f;

    // A question is a template with a name where less than this share of its nats is left when words of phrases are worth little, and no more than so many.
    private const float LeastOwnWords = 0.8f;
    private const float MostOfTemplate = 30;

    private static readonly int s_units = Enum.GetValues<ScanUnit>().Length;

    // By item, then unit.
    private readonly float[][] _scores;
    private readonly float[][] _near;

    internal ScanThresholds(ScanIndex index, string rule, IReadOnlyList<IReadOnlyList<double>> byBenchmark, float[][] siblings, float[][] nearSiblings, float margin)
    {
        (Rule, ByBenchmark) = (rule, byBenchmark);
        _scores = [.. index.Entries.Select((entry, number) => Scores(index, entry, byBenchmark[entry.Benchmark], siblings[number], margin))];
        _near = [.. index.Entries.Select((entry, number) => Near(index, entry, _scores[number], nearSiblings[number], margin))];
    }

    /// <summary>For each benchmark of the index, in its order, a score for each <see cref="ScanUnit"/>.</summary>
    public IReadOnlyList<IReadOnlyList<double>> ByBenchmark { get; }

    /// <summary>How they were chosen: what is the same for scans of other benchmarks too.</summary>
    internal string Rule { get; }

    /// <summary>The same for all items and units.</summary>
    public static ScanThresholds Same(ScanIndex index, double score) =>
        new(index, string.Create(CultureInfo.InvariantCulture, $"all {score}"), [.. index.Benchmarks.Select(_ => Enumerable.Repeat(score, s_units).ToArray())], [.. index.Entries.Select(_ => new float[s_units])], [.. index.Entries.Select(_ => new float[s_units])], 0);

    internal ReadOnlySpan<float> Of(int item) => _scores[item];

    /// <summary>Scores of an item's units where they stand nearly word for word.</summary>
    internal ReadOnlySpan<float> NearOf(int item) => _near[item];

    // A plain question has to agree better than its siblings do, however alike they are. One that is a template of many items with a name of its own
    // is known by every word or not at all.
    private static float[] Near(ScanIndex index, ScanEntry entry, float[] scores, float[] siblings, float margin)
    {
        var question = entry.Units.FirstOrDefault(u => u.Unit == ScanUnit.Question);
        // Characters that are words by themselves follow each other in words: that is no template.
        var characters = entry.Words.AsSpan(0, entry.QuestionWords).ToArray().Count(w => (index.KindOf(w) & WordKind.Ideograph) != WordKind.None);
        if (question.Total < MostOfTemplate && question.Total < LeastOwnWords * entry.QuestionNats && 2 * characters < entry.QuestionWords)
            return [.. scores.Select(_ => float.PositiveInfinity)];
        // So is a program that is another one but for its numbers.
        if (entry.Names.Length > 0 && siblings.Max() >= 1)
            return [.. scores.Select(_ => float.PositiveInfinity)];
        var most = question.IsShort ? MostForPlainSiblings : MostForSiblings;
        return [.. scores.Zip(siblings, (score, sibling) => sibling > 0 ? Math.Max(score, Math.Min(sibling + margin, most)) : score)];
    }

    private static float[] Scores(ScanIndex index, ScanEntry entry, IReadOnlyList<double> ofBenchmark, float[] siblings, float margin)
    {
        var scores = new float[s_units];
        for (var unit = 0; unit < s_units; unit++)
            scores[unit] = (float)ofBenchmark[unit];
        foreach (var unit in entry.Units)
        {
            var sibling = siblings[(int)unit.Unit];
            if (sibling <= 0 || unit.Total <= 0)
                continue;
            // No more than what the unit word for word reaches.
            var isEdited = unit.Unit == ScanUnit.Edited;
            var whole = (isEdited ? PlaceComparison.WordForWord(unit) : unit.Total - index.ChanceNats) / unit.Total;
            var most = isEdited && entry.Units.Any(u => u.IsShort) ? MostForPlainSiblings : MostForSiblings;
            scores[(int)unit.Unit] = Math.Max(scores[(int)unit.Unit], Math.Min(Math.Min(sibling + margin, most), whole - 0.01f));
        }

        return scores;
    }
}
