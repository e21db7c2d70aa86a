using System.Text.Json;
using ForensicKit.Inference.Tokenizers.Decoders;
using ForensicKit.Inference.Tokenizers.PreTokenizers;
using static ForensicKit.Inference.Tokenizers.Reading.JsonStep;

namespace ForensicKit.Inference.Tokenizers.Reading;

/// <summary>Reads the step <c>decoder</c>.</summary>
internal static class DecoderReader
{
    /// <exception cref="TokenizerFormatException">The step breaks the format, or is not supported.</exception>
    public static ITokenDecoder Read(JsonElement step)
    {
        var type = Type(step, "the decoder");
        var what = $"the decoder {type}";
        switch (type)
        {
            case "ByteLevel":
                Known(step, what, "type", "add_prefix_space", "trim_offsets", "use_regex");
                return new ByteLevelDecoder();
            case "ByteFallback":
                Known(step, what, "type");
                return new ByteFallbackDecoder();
            case "Fuse":
                Known(step, what, "type");
                return new FuseDecoder();
            case "Strip":
                Known(step, what, "type", "content", "start", "stop");
                return new StripDecoder(Character(step, "content"), Count(step, "start"), Count(step, "stop"));
            case "Replace":
                Known(step, what, "type", "pattern", "content");
                return new ReplaceDecoder(PatternReader.Read(Required(step, "pattern")), Text(step, "content"));
            case "Metaspace":
                Known(step, what, "type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
                return new MetaspaceDecoder(CodePoints.Text([Character(step, "replacement")]), PreTokenizerReader.Scheme(step) != PrependScheme.Never);
            case "WordPiece":
                Known(step, what, "type", "prefix", "cleanup");
                return new WordPieceDecoder(Text(step, "prefix"), Flag(step, "cleanup"));
            case "BPEDecoder":
                Known(step, what, "type", "suffix");
                return new WordEndDecoder(Text(step, "suffix"));
            case "CTC":
                Known(step, what, "type", "pad_token", "word_delimiter_token", "cleanup");
                return new CtcDecoder(Text(step, "pad_token"), Text(step, "word_delimiter_token"), Flag(step, "cleanup"));
            case "Sequence":
                Known(step, what, "type", "decoders");
                return new DecoderSequence([.. Items(Required(step, "decoders"), "decoders").Select(Read)]);
            default:
                throw new TokenizerFormatException(
                    $"the decoder '{type}' is not supported (supported: ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace, WordPiece, BPEDecoder, CTC, Sequence)");
        }
    }
}
