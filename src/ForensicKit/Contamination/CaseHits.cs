using ForensicKit.Contamination.Scanning;

namespace ForensicKit.Contamination;

/// <summary>A hit in a case's training text, held against the fresh twins of its benchmark.</summary>
/// <param name="Hit">The hit.</param>
/// <param name="ControlP">Conformal p among the twins; 1 without any.</param>
/// <param name="IsPresent">Whether it counts as presence: a leak, and more than is seen of twins.</param>
public sealed record CaseHit(CorpusHit Hit, double ControlP, bool IsPresent);

/// <summary>What a scan says of a case: hit by hit and item by item.</summary>
/// <param name="Hits">The hits, in the order of the text.</param>
/// <param name="Presence">Every item, in the order of the items.</param>
/// <param name="Twins">Twins that calibrate, by benchmark.</param>
internal sealed record CaseHits(IReadOnlyList<CaseHit> Hits, IReadOnlyList<ItemPresence> Presence, IReadOnlyDictionary<string, int> Twins)
{
    /// <summary>Holds hits against twins.</summary>
    public static CaseHits Of(IReadOnlyList<ScanItem> items, ScanIndex index, ScanThresholds thresholds, IReadOnlyList<CorpusHit> hits)
    {
        Sighting Seen(CorpusHit hit) => Sighting.Of(hit.Item, hit.Unit, hit.Coverage);
        var ofBenchmark = hits.Where(h => h.Class == HitClass.Leak).ToLookup(h => h.Benchmark, Seen, StringComparer.Ordinal);
        var controls = items.GroupBy(i => i.BenchmarkName, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => FreshControl.Of([.. g.Where(i => i.IsFresh).Select(i => i.ItemId)], ofBenchmark[g.Key]), StringComparer.Ordinal);
        var judged = hits.Select(h => new CaseHit(h, controls[h.Benchmark].P(Seen(h)), h.Class == HitClass.Leak && controls[h.Benchmark].IsPresent(Seen(h)))).ToList();
        var ofItem = judged.ToLookup(h => (h.Hit.Benchmark, h.Hit.Item));
        var findable = index.Findable(thresholds);
        var calibrating = items.Where(i => i.IsFresh).GroupBy(i => i.BenchmarkName, StringComparer.Ordinal)
            .SelectMany(g => g.Where((_, place) => FreshControl.Calibrates(place))).ToHashSet<object>(ReferenceEqualityComparer.Instance);
        return new(
            judged,
            [.. items.Select((item, number) => ItemPresence.Of(
                item, calibrating.Contains(item), findable[number],
                [.. ofItem[(item.BenchmarkName, item.ItemId)].Select(h => (h, Seen(h.Hit).Coverage))]))],
            controls.ToDictionary(c => c.Key, c => c.Value.Twins, StringComparer.Ordinal));
    }
}
