using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ForensicKit.Inference.Checkpoints;

/// <summary>Makes a <c>tokenizer.json</c> of a GGUF file's <c>tokenizer.ggml.*</c>.</summary>
/// <remarks>
/// Model <c>gpt2</c> is byte-level byte-pair encoding; <c>tokenizer.ggml.pre</c> names how texts are cut. Model <c>llama</c> is SentencePiece's
/// byte-pair encoding: its merges are not in the file and are made of the scores, as transformers' conversion makes them. Tokens that conversion
/// marked as control are special added tokens, those it marked as user-defined plain added tokens, unused ones are left out.
/// </remarks>
internal sealed class GgufTokenizer
{
    // llama.cpp's numbers of token types.
    private const long Normal = 1;
    private const long Unknown = 2;
    private const long Control = 3;
    private const long UserDefined = 4;
    private const long Unused = 5;
    private const string Key = "tokenizer.ggml.";

    // The longest known are runs of some hundred spaces. Every way to cut a token in two is looked at.
    private const int MaxTokenLength = 1024;
    private static readonly string[] s_roles = ["bos", "eos", "padding", "unknown"];
    private readonly GgufMetadata _metadata;
    private readonly IReadOnlyList<string> _tokens;
    private readonly IReadOnlyList<long> _types;
    private readonly Utf8JsonWriter _json;

    private GgufTokenizer(GgufMetadata metadata, Utf8JsonWriter json)
    {
        (_metadata, _json) = (metadata, json);
        _tokens = metadata.OptionalTexts(Key + "tokens") ?? throw metadata.Bad(Key + "tokens", "is missing");
        if (_tokens.Count is 0 or > 1 << 24)
            throw metadata.Bad(Key + "tokens", "is empty or too long");
        if (_tokens.FirstOrDefault(token => token.Length > MaxTokenLength) is { } endless)
            throw metadata.Bad(Key + "tokens", $"has '{endless[..32]}…', which is too long for a token");
        _types = Types();
        foreach (var role in s_roles)
            Id(role);
    }

    /// <summary>The file's content.</summary>
    /// <exception cref="KitException">There is no tokenizer, or it is of a kind that is not supported.</exception>
    public static ReadOnlyMemory<byte> ToJson(GgufMetadata metadata)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            var model = metadata.OptionalText(Key + "model") ?? throw metadata.Bad(Key + "model", "is missing");
            if (model is not ("gpt2" or "llama"))
                throw metadata.Bad(Key + "model", $"is '{model}', which is not supported (supported: gpt2, llama); put the model's own tokenizer.json beside the file");
            var tokenizer = new GgufTokenizer(metadata, json);
            json.WriteStartObject();
            json.WriteString("version", "1.0");
            json.WriteNull("truncation");
            json.WriteNull("padding");
            tokenizer.WriteAddedTokens();
            if (model == "gpt2")
                tokenizer.WriteByteLevel();
            else
                tokenizer.WriteSentencePieces();
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private IReadOnlyList<long> Types()
    {
        if (_metadata.OptionalInts(Key + "token_type") is { } given)
            return given.Count == _tokens.Count ? given : throw _metadata.Bad(Key + "token_type", "is not as long as the list of tokens");
        // The first files had no types: what they name as special is.
        var types = Enumerable.Repeat(Normal, _tokens.Count).ToArray();
        foreach (var role in s_roles)
        {
            if (Id(role) is { } id)
                types[id] = Control;
        }

        return types;
    }

    private int? Id(string role) => _metadata.OptionalInt($"{Key}{role}_token_id", 0, _tokens.Count - 1);

    private void WriteAddedTokens()
    {
        _json.WriteStartArray("added_tokens");
        for (var id = 0; id < _tokens.Count; id++)
        {
            if (_types[id] is not (Unknown or Control or UserDefined) || _tokens[id].Length == 0)
                continue;
            _json.WriteStartObject();
            _json.WriteNumber("id", id);
            _json.WriteString("content", _tokens[id]);
            foreach (var flag in (string[])["single_word", "lstrip", "rstrip", "normalized"])
                _json.WriteBoolean(flag, false);
            _json.WriteBoolean("special", _types[id] != UserDefined);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteByteLevel()
    {
        var name = _metadata.OptionalText(Key + "pre")
            ?? throw new KitException($"The file does not say how texts are cut ('{Key}pre').", _metadata.File, "Put the model's own tokenizer.json beside the file, or convert the model again.");
        var pre = GgufPreTokenizer.Find(name)
            ?? throw _metadata.Bad(Key + "pre", $"is '{name}', which is not supported (supported: {string.Join(", ", GgufPreTokenizer.Names)}); put the model's own tokenizer.json beside the file");
        var merges = _metadata.OptionalTexts(Key + "merges") ?? throw _metadata.Bad(Key + "merges", "is missing");
        if (pre.Compose)
            WriteStep("normalizer", "NFC");
        else
            _json.WriteNull("normalizer");
        WritePreTokenizer(pre);
        WriteTemplate(_metadata.OptionalBool(Key + "add_bos_token") ?? pre.AddBegin);
        WriteByteLevelStep("decoder", addPrefixSpace: true, pattern: true);
        WriteModel(null, fuseUnknown: false, pre.IgnoreMerges, merges.Select(merge => Pair(merge)));
    }

    // A space divides the two; a piece that begins with one would be a token of added ones, which are not merged.
    private (string Left, string Right) Pair(string merge)
    {
        var space = merge.Length > 1 ? merge.IndexOf(' ', 1) : -1;
        return space > 0 && space < merge.Length - 1 ? (merge[..space], merge[(space + 1)..]) : throw _metadata.Bad(Key + "merges", $"holds '{merge}', which is not two pieces");
    }

    private void WritePreTokenizer(GgufPreTokenizer pre)
    {
        _json.WriteStartObject("pre_tokenizer");
        _json.WriteString("type", "Sequence");
        _json.WriteStartArray("pretokenizers");
        if (pre.Digits)
        {
            _json.WriteStartObject();
            _json.WriteString("type", "Digits");
            _json.WriteBoolean("individual_digits", true);
            _json.WriteEndObject();
        }

        foreach (var pattern in pre.Splits)
        {
            _json.WriteStartObject();
            _json.WriteString("type", "Split");
            _json.WriteStartObject("pattern");
            _json.WriteString("Regex", pattern);
            _json.WriteEndObject();
            _json.WriteString("behavior", "Isolated");
            _json.WriteBoolean("invert", false);
            _json.WriteEndObject();
        }

        WriteByteLevelStep(null, addPrefixSpace: false, pre.Gpt2);
        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteSentencePieces()
    {
        foreach (var (key, what) in ((string, string)[])[("precompiled_charsmap", "a table of normalizations"), ("remove_extra_whitespaces", "the removal of white space")])
        {
            if (_metadata.Value(Key + key) is not (null or false))
                throw _metadata.Bad(Key + key, $"asks for {what}, which is not supported");
        }

        var spaced = _metadata.OptionalBool(Key + "add_space_prefix") ?? true;
        _json.WriteStartObject("normalizer");
        _json.WriteString("type", "Sequence");
        _json.WriteStartArray("normalizers");
        if (spaced)
        {
            _json.WriteStartObject();
            _json.WriteString("type", "Prepend");
            _json.WriteString("prepend", "▁");
            _json.WriteEndObject();
        }

        WriteReplace(" ", "▁");
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.WriteNull("pre_tokenizer");
        WriteTemplate(_metadata.OptionalBool(Key + "add_bos_token") ?? true);
        _json.WriteStartObject("decoder");
        _json.WriteString("type", "Sequence");
        _json.WriteStartArray("decoders");
        WriteReplace("▁", " ");
        WriteStep(null, "ByteFallback");
        WriteStep(null, "Fuse");
        if (spaced)
        {
            _json.WriteStartObject();
            _json.WriteString("type", "Strip");
            _json.WriteString("content", " ");
            _json.WriteNumber("start", 1);
            _json.WriteNumber("stop", 0);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        var unknown = Id("unknown") ?? (_types.ToList().IndexOf(Unknown) is >= 0 and var found ? found : null);
        WriteModel(unknown is { } id ? _tokens[id] : null, fuseUnknown: true, ignoreMerges: false, SentencePieceMerges.Of(_tokens, Scores(), id => _types[id] == Normal), byteFallback: true);
    }

    private IReadOnlyList<float> Scores()
    {
        var scores = _metadata.OptionalFloats(Key + "scores") ?? throw _metadata.Bad(Key + "scores", "is missing");
        return scores.Count == _tokens.Count && scores.All(float.IsFinite) ? scores : throw _metadata.Bad(Key + "scores", "is not one finite number for each token");
    }

    private void WriteModel(string? unknown, bool fuseUnknown, bool ignoreMerges, IEnumerable<(string Left, string Right)> merges, bool byteFallback = false)
    {
        _json.WriteStartObject("model");
        _json.WriteString("type", "BPE");
        _json.WriteNull("dropout");
        _json.WriteString("unk_token", unknown);
        _json.WriteNull("continuing_subword_prefix");
        _json.WriteNull("end_of_word_suffix");
        _json.WriteBoolean("fuse_unk", fuseUnknown);
        _json.WriteBoolean("byte_fallback", byteFallback);
        _json.WriteBoolean("ignore_merges", ignoreMerges);
        WriteVocabulary();
        _json.WriteStartArray("merges");
        foreach (var (left, right) in merges)
        {
            _json.WriteStartArray();
            _json.WriteStringValue(left);
            _json.WriteStringValue(right);
            _json.WriteEndArray();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    private void WriteVocabulary()
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        // What is found before anything is cut may be spelled as a token of the vocabulary is: that one keeps its place.
        foreach (var added in (bool[])[false, true])
        {
            for (var id = 0; id < _tokens.Count; id++)
            {
                if (_types[id] == Unused || (_types[id] is Control or UserDefined) != added || ids.TryAdd(_tokens[id], id) || added)
                    continue;
                throw _metadata.Bad(Key + "tokens", string.Create(CultureInfo.InvariantCulture, $"has '{_tokens[id]}' twice, as {ids[_tokens[id]]} and {id}"));
            }
        }

        _json.WriteStartObject("vocab");
        foreach (var (token, id) in ids.OrderBy(entry => entry.Value))
            _json.WriteNumber(token, id);
        _json.WriteEndObject();
    }

    private void WriteTemplate(bool begin)
    {
        var end = _metadata.OptionalBool(Key + "add_eos_token") ?? false;
        if (_metadata.OptionalBool(Key + "add_sep_token") == true)
            throw _metadata.Bad(Key + "add_sep_token", "is true, which is not supported");
        if (!begin && !end)
        {
            _json.WriteNull("post_processor");
            return;
        }

        var first = begin ? Id("bos") ?? throw _metadata.Bad(Key + "bos_token_id", "is missing, and texts begin with it") : (int?)null;
        var last = end ? Id("eos") ?? throw _metadata.Bad(Key + "eos_token_id", "is missing, and texts end with it") : (int?)null;
        _json.WriteStartObject("post_processor");
        _json.WriteString("type", "TemplateProcessing");
        foreach (var (name, texts) in ((string, string[])[])[("single", ["A"]), ("pair", ["A", "B"])])
        {
            _json.WriteStartArray(name);
            for (var i = 0; i < texts.Length; i++)
            {
                WritePart("SpecialToken", first is { } f ? _tokens[f] : null, i);
                WritePart("Sequence", texts[i], i);
                WritePart("SpecialToken", last is { } l ? _tokens[l] : null, i);
            }

            _json.WriteEndArray();
        }

        _json.WriteStartObject("special_tokens");
        foreach (var id in ((int?[])[first, last]).OfType<int>().Distinct())
        {
            _json.WriteStartObject(_tokens[id]);
            _json.WriteString("id", _tokens[id]);
            _json.WriteStartArray("ids");
            _json.WriteNumberValue(id);
            _json.WriteEndArray();
            _json.WriteStartArray("tokens");
            _json.WriteStringValue(_tokens[id]);
            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WritePart(string kind, string? id, int type)
    {
        if (id is null)
            return;
        _json.WriteStartObject();
        _json.WriteStartObject(kind);
        _json.WriteString("id", id);
        _json.WriteNumber("type_id", type);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteByteLevelStep(string? name, bool addPrefixSpace, bool pattern)
    {
        Begin(name);
        _json.WriteString("type", "ByteLevel");
        _json.WriteBoolean("add_prefix_space", addPrefixSpace);
        _json.WriteBoolean("trim_offsets", true);
        _json.WriteBoolean("use_regex", pattern);
        _json.WriteEndObject();
    }

    private void WriteReplace(string pattern, string content)
    {
        _json.WriteStartObject();
        _json.WriteString("type", "Replace");
        _json.WriteStartObject("pattern");
        _json.WriteString("String", pattern);
        _json.WriteEndObject();
        _json.WriteString("content", content);
        _json.WriteEndObject();
    }

    private void WriteStep(string? name, string type)
    {
        Begin(name);
        _json.WriteString("type", type);
        _json.WriteEndObject();
    }

    private void Begin(string? name)
    {
        if (name is null)
            _json.WriteStartObject();
        else
            _json.WriteStartObject(name);
    }
}
