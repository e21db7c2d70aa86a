using System.Globalization;
using System.Text;

namespace ForensicKit.Inference.Tokenizers.Decoders;

/// <summary>Joins the bytes of all tokens and reads them as UTF-8.</summary>
internal sealed class ByteLevelDecoder : ITokenDecoder
{
    /// <inheritdoc/>
    public bool IsFusing => true;

    /// <inheritdoc/>
    public DecodingStage Begin(DecodingStage next) => new Stage(next);

    private sealed class Stage(DecodingStage next) : DecodingStage
    {
        // Holds back the bytes of an unfinished character; one U+FFFD stands for each longest invalid sequence.
        private readonly Decoder _utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetDecoder();

        public override void Add(string token) => next.Add(Read(BytesOf(token), flush: false));

        public override void Finish()
        {
            next.Add(Read([], flush: true));
            next.Finish();
        }

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

/// <summary>Reads runs of the tokens <c>&lt;0xNN&gt;</c> as UTF-8; a run that is none gives one U+FFFD for each byte.</summary>
internal sealed class ByteFallbackDecoder : ITokenDecoder
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public bool IsFusing => false;

    /// <inheritdoc/>
    public DecodingStage Begin(DecodingStage next) => new Stage(next);

    private sealed class Stage(DecodingStage next) : DecodingStage
    {
        private readonly List<byte> _run = [];

        public override void Add(string token)
        {
            if (ByteOf(token) is { } value)
            {
                _run.Add(value);
                return;
            }

            EndRun();
            next.Add(token);
        }

        public override void Finish()
        {
            EndRun();
            next.Finish();
        }

        private static byte? ByteOf(string token)
        {
            if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>')
                return null;
            // A sign is a digit's place to the reference's parser.
            var digits = token[3] == '+' ? token.AsSpan(4, 1) : token.AsSpan(3, 2);
            return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : null;
        }

        private void EndRun()
        {
            if (_run.Count == 0)
                return;
            try
            {
                next.Add(s_strict.GetString([.. _run]));
            }
            catch (DecoderFallbackException)
            {
                for (var i = 0; i < _run.Count; i++)
                    next.Add("\ufffd");
            }

            _run.Clear();
        }
    }
}
