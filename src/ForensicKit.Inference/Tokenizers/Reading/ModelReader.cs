using System.Text.Json;
using ForensicKit.Inference.Tokenizers.Models;
using static ForensicKit.Inference.Tokenizers.Reading.JsonStep;

namespace ForensicKit.Inference.Tokenizers.Reading;

/// <summary>Reads the step <c>model</c>.</summary>
internal static class ModelReader
{
    private const int MaxAffix = 64;

    /// <param name="model">The step.</param>
    /// <param name="canTakeBytes">Whether the last step before the model rewrites pieces as the characters of their bytes.</param>
    /// <returns>The model, and whether it takes pieces before that rewriting.</returns>
    /// <exception cref="TokenizerFormatException">The step breaks the format, or is not supported.</exception>
    public static (ITokenModel Model, bool TakesBytes) Read(JsonElement model, bool canTakeBytes)
    {
        // Files written by old versions leave the type of the model out; then what it has tells.
        var type = Optional(model, "type") is not null ? Type(model, "the model")
            : Optional(model, "merges") is not null ? "BPE"
            : Optional(model, "vocab") is { ValueKind: JsonValueKind.Array } ? "Unigram"
            : Optional(model, "max_input_chars_per_word") is not null ? "WordPiece"
            : "WordLevel";
        switch (type)
        {
            case "BPE":
                return BytePair(model, canTakeBytes);
            case "Unigram":
                return (Unigram(model), false);
            case "WordPiece":
                Known(model, "the model WordPiece", "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab");
                return (new WordPieceModel(Vocabulary(model), Text(model, "unk_token"), Text(model, "continuing_subword_prefix"), Count(model, "max_input_chars_per_word")), false);
            case "WordLevel":
                Known(model, "the model WordLevel", "type", "unk_token", "vocab");
                return (new WordLevelModel(Vocabulary(model), Text(model, "unk_token")), false);
            default:
                throw new TokenizerFormatException($"the model '{type}' is not supported (supported: BPE, Unigram, WordPiece, WordLevel)");
        }
    }

    private static (ITokenModel Model, bool TakesBytes) BytePair(JsonElement model, bool canTakeBytes)
    {
        Known(
            model, "the model BPE", "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback", "ignore_merges",
            "vocab", "merges");
        if (Optional(model, "dropout") is { } dropout && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
            throw new TokenizerFormatException("the model drops merges at random (dropout), which is not supported");
        var options = new BytePairOptions(
            Optional(model, "unk_token") is { } unknown ? String(unknown, "unk_token") : null,
            Flag(model, "fuse_unk", absent: false),
            Flag(model, "byte_fallback", absent: false),
            Flag(model, "ignore_merges", absent: false),
            Affix(model, "continuing_subword_prefix"),
            Affix(model, "end_of_word_suffix"));
        var vocabulary = Vocabulary(model);
        var merges = new List<(string Left, string Right)>();
        foreach (var merge in Items(Required(model, "merges"), "merges"))
        {
            // Files made from merges.txt may have its first line.
            if (merge.ValueKind == JsonValueKind.String && merge.GetString()!.StartsWith("#version", StringComparison.Ordinal))
                continue;
            merges.Add(Merge(merge));
        }

        var takesBytes = canTakeBytes && !options.ByteFallback && options.Prefix.Length == 0 && options.Suffix.Length == 0;
        return (new BytePairModel(vocabulary, merges, options, takesBytes), takesBytes);
    }

    private static UnigramModel Unigram(JsonElement model)
    {
        Known(model, "the model Unigram", "type", "unk_id", "vocab", "byte_fallback");
        var tokens = new List<(string, double)>();
        foreach (var entry in Items(Required(model, "vocab"), "vocab"))
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2 || entry[1].ValueKind != JsonValueKind.Number || !double.IsFinite(entry[1].GetDouble()))
                throw new TokenizerFormatException("an entry of 'vocab' is not a token and its score");
            tokens.Add((String(entry[0], "vocab"), entry[1].GetDouble()));
        }

        return new(tokens, Optional(model, "unk_id") is null ? null : Count(model, "unk_id"), Flag(model, "byte_fallback", absent: false));
    }

    private static Dictionary<string, int> Vocabulary(JsonElement model)
    {
        var entries = Required(model, "vocab");
        if (entries.ValueKind != JsonValueKind.Object)
            throw new TokenizerFormatException("'vocab' is not an object");
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var entry in entries.EnumerateObject())
        {
            var id = Id(entry.Value);
            if (!ids.Add(id))
                throw new TokenizerFormatException($"'{entry.Name}' has the id of another token");
            vocabulary.Add(entry.Name, id);
        }

        return vocabulary;
    }

    private static string Affix(JsonElement model, string key)
    {
        var affix = Optional(model, key) is { } value ? String(value, key) : "";
        return affix.Length <= MaxAffix ? affix : throw new TokenizerFormatException($"'{key}' is longer than {MaxAffix} characters");
    }

    private static (string Left, string Right) Merge(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.String && merge.GetString()!.Split(' ') is [var left, var right])
            return (left, right);
        return merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2
            ? (String(merge[0], "merges"), String(merge[1], "merges"))
            : throw new TokenizerFormatException("an entry of 'merges' is not two tokens");
    }
}
