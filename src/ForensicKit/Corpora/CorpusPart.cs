using System.Globalization;

namespace ForensicKit.Corpora;

/// <summary>One of several parts of a corpus, for one of several processes.</summary>
/// <param name="Number">Which, from 1 on.</param>
/// <param name="Of">How many there are.</param>
public sealed record CorpusPart(int Number, int Of)
{
    /// <summary>Reads <c>2/8</c>; null where it is nothing like that.</summary>
    public static CorpusPart? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Split('/') is [var number, var of]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && int.TryParse(of, NumberStyles.None, CultureInfo.InvariantCulture, out var m)
            && n >= 1 && n <= m ? new(n, m) : null;
    }

    /// <summary>The shards of this part, in their order. All parts together have each shard once, and about the same number of bytes.</summary>
    /// <remarks>The largest first, each to the part that has least so far (Graham 1969): the same in every process that finds the same shards.</remarks>
    public IReadOnlyList<CorpusShard> Take(IReadOnlyList<CorpusShard> shards)
    {
        ArgumentNullException.ThrowIfNull(shards);
        var parts = new PriorityQueue<int, (long Bytes, int Shards, int Part)>();
        for (var part = 1; part <= Of; part++)
            parts.Enqueue(part, (0, 0, part));
        var own = new List<int>();
        foreach (var shard in Enumerable.Range(0, shards.Count).OrderByDescending(i => shards[i].Bytes).ThenBy(i => i))
        {
            parts.TryDequeue(out var part, out var load);
            if (part == Number)
                own.Add(shard);
            parts.Enqueue(part, (load.Bytes + shards[shard].Bytes, load.Shards + 1, part));
        }

        own.Sort();
        return [.. own.Select(i => shards[i])];
    }
}
