using System.Buffers;
using System.Text;

namespace ForensicKit.Inference.Tokenizers.Models;

/// <summary>What a byte-pair encoding does beside merging.</summary>
/// <param name="Unknown">Token for characters outside the vocabulary; null to drop them.</param>
/// <param name="FuseUnknown">Whether a run of such characters is one token.</param>
/// <param name="ByteFallback">Whether the tokens <c>&lt;0xNN&gt;</c> of a character's bytes are tried first.</param>
/// <param name="IgnoreMerges">Whether a piece that is in the vocabulary as a whole is taken without merging.</param>
/// <param name="Prefix">What the vocabulary has before every symbol of a piece but the first.</param>
/// <param name="Suffix">What the vocabulary has after the last symbol of a piece.</param>
internal sealed record BytePairOptions(string? Unknown, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges, string Prefix, string Suffix);

/// <summary>Byte-pair encoding (Sennrich et al. 2016): the pair of lowest rank is merged first, the leftmost among equals.</summary>
internal sealed class BytePairModel : ITokenModel
{
    // Pieces above this are cut where that changes nothing.
    private const int LongPiece = 24;
    private const int StackSymbols = 96;
    private const int LowPoints = 0x3000;
    private readonly Dictionary<string, int> _vocabulary;
    private readonly BytePairOptions _options;
    private readonly bool _onBytes;
    private readonly MergeTable _merges;
    private readonly int _longest;
    private readonly Dictionary<int, int> _points = [];
    private readonly int[] _lowPoints = new int[LowPoints];
    private readonly int[] _bytes = new int[256];
    private readonly int? _unknown;
    private readonly Lazy<WordBoundaries?> _boundaries;
    private readonly PieceCache _cache = new();

    /// <param name="vocabulary">Ids by token.</param>
    /// <param name="merges">Pairs of tokens, in the order of their ranks.</param>
    /// <param name="options">What is done beside merging.</param>
    /// <param name="onBytes">Whether pieces stand for their bytes, and the vocabulary has these as the characters of <see cref="ByteAlphabet"/>.</param>
    /// <exception cref="TokenizerFormatException">A merge is not in the vocabulary.</exception>
    public BytePairModel(Dictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, BytePairOptions options, bool onBytes)
    {
        (_vocabulary, _options, _onBytes) = (vocabulary, options, onBytes);
        _unknown = options.Unknown is { } unknown && vocabulary.TryGetValue(unknown, out var unknownId) ? unknownId : null;
        Array.Fill(_lowPoints, -1);
        foreach (var (token, id) in vocabulary)
        {
            _longest = Math.Max(_longest, token.Length);
            if (token.Length == 1 || (token.Length == 2 && char.IsSurrogatePair(token[0], token[1])))
                _points[char.ConvertToUtf32(token, 0)] = id;
        }

        foreach (var (point, id) in _points.Where(p => p.Key < LowPoints))
            _lowPoints[point] = id;
        for (var value = 0; value < 256; value++)
            _bytes[value] = vocabulary.GetValueOrDefault($"<0x{value:X2}>", -1);
        var resolved = new (int, int, int)[merges.Count];
        for (var rank = 0; rank < resolved.Length; rank++)
            resolved[rank] = Resolved(merges[rank].Left, merges[rank].Right);
        _merges = new(resolved);
        var maxId = vocabulary.Count == 0 ? -1 : vocabulary.Values.Max();
        _boundaries = new(() => WordBoundaries.Of(resolved, _points.Values.Concat(_bytes.Where(id => id >= 0)).Concat(_unknown is { } symbol ? [symbol] : []), maxId));
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    private bool HasAffixes => _options.Prefix.Length > 0 || _options.Suffix.Length > 0;

    /// <inheritdoc/>
    public void Tokenize(ReadOnlySpan<int> piece, List<PieceToken> tokens, int shift)
    {
        if (piece.Length <= LongPiece || _onBytes || HasAffixes || (_options.IgnoreMerges && Whole(piece) is not null) || LosesPoints(piece)
            || _boundaries.Value is not { } boundaries)
        {
            TokenizeWhole(piece, tokens, shift);
            return;
        }

        var start = 0;
        var left = IdOf(piece[0]);
        for (var i = 1; i < piece.Length; i++)
        {
            var right = IdOf(piece[i]);
            if (left >= 0 && right >= 0 && boundaries.IsBetween(piece[i - 1], left, piece[i], right))
            {
                TokenizeWhole(piece[start..i], tokens, shift + start, isPart: true);
                start = i;
            }

            left = right;
        }

        TokenizeWhole(piece[start..], tokens, shift + start, isPart: true);
    }

    // What is dropped moves the places of all that follows.
    private bool LosesPoints(ReadOnlySpan<int> piece)
    {
        if (_options.Unknown is not null)
            return false;
        foreach (var point in piece)
        {
            if (IdOf(point) < 0)
                return true;
        }

        return false;
    }

    private (int Left, int Right, int Result) Resolved(string left, string right)
    {
        // A symbol inside a word has the prefix, and a merged one has it once.
        if (right.StartsWith(_options.Prefix, StringComparison.Ordinal) && _vocabulary.TryGetValue(left, out var leftId) && _vocabulary.TryGetValue(right, out var rightId)
            && _vocabulary.TryGetValue(string.Concat(left, right.AsSpan(_options.Prefix.Length)), out var id))
        {
            return (leftId, rightId, id);
        }

        throw new TokenizerFormatException($"the merge of '{left}' and '{right}' is not in its vocabulary");
    }

    private void TokenizeWhole(ReadOnlySpan<int> piece, List<PieceToken> tokens, int shift, bool isPart = false)
    {
        if (piece.Length > PieceCache.MaxLength)
        {
            PieceCache.Append(Compute(piece, isPart), tokens, shift);
            return;
        }

        var hash = PieceCache.Hash(piece) + (isPart ? 1u : 0);
        var found = _cache.Find(piece, hash);
        if (found is null)
            _cache.Add(piece, hash, found = Compute(piece, isPart));
        PieceCache.Append(found, tokens, shift);
    }

    private int IdOf(int point) => (uint)point < LowPoints ? _lowPoints[point] : _points.GetValueOrDefault(point, -1);

    // The token that is the piece as a whole.
    private int? Whole(ReadOnlySpan<int> piece)
    {
        if (piece.Length > _longest)
            return null;
        var text = _onBytes ? string.Concat(Encoding.UTF8.GetBytes(CodePoints.Text(piece)).Select(b => ByteAlphabet.Characters[b])) : CodePoints.Text(piece);
        return _vocabulary.TryGetValue(text, out var id) ? id : null;
    }

    private PieceToken[] Compute(ReadOnlySpan<int> piece, bool isPart)
    {
        if (_options.IgnoreMerges && !isPart && Whole(piece) is { } whole)
            return [new(whole, 0, piece.Length)];
        var (units, owners) = _onBytes ? Bytes(piece) : (null, null);
        var text = units ?? piece;
        var perPoint = _options.ByteFallback ? 4 + (4 * (_options.Prefix.Length + _options.Suffix.Length)) : 1;
        var symbols = new SymbolList(checked(text.Length * perPoint), stackalloc Symbol[StackSymbols]);
        Symbols(text, ref symbols);
        var merged = symbols.Filled[..SymbolMerger.Merge(_merges, symbols.Filled)];
        var tokens = Placed(merged, text, owners);
        symbols.Return();
        return tokens;
    }

    // A piece as the characters of its bytes, with the code points that these come from.
    private static (int[] Units, int[] Owners) Bytes(ReadOnlySpan<int> piece)
    {
        var length = 0;
        foreach (var point in piece)
            length += CodePoints.Utf8Length(point);
        var (units, owners) = (new int[length], new int[length]);
        Span<byte> bytes = stackalloc byte[4];
        var at = 0;
        for (var i = 0; i < piece.Length; i++)
        {
            var count = new Rune(piece[i]).EncodeToUtf8(bytes);
            for (var b = 0; b < count; b++, at++)
                (units[at], owners[at]) = (ByteAlphabet.PointOf(bytes[b]), i);
        }

        return (units, owners);
    }

    private void Symbols(ReadOnlySpan<int> text, ref SymbolList symbols)
    {
        // An unknown run waits for what ends it; as in the reference, bytes that stand for a character do not.
        var waiting = 0;
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            var length = CodePoints.Utf8Length(text[i]);
            var affixed = HasAffixes ? (i > 0 ? _options.Prefix : "") + CodePoints.Text(text.Slice(i, 1)) + (i == text.Length - 1 ? _options.Suffix : "") : null;
            var id = affixed is null ? IdOf(text[i]) : _vocabulary.GetValueOrDefault(affixed, -1);
            if (id >= 0)
            {
                if (waiting > 0)
                    symbols.Add(new(Unknown(), waiting));
                waiting = 0;
                symbols.Add(new(id, length));
                continue;
            }

            if (_options.ByteFallback)
            {
                var all = affixed is null ? bytes[..new Rune(text[i]).EncodeToUtf8(bytes)] : Encoding.UTF8.GetBytes(affixed);
                var missing = false;
                foreach (var value in all)
                    missing |= _bytes[value] < 0;
                if (!missing)
                {
                    foreach (var value in all)
                        symbols.Add(new(_bytes[value], 1));
                    continue;
                }
            }

            if (_options.Unknown is null)
                continue;
            if (waiting > 0 && !_options.FuseUnknown)
            {
                symbols.Add(new(Unknown(), waiting));
                waiting = 0;
            }

            waiting += length;
            Unknown();
        }

        if (waiting > 0)
            symbols.Add(new(Unknown(), waiting));
    }

    private int Unknown() => _unknown ?? throw new KitException($"The text has a character outside the tokenizer's vocabulary, and its unknown token '{_options.Unknown}' is not in it.");

    // The reference places tokens by the lengths in UTF-8 of what it kept, as if what it dropped had not been there.
    private static PieceToken[] Placed(ReadOnlySpan<Symbol> symbols, ReadOnlySpan<int> text, int[]? owners)
    {
        var tokens = new PieceToken[symbols.Length];
        var (unit, unitEnd) = (0, text.Length > 0 ? CodePoints.Utf8Length(text[0]) : 0);
        var at = 0;
        for (var t = 0; t < tokens.Length; t++)
        {
            var start = UnitAt(at, text);
            at += symbols[t].Length;
            var last = UnitAt(at - 1, text);
            tokens[t] = owners is null ? new(symbols[t].Id, start, last + 1) : new(symbols[t].Id, owners[start], owners[last] + 1);
        }

        return tokens;

        int UnitAt(int place, ReadOnlySpan<int> text)
        {
            while (place >= unitEnd && unit + 1 < text.Length)
                unitEnd += CodePoints.Utf8Length(text[++unit]);
            return unit;
        }
    }

    // Room for symbols: on the stack while they are few.
    private ref struct SymbolList(int capacity, Span<Symbol> few)
    {
        private readonly Symbol[]? _rented = capacity > few.Length ? ArrayPool<Symbol>.Shared.Rent(capacity) : null;
        private readonly Span<Symbol> _few = few;
        private int _count;

        public readonly Span<Symbol> Filled => (_rented ?? _few)[.._count];

        public void Add(Symbol symbol)
        {
            if (_rented is null)
                _few[_count++] = symbol;
            else
                _rented[_count++] = symbol;
        }

        public readonly void Return()
        {
            if (_rented is not null)
                ArrayPool<Symbol>.Shared.Return(_rented);
        }
    }
}
