using System.Text.Json;
using ForensicKit.Inference.Tokenizers.Normalizers;
using static ForensicKit.Inference.Tokenizers.Reading.JsonStep;

namespace ForensicKit.Inference.Tokenizers.Reading;

/// <summary>Reads the step <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    /// <exception cref="TokenizerFormatException">The step breaks the format, or is not supported.</exception>
    public static INormalizer Read(JsonElement step)
    {
        var type = Type(step, "the normalizer");
        var what = $"the normalizer {type}";
        switch (type)
        {
            case "NFC" or "NFD" or "NFKC" or "NFKD":
                Known(step, what, "type");
                return new FormNormalizer(composed: type[^1] == 'C', compatible: type.Length == 4);
            case "Lowercase":
                Known(step, what, "type");
                return new LowercaseNormalizer();
            case "StripAccents":
                Known(step, what, "type");
                return new StripAccentsNormalizer();
            case "Nmt":
                Known(step, what, "type");
                return new NmtNormalizer();
            case "ByteLevel":
                Known(step, what, "type");
                return new ByteLevelNormalizer();
            case "Strip":
                Known(step, what, "type", "strip_left", "strip_right");
                return new StripNormalizer(Flag(step, "strip_left"), Flag(step, "strip_right"));
            case "Prepend":
                Known(step, what, "type", "prepend");
                return new PrependNormalizer(CodePoints.Of(Text(step, "prepend")));
            case "Replace":
                Known(step, what, "type", "pattern", "content");
                return new ReplaceNormalizer(PatternReader.Read(Required(step, "pattern")), CodePoints.Of(Text(step, "content")));
            case "Precompiled":
                Known(step, what, "type", "precompiled_charsmap");
                return new PrecompiledNormalizer(Base64(Text(step, "precompiled_charsmap")));
            case "BertNormalizer":
                Known(step, what, "type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase");
                var lowercase = Flag(step, "lowercase");
                return new BertNormalizer(Flag(step, "clean_text"), Flag(step, "handle_chinese_chars"), Flag(step, "strip_accents", absent: lowercase), lowercase);
            case "Sequence":
                Known(step, what, "type", "normalizers");
                return new NormalizerSequence([.. Items(Required(step, "normalizers"), "normalizers").Select(Read)]);
            default:
                throw new TokenizerFormatException(
                    $"the normalizer '{type}' is not supported (supported: NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Nmt, ByteLevel, Strip, Prepend, Replace, Precompiled, BertNormalizer, Sequence)");
        }
    }

    private static byte[] Base64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException e)
        {
            throw new TokenizerFormatException("the map of the normalizer Precompiled is not in base 64", e);
        }
    }
}
