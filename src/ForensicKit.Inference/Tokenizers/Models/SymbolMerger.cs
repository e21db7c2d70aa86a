namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>A symbol of a piece: a token so far, and how many bytes of UTF-8 it stands for.</summary>
internal record struct Symbol(int Id, int Length);

/// <summary>Merges the symbols of a piece: the pair of lowest rank first, the leftmost among equals (Sennrich et al. 2016).</summary>
internal static class SymbolMerger
{
    private const int ScanLength = 48;

    /// <summary>Merges in place and says how many symbols are left.</summary>
    public static int Merge(MergeTable merges, Span<Symbol> symbols) => symbols.Length <= ScanLength ? Scan(merges, symbols) : Queue(merges, symbols);

    // Short pieces: look for the best pair each time.
    private static int Scan(MergeTable merges, Span<Symbol> symbols)
    {
        Span<long> pairs = stackalloc long[ScanLength];
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++)
            pairs[i] = merges.Find(symbols[i].Id, symbols[i + 1].Id);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                // Ranks decide; where they are the same, so is the result.
                if (pairs[i] < pairs[best])
                    best = i;
            }

            if (pairs[best] == MergeTable.None)
                break;
            symbols[best] = new((int)pairs[best], symbols[best].Length + symbols[best + 1].Length);
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            if (best + 2 < count)
                pairs[(best + 2)..(count - 1)].CopyTo(pairs[(best + 1)..]);
            count--;
            if (best + 1 < count)
                pairs[best] = merges.Find(symbols[best].Id, symbols[best + 1].Id);
            if (best > 0)
                pairs[best - 1] = merges.Find(symbols[best - 1].Id, symbols[best].Id);
        }

        return count;
    }

    // Long ones: a queue of pairs; those whose parts were merged meanwhile are dropped when they come up.
    private static int Queue(MergeTable merges, Span<Symbol> symbols)
    {
        var queue = new PriorityQueue<(int Left, int Right, int Result), ulong>(symbols.Length);
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        for (var i = 0; i < symbols.Length; i++)
            (next[i], previous[i]) = (i + 1, i - 1);
        for (var i = 0; i + 1 < symbols.Length; i++)
            Enqueue(queue, merges, symbols, i, i + 1);
        while (queue.TryDequeue(out var pair, out var priority))
        {
            var at = (int)(uint)priority;
            var right = next[at];
            if (symbols[at].Id != pair.Left || right >= symbols.Length || symbols[right].Id != pair.Right)
                continue;
            symbols[at] = new(pair.Result, symbols[at].Length + symbols[right].Length);
            symbols[right].Id = -1;
            next[at] = next[right];
            if (next[right] < symbols.Length)
            {
                previous[next[right]] = at;
                Enqueue(queue, merges, symbols, at, next[right]);
            }

            if (previous[at] >= 0)
                Enqueue(queue, merges, symbols, previous[at], at);
        }

        var count = 0;
        for (var i = 0; i < symbols.Length; i = next[i])
            symbols[count++] = symbols[i];
        return count;
    }

    private static void Enqueue(PriorityQueue<(int Left, int Right, int Result), ulong> queue, MergeTable merges, Span<Symbol> symbols, int left, int right)
    {
        var merge = merges.Find(symbols[left].Id, symbols[right].Id);
        if (merge != MergeTable.None)
            queue.Enqueue((symbols[left].Id, symbols[right].Id, (int)merge), ((ulong)merge & 0xffffffff00000000) | (uint)left);
    }
}
