using System.Text.Json;
using ForensicKit.Inference.Tokenizers.Patterns;
using ForensicKit.Inference.Tokenizers.PreTokenizers;
using ForensicKit.Inference.Tokenizers.Unicode;
using static ForensicKit.Inference.Tokenizers.Reading.JsonStep;

namespace ForensicKit.Inference.Tokenizers.Reading;

/// <summary>Reads the step <c>pre_tokenizer</c>.</summary>
internal static class PreTokenizerReader
{
    private static readonly CodePointClass s_symbols =
        new([], 0, [UnicodeClasses.Word, CodePointClass.Space], negated: true, ignoreCase: false);

    /// <exception cref="TokenizerFormatException">The step breaks the format, or is not supported.</exception>
    public static IPreTokenizer Read(JsonElement step)
    {
        var type = Type(step, "the pre-tokenizer");
        var what = $"the pre-tokenizer {type}";
        switch (type)
        {
            case "ByteLevel":
                // Its trim_offsets has no effect: the post-processor's has.
                Known(step, what, "type", "add_prefix_space", "trim_offsets", "use_regex");
                return new ByteLevelPreTokenizer(Flag(step, "add_prefix_space", absent: true), Flag(step, "use_regex", absent: true));
            case "Digits":
                Known(step, what, "type", "individual_digits");
                return new SplitPreTokenizer(new ClassMatcher(CodePointClass.Numeric), Flag(step, "individual_digits", absent: false) ? SplitBehaviour.Isolated : SplitBehaviour.Contiguous);
            case "Split":
                Known(step, what, "type", "pattern", "behavior", "invert");
                return new SplitPreTokenizer(PatternReader.Read(Required(step, "pattern")), PatternReader.Behaviour(Text(step, "behavior")), Flag(step, "invert", absent: false));
            case "CharDelimiterSplit":
                Known(step, what, "type", "delimiter");
                return new SplitPreTokenizer(new LiteralMatcher([Character(step, "delimiter")]), SplitBehaviour.Removed);
            case "Punctuation":
                Known(step, what, "type", "behavior");
                return new SplitPreTokenizer(new ClassMatcher(UnicodeClasses.Punctuation), Optional(step, "behavior") is { } behaviour ? PatternReader.Behaviour(String(behaviour, "behavior")) : SplitBehaviour.Isolated);
            case "Whitespace":
                Known(step, what, "type");
                return new SplitPreTokenizer(new RunMatcher(UnicodeClasses.Word, s_symbols), SplitBehaviour.Removed, invert: true);
            case "WhitespaceSplit":
                Known(step, what, "type");
                return new SplitPreTokenizer(new ClassMatcher(CodePointClass.Space), SplitBehaviour.Removed);
            case "BertPreTokenizer":
                Known(step, what, "type");
                return new PreTokenizerSequence(
                [
                    new SplitPreTokenizer(new ClassMatcher(CodePointClass.Space), SplitBehaviour.Removed),
                    new SplitPreTokenizer(new ClassMatcher(UnicodeClasses.Punctuation), SplitBehaviour.Isolated),
                ]);
            case "Metaspace":
                Known(step, what, "type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep");
                return new MetaspacePreTokenizer(Character(step, "replacement"), Scheme(step), Flag(step, "split", absent: true));
            case "UnicodeScripts":
                Known(step, what, "type");
                return new UnicodeScriptsPreTokenizer();
            case "FixedLength":
                Known(step, what, "type", "length");
                var length = Optional(step, "length") is null ? 5 : Count(step, "length");
                return length > 0 ? new FixedLengthPreTokenizer(length) : throw new TokenizerFormatException("the length of FixedLength is 0");
            case "Sequence":
                Known(step, what, "type", "pretokenizers");
                return new PreTokenizerSequence([.. Items(Required(step, "pretokenizers"), "pretokenizers").Select(Read)]);
            default:
                throw new TokenizerFormatException(
                    $"the pre-tokenizer '{type}' is not supported (supported: ByteLevel, Digits, Split, CharDelimiterSplit, Punctuation, Whitespace, WhitespaceSplit, BertPreTokenizer, Metaspace, UnicodeScripts, FixedLength, Sequence)");
        }
    }

    /// <summary>Where Metaspace puts its sign; old files say add_prefix_space.</summary>
    /// <exception cref="TokenizerFormatException">The scheme is not known, or the two disagree.</exception>
    public static PrependScheme Scheme(JsonElement step)
    {
        var scheme = Optional(step, "prepend_scheme") is not { } value ? PrependScheme.Always : String(value, "prepend_scheme") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var name => throw new TokenizerFormatException($"the prepend_scheme '{name}' of Metaspace is not known"),
        };
        if (Optional(step, "add_prefix_space") is not null && !Flag(step, "add_prefix_space", absent: true) && scheme != PrependScheme.Never)
            throw new TokenizerFormatException("add_prefix_space and prepend_scheme of Metaspace disagree");
        return scheme;
    }
}
