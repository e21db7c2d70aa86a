using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>A token of a piece, with the code points of the piece that it covers.</summary>
internal readonly record struct PieceToken(int Id, int Start, int End);

/// <summary>A step that turns pieces into tokens.</summary>
internal interface ITokenModel
{
    /// <summary>Tokens by text.</summary>
    IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>The tokens of one piece.</summary>
    IReadOnlyList<PieceToken> Tokenize(ReadOnlySpan<int> piece);
}

/// <summary>Byte-pair encoding (Sennrich et al. 2016): the pair of lowest rank is merged first, the leftmost among equals.</summary>
internal sealed class BytePairModel : ITokenModel
{
    // Texts repeat words: pieces up to a length are remembered, up to a number.
    private const int MaxCachedLength = 48;
    private const int MaxCached = 1 << 16;
    private const int ScanLength = 64;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<int, int> _symbols = [];
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges = [];
    private readonly int? _unknown;
    private readonly bool _fuseUnknown;
    private readonly bool _ignoreMerges;
    private readonly ConcurrentDictionary<string, PieceToken[]> _cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, PieceToken[]>.AlternateLookup<ReadOnlySpan<char>> _cached;
    private int _count;

    /// <param name="vocabulary">Ids by token.</param>
    /// <param name="merges">Pairs of tokens, in the order of their ranks.</param>
    /// <param name="unknown">Token for characters outside the vocabulary; null to drop them.</param>
    /// <param name="fuseUnknown">Whether a run of such characters is one token.</param>
    /// <param name="ignoreMerges">Whether a piece that is in the vocabulary as a whole is taken without merging.</param>
    /// <exception cref="FormatException">A merge or the unknown token is not in the vocabulary.</exception>
    public BytePairModel(
        Dictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, string? unknown, bool fuseUnknown, bool ignoreMerges)
    {
        _vocabulary = vocabulary;
        _fuseUnknown = fuseUnknown;
        _ignoreMerges = ignoreMerges;
        _cached = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        if (unknown is not null)
            _unknown = vocabulary.TryGetValue(unknown, out var id) ? id : throw new FormatException($"the unknown token '{unknown}' is not in its vocabulary");
        foreach (var (token, id) in vocabulary)
        {
            if (token.Length == 1 || (token.Length == 2 && char.IsSurrogatePair(token[0], token[1])))
                _symbols[char.ConvertToUtf32(token, 0)] = id;
        }

        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            if (!vocabulary.TryGetValue(left, out var leftId) || !vocabulary.TryGetValue(right, out var rightId) || !vocabulary.TryGetValue(left + right, out var id))
                throw new FormatException($"the merge of '{left}' and '{right}' is not in its vocabulary");
            // Of two merges of the same pair the later one counts, as in the reference.
            _merges[(leftId, rightId)] = (rank, id);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    /// <inheritdoc/>
    public IReadOnlyList<PieceToken> Tokenize(ReadOnlySpan<int> piece)
    {
        if (piece.Length > MaxCachedLength)
            return Compute(piece);
        // The key is the code points themselves, two UTF-16 units each.
        var key = MemoryMarshal.Cast<int, char>(piece);
        if (_cached.TryGetValue(key, out var known))
            return known;
        var tokens = Compute(piece);
        if (_count < MaxCached && _cached.TryAdd(key, tokens))
            Interlocked.Increment(ref _count);
        return tokens;
    }

    private PieceToken[] Compute(ReadOnlySpan<int> piece)
    {
        if (_ignoreMerges && _vocabulary.TryGetValue(CodePoints.Text(piece), out var whole))
            return [new(whole, 0, piece.Length)];
        var symbols = new List<PieceToken>(piece.Length);
        var dropped = new HashSet<int>();
        for (var i = 0; i < piece.Length; i++)
        {
            if (_symbols.TryGetValue(piece[i], out var id))
                symbols.Add(new(id, i, i + 1));
            else if (_unknown is not { } unknown)
                dropped.Add(i);
            else if (_fuseUnknown && symbols.Count > 0 && symbols[^1].Id == unknown && symbols[^1].End == i)
                symbols[^1] = symbols[^1] with { End = i + 1 };
            else
                symbols.Add(new(unknown, i, i + 1));
        }

        var tokens = symbols.Count <= ScanLength ? Scan(CollectionsMarshal.AsSpan(symbols)) : Queue(CollectionsMarshal.AsSpan(symbols));
        if (dropped.Count > 0)
            CloseGaps(tokens, piece, dropped);
        return tokens;
    }

    // The reference places tokens by the lengths in UTF-8 of what it kept, as if what it dropped had not been there.
    private static void CloseGaps(PieceToken[] tokens, ReadOnlySpan<int> piece, HashSet<int> dropped)
    {
        var points = new List<int>();
        for (var i = 0; i < piece.Length; i++)
            points.AddRange(Enumerable.Repeat(i, Utf8Length(piece[i])));
        var at = 0;
        for (var t = 0; t < tokens.Length; t++)
        {
            var start = at;
            for (var i = tokens[t].Start; i < tokens[t].End; i++)
                at += dropped.Contains(i) ? 0 : Utf8Length(piece[i]);
            tokens[t] = tokens[t] with { Start = points[start], End = points[at - 1] + 1 };
        }
    }

    private static int Utf8Length(int point) => new System.Text.Rune(point).Utf8SequenceLength;

    // Short pieces: look for the best pair each time.
    private PieceToken[] Scan(Span<PieceToken> symbols)
    {
        Span<(int Rank, int Id)> pairs = stackalloc (int, int)[ScanLength];
        for (var i = 0; i + 1 < symbols.Length; i++)
            pairs[i] = Pair(symbols[i].Id, symbols[i + 1].Id);
        var count = symbols.Length;
        while (true)
        {
            var best = -1;
            for (var i = 0; i + 1 < count; i++)
            {
                if (pairs[i].Rank < (best < 0 ? int.MaxValue : pairs[best].Rank))
                    best = i;
            }

            if (best < 0)
                return symbols[..count].ToArray();
            symbols[best] = new(pairs[best].Id, symbols[best].Start, symbols[best + 1].End);
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            pairs[(best + 2)..count].CopyTo(pairs[(best + 1)..]);
            count--;
            if (best + 1 < count)
                pairs[best] = Pair(symbols[best].Id, symbols[best + 1].Id);
            else
                pairs[best] = (int.MaxValue, 0);
            if (best > 0)
                pairs[best - 1] = Pair(symbols[best - 1].Id, symbols[best].Id);
        }
    }

    // Long ones: a queue of pairs; those whose parts were merged meanwhile are dropped when they come up.
    private PieceToken[] Queue(Span<PieceToken> symbols)
    {
        var queue = new PriorityQueue<(int At, int Left, int Right, int Id), (int Rank, int At)>();
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        for (var i = 0; i < symbols.Length; i++)
            (next[i], previous[i]) = (i + 1, i - 1);
        for (var i = 0; i + 1 < symbols.Length; i++)
            Enqueue(queue, symbols, i, i + 1);
        while (queue.TryDequeue(out var pair, out _))
        {
            var right = next[pair.At];
            if (symbols[pair.At].Id != pair.Left || right >= symbols.Length || symbols[right].Id != pair.Right)
                continue;
            symbols[pair.At] = new(pair.Id, symbols[pair.At].Start, symbols[right].End);
            symbols[right] = new(-1, 0, 0);
            next[pair.At] = next[right];
            if (next[right] < symbols.Length)
            {
                previous[next[right]] = pair.At;
                Enqueue(queue, symbols, pair.At, next[right]);
            }

            if (previous[pair.At] >= 0)
                Enqueue(queue, symbols, previous[pair.At], pair.At);
        }

        var tokens = new List<PieceToken>();
        for (var i = 0; i < symbols.Length; i = next[i])
            tokens.Add(symbols[i]);
        return [.. tokens];
    }

    private void Enqueue(PriorityQueue<(int At, int Left, int Right, int Id), (int Rank, int At)> queue, Span<PieceToken> symbols, int left, int right)
    {
        var (rank, id) = Pair(symbols[left].Id, symbols[right].Id);
        if (rank < int.MaxValue)
            queue.Enqueue((left, symbols[left].Id, symbols[right].Id, id), (rank, left));
    }

    private (int Rank, int Id) Pair(int left, int right) => _merges.TryGetValue((left, right), out var merge) ? merge : (int.MaxValue, 0);
}
