using System.Text;

namespace ForensicKit.Inference.Tokenizers;

/// <summary>Turns tokens into text, one after another.</summary>
internal interface ITokenDecoder
{
    /// <summary>Begins a text.</summary>
    ITokenDecoding Begin();
}

/// <summary>A text that is being decoded.</summary>
internal interface ITokenDecoding
{
    /// <summary>What the next token adds that no later token can change.</summary>
    string Add(string token);

    /// <summary>What is left at the end.</summary>
    string Finish();
}

/// <summary>Joins the bytes of all tokens and reads them as UTF-8.</summary>
internal sealed class ByteLevelDecoder : ITokenDecoder
{
    /// <inheritdoc/>
    public ITokenDecoding Begin() => new Decoding();

    private sealed class Decoding : ITokenDecoding
    {
        // Holds back the bytes of an unfinished character; one U+FFFD stands for each longest invalid sequence.
        private readonly Decoder _utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetDecoder();

        public string Add(string token) => Read(BytesOf(token), flush: false);

        public string Finish() => Read([], flush: true);

        // A token with a character outside the alphabet stands for its own text.
        private static byte[] BytesOf(string token)
        {
            var bytes = new byte[token.Length];
            for (var i = 0; i < token.Length; i++)
            {
                if (ByteAlphabet.ByteOf(token[i]) is >= 0 and var value)
                    bytes[i] = (byte)value;
                else
                    return Encoding.UTF8.GetBytes(token);
            }

            return bytes;
        }

        private string Read(byte[] bytes, bool flush)
        {
            var characters = new char[_utf8.GetCharCount(bytes, 0, bytes.Length, flush)];
            return new string(characters, 0, _utf8.GetChars(bytes, 0, bytes.Length, characters, 0, flush));
        }
    }
}

/// <summary>Joins tokens with a space: what the format means by no decoder.</summary>
internal sealed class SpacedDecoder : ITokenDecoder
{
    /// <inheritdoc/>
    public ITokenDecoding Begin() => new Decoding();

    private sealed class Decoding : ITokenDecoding
    {
        private bool _begun;

        public string Add(string token)
        {
            var text = _begun ? " " + token : token;
            _begun = true;
            return text;
        }

        public string Finish() => "";
    }
}
