using System.Text.Json;
using ForensicKit.Inference.Checkpoints;
using ForensicKit.Inference.Tokenizers.Patterns;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>The steps of a tokenizer; null for one that does nothing.</summary>
internal sealed record TokenizerParts(
    IReadOnlyList<AddedToken> Added, INormalizer? Normalizer, IPreTokenizer? PreTokenizer, ITokenModel Model, IPostProcessor? PostProcessor, ITokenDecoder Decoder);

/// <summary>Reads the steps from <c>tokenizer.json</c>. What it does not know it refuses by name: a step left out would change tokens silently.</summary>
internal static class TokenizerFile
{
    private const int MaxId = 1 << 24;

    /// <exception cref="KitException">The file breaks the format, or uses what is not supported.</exception>
    public static TokenizerParts Parse(ReadOnlyMemory<byte> json, string file)
    {
        var root = StrictJson.Object(json, file);
        try
        {
            Known(root, "the file", "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model");
            if (Optional(root, "truncation") is not null || Optional(root, "padding") is not null)
                throw new FormatException("it truncates or pads, which is not supported");
            return new(
                Optional(root, "added_tokens") is { } added ? [.. Items(added, "added_tokens").Select(Added)] : [],
                Optional(root, "normalizer") is { } normalizer ? Normalizer(normalizer) : null,
                Optional(root, "pre_tokenizer") is { } pre ? PreTokenizer(pre) : null,
                Model(Optional(root, "model") ?? throw new FormatException("it has no model")),
                Optional(root, "post_processor") is { } post ? PostProcessor(post) : null,
                Optional(root, "decoder") is { } decoder ? Decoder(decoder) : new SpacedDecoder());
        }
        catch (FormatException e)
        {
            throw new KitException($"The tokenizer cannot be used: {e.Message}.", file, null, ExitCode.BadInput, e);
        }
    }

    internal static INormalizer Normalizer(JsonElement step)
    {
        switch (Type(step, "the normalizer"))
        {
            case "NFC":
                Known(step, "the normalizer NFC", "type");
                return new NfcNormalizer();
            case "Lowercase":
                Known(step, "the normalizer Lowercase", "type");
                return new LowercaseNormalizer();
            case "Sequence":
                Known(step, "the normalizer Sequence", "type", "normalizers");
                return new NormalizerSequence([.. Items(Required(step, "normalizers"), "normalizers").Select(Normalizer)]);
            case var type:
                throw new FormatException($"the normalizer '{type}' is not supported (supported: NFC, Lowercase, Sequence)");
        }
    }

    internal static IPreTokenizer PreTokenizer(JsonElement step)
    {
        switch (Type(step, "the pre-tokenizer"))
        {
            case "ByteLevel":
                // Its trim_offsets has no effect: the post-processor's has.
                Known(step, "the pre-tokenizer ByteLevel", "type", "add_prefix_space", "trim_offsets", "use_regex");
                return new ByteLevelPreTokenizer(Flag(step, "add_prefix_space", absent: true), Flag(step, "use_regex", absent: true));
            case "Digits":
                Known(step, "the pre-tokenizer Digits", "type", "individual_digits");
                var single = Flag(step, "individual_digits", absent: false);
                return new SplitPreTokenizer(SplitPreTokenizer.Of(CodePointClass.Numeric), single ? SplitBehaviour.Isolated : SplitBehaviour.Contiguous, invert: false);
            case "Split":
                Known(step, "the pre-tokenizer Split", "type", "pattern", "behavior", "invert");
                return new SplitPreTokenizer(Pattern(Required(step, "pattern")), Behaviour(Text(step, "behavior")), Flag(step, "invert", absent: false));
            case "Sequence":
                Known(step, "the pre-tokenizer Sequence", "type", "pretokenizers");
                return new PreTokenizerSequence([.. Items(Required(step, "pretokenizers"), "pretokenizers").Select(PreTokenizer)]);
            case var type:
                throw new FormatException($"the pre-tokenizer '{type}' is not supported (supported: ByteLevel, Digits, Split, Sequence)");
        }
    }

    internal static ITokenDecoder Decoder(JsonElement step)
    {
        if (Type(step, "the decoder") is not "ByteLevel" and var type)
            throw new FormatException($"the decoder '{type}' is not supported (supported: ByteLevel)");
        Known(step, "the decoder ByteLevel", "type", "add_prefix_space", "trim_offsets", "use_regex");
        return new ByteLevelDecoder();
    }

    private static IPostProcessor PostProcessor(JsonElement step)
    {
        switch (Type(step, "the post-processor"))
        {
            case "ByteLevel":
                Known(step, "the post-processor ByteLevel", "type", "add_prefix_space", "trim_offsets", "use_regex");
                return Flag(step, "trim_offsets", absent: true) ? new TrimOffsets(Flag(step, "add_prefix_space", absent: true)) : new PostProcessorSequence([]);
            case "TemplateProcessing":
                return Template(step);
            case "Sequence":
                Known(step, "the post-processor Sequence", "type", "processors");
                return new PostProcessorSequence([.. Items(Required(step, "processors"), "processors").Select(PostProcessor)]);
            case var type:
                throw new FormatException($"the post-processor '{type}' is not supported (supported: ByteLevel, TemplateProcessing, Sequence)");
        }
    }

    private static TemplateProcessor Template(JsonElement step)
    {
        // The template for a pair of texts is left aside: pairs are never encoded here.
        Known(step, "the post-processor TemplateProcessing", "type", "single", "pair", "special_tokens");
        var special = Required(step, "special_tokens");
        List<PlacedToken> before = [], after = [];
        var seen = false;
        foreach (var item in Items(Required(step, "single"), "single"))
        {
            if (Optional(item, "SpecialToken") is { } token)
            {
                var entry = Required(special, Text(token, "id"));
                var texts = Items(Required(entry, "tokens"), "tokens").Select(t => String(t, "tokens"));
                var ids = Items(Required(entry, "ids"), "ids").Select(Id);
                (seen ? after : before).AddRange(ids.Zip(texts, (id, text) => new PlacedToken(id, text, 0, 0)));
            }
            else if (!seen && Optional(item, "Sequence") is { } sequence && Text(sequence, "id") == "A")
            {
                seen = true;
            }
            else
            {
                throw new FormatException("the template for a single text is not special tokens around one text, which is not supported");
            }
        }

        return seen ? new(before, after) : throw new FormatException("the template for a single text leaves the text out");
    }

    private static AddedToken Added(JsonElement token)
    {
        Known(token, "an added token", "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
        return new(
            Id(Required(token, "id")), Text(token, "content"), Flag(token, "special", absent: false), Flag(token, "single_word", absent: false),
            Flag(token, "lstrip", absent: false), Flag(token, "rstrip", absent: false), Flag(token, "normalized", absent: true));
    }

    private static BytePairModel Model(JsonElement model)
    {
        // Files written by old versions leave the type of the model out.
        if (Optional(model, "type") is not null && Type(model, "the model") is not "BPE" and var type)
            throw new FormatException($"the model '{type}' is not supported (supported: BPE)");
        Known(
            model, "the model BPE", "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges",
            "vocab", "merges");
        if (Optional(model, "dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
            throw new FormatException("the model drops merges at random (dropout), which is not supported");
        foreach (var key in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (Optional(model, key) is { } affix && String(affix, key).Length > 0)
                throw new FormatException($"the model's {key} is not supported");
        }

        if (Flag(model, "byte_fallback", absent: false))
            throw new FormatException("the model's byte_fallback is not supported");
        var entries = Required(model, "vocab");
        if (entries.ValueKind != JsonValueKind.Object)
            throw new FormatException("'vocab' is not an object");
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var entry in entries.EnumerateObject())
        {
            vocabulary.Add(entry.Name, Id(entry.Value));
            if (!ids.Add(vocabulary[entry.Name]))
                throw new FormatException($"'{entry.Name}' has the id of another token");
        }

        var unknown = Optional(model, "unk_token") is { } unk ? String(unk, "unk_token") : null;
        return new(vocabulary, [.. Items(Required(model, "merges"), "merges").Select(Merge)], unknown, Flag(model, "fuse_unk", absent: false), Flag(model, "ignore_merges", absent: false));
    }

    private static (string Left, string Right) Merge(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.String && merge.GetString()!.Split(' ') is [var left, var right])
            return (left, right);
        return merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
            ? (String(merge[0], "merges"), String(merge[1], "merges"))
            : throw new FormatException("an entry of 'merges' is not two tokens");
    }

    private static Finder Pattern(JsonElement pattern)
    {
        Known(pattern, "a pattern", "Regex", "String");
        if (Optional(pattern, "Regex") is { } expression)
            return SplitPreTokenizer.Of(new CodePointPattern(String(expression, "Regex")));
        var literal = CodePoints.Of(Text(pattern, "String"));
        return literal.Length > 0 ? SplitPreTokenizer.Of(literal) : throw new FormatException("a pattern is empty");
    }

    private static SplitBehaviour Behaviour(string name) => name switch
    {
        "Removed" => SplitBehaviour.Removed,
        "Isolated" => SplitBehaviour.Isolated,
        "MergedWithPrevious" => SplitBehaviour.MergedWithPrevious,
        "MergedWithNext" => SplitBehaviour.MergedWithNext,
        "Contiguous" => SplitBehaviour.Contiguous,
        _ => throw new FormatException($"the behaviour '{name}' of Split is not known"),
    };

    private static string Type(JsonElement step, string what)
    {
        if (step.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{what} is not an object");
        return Text(step, "type");
    }

    private static void Known(JsonElement element, string what, params ReadOnlySpan<string> keys)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{what} is not an object");
        foreach (var property in element.EnumerateObject())
        {
            if (!keys.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null)
                throw new FormatException($"'{property.Name}' of {what} is not supported");
        }
    }

    private static JsonElement? Optional(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement Required(JsonElement element, string key) => Optional(element, key) ?? throw new FormatException($"'{key}' is missing");

    private static JsonElement.ArrayEnumerator Items(JsonElement element, string key) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw new FormatException($"'{key}' is not a list");

    private static string Text(JsonElement element, string key) => String(Required(element, key), key);

    private static string String(JsonElement value, string key) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException($"'{key}' is not a text");

    private static bool Flag(JsonElement element, string key, bool absent) => Optional(element, key) is not { } value ? absent
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new FormatException($"'{key}' is not true or false");

    private static int Id(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id is >= 0 and < MaxId
        ? id
        : throw new FormatException("a token's id is not a whole number from 0");
}
