using System.Security.Cryptography;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>A text as tokens.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Tokens">The tokens' texts in the vocabulary; for an added token, the text that was found.</param>
/// <param name="Offsets">Where each begins and ends in the text, in Unicode code points; (0, 0) for one that was put around it.</param>
public sealed record TokenizedText(IReadOnlyList<int> Ids, IReadOnlyList<string> Tokens, IReadOnlyList<(int Start, int End)> Offsets);

/// <summary>
/// A tokenizer as <c>tokenizer.json</c> describes it: added tokens, normalizer, pre-tokenizer, model, post-processor, decoder. Works on code points,
/// and agrees with the reference library (<c>tokenizers</c>) token by token. Safe for use by several threads.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly AddedTokenFinder _raw;
    private readonly AddedTokenFinder _normalized;
    private readonly Dictionary<int, string> _pieces = [];
    private readonly Dictionary<int, string> _texts;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<int> _special;

    internal Tokenizer(TokenizerParts parts, string sha256)
    {
        _parts = parts;
        Sha256 = sha256;
        _raw = new(parts.Added.Where(t => !t.Normalized).Select(t => (CodePoints.Of(t.Content), t)));
        _normalized = new(parts.Added.Where(t => t.Normalized).Select(t => (Normalize(new(CodePoints.Of(t.Content))).Points, t)));
        foreach (var (token, id) in parts.Model.Vocabulary)
            (_pieces[id], _ids[token]) = (token, id);
        // Decoded, a token that is looked for in normalized text is its normalized self: that is what the reference does.
        _texts = new(_pieces);
        foreach (var token in parts.Added)
        {
            _ids[token.Content] = token.Id;
            _texts[token.Id] = token.Normalized ? CodePoints.Text(Normalize(new(CodePoints.Of(token.Content))).Points) : token.Content;
        }

        // A special token that normalization changes is not recognised as special there.
        _special = [.. parts.Added.Where(t => t.Special && _texts[t.Id] == t.Content).Select(t => t.Id)];
        MaxId = _texts.Count == 0 ? -1 : _texts.Keys.Max();
    }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>The greatest token id; -1 for an empty vocabulary.</summary>
    public int MaxId { get; }

    /// <summary>Ids of the special tokens: those that can be left out when decoding.</summary>
    public IReadOnlySet<int> SpecialIds => _special;

    /// <summary>Reads <c>tokenizer.json</c>.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="KitException">The file cannot be read, breaks the format, or uses what is not supported: named in the message.</exception>
    public static Tokenizer Load(string file)
    {
        const long MaxFileBytes = 256L << 20;
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxFileBytes })
                throw new KitException("The file is too large to be a tokenizer.", file);
            return Parse(File.ReadAllBytes(file), file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KitException($"The file cannot be read: {e.Message}", file, "A model's folder needs its tokenizer.json.", ExitCode.BadInput, e);
        }
    }

    /// <summary>Parses the content of <c>tokenizer.json</c>.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="KitException">As <see cref="Load"/>.</exception>
    public static Tokenizer Parse(ReadOnlyMemory<byte> json, string file) => new(TokenizerFile.Parse(json, file), Convert.ToHexStringLower(SHA256.HashData(json.Span)));

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">The text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the file's template, for example a token that begins a text, is applied.</param>
    /// <exception cref="KitException">The file's pattern takes too long on this text.</exception>
    public TokenizedText Encode(string text, bool addSpecialTokens = true)
    {
        var original = new MappedText(CodePoints.Of(text));
        var tokens = new List<PlacedToken>(original.Length / 3 + 4);
        foreach (var (token, start, end) in _raw.Cut(original.Points))
        {
            var stretch = original.Slice(start, end);
            if (token is not null)
            {
                tokens.Add(Placed(token, stretch));
                continue;
            }

            var normalized = Normalize(stretch);
            foreach (var (inner, from, to) in _normalized.Cut(normalized.Points))
            {
                if (inner is not null)
                    tokens.Add(Placed(inner, normalized.Slice(from, to)));
                else
                    AddPieces(tokens, normalized.Slice(from, to));
            }
        }

        var all = _parts.PostProcessor is { } processor ? processor.Apply(tokens, addSpecialTokens) : tokens;
        var ids = new int[all.Count];
        var texts = new string[all.Count];
        var offsets = new (int, int)[all.Count];
        for (var i = 0; i < ids.Length; i++)
            (ids[i], texts[i], offsets[i]) = (all[i].Id, all[i].Text, (all[i].Start, all[i].End));
        return new(ids, texts, offsets);
    }

    /// <summary>The text of tokens. Ids that do not exist are passed over, as the reference does.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        var stream = Stream(skipSpecialTokens);
        var text = new System.Text.StringBuilder();
        foreach (var id in ids)
            text.Append(stream.Add(id));
        return text.Append(stream.Finish()).ToString();
    }

    /// <summary>Decodes tokens as they come: the pieces joined are what <see cref="Decode"/> gives.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public TokenStream Stream(bool skipSpecialTokens = false) => new(this, _parts.Decoder.Begin(), skipSpecialTokens);

    /// <summary>The id of a token, added or of the vocabulary; null where there is none.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>The text of a token before it is decoded; null where there is none.</summary>
    public string? TextOf(int id) => _texts.GetValueOrDefault(id);

    private MappedText Normalize(MappedText text) => _parts.Normalizer is { } normalizer && text.Length > 0 ? normalizer.Apply(text) : text;

    private void AddPieces(List<PlacedToken> tokens, MappedText text)
    {
        var whole = new TextPieces(text, text.Length == 0 ? [] : [(0, text.Length)]);
        var pieces = _parts.PreTokenizer is { } pre ? pre.Apply(whole) : whole;
        foreach (var (start, end) in pieces.Parts)
        {
            foreach (var (id, from, to) in _parts.Model.Tokenize(pieces.Text.Points.AsSpan(start, end - start)))
                tokens.Add(new(id, _pieces[id], pieces.Text.StartOf(start + from), pieces.Text.EndOf(start + to - 1)));
        }
    }

    private static PlacedToken Placed(AddedToken token, MappedText found) =>
        new(token.Id, CodePoints.Text(found.Points), found.StartOf(0), found.EndOf(found.Length - 1));
}

/// <summary>A text that is decoded token by token.</summary>
public sealed class TokenStream
{
    private readonly Tokenizer _tokenizer;
    private readonly ITokenDecoding _decoding;
    private readonly bool _skipSpecial;

    internal TokenStream(Tokenizer tokenizer, ITokenDecoding decoding, bool skipSpecial) =>
        (_tokenizer, _decoding, _skipSpecial) = (tokenizer, decoding, skipSpecial);

    /// <summary>What a token adds to the text; empty while a character is unfinished.</summary>
    public string Add(int id) => _tokenizer.TextOf(id) is { } token && !(_skipSpecial && _tokenizer.SpecialIds.Contains(id)) ? _decoding.Add(token) : "";

    /// <summary>What is left at the end: U+FFFD for an unfinished character.</summary>
    public string Finish() => _decoding.Finish();
}
