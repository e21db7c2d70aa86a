using System.Text.Json;
using ForensicKit.Inference.Tokenizers.PostProcessors;
using static ForensicKit.Inference.Tokenizers.Reading.JsonStep;

namespace ForensicKit.Inference.Tokenizers.Reading;

/// <summary>Reads the step <c>post_processor</c>.</summary>
internal static class PostProcessorReader
{
    /// <summary>Steps in order, none for one that does nothing.</summary>
    /// <exception cref="TokenizerFormatException">The step breaks the format, or is not supported.</exception>
    public static IEnumerable<IPostProcessor> Read(JsonElement step)
    {
        var type = Type(step, "the post-processor");
        var what = $"the post-processor {type}";
        switch (type)
        {
            case "ByteLevel":
                Known(step, what, "type", "add_prefix_space", "trim_offsets", "use_regex");
                return Flag(step, "trim_offsets", absent: true) ? [new TrimOffsets(Flag(step, "add_prefix_space", absent: true))] : [];
            case "BertProcessing":
                Known(step, what, "type", "sep", "cls");
                return [new TemplateProcessor([Pair(step, "cls")], [Pair(step, "sep")])];
            case "RobertaProcessing":
                Known(step, what, "type", "sep", "cls", "trim_offsets", "add_prefix_space");
                var around = new TemplateProcessor([Pair(step, "cls")], [Pair(step, "sep")]);
                return Flag(step, "trim_offsets", absent: true) ? [new TrimOffsets(Flag(step, "add_prefix_space", absent: true)), around] : [around];
            case "TemplateProcessing":
                return [Template(step)];
            case "Sequence":
                Known(step, what, "type", "processors");
                return [.. Items(Required(step, "processors"), "processors").SelectMany(Read)];
            default:
                throw new TokenizerFormatException(
                    $"the post-processor '{type}' is not supported (supported: ByteLevel, BertProcessing, RobertaProcessing, TemplateProcessing, Sequence)");
        }
    }

    private static PlacedToken Pair(JsonElement step, string key) => Required(step, key) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2
        ? new(Id(pair[1]), String(pair[0], key), 0, 0)
        : throw new TokenizerFormatException($"'{key}' is not a token and its id");

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
                var ids = Items(Required(entry, "ids"), "ids").Select(Id).ToList();
                var placed = texts.Zip(ids, (text, id) => new PlacedToken(id, text, 0, 0)).ToList();
                if (placed.Count != ids.Count)
                    throw new TokenizerFormatException("a special token of the template has not as many tokens as ids");
                (seen ? after : before).AddRange(placed);
            }
            else if (!seen && Optional(item, "Sequence") is { } sequence && Text(sequence, "id") == "A")
            {
                seen = true;
            }
            else
            {
                throw new TokenizerFormatException("the template for a single text is not special tokens around one text, which is not supported");
            }
        }

        return seen ? new(before, after) : throw new TokenizerFormatException("the template for a single text leaves the text out");
    }
}
