using System.Globalization;

namespace ForensicKit.Contamination.Scanning;

/// <summary>Tells leaks from questions that people ask: a plain question that stands in many documents of a corpus, nowhere with its answer.</summary>
/// <remarks>Only a whole corpus shows it, so it is told after its shards are put together. Documents of the same text count once, as copies of one page do.</remarks>
public static class CommonQuestions
{
    /// <summary>Documents from which on, where nothing else is said.</summary>
    public const int Documents = 100;

    // Choices that stand there make it the item.
    private const double LeastChoices = 0.5;

    /// <summary>The result with such hits classed as <see cref="HitClass.Boilerplate"/>.</summary>
    /// <param name="result">A finished scan.</param>
    /// <param name="most">Documents in which a plain question may stand and be a leak; 0 for any number.</param>
    public static CorpusScanResult Told(CorpusScanResult result, int most)
    {
        var common = result.Hits.Where(h => h.Class == HitClass.Leak).GroupBy(h => (h.Benchmark, h.Item))
            .Where(g => most > 0 && g.All(IsPlain)).Select(g => (g.Key, Documents: g.Select(h => h.TextSha256).Distinct(StringComparer.Ordinal).Count()))
            .Where(g => g.Documents > most).ToDictionary(g => g.Key, g => g.Documents);
        if (common.Count == 0)
            return result;
        return result with
        {
            Hits = [.. result.Hits.Select(h => h.Class == HitClass.Leak && common.TryGetValue((h.Benchmark, h.Item), out var documents)
                ? h with { Class = HitClass.Boilerplate, Reason = string.Create(CultureInfo.InvariantCulture, $"a plain question that stands in {documents} documents, in none with its answer or choices") }
                : h)],
        };
    }

    private static bool IsPlain(CorpusHit hit) => hit.Kind == LeakKind.QuestionOnly && hit.MatchedNats < UnitWords.LeastNats && hit.ChoicesShare < LeastChoices;
}
