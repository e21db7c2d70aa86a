using ForensicKit.Inference.Tokenizers.Decoders;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>A text that is decoded token by token.</summary>
public sealed class TokenStream
{
    private readonly Tokenizer _tokenizer;
    private readonly DecodingStage _decoding;
    private readonly TextSink _text = new();
    private readonly bool _skipSpecial;

    internal TokenStream(Tokenizer tokenizer, ITokenDecoder decoder, bool skipSpecial)
    {
        (_tokenizer, _skipSpecial) = (tokenizer, skipSpecial);
        _decoding = decoder.Begin(_text);
    }

    /// <summary>What a token adds to the text; empty while a character is unfinished, or a later token could change it.</summary>
    public string Add(int id)
    {
        if (_tokenizer.TextOf(id) is not { } token || (_skipSpecial && _tokenizer.SpecialIds.Contains(id)))
            return "";
        _decoding.Add(token);
        return _text.Take();
    }

    /// <summary>What is left at the end, with U+FFFD for an unfinished character.</summary>
    public string Finish()
    {
        _decoding.Finish();
        return _text.Take();
    }
}
