using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ForensicKit.Inference.Tokenizers.Models;
using ForensicKit.Inference.Tokenizers.Patterns;
using ForensicKit.Inference.Tokenizers.PostProcessors;
using ForensicKit.Inference.Tokenizers.Reading;

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
    private readonly TokenTexts _pieces;
    private readonly TokenTexts _texts;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<int> _special;

    internal Tokenizer(TokenizerParts parts, string sha256)
    {
        _parts = parts;
        Sha256 = sha256;
        _raw = new(parts.Added.Where(t => !t.Normalized).Select(t => (CodePoints.Of(t.Content), t)));
        var normalized = parts.Added.Where(t => t.Normalized).ToDictionary(t => t, t => Normalize(new(CodePoints.Of(t.Content)), new(t.Content.Length)).Points);
        _normalized = new(normalized.Select(t => (t.Value, t.Key)));
        var pieces = new Dictionary<int, string>();
        foreach (var (token, id) in parts.Model.Vocabulary)
            (pieces[id], _ids[token]) = (token, id);
        _pieces = new(pieces);
        // Decoded, a token that is looked for in normalized text is its normalized self: that is what the reference does.
        var texts = new Dictionary<int, string>(pieces);
        foreach (var token in parts.Added)
        {
            _ids[token.Content] = token.Id;
            texts[token.Id] = normalized.TryGetValue(token, out var points) ? CodePoints.Text(points) : token.Content;
        }

        _texts = new(texts);
        // Special is what reads like a special token when it is decoded; one that normalization changes does not.
        var special = parts.Added.Where(t => t.Special).Select(t => t.Content).ToHashSet(StringComparer.Ordinal);
        _special = [.. texts.Where(t => special.Contains(t.Value)).Select(t => t.Key)];
    }

    /// <summary>SHA-256 of the file's JSON, lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>The greatest token id; -1 for an empty vocabulary.</summary>
    public int MaxId => _texts.MaxId;

    /// <summary>Ids of the special tokens: those that can be left out when decoding.</summary>
    public IReadOnlySet<int> SpecialIds => _special;

    /// <summary>Reads <c>tokenizer.json</c>, or <c>tokenizer.json.gz</c>.</summary>
    /// <param name="file">The file; one whose name ends in <c>.gz</c> is unpacked.</param>
    /// <exception cref="KitException">The file cannot be read, breaks the format, or uses what is not supported: named in the message.</exception>
    public static Tokenizer Load(string file) => Parse(TokenizerFile.Bytes(file), file);

    /// <summary>Parses the content of <c>tokenizer.json</c>.</summary>
    /// <param name="json">UTF-8 JSON.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="KitException">As <see cref="Load"/>.</exception>
    public static Tokenizer Parse(ReadOnlyMemory<byte> json, string file)
    {
        var parts = TokenizerFile.Parse(json, file);
        try
        {
            return new(parts, Convert.ToHexStringLower(SHA256.HashData(json.Span)));
        }
        catch (TokenizerFormatException e)
        {
            throw new KitException($"The tokenizer cannot be used: {e.Message}.", file, null, ExitCode.BadInput, e);
        }
    }

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">The text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the file's template, for example a token that begins a text, is applied.</param>
    /// <exception cref="KitException">The file's pattern takes too long on this text, or the text has what the vocabulary has no token for.</exception>
    public TokenizedText Encode(string text, bool addSpecialTokens = true)
    {
        var tokens = new List<PlacedToken>((text.Length / 3) + 4);
        var found = new List<PieceToken>();
        // Added tokens that take white space can overlap: what they cover together is bounded.
        var coverLeft = (16L * text.Length) + 1_024;
        Cut(text, (stretch, start, end, token) =>
        {
            if ((coverLeft -= end - start) < 0)
                throw new KitException("The tokenizer's added tokens overlap too much on a text.");
            tokens.Add(new(token.Id, CodePoints.Text(stretch.Points.AsSpan(start, end - start)), stretch.StartOf(start), stretch.EndOf(end - 1)));
        }, pieces =>
        {
            found.Clear();
            foreach (var (start, end) in pieces.Parts)
                _parts.Model.Tokenize(pieces.Text.Points.AsSpan(start, end - start), found, start);
            foreach (var token in CollectionsMarshal.AsSpan(found))
            {
                var content = token.IsLiteral ? CodePoints.Text(pieces.Text.Points.AsSpan(token.Start, token.End - token.Start)) : _pieces[token.Id]!;
                tokens.Add(new(token.Id, content, pieces.Text.StartOf(token.Start), pieces.Text.EndOf(token.End - 1)));
            }
        });
        _parts.PostProcessor.Apply(tokens, addSpecialTokens);
        var ids = new int[tokens.Count];
        var texts = new string[tokens.Count];
        var offsets = new (int, int)[tokens.Count];
        for (var i = 0; i < ids.Length; i++)
            (ids[i], texts[i], offsets[i]) = (tokens[i].Id, tokens[i].Text, (tokens[i].Start, tokens[i].End));
        return new(ids, texts, offsets);
    }

    /// <summary>The token ids of a text: those of <see cref="Encode"/>, found faster.</summary>
    /// <param name="text">The text; half a surrogate pair counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether the file's template is applied.</param>
    /// <exception cref="KitException">As <see cref="Encode"/>.</exception>
    public int[] EncodeIds(string text, bool addSpecialTokens = true)
    {
        var ids = new List<int>((text.Length / 3) + 4);
        var found = new List<PieceToken>();
        if (addSpecialTokens)
            ids.AddRange(_parts.PostProcessor.IdsBefore);
        Cut(text, (_, _, _, token) => ids.Add(token.Id), pieces =>
        {
            found.Clear();
            foreach (var (start, end) in pieces.Parts)
                _parts.Model.Tokenize(pieces.Text.Points.AsSpan(start, end - start), found, 0);
            var count = ids.Count;
            CollectionsMarshal.SetCount(ids, count + found.Count);
            var added = CollectionsMarshal.AsSpan(ids)[count..];
            for (var i = 0; i < added.Length; i++)
                added[i] = found[i].Id;
        });
        if (addSpecialTokens)
            ids.AddRange(_parts.PostProcessor.IdsAfter);
        return [.. ids];
    }

    /// <summary>The text of tokens. Ids that do not exist are passed over, as the reference does.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = false)
    {
        var stream = Stream(skipSpecialTokens);
        var text = new StringBuilder();
        foreach (var id in ids)
            text.Append(stream.Add(id));
        return text.Append(stream.Finish()).ToString();
    }

    /// <summary>Decodes tokens as they come: the pieces joined are what <see cref="Decode"/> gives.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public TokenStream Stream(bool skipSpecialTokens = false) => new(this, _parts.Decoder, skipSpecialTokens);

    /// <summary>The id of a token, added or of the vocabulary; null where there is none.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>The text of a token before it is decoded; null where there is none.</summary>
    public string? TextOf(int id) => _texts[id];

    private MappedText Normalize(MappedText text, StepBudget budget) => _parts.Normalizer is { } normalizer && text.Length > 0 ? normalizer.Apply(text, budget) : text;

    // Two passes: tokens that are looked for in the text as it is, and in what lies between them, normalized, the others.
    private void Cut(string text, Action<MappedText, int, int, AddedToken> takeToken, Action<TextPieces> takePieces)
    {
        var original = new MappedText(CodePoints.Of(text));
        var budget = new StepBudget(text.Length);
        foreach (var (token, start, end) in _raw.Cut(original.Points))
        {
            if (token is not null)
            {
                takeToken(original, start, end, token);
                continue;
            }

            var normalized = Normalize(original.Slice(start, end), budget);
            foreach (var (inner, from, to) in _normalized.Cut(normalized.Points))
            {
                if (inner is not null)
                {
                    takeToken(normalized, from, to, inner);
                    continue;
                }

                var whole = TextPieces.Whole(normalized.Slice(from, to));
                takePieces(_parts.PreTokenizer is { } pre ? pre.Apply(whole, budget) : whole);
            }
        }
    }
}
